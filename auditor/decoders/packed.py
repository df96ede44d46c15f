"""
Archives and compressed files, told by magic: not opened yet, so the ledger says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model import Gap, Text
from auditor.streams.header import is_header
from auditor.streams.inflate import compression
from auditor.streams.reading import File

_MAGICS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"!<arch>\n", "ar"),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"070701", "cpio"),
    (b"070702", "cpio"),
)


class PackedDecoder:
    """
    Tells what is in a packed file: that it was not looked into.
    """

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return _kind(head) is not None

    def decode(self, file: File) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        kind = _kind(file.reader.peek(512))
        yield Gap(file.path, f"{kind} content is not opened")


def _kind(head: bytes) -> str | None:
    for magic, name in _MAGICS:
        if head.startswith(magic):
            return name
    return compression(head[:6]) or ("tar" if is_header(head[:512]) else None)
