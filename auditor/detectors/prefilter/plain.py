"""
The prefilter with the standard library's `re` alone: slower, and the measure for the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.detectors.prefilter.base import Lines, Patterns
from auditor.detectors.prefilter.literals import derive, fold


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

    def __init__(self, patterns: Patterns) -> None:
        self._always = frozenset(n for n, group in enumerate(patterns) if group is None)
        self._probes = [
            _Probe(rule, re.compile(regex.pattern, regex.flags | re.MULTILINE), derive(regex))
            for rule, group in enumerate(patterns)
            for regex in group or ()
        ]

    def touches(self, data: bytes) -> bool:
        """
        See `Prefilter.touches`.
        """
        try:
            content = data.decode()
        except UnicodeDecodeError:
            content = data.decode("latin-1")
        if self._always and content:
            return True
        joined = _stripped(Lines.of_text(content).joined)
        folded = fold(joined)
        return any(True for probe in self._probes for _ in _lines(probe, joined, folded))

    def candidates(self, text: Lines) -> dict[int, set[int]]:
        """
        See `Prefilter.candidates`.
        """
        found: dict[int, set[int]] = {}
        joined = _stripped(text.joined)
        folded = fold(joined)
        for probe in self._probes:
            for index in _lines(probe, joined, folded):
                found.setdefault(index, set()).add(probe.rule)
        for index in range(len(text.lines)) if self._always else ():
            found.setdefault(index, set()).update(self._always)
        return found


def _stripped(joined: str) -> str:
    """
    Lines without trailing blanks, as plugins are shown them: a pattern may ask for a line's end.
    """
    return "\n".join(line.rstrip() for line in joined.split("\n"))


def _lines(probe: _Probe, joined: str, folded: str) -> Iterator[int]:
    """
    Indexes of all lines on which a pattern may match, in order.
    """
    if probe.literals is not None and not any(word in folded for word in probe.literals):
        return
    at = index = counted = 0
    last = -1
    while match := probe.regex.search(joined, at):
        index += joined.count("\n", counted, match.start())
        counted = match.start()
        end = index + joined.count("\n", counted, max(match.end() - 1, counted))
        yield from range(max(index, last + 1), end + 1)
        last = max(last, end)
        # NOTE: on from the next line, not from the match's end: a match may reach over lines
        # and hide the beginning of another.
        at = joined.find("\n", match.start()) + 1
        if not at:
            return
