"""
Whether a value can stand behind a provider's name: asked of bytes, before a line is cut out.
"""

from __future__ import annotations

import re
from functools import cache
from re import _parser as parser  # type: ignore[attr-defined]

from auditor.detectors.prefilter import Worth
from auditor.detectors.prefilter.expressions import superset
from auditor.detectors.prefilter.runs import longest_run
from auditor.detectors.rules.base import BETWEEN, REACH, SECRET_LEAD, SECRET_SPAN, Rule
from auditor.patterns import lazy_regex

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


def behind(rule: Rule) -> Worth:
    """
    Tells whether what a rule asks for may stand behind its name, which ends at an offset or a
    mark before it.
    """
    # NOTE: asked for every name of a provider in every text, so what belongs to the rule is at
    # hand; it is made when first asked for, since most rules never are.
    table, run, reach = b"", b"", 0
    value: re.Pattern[bytes] | None = None
    is_strict = rule.is_strict

    def worth(data: bytes, end: int) -> bool:
        nonlocal table, run, reach, value
        if value is None:
            value, reach, table, run = _value(rule.pattern, rule.ignore_case)
        to = end + reach
        # Few names have a value behind them; this tells sooner than a pattern that there is none.
        if run and data[end:to].translate(table).find(run) < 0:
            return False
        start = end - _MARK if end > _MARK else 0
        if is_strict and not _LEAD.search(data, start, end + BETWEEN + SECRET_SPAN):
            return False
        if not (_RANDOM.search(data, end, to) and value.search(data, end, to)):
            return False
        if is_strict or _GIVEN.search(data, start, end + REACH * _CHARACTER + _MARK):
            return True
        return any(_CLOSE.match(data, at) for at in (end - 1, end))

    return worth


@cache
def _value(pattern: str, ignore_case: bool) -> tuple[re.Pattern[bytes], int, bytes, bytes]:
    """
    What matches wherever a value does, within how many bytes it does so, and a table that turns
    the longest run in each value into so many equal letters. Many rules ask for the same value.
    """
    regex = re.compile(pattern, re.ASCII | (re.IGNORECASE if ignore_case else 0))
    parts = parser.parse(regex.pattern, regex.flags)
    least, most = parts.getwidth()
    reach = (REACH + min(max(least, most), _LONGEST)) * _CHARACTER + _MARK
    run = longest_run(parts, ignore_case)
    table = bytes(ord("x") if byte in run.codes else ord(" ") for byte in range(256))
    return re.compile(superset(regex), re.MULTILINE), reach, table, b"x" * run.length
