"""
Packed files are told by what they are, not by what they are called.
"""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from auditor.decoders import decode
from auditor.decoders.packed import PackedDecoder
from auditor.model import Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.images import compress, entry, tar_layer


def zip_file(names: dict[str, bytes]) -> bytes:
    """
    A zip archive.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(path: str, data: bytes) -> list[Text | Gap]:
    """
    What comes out of a file.
    """
    return list(decode(File(path, Peekable(Kept(data)))))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zip_file({"a": b"x"}), "zip"),
        (zip_file({}), "zip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30), "7z"),
        (b"Rar!\x1a\x07\x01\0" + bytes(30), "rar"),
        (b"!<arch>\ndebian-binary   ", "ar"),
        (b"\xed\xab\xee\xdb\x03\0" + bytes(90), "rpm"),
        (b"070701" + b"0" * 104, "cpio"),
        (b"070702" + b"0" * 104, "cpio"),
        (tar_layer([entry("a", b"x")]), "tar"),
        (compress(b"x", "gzip"), "gzip"),
        (compress(b"x", "zstd"), "zstd"),
        (compress(b"x", "xz"), "xz"),
        (compress(b"x", "bzip2"), "bzip2"),
    ],
)
@pytest.mark.parametrize("path", ["/a/readme.txt", "/a/x.zip"])
def test_what_is_not_opened_is_told(path: str, data: bytes, kind: str) -> None:
    """
    A packed file is a gap with its kind, whatever its name; it does not block.
    """
    assert read(path, data) == [Gap(path, f"{kind} content is not opened")]


@pytest.mark.parametrize("path", ["/x.zip", "/x.tar.gz", "/x.7z"])
def test_a_name_makes_no_archive(path: str) -> None:
    """
    A text that is named like an archive is a text.
    """
    (part,) = read(path, b"plain text\n")
    assert isinstance(part, Text)
    assert part.content == "plain text\n"


@pytest.mark.parametrize(
    "data", [b"", b"P", b"PK", b"BZh", b"BZhello world", gzip.compress(b"")[:1]]
)
def test_half_a_magic_makes_no_archive(data: bytes) -> None:
    """
    A file too short for a magic, or with half of one, is none.
    """
    assert not PackedDecoder().accepts("/x", data)
