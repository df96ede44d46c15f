"""
Whether there may be a letter in what a pattern finds.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.prefilter.expressions import ASCII, Unknown, members

_LETTERS = frozenset(string.ascii_letters.encode())
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, getattr(ops, "POSSESSIVE_REPEAT", None))


def may_hold_letters(regex: re.Pattern[str]) -> bool:
    """
    Whether a match of the pattern, or one of its groups, may hold a letter of ASCII.
    """
    flags = regex.flags
    return _may(parser.parse(regex.pattern, flags), bool(flags & re.IGNORECASE))


def _may(parts: Iterable[tuple[Any, Any]], ignore_case: bool) -> bool:
    return any(_may_part(op, value, ignore_case) for op, value in parts)


def _may_part(op: Any, value: Any, ignore_case: bool) -> bool:
    if op is ops.AT or op is ops.GROUPREF:
        # Nothing, and what another part finds.
        return False
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        # It belongs to no match, but a group in it may be told.
        return _has_group(value[1]) and _may(value[1], ignore_case)
    if op in _REPEATS:
        return _may(value[2], ignore_case)
    if op is ops.BRANCH:
        return any(_may(branch, ignore_case) for branch in value[1])
    if op is ops.SUBPATTERN:
        _, added, removed, inner = value
        changed = bool(added & re.IGNORECASE) or (ignore_case and not removed & re.IGNORECASE)
        return _may(inner, changed)
    try:
        return bool(members(op, value, ignore_case) & _LETTERS) or (
            ignore_case and _names_beyond(op, value)
        )
    except Unknown:
        return True


def _names_beyond(op: Any, value: Any) -> bool:
    """
    Whether a part names characters beyond ASCII: ignoring case, some of them stand for a letter.
    """
    if op is ops.IN:
        return any(_names_beyond(*item) for item in value)
    last = value[1] if op is ops.RANGE else value
    return op in (ops.RANGE, ops.LITERAL) and last >= ASCII


def _has_group(parts: Any) -> bool:
    return "SUBPATTERN" in repr(list(parts))
