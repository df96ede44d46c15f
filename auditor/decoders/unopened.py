"""
What cannot be opened, told by magic, so that the ledger says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget
from auditor.model import Gap, Text
from auditor.streams.reading import File

_MAGICS = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"MSCF\0\0\0\0": "cab",
    b"hsqs": "squashfs",
    b"xar!\0": "xar",
    b"LRZI\0": "lrzip",
    b"LZIP\x01": "lzip",
    b"\x89LZO\0\r\n\x1a\n": "lzop",
    b"ADB.": "apk v3",
    b"ADBd": "apk v3",
    b"ADBc": "apk v3",
    b"Salted__": "encrypted",
    b"age-encryption.org/v1\n": "encrypted",
}
_STARTS = tuple(_MAGICS)
_FIRST = b"".join({magic[:1] for magic in _MAGICS})
_PLAIN = bytes([*range(0x20, 0x7F), 9, 10, 13])


class UnopenedDecoder:
    """
    Tells what is in a packed file: that it was not looked into.
    """

    first: bytes | None = _FIRST

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(_STARTS) and _kind(head) is not None

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        yield Gap(file.place, f"{_kind(file.reader.peek(64))} content is not opened")
        # What is stored in it as it is shows all the same.
        yield from BinaryDecoder(opens=False).decode(file, budget)


def _kind(head: bytes) -> str | None:
    name = next((name for magic, name in _MAGICS.items() if head.startswith(magic)), None)
    # NOTE: some of the magics are letters, and a text may begin with them.
    return name if name and head[:64].translate(None, _PLAIN) else None
