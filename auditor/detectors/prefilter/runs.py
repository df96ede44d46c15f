"""
The longest run of like characters that is in whatever a pattern matches.

Where a text has no such run, the pattern matches nothing there, and `bytes.find` tells that sooner
than any pattern.
"""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.prefilter.expressions import Unknown, members
from auditor.records import dataclass

_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)


@dataclass(frozen=True, slots=True)
class Run:
    """
    So many characters side by side, each of them out of a set.
    """

    length: int = 0
    codes: frozenset[int] = frozenset()
    """
    The bytes that they may be made of; all beyond ASCII if one beyond ASCII may be in it.
    """


NONE = Run()


def longest_run(parts: Iterable[tuple[Any, Any]], ignore_case: bool = False) -> Run:
    """
    The longest run that must be in every match of a parsed pattern; of length 0 if none must.
    """
    return max((_of(op, value, ignore_case) for op, value in parts), key=_length, default=NONE)


def _length(run: Run) -> int:
    return run.length


def _of(op: Any, value: Any, ignore_case: bool) -> Run:
    if op is ops.SUBPATTERN:
        return longest_run(value[3], ignore_case)
    if op is ops.BRANCH:
        found = [longest_run(branch, ignore_case) for branch in value[1]]
        return Run(min(map(_length, found)), frozenset().union(*(run.codes for run in found)))
    if op in _REPEATS and value[0] >= 1:
        least, _, inner = value
        if len(inner) == 1 and (codes := _codes(inner[0][0], inner[0][1], ignore_case)):
            return Run(least, codes)
        return longest_run(inner, ignore_case)
    codes = _codes(op, value, ignore_case)
    return Run(1, codes) if codes else NONE


def _codes(op: Any, value: Any, ignore_case: bool) -> frozenset[int]:
    """
    The bytes of a part that is one character; empty if it is not.
    """
    try:
        return members(op, value, ignore_case)
    except Unknown:
        return frozenset()
