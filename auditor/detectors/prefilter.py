"""
Which lines of a text are worth showing to which plugin: a superset, found fast.

For each pattern of a plugin the literals are derived of which one must occur; a text without any
of them is done. Else the pattern itself is searched over the whole text, which gives the lines
that can match, and only these go through the plugin and its filters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

# NOTE: the parser is not public, but has kept its shape since Python 2; `derive` returns None for
# anything it does not know, which only costs time.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


@dataclass(frozen=True, slots=True)
class Pattern:
    """
    A pattern with the literals, in lower case, of which one must occur. `None`: none is known.
    """

    regex: re.Pattern[str]
    literals: frozenset[str] | None


def prepare(regex: re.Pattern[str]) -> Pattern:
    """
    Make a plugin's pattern, written for one line, fit for a text of many.
    """
    over_lines = re.compile(regex.pattern, regex.flags | re.MULTILINE)
    return Pattern(over_lines, derive(regex))


def derive(regex: re.Pattern[str]) -> frozenset[str] | None:
    """
    Literals in lower case, one of which is in every text that the pattern matches.
    """
    found = _required(parser.parse(regex.pattern, regex.flags))
    return found if found and min(map(len, found)) >= 2 else None


def _required(sequence: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """
    The best choice of one position in a sequence: the longer its shortest literal the better.
    """
    best: frozenset[str] | None = None
    run = ""
    choices: list[frozenset[str] | None] = []
    for op, value in sequence:
        if op is ops.LITERAL and chr(value).isascii():
            run += chr(value).lower()
            continue
        choices.append(frozenset({run}) if run else None)
        run = ""
        choices.append(_of(op, value))
    choices.append(frozenset({run}) if run else None)
    for choice in choices:
        if choice and (best is None or min(map(len, choice)) > min(map(len, best))):
            best = choice
    return best


def _of(op: Any, value: Any) -> frozenset[str] | None:
    if op is ops.SUBPATTERN:
        return _required(value[3])
    if op is ops.BRANCH:
        branches = [_required(branch) for branch in value[1]]
        return frozenset().union(*branches) if all(branches) else None  # type: ignore[arg-type]
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] >= 1:
        return _required(value[2])
    return None


class Lines:
    """
    A text as lines, with the means to tell on which line an offset lies.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        # NOTE: plugins are shown each line without its trailing blanks.
        self.lines = [line.rstrip() for line in lines]
        self.joined = "\n".join(self.lines)
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self._lower: str | None = None

    @property
    def lower(self) -> str:
        """
        The whole text in lower case.
        """
        if self._lower is None:
            self._lower = self.joined.lower()
        return self._lower

    def may_hold(self, pattern: Pattern) -> bool:
        """
        Whether one of the literals occurs.
        """
        return pattern.literals is None or any(word in self.lower for word in pattern.literals)

    def candidates(self, pattern: Pattern) -> Iterator[int]:
        """
        Indexes, from 0, of all lines on which the pattern may match, each once, in order.
        """
        at, last = 0, -1
        while match := pattern.regex.search(self.joined, at):
            first = bisect_right(self._starts, match.start()) - 1
            end = bisect_right(self._starts, max(match.end() - 1, match.start())) - 1
            yield from range(max(first, last + 1), min(end, len(self.lines) - 1) + 1)
            last = max(last, end)
            # NOTE: on from the next line, not from the match's end: a match may reach over lines
            # and hide the beginning of another.
            at = self._starts[first + 1] if first + 1 < len(self._starts) else len(self.joined) + 1
            if at > len(self.joined):
                return
