"""
Strings of a binary, as `strings` shows them: ASCII, and ASCII in UTF-16.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.model import Gap, Reading, Text
from auditor.streams.printable import PRINTABLE
from auditor.streams.reading import File

WINDOW = 4 << 20
"""
How much of a binary is looked at in one go, in bytes.
"""
OVERLAP = 1 << 14
"""
Bytes that two windows share, so that no string is cut.
"""


class BinaryDecoder:
    """
    Whatever is no text.
    """

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return True

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        held = b""
        while data := file.reader.read(WINDOW):
            data = held + data
            data, held = _split(data) if file.reader.peek(1) else (data, b"")
            yield Text(file.path, data, Reading.STRINGS, inside=file.inside)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """
    What to look at now, and the string at its end that goes on in the next window. One that is
    longer than the overlap is looked at in both.
    """
    start = len(data[-OVERLAP:].rstrip(PRINTABLE + b"\0"))
    if start == 0:
        return data, data[-OVERLAP:]
    end = len(data[:-OVERLAP]) + start
    return data[:end], data[end:]
