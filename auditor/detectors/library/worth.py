"""
Whether a value can stand behind a provider's name: asked of bytes, before a line is cut out.
"""

from __future__ import annotations

import re
from functools import cache
from re import _parser as parser  # type: ignore[attr-defined]

from auditor.detectors.prefilter.expressions import superset
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


def may_follow(rule: Rule, data: bytes, end: int) -> bool:
    """
    Whether what a rule asks for may stand behind its name, which ends there or a mark before it.
    """
    value, reach = _value(rule)
    if not (_RANDOM.search(data, end, end + reach) and value.search(data, end, end + reach)):
        return False
    start = max(end - _MARK, 0)
    if rule.is_strict:
        return _LEAD.search(data, start, end + BETWEEN + SECRET_SPAN) is not None
    if _GIVEN.search(data, start, end + REACH * _CHARACTER + _MARK) is not None:
        return True
    return any(_CLOSE.match(data, at) for at in (end - 1, end))


@cache
def _value(rule: Rule) -> tuple[re.Pattern[bytes], int]:
    """
    What matches wherever a value does, and within how many bytes it does so.
    """
    regex = re.compile(rule.pattern, re.ASCII | (re.IGNORECASE if rule.ignore_case else 0))
    least, most = parser.parse(regex.pattern, regex.flags).getwidth()
    reach = (REACH + min(max(least, most), _LONGEST)) * _CHARACTER + _MARK
    return re.compile(superset(regex), re.MULTILINE), reach
