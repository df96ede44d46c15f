"""
An image with one of everything that a cache may get wrong, and audits of it with a cache.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from auditor import contents, engine
from auditor.again import audit
from auditor.cache.shelf import open_shelf
from auditor.model import Report
from auditor.ranking import Policy
from auditor.request import Request
from auditor.scan import begin_blob
from tests.fakes import fakes
from tests.images import (
    Members,
    Recipe,
    crane_members,
    docker25_members,
    docker_members,
    hard_link,
    oci_members,
    podman_members,
    skopeo_dir_members,
    write_folder,
    write_tar,
)

FAKES = fakes()
OTHER = fakes(7)
SPOKEN = "Str0ng-" + "h8Xq2vLm9Rt4Wz7K"
SHORT = "s3" + "x"
QUOTED = 'qu"ote\\d-' + "Zx81Lm"


def recipe(tag: str = "app:1") -> Recipe:
    """
    Secrets deleted, overwritten, linked, in several layers, in metadata and layers, weak ones.
    """
    password, other = FAKES["DB_PASSWORD"], OTHER["DB_PASSWORD"]
    env = f"DB_PASSWORD={password}\nAWS_SECRET_ACCESS_KEY={FAKES['AWS_SECRET_ACCESS_KEY']}\n"
    files = {
        "app/.env": env,
        "app/token.txt": FAKES["GITHUB_TOKEN"],
        "app/key.pem": FAKES["PRIVATE_KEY"] + "\n",
        "app/spoken.conf": f"password = {SPOKEN}\n",
        "app/short.env": f"PASSWORD={SHORT}\n",
        "app/config.json": json.dumps({"password": QUOTED, "token": "t"}),
        "app/two.env": f"A_PASSWORD=first-{SPOKEN[::-1]}\nB_PASSWORD=x\n",
    }
    copied = {name: text.encode() for name, text in files.items()}
    links = [hard_link("app/again.txt", "app/token.txt")]
    named = {f"srv/{password}/x": FAKES["GITLAB_TOKEN"].encode()}
    told = {"told": f"x\n{other}\n".encode(), "app/.env": b"DB_PASSWORD=new-pw-1\n"}
    return (
        Recipe(tag)
        .step("COPY . /app", files=copied, entries=links)
        .step(f"RUN login --password={SPOKEN} && echo {SHORT}", files=named)
        .step("RUN echo $ARG > /told", files=told)
        .step("RUN rm /app/key.pem", delete=["app/key.pem"], opaque_dirs=["srv"])
        .step("RUN cp", files={"copy/token.txt": FAKES["GITHUB_TOKEN"].encode()})
        .env("API_PASSWORD", other)
        .label("note", f"token {OTHER['GITHUB_TOKEN']}")
    )


LAYOUTS: dict[str, Callable[[Any], Members]] = {
    "crane": crane_members,
    "docker": docker_members,
    "docker 25": docker25_members,
    "oci": oci_members,
    "oci zstd": lambda told: oci_members(told, compression="zstd"),
    "podman": podman_members,
}
FOLDERS: dict[str, Callable[[Any], Members]] = {"oci": oci_members, "dir": skopeo_dir_members}


def write(path: Path, members: Members) -> str:
    """
    A tar of the members that has rested long enough to be remembered.
    """
    with path.open("wb") as out:
        write_tar(members, out)
    return rested(path)


def folder(path: Path, members: Members) -> str:
    """
    The same as a folder.
    """
    write_folder(members, path)
    for inner in path.rglob("*"):
        rested(inner)
    return str(path)


def rested(path: Path) -> str:
    """
    The path; a change of the file may not show if it comes with the next breath.
    """
    return str(path)


@dataclass(slots=True)
class Looked:
    """
    Which blobs were looked into.
    """

    names: list[str] = field(default_factory=list)

    def take(self) -> list[str]:
        """
        Those since the last call.
        """
        names, self.names = self.names, []
        return names


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """
    Watches which blobs are looked into from now on.
    """
    seen = Looked()
    scan = begin_blob

    def watched(name: str, *args: Any, **keys: Any) -> Any:
        seen.names.append(name)
        return scan(name, *args, **keys)

    monkeypatch.setattr(contents, "begin_blob", watched)
    return seen


def cached(reference: str, place: Path, **keys: Any) -> list[Report]:
    """
    An audit with a cache in this folder.
    """
    return _audit(reference, cache=True, cache_dir=str(place), **keys)


def by_layers(reference: str, place: Path, **keys: Any) -> list[Report]:
    """
    The same, with what is known of layers and not of whole audits.
    """
    policy = keys.pop("policy", Policy(list_all=True))
    shelf = open_shelf(str(place))
    with closing(shelf) if shelf else nullcontext():
        return engine.audit(Request(reference, jobs=1, policy=policy, **keys), None, shelf)


def plain(reference: str, **keys: Any) -> list[Report]:
    """
    An audit without any.
    """
    return _audit(reference, **keys)


def _audit(reference: str, **keys: Any) -> list[Report]:
    policy = keys.pop("policy", Policy(list_all=True))
    return audit(Request(reference, jobs=1, policy=policy, **keys), None)
