"""
The prefilter with the standard library's `re` alone: slower, and the measure for the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from auditor.detectors.prefilter.base import NEAR, Hit, Patterns
from auditor.detectors.prefilter.literals import derive, fold
from auditor.records import dataclass
from auditor.streams.printable import WIDE, as_lines

LONG_LINE = 1 << 12
"""
Lines up to here are read as a whole by everybody, in bytes.
"""
STRING = NEAR // 2
"""
The same for strings of a binary, of which whoever looks for glued tokens sees little around a hit.
"""


@dataclass(frozen=True, slots=True)
class _Probe:
    """
    A pattern fit for a text of many lines, with its literals.
    """

    rule: int
    regex: re.Pattern[str]
    literals: frozenset[str] | None


class PlainPrefilter:
    """
    Literals first, then each pattern over the whole text.
    """

    def __init__(self, patterns: Patterns, strings: bool = False) -> None:
        self._strings = strings
        self._count = len(patterns)
        self._always = frozenset(n for n, group in enumerate(patterns) if group is None)
        self._probes = [
            _Probe(rule, re.compile(regex.pattern, regex.flags | re.MULTILINE), derive(regex))
            for rule, group in enumerate(patterns)
            for regex in group or ()
        ]

    def hits(self, data: bytes) -> list[Hit]:
        """
        See `Prefilter.hits`.
        """
        if not self._strings:
            return self._in_text(data)
        return sorted([*self._in_text(as_lines(data)), *self._in_utf_16(data)])

    def _in_utf_16(self, data: bytes) -> Iterator[Hit]:
        for run in WIDE.finditer(data):
            yield from ((run.end(), self._count + n) for _, n in self._in_text(run[0][::2]))

    def _in_text(self, data: bytes) -> list[Hit]:
        ends = [match.start() for match in re.finditer(b"\n", data)] + [len(data)]
        starts = [0, *(end + 1 for end in ends)]
        joined = _joined(data)
        folded = fold(joined)
        found = {
            (offset, probe.rule)
            for probe in self._probes
            for index in _lines(probe, joined, folded)
            for offset in self._offsets(starts[index], ends[index])
        }
        found |= {(end, rule) for rule in self._always for end in ends}
        return sorted(found)

    def _offsets(self, start: int, end: int) -> Iterator[int]:
        """
        Where a rule is told of a line: at its end, and all over a long one, of which whoever asks
        sees only what lies around.
        """
        long, step = (STRING, STRING) if self._strings else (LONG_LINE, NEAR)
        if end - start > long:
            yield from range(start + step, end, step)
        yield end


def _joined(data: bytes) -> str:
    """
    Lines without trailing blanks, as plugins are shown them: a pattern may ask for a line's end.
    """
    try:
        content = data.decode()
    except UnicodeDecodeError:
        content = data.decode("latin-1")
    return "\n".join(line.rstrip() for line in content.split("\n"))


def _lines(probe: _Probe, joined: str, folded: str) -> Iterator[int]:
    """
    Indexes of all lines on which a pattern may match, in order.
    """
    if probe.literals is not None and not any(word in folded for word in probe.literals):
        return
    starts = [0, *(match.end() for match in re.finditer("\n", joined))]
    at, last = 0, -1
    while match := probe.regex.search(joined, at):
        first = bisect_left(starts, match.start() + 1) - 1
        end = bisect_left(starts, max(match.end(), match.start() + 1)) - 1
        yield from range(max(first, last + 1), end + 1)
        last = max(last, end)
        # NOTE: on from the next line, not from the match's end: a match may reach over lines
        # and hide the beginning of another.
        at = joined.find("\n", match.start()) + 1
        if not at:
            return
