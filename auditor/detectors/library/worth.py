"""
Whether a value can stand behind a provider's name: asked of bytes, before a line is cut out.
"""

from __future__ import annotations

import re

from auditor.detectors.rules.base import BETWEEN, REACH, SECRET_LEAD, SECRET_SPAN

_VALUE = re.compile(rb"[A-Za-z0-9_+/=.%~|:-]{11}")
_LEAD = re.compile(SECRET_LEAD.encode(), re.IGNORECASE)
_GIVEN = re.compile(rb"(?i:" + SECRET_LEAD.encode() + rb")|[=:>]|[,(]\s*[\"']")
_CLOSE = re.compile(rb"[ \t_.-]{0,3}[A-Za-z0-9+/_-]{11}")
_MARK = 8
"""
The longest mark behind a short name by which it is told from a part of another word, in bytes.
"""
_CHARACTER = 4
"""
The bytes of a character in UTF-8, at most.
"""
_VALUE_REACH = 200
"""
The value stands within so many bytes of its provider's name.
"""


def after_name(data: bytes, end: int) -> bool:
    """
    Whether a value may follow that is given to something, or that stands at the name itself.
    """
    if _VALUE.search(data, end, end + _VALUE_REACH) is None:
        return False
    start = max(end - _MARK, 0)
    if _GIVEN.search(data, start, end + REACH * _CHARACTER + _MARK) is not None:
        return True
    return any(_CLOSE.match(data, at) for at in (end - 1, end))


def after_strict_name(data: bytes, end: int) -> bool:
    """
    Whether a word for a secret and a value may follow.
    """
    start = max(end - _MARK, 0)
    if _LEAD.search(data, start, end + BETWEEN + SECRET_SPAN) is None:
        return False
    return _VALUE.search(data, end, end + _VALUE_REACH) is not None
