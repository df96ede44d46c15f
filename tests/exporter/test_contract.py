"""
One recipe through every source and every tool's way of writing: the same layers, the same leaks.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from auditor.engine import Request, audit
from auditor.exporter import SOURCES, contexts
from auditor.model import Report, State
from auditor.ranking import Policy
from tests.exporter.fake_engine import FakeEngine, layers, serving
from tests.exporter.fake_registry import FakeRegistry
from tests.exporter.fake_registry import serving as registry_serving
from tests.fakes import checksummed
from tests.images import (
    COMPRESSIONS,
    Members,
    Recipe,
    Symlink,
    compress,
    crane_members,
    docker25_members,
    docker_members,
    entry,
    hard_link,
    oci_folder,
    oci_members,
    podman_members,
    skopeo_dir,
    symlink,
    tar_bytes,
    tar_layer,
)

_source = random.Random(7)
DELETED, OLD, NEW, VARIABLE, COMMENT, TAIL = (checksummed("ghp_", _source) for _ in range(6))


def text(token: str) -> bytes:
    """
    A file that holds a token on its second line.
    """
    return f"# settings\nvalue {token}\n".encode()


RECIPE = (
    Recipe("app:1")
    .step("COPY . /app", files={"app/key": text(DELETED), "app/conf": text(OLD)})
    .step("RUN rm /app/key", delete=["app/key"])
    .env("ACCESS", VARIABLE)
    .step(
        "RUN edit",
        files={"app/conf": text(NEW)},
        entries=[
            hard_link("app/link", "app/conf"),
            symlink("app/to", "conf"),
            entry("app/noted", b"x", pax={"comment": COMMENT}),
            entry("caf\udce9.txt", b"x"),
        ],
    )
    .step("RUN rm /app/key again", delete=["app/key"])
    .raw_layer("ADD x", tar_layer([entry("x", b"x")]) + text(TAIL))
)


class Seen(NamedTuple):
    """
    A leak at one place.
    """

    secret: str
    layer: int | None
    path: str
    inside: str | None
    line: int | None
    state: State
    removed_by: int | None


EXPECTED = {
    Seen(DELETED, 0, "/app/key", None, 2, State.DELETED, 1),
    Seen(OLD, 0, "/app/conf", None, 2, State.OVERWRITTEN, 2),
    Seen(NEW, 2, "/app/conf", None, 2, State.PRESENT, None),
    Seen(VARIABLE, None, "config.Env.ACCESS", None, None, State.PRESENT, None),
    Seen(NEW, 2, "/app/link", None, 2, State.PRESENT, None),
    # No container shows these two; they are in the layer alone.
    Seen(COMMENT, 2, "/app/noted", "pax comment", 1, State.DELETED, None),
    Seen(TAIL, 4, "(after the end of the tar)", None, 2, State.DELETED, None),
}


def seen(report: Report) -> set[Seen]:
    """
    Every leak at every place but the history, which each tool writes in its own places.
    """
    return {
        Seen(
            leak.secret.reveal() if leak.secret else "",
            place.layer,
            place.path,
            place.inside,
            place.line,
            place.state,
            place.removed_by,
        )
        for leak in report.leaks
        for place in leak.places
        if not place.path.startswith("history")
    }


Write = Callable[[Path], str]
"""
Writes the recipe into an empty folder and gives the reference.
"""


def in_tar(members: Members, whole: str = "none", prefix: str = "") -> Write:
    """
    An archive of the members, compressed as a whole.
    """

    def write(folder: Path) -> str:
        path = folder / "image.tar"
        path.write_bytes(compress(tar_bytes(members, prefix=prefix), whole))
        return str(path)

    return write


def in_folder(write: Callable[..., None], compression: str) -> Write:
    """
    A layout in a folder.
    """

    def into(folder: Path) -> str:
        write(RECIPE, folder / "layout", compression=compression)
        return str(folder / "layout")

    return into


WRITERS: dict[str, Write] = {
    "docker": in_tar(docker_members(RECIPE)),
    "podman": in_tar(podman_members(RECIPE)),
    **{f"crane {c}": in_tar(crane_members(RECIPE, compression=c)) for c in COMPRESSIONS},
    **{f"docker25 {c}": in_tar(docker25_members(RECIPE, compression=c)) for c in COMPRESSIONS},
    **{f"oci tar {c}": in_tar(oci_members(RECIPE, compression=c)) for c in COMPRESSIONS},
    **{f"oci folder {c}": in_folder(oci_folder, c) for c in COMPRESSIONS},
    **{f"skopeo dir {c}": in_folder(skopeo_dir, c) for c in COMPRESSIONS},
    **{f"docker, whole {c}": in_tar(docker_members(RECIPE), c) for c in COMPRESSIONS},
    **{f"oci tar, whole {c}": in_tar(oci_members(RECIPE), c) for c in COMPRESSIONS},
    "oci tar by hand": in_tar(oci_members(RECIPE), prefix="./"),
}


def check(reference: str, source: str) -> None:
    """
    Audits the image and compares it with what the recipe planted.
    """
    (report,) = audit(Request(reference, policy=Policy(list_all=True, show_secrets=True)))
    assert report.source == source
    assert report.id == RECIPE.id
    assert [row.layer.diff_id for row in report.layers] == RECIPE.diff_ids
    assert [row.layer.index for row in report.layers] == list(range(5))
    assert [row.layer.instruction for row in report.layers] == [
        "COPY . /app",
        "RUN rm /app/key",
        "RUN edit",
        "RUN rm /app/key again",
        "ADD x",
    ]
    assert seen(report) == EXPECTED
    assert report.ledger.gaps == ()
    # The same whiteout twice is one blob in some formats, so its files are counted once or twice.
    assert report.ledger.files >= 6


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer(name: str, tmp_path: Path) -> None:
    """
    Whatever tool wrote it, and however it is compressed, the image has these layers and leaks.
    """
    reference = WRITERS[name](tmp_path)
    source = "oci" if Path(reference).is_dir() else "docker-archive"
    is_oci_tar = name.startswith("oci tar")
    check(reference, "oci-archive" if is_oci_tar else source)


FILES = [
    ("docker-archive", "docker", "docker-archive"),
    ("docker-archive", "docker25 none", "docker-archive"),
    ("oci-archive", "oci tar gzip", "oci-archive"),
    ("oci", "oci folder zstd", "oci"),
    ("dir", "skopeo dir gzip", "dir"),
]
ENGINES = ["", "docker:", "docker-daemon:", "podman:"]


@pytest.mark.parametrize(("prefix", "name", "source"), FILES)
def test_every_prefix(prefix: str, name: str, source: str, tmp_path: Path) -> None:
    """
    A prefix names the source, and changes nothing of what is found.
    """
    check(f"{prefix}:{WRITERS[name](tmp_path)}", source)


@pytest.mark.parametrize("name", ["docker", "oci tar zstd", "docker, whole gzip"])
def test_standard_input(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Piped in, an archive is what it is as a file.
    """
    data = Path(WRITERS[name](tmp_path)).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    check("-", "stdin")


@pytest.mark.parametrize("name", ["docker", "docker25 none", "docker25 gzip"])
@pytest.mark.parametrize("prefix", ENGINES)
def test_engines(name: str, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Through an engine's API the image is what it is in an archive.
    """
    fake = FakeEngine()
    archive = Path(WRITERS[name](tmp_path)).read_bytes()
    fake.image("app:1", archive, inspect=layers(RECIPE.diff_ids))
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(fake) as path:
        monkeypatch.setattr(contexts, "DOCKER_SOCKETS", (str(path),))
        monkeypatch.setattr(contexts, "PODMAN_SOCKETS", (str(path),))
        check(f"{prefix}app:1", "podman" if prefix == "podman:" else "docker")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_registry(compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    In a registry the image is what it is in a layout.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    with registry_serving(FakeRegistry()) as fake:
        fake.push(RECIPE, compression=compression)
        reference = f"registry:{fake.host}/app:1"
        check(reference, "registry")
        (image,) = SOURCES["registry"].describe(reference.partition(":")[2])
    assert [layer.diff_id for layer in image.layers] == RECIPE.diff_ids


def test_every_source_is_run() -> None:
    """
    A source that is added to the table is added to these tests.
    """
    prefixes = [prefix for prefix, _, _ in FILES] + [prefix.rstrip(":") for prefix in ENGINES]
    assert {*prefixes, "stdin", "registry"} - {""} == set(SOURCES)


@pytest.mark.parametrize("name", ["docker", "docker25 gzip", "oci tar gzip", "oci folder none"])
def test_describe(name: str, tmp_path: Path) -> None:
    """
    What an image says of itself is the same everywhere.
    """
    reference = WRITERS[name](tmp_path)
    describe = SOURCES["oci" if Path(reference).is_dir() else "docker-archive"].describe
    (image,) = describe(reference)
    assert image.id == RECIPE.id
    assert [layer.diff_id for layer in image.layers] == RECIPE.diff_ids
    assert [step.created_by for step in image.history][:2] == ["COPY . /app", "RUN rm /app/key"]


@pytest.mark.parametrize("damage", ["digest", "diff_id"])
def test_a_mismatch_hides_no_leak(damage: str, tmp_path: Path) -> None:
    """
    A layer that is not what its digest says is in the ledger, and scanned all the same.
    """
    members = oci_members(RECIPE, compression="none") if damage == "digest" else {}
    old, new = text(DELETED), text(DELETED).replace(b"settings", b"SETTINGS")
    if damage == "diff_id":
        other = (
            Recipe("app:1")
            .step("COPY . /app", files={"app/key": new})
            .top(rootfs={"type": "layers", "diff_ids": RECIPE.diff_ids[:1]})
        )
        members = docker_members(other)
    swapped: Members = {
        name: data.replace(old, new) if isinstance(data, bytes) else data
        for name, data in members.items()
    }
    path = tmp_path / "x.tar"
    path.write_bytes(tar_bytes(swapped))
    (report,) = audit(Request(str(path), policy=Policy(list_all=True, show_secrets=True)))
    assert any(damage in gap.reason and gap.layer == 0 for gap in report.ledger.gaps)
    assert DELETED in {item.secret for item in seen(report)}


def test_a_layer_that_is_damaged_is_scanned(tmp_path: Path) -> None:
    """
    A damaged header in the middle of a layer hides no leak behind it, and the gap blocks.
    """
    first, second = tar_layer([entry("a", b"x")], end=b""), tar_layer([entry("key", text(NEW))])
    layer = first + b"\xff" * 512 + second
    path = tmp_path / "x.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe("app:1").raw_layer("COPY", layer))))
    (report,) = audit(Request(str(path), policy=Policy(show_secrets=True)))
    assert [(item.secret, item.path) for item in seen(report)] == [(NEW, "/key")]
    assert [(gap.reason, gap.layer, gap.blocking) for gap in report.ledger.gaps] == [
        ("damaged tar header", 0, True)
    ]


def test_loops_of_links_end(tmp_path: Path) -> None:
    """
    A layer that is a link to itself is missing, which blocks; the rest is reported.
    """
    members = docker_members(RECIPE)
    name = next(key for key, data in members.items() if key.endswith("layer.tar"))
    members[name] = Symlink("layer.tar")
    path = tmp_path / "x.tar"
    path.write_bytes(tar_bytes(members))
    (report,) = audit(Request(str(path)))
    assert any(gap.blocking for gap in report.ledger.gaps)
    assert len(report.layers) == 5
