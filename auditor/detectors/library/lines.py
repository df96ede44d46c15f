"""
A text as lines that are cut out only when somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detect_secrets.util.code_snippet import CodeSnippet

from auditor.patterns import lazy_regex
from auditor.records import dataclass
from auditor.streams.printable import UNPRINTABLE, as_lines

PRAGMA = b"pragma"
"""
A word of every comment that allows a line.
"""
_BREAK = lazy_regex(rb"[\s\"'`]")
LONGEST_WINDOW = 1 << 15
"""
Not much more than this is shown at once of what lies around several offsets, in bytes: whoever
looks at all of it for each thing on it must not take longer and longer.
"""
OPEN = (">", "=", ":", "(", "\\")
"""
What ends a line whose value comes on the next.
"""
AROUND = 5
"""
How many lines before and after a line belong to its context.
"""
STRING = 128
"""
Few strings of a binary are longer, in bytes.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """
    Where a line lies in its text.
    """

    start: int
    end: int


class Lines:
    """
    The lines of a text in UTF-8 or Latin-1, with newlines between them and none within one.
    """

    def __init__(self, data: bytes, made: Sequence[str] | None = None) -> None:
        self.data = data
        self._made = made
        self._coding: str | None = None
        self._has_pragma: bool | None = None
        self._counted = 0, 0
        """
        Where a line begins that was counted, and how many lie before it.
        """
        self._last: tuple[Line, str] | None = None
        """
        The line that was cut out last: it is asked for again, and may be long.
        """

    @classmethod
    def of_text(cls, data: bytes) -> Lines:
        """
        The lines of a text, whatever ends them.
        """
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return cls(data)

    @classmethod
    def of_list(cls, lines: Sequence[str]) -> Lines:
        """
        Lines that were made one by one. To a plugin a newline within one is a blank like others.
        """
        ends = [line.rstrip("\n").replace("\n", "\r") for line in lines]
        return cls("\n".join(ends).encode("utf-8", "replace"), lines)

    def at(self, offset: int, after: Line | None = None) -> Line:
        """
        The line that holds the byte before an offset, or ends there if it is empty. `after` is a
        line known before it.
        """
        if after and after.start <= offset <= after.end:
            return after
        start = self._break_before(offset, after.end if after else 0) + 1
        end = self._break_behind(offset)
        return Line(start, end if end >= 0 else len(self.data))

    def index(self, line: Line) -> int:
        """
        How many lines lie before one. Told fastest in their order.
        """
        start, index = self._counted if self._counted[0] <= line.start else (0, 0)
        index += self.data.count(b"\n", start, line.start)
        self._counted = line.start, index
        return index

    def text(self, line: Line) -> str:
        """
        A line as it was written.
        """
        if self._made is not None:
            return self._made[self.index(line)]
        if self._last is None or self._last[0] is not line:
            self._last = line, self._decoded(self.data[line.start : line.end])
        return self._last[1]

    def windows(self, line: Line, ends: Iterable[int], before: int, behind: int) -> Iterator[str]:
        """
        What lies around some offsets on a line, so many bytes before and behind them at least, and
        on to the end of a word, but no more than twice as far behind; what overlaps is told once,
        until it grows long. Offsets ascend.
        """
        start = stop = -1
        for end in ends:
            if stop >= 0 and (end - before > stop or end - start > LONGEST_WINDOW):
                yield self._part(start, stop)
                stop = -1
            if stop < 0:
                start = max(end - before, line.start)
            if end + behind > stop:
                limit = min(end + 2 * behind, line.end)
                found = _BREAK.search(self.data, min(end + behind, limit), limit)
                stop = found.start() if found else limit
        if stop >= 0:
            yield self._part(start, stop)

    def _part(self, start: int, end: int) -> str:
        # A character that the start cuts is replaced.
        data = self.data[start:end]
        return data.decode("ascii" if data.isascii() else self.coding, "replace")

    def _break_before(self, end: int, start: int = 0) -> int:
        """
        Where the last break between two lines lies before an offset; -1 if there is none.
        """
        return self.data.rfind(b"\n", start, end)

    def _break_behind(self, start: int) -> int:
        """
        Where the first one lies from an offset on; -1 if there is none.
        """
        return self.data.find(b"\n", start)

    def _decoded(self, data: bytes) -> str:
        return data.decode("ascii" if data.isascii() else self.coding)

    @property
    def coding(self) -> str:
        """
        Latin-1 for a text of which any part is no UTF-8.
        """
        if self._coding is None:
            try:
                self.data.decode()
                self._coding = "utf-8"
            except UnicodeDecodeError:
                self._coding = "latin-1"
        return self._coding

    def content(self) -> str:
        """
        The whole text.
        """
        return self._decoded(self.data)

    @property
    def has_pragma(self) -> bool:
        """
        Whether there may be a comment somewhere that allows a line.
        """
        if self._has_pragma is None:
            self._has_pragma = PRAGMA in self.data
        return self._has_pragma

    def following(self, line: Line, count: int) -> list[str]:
        """
        A line and at most `count` - 1 after it.
        """
        end = line.start
        for _ in range(count):
            end = self._break_behind(end)
            if end < 0:
                return self._decoded(self.data[line.start :]).split("\n")
            end += 1
        return self._decoded(self.data[line.start : end - 1]).split("\n")

    def context(self, line: Line) -> CodeSnippet:
        """
        A line among its neighbours, as filters want to see it.
        """
        index = self.index(line)
        if self._made is not None:
            first = max(index - AROUND, 0)
            around = list(self._made[first : index + AROUND + 1])
            return CodeSnippet(around, first, index - first)
        start, before = line.start, 0
        while before < AROUND and start > 0:
            start = self._break_before(start - 1) + 1
            before += 1
        end = line.end
        for _ in range(AROUND):
            end = self._break_behind(end + 1)
            if end < 0:
                end = len(self.data)
                break
        around = self._decoded(self.data[start:end]).split("\n")
        return CodeSnippet(around, index - before, before)


class Strings(Lines):
    """
    The strings of a binary: whatever cannot be printed lies between two lines.
    """

    def around(self, line: Line, reach: int) -> str:
        """
        A string and what lies so many bytes before and behind it, a newline for each byte that
        cannot be printed.
        """
        return self._decoded(self.data[max(line.start - reach, 0) : line.end + reach])

    def _break_before(self, end: int, start: int = 0) -> int:
        reach = STRING
        while True:
            low = max(end - reach, start)
            found = as_lines(self.data[low:end]).rfind(b"\n")
            if found >= 0:
                return low + found
            if low == start:
                return -1
            reach *= 2

    def _break_behind(self, start: int) -> int:
        found = UNPRINTABLE.search(self.data, start)
        return found.start() if found else -1

    def _decoded(self, data: bytes) -> str:
        return as_lines(data).decode("ascii")
