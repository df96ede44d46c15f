"""
Whether a value can stand behind a provider's name: asked of bytes, before a line is cut out.
"""

from __future__ import annotations

import re
from functools import cache
from re import _parser as parser  # type: ignore[attr-defined]

from auditor.detectors.library.lines import OPEN
from auditor.detectors.prefilter import Worth
from auditor.detectors.prefilter.expressions import superset
from auditor.detectors.prefilter.runs import longest_run
from auditor.detectors.rules.base import BETWEEN, REACH, SECRET_LEAD, SECRET_SPAN, Rule
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_RANDOM = lazy_regex(rb"[0-9]|[A-Za-z]{16}")
"""
What looks random has a digit, or is of letters alone but long.
"""
_LEAD = lazy_regex(SECRET_LEAD.encode(), re.IGNORECASE)
_GIVEN = lazy_regex(rb"(?i:" + SECRET_LEAD.encode() + rb")|[=:>]|[,(]\s*[\"']")
_CLOSE = lazy_regex(rb"[ \t_.-]{0,3}[A-Za-z0-9+/_-]{11}")
_MARK = 8
"""
The longest mark behind a short name by which it is told from a part of another word, in bytes.
"""
_CHARACTER = 4
"""
The bytes of a character in UTF-8, at most.
"""
_LONGEST = 1000
"""
Of longer values the beginning tells enough, in characters.
"""
_OPEN = tuple(mark.encode() for mark in OPEN)
_BLANKS = b"\t\r\v\f\x1c\x1d\x1e\x1f "


@dataclass(frozen=True, slots=True)
class _Sought:
    """
    What a rule asks for behind a name.
    """

    regex: re.Pattern[bytes]
    """
    It matches wherever a value does.
    """
    reach: int
    """
    By so many characters behind a name a value shows.
    """
    table: bytes
    """
    By it the longest run that is in each value becomes so many equal letters.
    """
    run: bytes
    """
    These letters; empty if no run is in each.
    """


def behind(rule: Rule) -> Worth:
    """
    Tells whether what a rule asks for may stand behind its name, which ends at an offset or a
    mark before it.
    """
    # NOTE: asked for every name of a provider in every text, so what belongs to the rule is at
    # hand; it is made when first asked for, since most rules never are.
    sought: _Sought | None = None
    table, run, reach = b"", b"", 0
    is_strict = rule.is_strict

    def worth(data: bytes, end: int) -> bool:
        nonlocal sought, table, run, reach
        if sought is None:
            sought = _sought(rule.pattern, rule.ignore_case)
            table, run, reach = sought.table, sought.run, sought.reach
        to = _end(data, end, reach)
        # Few names have a value behind them; this tells sooner than a pattern that there is none.
        if run and data[end:to].translate(table).find(run) < 0:
            return False
        start = end - _MARK if end > _MARK else 0
        if is_strict and not _LEAD.search(data, start, end + BETWEEN + SECRET_SPAN):
            return False
        if not (_RANDOM.search(data, end, to) and sought.regex.search(data, end, to)):
            return False
        if is_strict or _GIVEN.search(data, start, min(end + REACH * _CHARACTER + _MARK, to)):
            return True
        return any(_CLOSE.match(data, at) for at in (end - 1, end))

    return worth


def _end(data: bytes, start: int, reach: int) -> int:
    """
    The offset up to which a value shows, so many characters from a name on: on its line, or if
    that is left open on the next, whatever stands before it there.
    """
    near, far = start + reach, start + reach * _CHARACTER + _MARK
    newline = data.find(b"\n", start, near)
    to = near if newline < 0 else newline
    if not data[start:to].isascii():
        return far
    if newline >= 0 and data[max(start - _MARK, 0) : to].rstrip(_BLANKS).endswith(_OPEN):
        return far
    return to


@cache
def _sought(pattern: str, ignore_case: bool) -> _Sought:
    """
    What is asked for. Many rules ask for the same.
    """
    regex = re.compile(pattern, re.ASCII | (re.IGNORECASE if ignore_case else 0))
    parts = parser.parse(regex.pattern, regex.flags)
    least, most = parts.getwidth()
    reach = REACH + min(max(least, most), _LONGEST)
    run = longest_run(parts, ignore_case)
    table = bytes(ord("x") if byte in run.codes else ord(" ") for byte in range(256))
    return _Sought(re.compile(superset(regex), re.MULTILINE), reach, table, b"x" * run.length)
