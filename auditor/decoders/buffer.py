"""
A reader that can be looked ahead in and stepped back in, for formats without a length before
their data.
"""

from __future__ import annotations

from auditor.streams.reading import Reader

STEP = 1 << 16
"""
How much is taken from the source at once, and how far one may step back, in bytes.
"""


class Buffer:
    """
    A window over another reader.
    """

    def __init__(self, source: Reader) -> None:
        self._source = source
        self._held = b""
        self._at = 0

    def peek(self, n: int) -> bytes:
        """
        The next `n` bytes, which stay; fewer only at the end.
        """
        have = len(self._held) - self._at
        if have < n:
            self._held = self._held[self._at :] + self._source.read(max(n - have, STEP))
            self._at = 0
        return self._held[self._at : self._at + n]

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        if n > STEP:
            first, self._held, self._at = self._held[self._at :], b"", 0
            if len(first) < n:
                return first + self._source.read(n - len(first))
            self._held, self._at = first, n
            return first[:n]
        data = self.peek(n)
        self._at += len(data)
        return data

    def take(self, count: int) -> None:
        """
        Pass over bytes that were just looked at.
        """
        self._at += count

    def back(self, count: int) -> None:
        """
        Give back the end of what was just read, at most `STEP` bytes.
        """
        if count > self._at:
            raise ValueError("stepped back too far")
        self._at -= count

    def skip(self, count: int) -> int:
        """
        Pass over so many bytes; how many there were.
        """
        passed = 0
        while passed < count and (data := self.read(min(count - passed, STEP))):
            passed += len(data)
        return passed

    def exactly(self, n: int) -> bytes:
        """
        The next `n` bytes. Raises `EOFError` if there are fewer.
        """
        data = self.read(n)
        if len(data) < n:
            raise EOFError("cut")
        return data


class Until:
    """
    The bytes of a buffer up to the next place where one of some marks stands.
    """

    def __init__(self, source: Buffer, marks: tuple[bytes, ...], skip: int = 0) -> None:
        self._source = source
        self._marks = marks
        self._overlap = max(map(len, marks)) - 1
        self._skip = skip
        """
        Bytes at the beginning in which no mark counts.
        """
        self._ended = False

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        held = []
        have = 0
        while have < n and not self._ended:
            piece = self._piece(min(n - have, STEP - self._overlap))
            held.append(piece)
            have += len(piece)
        return b"".join(held)

    def _piece(self, most: int) -> bytes:
        window = self._source.peek(most + self._overlap)
        found = [at for mark in self._marks if (at := window.find(mark, self._skip)) >= 0]
        end = min([most, *found])
        self._ended = end in found or len(window) <= end
        self._skip = max(self._skip - end, 0)
        return self._source.read(end)
