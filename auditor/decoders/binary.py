"""
Strings of a binary, as `strings` shows them: ASCII, and ASCII in UTF-16.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.printable import PRINTABLE
from auditor.streams.reading import File, Peekable, Then

WINDOW = 4 << 20
"""
How much of a binary is looked at in one go, in bytes.
"""
OVERLAP = 1 << 14
"""
Bytes that two windows share, so that no string is cut.
"""

_ZIP = lazy_regex(b"P(?=K\x03\x04)")
"""
How a zip's entry begins. A pattern that begins with one letter alone is looked for by that letter,
half as fast again as four bytes are.
"""
_METHODS = frozenset((0, 8, 12, 14, 93, 95))


class BinaryDecoder:
    """
    Whatever is no text.
    """

    def __init__(self, *, opens: bool = True) -> None:
        self._opens = opens
        """
        Whether a zip in it is one, and not only bytes like others.
        """

    first: bytes | None = None

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return True

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        reader = file.reader
        held = b""
        window = reader.read(WINDOW)
        while window:
            following = reader.read(WINDOW) if len(window) == WINDOW else b""
            data, held = _joined(held, window) if following else (held + window, b"")
            start = appended_zip(data) if self._opens else -1
            if start >= 0:
                # What is not of an entry comes back from there as strings.
                rest = Peekable(Then(data[start:], Then(held, Then(following, reader))))
                data = data[:start]
            yield Text(file.path, data, Reading.STRINGS, inside=file.inside)
            if start >= 0:
                yield File(file.path, rest, None, file.inside, encoded="zip")
                return
            window = following


def appended_zip(data: bytes) -> int:
    """
    Where a zip begins that stands behind a program or script, as in a Spring Boot application or
    a zipapp; -1 if none does.
    """
    for match in _ZIP.finditer(data):
        at = match.start()
        if at + 30 > len(data):
            break
        version, flags, method, size = struct.unpack_from("<3H16xH", data, at + 4)
        name = data[at + 30 : at + 30 + size]
        is_name = 0 < size <= 512 and len(name) == size and name.isascii()
        if version <= 63 and flags < 1 << 14 and method in _METHODS and is_name:
            return at
    return -1


def _joined(held: bytes, window: bytes) -> tuple[bytes, bytes]:
    """
    What to look at now: what was held back before and a window but for the string at its end, that
    goes on in the next one and is held back. One that is longer than the overlap is looked at in
    both. Windows are large, so each byte is copied once.
    """
    start = len(window[-OVERLAP:].rstrip(PRINTABLE + b"\0"))
    if start == 0:
        return held + window, window[-OVERLAP:]
    end = max(len(window) - OVERLAP, 0) + start
    return b"".join((held, memoryview(window)[:end])), window[end:]
