"""
Bytes → text: encodings, binaries, files in files. One explicit table, tried in its order.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.base import HEAD, Decoder
from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.packed import PackedDecoder
from auditor.decoders.text import TextDecoder
from auditor.model import Gap, Text
from auditor.streams.reading import File

DECODERS: dict[str, Decoder] = {
    # By magic first; a binary is what is nothing else.
    "packed": PackedDecoder(),
    "text": TextDecoder(),
    "binary": BinaryDecoder(),
}


def decode(file: File) -> Iterator[Text | Gap]:
    """
    Everything readable in a file.
    """
    head = file.reader.peek(HEAD)
    for decoder in DECODERS.values():
        if decoder.accepts(file.path, head):
            for part in decoder.decode(file):
                if isinstance(part, File):
                    yield from decode(part)
                else:
                    yield part
            return


__all__ = ["DECODERS", "Decoder", "decode"]
