"""
The seam: a candidate line in, names with their values out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.detectors.assignments.places import Kind, Place
from auditor.model import Confidence
from auditor.records import dataclass

_CORES = (
    r"pass(?:w(?:or)?d|wd|phrase|code)?|pwd|secret|token|cred(?:ential)?s?|bearer|"
    r"[a-z0-9][_.\- ]?key|salt|dsn|webhook|conn(?:ection)?[_.\-]?str(?:ing)?|_pat\b|pepper"
)
CORE = rf"(?:{_CORES}|auth)"
"""
What every name of a secret holds, as a pattern in lower case. A superset: `sounds_secret` decides.
"""
_WORDS = (
    "pass", "pwd", "secret", "token", "cred", "bearer", "salt", "dsn", "webhook", "conn", "_pat",
    "pepper", "auth",
)  # fmt: skip
"""
With what `CORE` begins, but for a key, which has a character or two before it.
"""
LONG = 256
"""
Up to here a pattern alone is as fast, in characters.
"""
NAMED = rf"(?:(?:{_CORES})[\w.\-]*|auth(?:(?-i:[^\Wo]|[.\-]|o[^\Wr]|ori)[\w.\-]*)?)"
"""
The name of a secret from its core on, for prefilters. Of an author it is none: `Author: …` stands
in every changelog, again and again.
"""
LONGEST_NAME = 80
"""
In characters; what is longer is no name.
"""
AROUND = 1 << 16
"""
How far around a line anything is looked at, in bytes.
"""
LONGEST_VALUE = 4096
"""
In characters; what is longer is data.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """
    A value that was given to a name.
    """

    name: str
    value: str
    quoted: bool = False
    """
    Whether the value stood in quotes, so that nothing in it is syntax.
    """
    sure: bool = False
    """
    Whether the form alone says that this is a credential: `sshpass -p`, `user:pass@`.
    """
    detector: str = "Secret Variable"
    verdict: tuple[Confidence, str] | None = None
    """
    How sure it is and why, where the value itself tells.
    """


class Spot:
    """
    One line of a text, with the others around it, which are cut out only when asked for.
    """

    __slots__ = ("_data", "_end", "_start", "line", "place")

    def __init__(self, data: bytes, start: int, end: int, place: Place) -> None:
        self._data, self._start, self._end = data, start, end
        self.line = decoded(data[start:end])
        """
        The line itself, or of a very long one the piece that matters.
        """
        self.place = place

    @classmethod
    def of(cls, text: str, place: Place, index: int = 0) -> Spot:
        """
        A line of a text, by its index from 0.
        """
        data = text.encode()
        start = len("".join(line + "\n" for line in text.split("\n")[:index]).encode())
        end = data.find(b"\n", start)
        return cls(data, start, end if end >= 0 else len(data), place)

    def below(self, count: int) -> list[str]:
        """
        At most so many lines that follow.
        """
        at = end = self._data.find(b"\n", self._end)
        if at < 0:
            return []
        for _ in range(count):
            following = self._data.find(b"\n", end + 1, at + AROUND)
            if following < 0:
                end = min(len(self._data), at + AROUND)
                break
            end = following
        return decoded(self._data[at + 1 : end]).split("\n")[:count]

    def above(self) -> str:
        """
        What stands before the line, in all that may matter.
        """
        return decoded(self._data[max(self._start - AROUND, 0) : self._start])


@dataclass(frozen=True, slots=True)
class Reader:
    """
    Knows one way in which values are given to names.
    """

    patterns: tuple[re.Pattern[str], ...]
    """
    One of them matches every line that `read` finds anything on.
    """
    kinds: frozenset[Kind]
    """
    Where it looks.
    """
    read: Callable[[Spot], Iterator[Pair]]


def matches(pattern: re.Pattern[str], low: str) -> Iterator[re.Match[str]]:
    """
    All matches of a pattern that begins with `CORE`, on a line in lower case. On a long line they
    are tried only where one of its words stands.
    """
    if len(low) <= LONG:
        yield from pattern.finditer(low)
        return
    end = 0
    for start in _starts(low):
        match = pattern.match(low, start) if start >= end else None
        if match:
            end = match.end()
            yield match


def _starts(low: str) -> list[int]:
    """
    Where `CORE` may begin, ascending.
    """
    found = {at for word in _WORDS for at in places(low, word)}
    for at in places(low, "key"):
        found.update((max(at - 2, 0), max(at - 1, 0)))
    return sorted(found)


def places(line: str, word: str) -> Iterator[int]:
    """
    Where a word stands on a line, ascending.
    """
    at = line.find(word)
    while at >= 0:
        yield at
        at = line.find(word, at + 1)


def decoded(data: bytes) -> str:
    """
    Bytes as text: UTF-8 or, where they are not, Latin-1.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def lowered(line: str) -> str:
    """
    In lower case, as long as it was: positions in one are positions in the other.
    """
    low = line.lower()
    return low if len(low) == len(line) else re.sub("[A-Z]+", lambda m: m[0].lower(), line)
