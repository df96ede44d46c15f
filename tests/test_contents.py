"""
What comes out of an export, also of one that is cut or says things twice.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from auditor import contents, exporter
from auditor.runners import Runner, Task
from auditor.streams.reading import Range
from tests.command import audit
from tests.fakes import fakes
from tests.images import Recipe, docker_members, tar_bytes

A = TypeVar("A")
R = TypeVar("R")
FAKES = fakes()
OTHER = fakes(7)


def recipe() -> Recipe:
    """
    An image with one leak in its one layer.
    """
    token = FAKES["GITHUB_TOKEN"].encode()
    return Recipe(tag="app:1").step("COPY token /app/", files={"app/token": token})


def test_an_archive_cut_before_its_manifest_keeps_what_was_found(tmp_path: Path) -> None:
    """The manifest comes last; the leak is told, and that the rest is missing."""
    whole = tar_bytes(docker_members(recipe()))
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[: whole.rindex(b"manifest.json") - 100])
    ran = audit(str(path), "-f", "json")

    assert ran.code == 1
    assert [leak["detector"] for leak in ran.image["leaks"]] == ["GitHub Token"]
    assert "manifest.json" in [gap["path"] for gap in ran.image["ledger"]["gaps"]]


def test_a_cut_archive_without_a_leak_is_audited_in_part(tmp_path: Path) -> None:
    """Exit 4: nothing found is not nothing there."""
    clean = Recipe(tag="app:1").step("COPY x /app/", files={"app/x": b"hello"})
    whole = tar_bytes(docker_members(clean))
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[: whole.rindex(b"manifest.json") - 100])

    assert audit(str(path)).code == 4


def test_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    """A loader takes the last one; the archive gives both away."""
    path = tmp_path / "twice.tar"
    out = io.BytesIO(tar_bytes(docker_members(recipe())))
    path.write_bytes(
        _with_members(out.getvalue(), "extra", [FAKES["NPM_TOKEN"], OTHER["GITHUB_TOKEN"]])
    )
    ran = audit(str(path), "-f", "json", "--show-secrets", "--all")
    secrets = {leak["secret"] for leak in ran.image["leaks"]}

    assert {FAKES["GITHUB_TOKEN"], OTHER["GITHUB_TOKEN"]} <= secrets


def test_the_layers_of_other_images_are_not_unreferenced(tmp_path: Path) -> None:
    """Of several images in an archive one was asked for: the others' layers are not its own."""
    other = Recipe(tag="other:1").step(
        "COPY token /", files={"token": OTHER["GITHUB_TOKEN"].encode()}
    )
    path = tmp_path / "two.tar"
    path.write_bytes(tar_bytes(docker_members([recipe(), other])))
    ran = audit(f"docker-archive:{path}:app:1", "-f", "json", "--show-secrets")

    assert [leak["secret"] for leak in ran.image["leaks"]] == [FAKES["GITHUB_TOKEN"]]


def _with_members(archive: bytes, name: str, contents: list[str]) -> bytes:
    """
    The archive with members of one name at its front.
    """
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for content in contents:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content.encode()))
    # Without the end marker the other archive goes on where this one ends.
    return out.getvalue()[: -(-len(out.getvalue().rstrip(b"\0")) // 512) * 512] + archive


class _Noting(Runner):
    """
    Notes which blobs are handed out, and which are waited for.
    """

    def __init__(self) -> None:
        super().__init__(1, lambda: None)
        self.noted: list[tuple[str, int]] = []

    def submit(self, call: Callable[[A], R], argument: A) -> Task[A, R]:
        if not isinstance(argument, Range):
            return super().submit(call, argument)
        noted, at = self.noted, argument.offset

        class Noted(Task[A, R]):
            def result(self) -> R:
                noted.append(("waited", at))
                return super().result()

        noted.append(("handed out", at))
        return Noted(self, call, argument)


def test_a_layer_is_waited_for_while_the_next_is_scanned(tmp_path: Path) -> None:
    """At the end of each layer one process would be idle otherwise."""
    image = Recipe(tag="app:1")
    for number in range(3):
        image = image.step(f"COPY {number} /app/", files={f"app/{number}": b"hello"})
    path = tmp_path / "x.tar"
    path.write_bytes(tar_bytes(docker_members(image)))
    source, name = exporter.choose(str(path))
    with source.open(name) as export, _Noting() as runner:
        found = contents.read(export, runner)

    assert sum(scan.is_tar for scan in found.scans.values()) == 3
    assert not found.begun
    first, second, third = (at for told, at in runner.noted if told == "handed out")
    assert runner.noted.index(("handed out", second)) < runner.noted.index(("waited", first))
    assert runner.noted.index(("waited", second)) < runner.noted.index(("waited", third))
