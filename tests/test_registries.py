"""
Images in a real registry, pushed there by docker and skopeo, and the proofs of their leaks.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import samples
from tests.command import Ran, audit
from tests.conftest import require
from tests.engines import Docker, Registry, Workbench, registry_server
from tests.images import Recipe, oci_folder
from tests.test_proofs import check

LOGIN = ("alice", "wonder" + "land")
PLATFORMS = ("linux/amd64", "linux/arm64")
# crane's part of a proof, for machines without it: what it asks of the registry, by curl.
CRANE = """#!/bin/sh
case $1 in blob) kind=blobs;; manifest) kind=manifests;; *) exit 1;; esac
host=${2%%/*} rest=${2#*/}
case $rest in
    *@*) version=${rest#*@} name=${rest%%@*};;
    *) version=${rest##*:} name=${rest%:*};;
esac
name=${name%%:*}
exec curl -fsSL -H 'Accept: application/vnd.oci.image.index.v1+json' \\
    -H 'Accept: application/vnd.oci.image.manifest.v1+json' \\
    -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \\
    "http://$host/v2/$name/$kind/$version"
"""

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", params=["open", "login", "tls"])
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    """
    A registry that lets all in, and two that do not, of which one speaks TLS.
    """
    require("docker-registry", "skopeo", "perl", "openssl")
    login = None if request.param == "open" else LOGIN
    with registry_server(login, has_tls=request.param == "tls") as server:
        yield server


@pytest.fixture(scope="module")
def open_registry() -> Iterator[Registry]:
    """
    A registry that lets all in.
    """
    require("docker-registry", "skopeo", "curl", "jq")
    with registry_server() as server:
        yield server


def stranger(registry: Registry, home: Path) -> dict[str, str]:
    """
    The environment of somebody who has no login, and trusts the registry's certificate.
    """
    trusted = {"REQUESTS_CA_BUNDLE": str(registry.authority)} if registry.authority else {}
    return {"HOME": str(home), **trusted}


@pytest.fixture
def home(registry: Registry, tmp_path: Path) -> dict[str, str]:
    """
    The environment of somebody who has logged in.
    """
    auth = base64.b64encode(":".join(LOGIN).encode()).decode()
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/config.json").write_text(
        json.dumps({"auths": {registry.host: {"auth": auth}}})
    )
    return {**stranger(registry, tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}


@pytest.fixture
def crane(tmp_path: Path) -> dict[str, str]:
    """
    An environment in which proofs find crane.
    """
    if shutil.which("crane"):
        return {}
    path = tmp_path / "bin/crane"
    path.parent.mkdir()
    path.write_text(CRANE)
    path.chmod(0o755)
    return {"PATH": f"{path.parent}{os.pathsep}{os.environ['PATH']}"}


def leaky(token: str, platform: str = PLATFORMS[0]) -> Recipe:
    """
    Two layers: a token comes, and goes.
    """
    return (
        Recipe("app:1", platform=platform)
        .step("COPY . /app", files={"app/key": f"{platform}\nvalue {token}\n".encode()})
        .step("RUN rm /app/key", delete=["app/key"])
    )


def places(ran: Ran) -> list[list[tuple[str, int, str]]]:
    """
    Where leaks are, for each image.
    """
    return [
        [(p["path"], p["layer"], p["state"]) for leak in image["leaks"] for p in leak["places"]]
        for image in ran.report["images"]
    ]


DELETED = ("/app/key", 0, "deleted")


def test_a_deleted_secret(
    registry: Registry, home: dict[str, str], planted: dict[str, str], tmp_path: Path
) -> None:
    """
    Is found in its layer, by tag and by digest.
    """
    oci_folder(leaky(planted["GITHUB_TOKEN"]), tmp_path / "layout")
    registry.push(tmp_path / "layout", "team/app:1")
    index = json.loads((tmp_path / "layout/index.json").read_text())
    digest = index["manifests"][0]["digest"]
    for name in ("team/app:1", f"team/app@{digest}"):
        ran = audit("-f", "json", f"registry:{registry.host}/{name}", env=home)
        assert (ran.code, places(ran)) == (1, [[DELETED]])
        assert ran.image["source"] == "registry"


def test_two_platforms(
    registry: Registry, home: dict[str, str], planted: dict[str, str], tmp_path: Path
) -> None:
    """
    All, or the one that is asked for.
    """
    both = [leaky(planted["GITHUB_TOKEN"], platform) for platform in PLATFORMS]
    oci_folder(both, tmp_path / "layout")
    registry.push(tmp_path / "layout", "two:1")
    name = f"registry:{registry.host}/two:1"
    ran = audit("-f", "json", "--all-platforms", name, env=home)
    assert (ran.code, places(ran)) == (1, [[DELETED], [DELETED]])
    ran = audit("-f", "json", "--platform", PLATFORMS[1], name, env=home)
    assert (ran.image["platform"], places(ran)) == (PLATFORMS[1], [[DELETED]])
    ran = audit("-f", "json", "--base", name, name, env=home)
    assert {leak["origin"] for image in ran.report["images"] for leak in image["leaks"]} == {"base"}


def test_without_a_login(registry: Registry, tmp_path: Path) -> None:
    """
    Who may read is told that the image is not there, and others that they may not.
    """
    ran = audit(f"registry:{registry.host}/nosuch:1", env=stranger(registry, tmp_path))
    words = "wants a login" if registry._login else "no such image: nosuch:1"
    assert ran.code == 3 and words in ran.err
    assert f"docker login {registry.host}" in ran.err


@pytest.mark.parametrize("registry", ["tls"], indirect=True)
def test_a_certificate_that_nobody_trusts(registry: Registry, home: dict[str, str]) -> None:
    """
    Ends the audit before the login is shown, and the hint says what to do.
    """
    ran = audit("-v", f"registry:{registry.host}/app:1", env={**home, "REQUESTS_CA_BUNDLE": ""})
    assert ran.code == 3 and "its certificate is not trusted" in ran.err
    assert "REQUESTS_CA_BUNDLE" in ran.err and "the login for" not in ran.err


def test_a_wrong_login(tmp_path: Path, registry: Registry, home: dict[str, str]) -> None:
    """
    A password that is not right is never shown.
    """
    auth = base64.b64encode(b"alice:other").decode()
    path = Path(home["DOCKER_CONFIG"]) / "config.json"
    path.write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))
    ran = audit("-v", f"registry:{registry.host}/nosuch:1", env=home)
    words = "does not let this login read" if registry._login else "no such image"
    assert ran.code == 3 and words in ran.err
    assert auth not in ran.err and "other" not in ran.err


@pytest.mark.parametrize("name", ["copy-rm", "env"])
def test_docker_push(
    name: str,
    open_registry: Registry,
    docker: Docker,
    planted: dict[str, str],
    crane: dict[str, str],
    tmp_path: Path,
) -> None:
    """
    What docker pushes is audited as it is in the engine, and proofs show its leaks.
    """
    tag = f"{open_registry.host}/{name}:1"
    with Workbench(samples.load(name), planted) as bench:
        docker.build(bench, "classic", tag)
    docker("push", tag)
    options = ("-f", "json", "--all", "--show-secrets")
    ran = audit(*options, f"registry:{tag}", env={"HOME": str(tmp_path)})
    here = audit(*options, tag, env={"DOCKER_HOST": docker.host})
    assert ran.image["id"] == here.image["id"]
    # What docker keeps for engines older than registries is in its archives alone.
    (kept,) = places(here)
    assert places(ran) == [[place for place in kept if not place[0].startswith("legacy/")]]
    check(ran, planted, 1, **crane)


def test_proofs(
    open_registry: Registry, planted: dict[str, str], crane: dict[str, str], tmp_path: Path
) -> None:
    """
    In a layer, in the config, in a manifest, in an index and in an attestation.
    """
    values = list(planted.values())
    recipe = (
        Recipe("app:1")
        .step("COPY . /app", files={"app/key": f"\nvalue {planted['GITHUB_TOKEN']}\n".encode()})
        .env("ACCESS", planted["GITLAB_TOKEN"])
        .annotate(note=planted["NPM_TOKEN"])
        .attest({"args": {"build-arg:KEY": planted["AWS_ACCESS_KEY_ID"]}})
    )
    oci_folder(recipe, tmp_path / "layout")
    open_registry.push(tmp_path / "layout", "proofs:1")
    name = f"registry:{open_registry.host}/proofs:1"
    ran = audit("-f", "json", "--all", "--show-secrets", name, env={"HOME": str(tmp_path)})
    found = check(ran, planted, 4, **crane)
    assert values and all(proof.startswith("crane ") for proof in found)
