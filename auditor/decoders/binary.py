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

_NARROW = re.compile(rb"[\x20-\x7e\t]{8,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t]\x00){8,}")


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
            strings = [match.decode("ascii") for match in _NARROW.findall(data)]
            strings += [match[::2].decode("ascii") for match in _WIDE.findall(data)]
            if strings:
                yield Text(file.path, "\n".join(strings), Reading.TOKENS, inside=file.inside)
            held = data[-OVERLAP:]
