"""
Archives in files and on standard input.
"""

from __future__ import annotations

import io
import random
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import AuditError, ImageNotFound, NotAnImage, Unreadable, UsageError
from auditor.exporter import SOURCES
from auditor.exporter.archive import ArchiveSource, StdinSource, read_archive
from auditor.exporter.base import Blob
from auditor.model import Gap
from auditor.streams.reading import Kept
from tests.headers import END, damaged, header, member, padded
from tests.images import (
    COMPRESSIONS,
    Entry,
    Recipe,
    compress,
    directory,
    docker_members,
    entry,
    hard_link,
    symlink,
    tar_bytes,
    tar_layer,
)

ARCHIVE = tar_bytes({"a": b"aaa", "b/c": b"x" * 2000})


def blobs(data: bytes) -> tuple[list[tuple[str, bytes, str | None]], list[Gap]]:
    """
    Every blob with its content and link, and the gaps.
    """
    found: list[tuple[str, bytes, str | None]] = []
    gaps: list[Gap] = []
    for item in read_archive(Kept(data), "x.tar"):
        if isinstance(item, Blob):
            found.append((item.name, item.reader.read(1 << 24), item.link))
        else:
            gaps.append(item)
    return found, gaps


def names(data: bytes) -> list[str]:
    """
    The blobs' names.
    """
    return [name for name, _, _ in blobs(data)[0]]


# --- members ---------------------------------------------------------------------------------


def test_files_are_blobs() -> None:
    """
    Every file is a blob, in the order of the archive; directories and devices are none.
    """
    data = tar_layer(
        [directory("b"), entry("b/c", b"x"), entry("dev", type=tarfile.FIFOTYPE), entry("a", b"y")]
    )
    assert blobs(data) == ([("b/c", b"x", None), ("a", b"y", None)], [])


@pytest.mark.parametrize("name", ["./a/b", "/a/b", "a//b", "a/./b", "a/x/../b", "//a/b"])
def test_names_are_relative_to_the_root(name: str) -> None:
    """
    However a member is named, its blob has one name.
    """
    assert names(tar_layer([entry(name, b"x")])) == ["a/b"]


def test_names_that_lead_out_lead_nowhere() -> None:
    """
    A member that climbs out of the archive is a blob still; nothing on this machine is touched.
    """
    assert blobs(tar_layer([entry("../../etc/passwd", b"x")])) == (
        [("../../etc/passwd", b"x", None)],
        [],
    )


def test_symbolic_links_are_relative_to_their_folder() -> None:
    """
    The target of a symbolic link is passed on as it is.
    """
    data = tar_layer([symlink("1/layer.tar", "../2/layer.tar")])
    assert blobs(data) == ([("1/layer.tar", b"", "../2/layer.tar")], [])


@pytest.mark.parametrize("target", ["2/layer.tar", "./2/layer.tar", "/2/layer.tar"])
def test_hard_links_are_relative_to_the_root(target: str) -> None:
    """
    The target of a hard link is named from the root: it is told as seen from its folder.
    """
    data = tar_layer([hard_link("1/x/layer.tar", target)])
    assert blobs(data) == ([("1/x/layer.tar", b"", "../../2/layer.tar")], [])


def test_strays_are_blobs() -> None:
    """
    What stands between and behind the members is given too, each under a name of its own.
    """
    garbage = b"x" * 512
    data = member(b"a", b"aaa") + END + garbage + member(b"b", b"bbb") + garbage
    found, gaps = blobs(data)
    assert [name for name, _, _ in found] == [
        "a",
        "(after the end of the tar)",
        "b",
        "(after the end of the tar 2)",
    ]
    assert [data for _, data, _ in found[1::2]] == [garbage, garbage]
    assert gaps == []


def test_damage_is_a_gap() -> None:
    """
    A damaged header is told, and the members behind it are read.
    """
    data = member(b"a", b"aaa") + damaged(header(b"b", size=3)) + padded(b"bbb") + member(b"c")
    found, gaps = blobs(data + END)
    assert [name for name, _, _ in found] == ["a", "(damaged part of the tar)", "c"]
    assert gaps == [Gap("archive", "damaged tar header", blocking=True)]


def test_a_cut_archive_is_a_gap() -> None:
    """
    What is there of an archive is read.
    """
    found, gaps = blobs(ARCHIVE[: len(ARCHIVE) - 2048])
    assert found[-1][0] == "b/c"
    assert [gap.blocking for gap in gaps] == [True]


# --- compressed as a whole -------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_a_compressed_archive(kind: str) -> None:
    """
    An archive that is compressed as a whole is read like any other.
    """
    assert blobs(compress(ARCHIVE, kind)) == blobs(ARCHIVE)


@pytest.mark.parametrize("kind", [kind for kind in COMPRESSIONS if kind != "none"])
def test_a_cut_compressed_archive(kind: str) -> None:
    """
    Compressed data that is cut is a gap, and what came before is read.
    """
    noise = random.Random(1).randbytes(1 << 20)
    found, gaps = blobs(compress(tar_bytes({"a": noise}), kind)[:-200])
    assert noise.startswith(found[0][1])
    assert len(found[0][1]) > 800_000
    assert gaps[-1] == Gap("archive", "compressed data is cut", blocking=True)


@pytest.mark.parametrize("tail", [b"garbage", b"garbage" * 100_000])
def test_what_follows_the_compressed_data(tail: bytes) -> None:
    """
    Bytes behind a compressed archive are a blob, and zeros are nothing.
    """
    data = compress(ARCHIVE, "gzip")
    assert blobs(data + tail)[0][-1] == ("(after the end of the gzip data)", tail, None)
    assert blobs(data + bytes(1000)) == blobs(ARCHIVE)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (compress(b"", "gzip"), "is empty"),
        (b"no archive at all", "is not a tar archive"),
        (bytes(10240), "is not a tar archive"),
        (compress(b"no archive at all", "zstd"), "is not a tar archive"),
        (compress(ARCHIVE, "xz")[:40], "compressed data is cut"),
        (b"\x1f\x8b" + b"\xff" * 100, "damaged gzip data"),
    ],
)
def test_what_is_no_archive(data: bytes, words: str) -> None:
    """
    Something else than an archive is refused on one line, with what to do.
    """
    with pytest.raises(NotAnImage) as caught:
        blobs(data)
    assert caught.value.message == f"x.tar: {words}"
    assert caught.value.hint


@given(st.binary(max_size=1500), st.booleans())
def test_any_bytes_give_blobs_or_an_error(noise: bytes, with_member: bool) -> None:
    """
    No bytes end in anything but blobs, gaps and our own errors.
    """
    try:
        blobs((member(b"a", b"aaa") if with_member else b"") + noise)
    except AuditError:
        assert not with_member


# --- files -----------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """
    An archive in a file.
    """
    path = tmp_path / "x.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe("app:1").step("a", files={"a": b"x"}))))
    return path


def refusal(reference: str) -> AuditError:
    """
    The error that opening and reading gives.
    """
    with pytest.raises(AuditError) as caught, ArchiveSource("t").open(reference) as export:
        list(export.blobs)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message
    return caught.value


def test_a_file(archive: Path) -> None:
    """
    An archive tells its size, so that progress can be shown.
    """
    with ArchiveSource("docker-archive").open(str(archive)) as export:
        assert (export.source, export.tag, export.size) == (
            "docker-archive",
            None,
            archive.stat().st_size,
        )
        assert len(list(export.blobs)) > 3


def test_a_tag_behind_the_file(archive: Path) -> None:
    """
    As skopeo writes it, a tag may follow the file; a file of just that name is meant first.
    """
    with ArchiveSource("t").open(f"{archive}:app:1") as export:
        assert export.tag == "app:1"
    odd = archive.with_name("x.tar:app")
    archive.rename(odd)
    with ArchiveSource("t").open(str(odd)) as export:
        assert export.tag is None


def test_a_file_in_the_home(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    `~` is the home folder.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    with ArchiveSource("t").open("~/x.tar") as export:
        assert list(export.blobs)


def test_no_such_file(tmp_path: Path) -> None:
    """
    A file that is not there is not found.
    """
    error = refusal(f"{tmp_path}/x.tar")
    assert isinstance(error, ImageNotFound)
    assert error.message == f"{tmp_path}/x.tar: no such file"


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    """
    A folder is told how to be given.
    """
    error = refusal(str(tmp_path))
    assert isinstance(error, NotAnImage)
    assert "oci:" in error.hint


def test_permission_denied(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file that may not be read is told as such.
    """

    # Root may read any file, so the refusal is made here.
    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    error = refusal(str(archive))
    assert isinstance(error, Unreadable)
    assert error.message == f"{archive}: permission denied"


def test_describe(archive: Path) -> None:
    """
    What the image says of itself is had by reading the archive through.
    """
    (image,) = SOURCES["docker-archive"].describe(str(archive))
    assert len(image.layers) == 1
    assert image.history[0].created_by == "a"


@pytest.mark.parametrize(
    "links",
    [
        {"manifest.json": "manifest.json"},
        {"manifest.json": "a", "a": "manifest.json"},
        {"manifest.json": "../../manifest.json"},
        {"manifest.json": "nowhere"},
    ],
)
@pytest.mark.parametrize("kind", [symlink, hard_link])
def test_links_in_circles(
    tmp_path: Path, links: dict[str, str], kind: Callable[[str, str], Entry]
) -> None:
    """
    Links that lead round or nowhere come to an end: there is no image then.
    """
    path = tmp_path / "x.tar"
    path.write_bytes(tar_layer([kind(name, target) for name, target in links.items()]))
    with pytest.raises(NotAnImage):
        ArchiveSource("t").describe(str(path))


# --- standard input --------------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """
    A pipe: it gives a little at a time.
    """

    def __init__(self, data: bytes, *, is_terminal: bool = False) -> None:
        self._file = io.BytesIO(data)
        self._is_terminal = is_terminal

    @property
    def buffer(self) -> Pipe:
        """
        As `sys.stdin` has it.
        """
        return self

    def isatty(self) -> bool:
        """
        Whether somebody types.
        """
        return self._is_terminal

    def read(self, n: int = -1, /) -> bytes:
        """
        At most a hundred bytes.
        """
        return self._file.read(min(n, 100))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A pipe that gives a little at a time is read like a file.
    """
    monkeypatch.setattr(sys, "stdin", Pipe(ARCHIVE))
    with StdinSource("stdin").open("-") as export:
        found = [(b.name, b.reader.read(1 << 20)) for b in export.blobs if isinstance(b, Blob)]
    assert found == [("a", b"aaa"), ("b/c", b"x" * 2000)]
    assert (export.source, export.size) == ("stdin", None)


def test_nothing_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    On a terminal nothing would ever come: the command was wrong.
    """
    monkeypatch.setattr(sys, "stdin", Pipe(b"", is_terminal=True))
    with pytest.raises(UsageError), StdinSource("stdin").open("-"):
        pass


def test_no_standard_input_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A process may have none.
    """
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError), StdinSource("stdin").open("-"):
        pass


def test_empty_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    When the command before the pipe failed, nothing comes.
    """
    monkeypatch.setattr(sys, "stdin", Pipe(b""))
    with pytest.raises(NotAnImage) as caught, StdinSource("stdin").open("-") as export:
        list(export.blobs)
    assert caught.value.message == "standard input: is empty"
