"""
Strings of a binary, as `strings` shows them: ASCII, and ASCII in UTF-16.
"""

from __future__ import annotations

from auditor.patterns import lazy_regex

PRINTABLE = bytes([*range(0x20, 0x7F), 9])
_LINES = bytes(byte if byte in PRINTABLE else 10 for byte in range(256))
UNPRINTABLE = lazy_regex(rb"[^\t\x20-\x7e]")
WIDE = lazy_regex(rb"(?:[\x20-\x7e\t]\x00){8,}")
"""
A string in UTF-16, little endian; of big endian it takes all but the first character.
"""


def as_lines(data: bytes) -> bytes:
    """
    The same bytes, with a newline for each that cannot be printed: offsets stay what they are.
    """
    return data.translate(_LINES)
