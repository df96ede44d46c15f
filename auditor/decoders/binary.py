"""
Strings of a binary, as `strings` shows them: ASCII, and ASCII in UTF-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File

WINDOW = 4 << 20
"""
How much of a binary is looked at in one go, in bytes.
"""
OVERLAP = 1 << 14
"""
Bytes that two windows share, so that no string is cut.
"""

_PRINTABLE = bytes([*range(0x20, 0x7F), 9])
_LINES = bytes(byte if byte in _PRINTABLE else 10 for byte in range(256))
"""
Everything that cannot be printed ends a line.
"""
_KINDS = bytes(112 if byte in _PRINTABLE else 48 if byte == 0 else 120 for byte in range(256))
"""
`p` for what can be printed, `0` for zero, `x` for the rest.
"""
_WIDE = re.compile(rb"(?:[\x20-\x7e\t]\x00){8,}")
_LOOKS_WIDE = b"p0" * 8


class BinaryDecoder:
    """
    Whatever is no text.
    """

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return True

    def decode(self, file: File) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        held = b""
        while data := file.reader.read(WINDOW):
            data = held + data
            data, held = _split(data) if file.reader.peek(1) else (data, b"")
            yield Text(file.path, data.translate(_LINES), Reading.TOKENS, inside=file.inside)
            if _LOOKS_WIDE in data.translate(_KINDS):
                wide = b"\n".join(match[::2] for match in _WIDE.findall(data))
                yield Text(file.path, wide, Reading.TOKENS, inside=file.inside)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """
    What to look at now, and the string at its end that goes on in the next window. One that is
    longer than the overlap is looked at in both.
    """
    start = len(data[-OVERLAP:].rstrip(_PRINTABLE + b"\0"))
    if start == 0:
        return data, data[-OVERLAP:]
    end = len(data[:-OVERLAP]) + start
    return data[:end], data[end:]
