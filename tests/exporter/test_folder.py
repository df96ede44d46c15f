"""
Layouts in a folder.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from auditor.errors import AuditError, ImageNotFound, NotAnImage, Unreadable
from auditor.exporter.base import Blob
from auditor.exporter.folder import FolderSource
from auditor.model import Gap
from tests.images import Recipe, oci_folder, oci_members

RECIPE = Recipe("app:1").step("COPY a /a", files={"a": b"x" * 5000})


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """
    An OCI layout.
    """
    path = tmp_path / "layout"
    oci_folder(RECIPE, path)
    return path


def blobs(reference: Path | str) -> tuple[dict[str, bytes], list[Gap]]:
    """
    Every blob with its content, and the gaps.
    """
    found: dict[str, bytes] = {}
    gaps: list[Gap] = []
    with FolderSource("oci").open(str(reference)) as export:
        for item in export.blobs:
            if isinstance(item, Blob):
                found[item.name] = item.reader.read(1 << 24)
                assert item.size == len(found[item.name])
            else:
                gaps.append(item)
    return found, gaps


def refusal(reference: Path | str) -> AuditError:
    """
    The error that opening gives.
    """
    with pytest.raises(AuditError) as caught:
        blobs(reference)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_every_file_is_a_blob(layout: Path) -> None:
    """
    All files of the layout come out, by their path in it.
    """
    assert blobs(layout) == (oci_members(RECIPE), [])


def test_the_size_of_all(layout: Path) -> None:
    """
    The bytes to come are known before, so that progress can be shown.
    """
    with FolderSource("oci").open(str(layout)) as export:
        assert export.size == sum(len(data) for data in blobs(layout)[0].values())


def test_a_tag_behind_the_folder(layout: Path) -> None:
    """
    As skopeo writes it, a tag may follow the folder.
    """
    with FolderSource("oci").open(f"{layout}:app:1") as export:
        assert export.tag == "app:1"


def test_links_within_the_layout(layout: Path) -> None:
    """
    A link to another blob of the layout is that blob under another name.
    """
    (layout / "blobs/sha256/link").symlink_to("../../oci-layout")
    found, gaps = blobs(layout)
    assert found["blobs/sha256/link"] == found["oci-layout"]
    assert gaps == []


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../outside"])
def test_links_out_of_the_layout(layout: Path, target: str) -> None:
    """
    What a link leads to outside is not the image's: it is not read, and the ledger says so.
    """
    (layout.parent / "outside").write_bytes(b"outside")
    (layout / "blobs/sha256/link").symlink_to(target)
    found, gaps = blobs(layout)
    assert found == oci_members(RECIPE)
    assert [gap.path for gap in gaps] == ["blobs/sha256/link"]


def test_links_in_circles(layout: Path) -> None:
    """
    Links that lead round or nowhere are in the ledger, and the rest is read.
    """
    (layout / "a").symlink_to("b")
    (layout / "b").symlink_to("a")
    (layout / "c").symlink_to("nowhere")
    (layout / "blobs/loop").symlink_to("..")
    found, gaps = blobs(layout)
    assert found == oci_members(RECIPE)
    assert {gap.path for gap in gaps} >= {"a", "b", "c"}


def test_what_is_no_file(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pipes and sockets in the folder are not waited for.
    """
    os.mkfifo(layout / "pipe")
    monkeypatch.chdir(layout)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    assert blobs(layout)[0] == oci_members(RECIPE)


def test_a_file_that_cannot_be_read(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A blob that may not be read is a blocking gap, and the others are read.
    """
    real = Path.open

    def refuse(self: Path, mode: str) -> object:
        if self.name == "oci-layout":
            raise PermissionError(13, "Permission denied")
        return real(self, mode)

    # Root may read any file, so the refusal is made here.
    monkeypatch.setattr(Path, "open", refuse)
    found, gaps = blobs(layout)
    assert gaps == [Gap("oci-layout", "cannot be read: Permission denied", blocking=True)]
    assert len(found) == len(oci_members(RECIPE)) - 1


def test_a_folder_that_cannot_be_listed(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A folder that may not be listed hides blobs: nothing is audited.
    """
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("sha256"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    error = refusal(layout)
    assert isinstance(error, Unreadable)
    assert error.message == f"{layout}: permission denied"


def test_no_such_folder(tmp_path: Path) -> None:
    """
    A folder that is not there is not found.
    """
    error = refusal(tmp_path / "missing")
    assert isinstance(error, ImageNotFound)
    assert error.message.endswith("missing: no such folder")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """
    A file is told how to be given.
    """
    (tmp_path / "x.tar").write_bytes(b"")
    error = refusal(tmp_path / "x.tar")
    assert isinstance(error, NotAnImage)
    assert "docker-archive:" in error.hint


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    """
    A folder without an index or a manifest is no layout.
    """
    (tmp_path / "readme").write_bytes(b"")
    error = refusal(tmp_path)
    assert isinstance(error, NotAnImage)
    assert error.message == f"{tmp_path}: is no image layout"


def test_describe(layout: Path) -> None:
    """
    What the image says of itself is had from its documents.
    """
    (image,) = FolderSource("oci").describe(str(layout))
    assert image.id == RECIPE.id
    assert [layer.diff_id for layer in image.layers] == RECIPE.diff_ids
