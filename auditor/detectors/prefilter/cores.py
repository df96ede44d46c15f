"""
What of a pattern must lie within one value, if the pattern matches a line that was put together.

INI and YAML files are scanned a second time with quotes around their values: `key = "value"`.
What a pattern without blanks and quotes matches there lies in the key or in the value, and so in
the file as it is. Of a pattern with any, the parts between them do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.prefilter.expressions import Form, Unknown, write
from auditor.patterns import lazy_regex

TELLING = 3
"""
A part shorter than this, in characters, is everywhere.
"""
PARTS = 3
"""
How many parts of a pattern are looked for.
"""
_BLANKS = frozenset(" \t\r\n\"'")


def cores(regex: re.Pattern[str]) -> tuple[re.Pattern[str], ...]:
    """
    Patterns that all match somewhere in a file if the given one matches on a line that was made of
    its keys and values; empty if no part of it is long enough to tell anything.
    """
    runs = sorted(_runs(parser.parse(regex.pattern, regex.flags)), key=_width, reverse=True)
    ignore_case = bool(regex.flags & re.IGNORECASE)
    found = []
    for run in runs[:PARTS]:
        if _width(run) >= TELLING:
            with suppress(Unknown):
                found.append(lazy_regex(write(run, ignore_case, Form.PYTHON)))
    return tuple(found)


def _width(parts: list[tuple[Any, Any]]) -> int:
    return int(parser.SubPattern(parser.State(), parts).getwidth()[0])


def _runs(parts: Iterable[tuple[Any, Any]]) -> Iterator[list[tuple[Any, Any]]]:
    """
    All that stands side by side without a blank or quote, in whatever must match.
    """
    run: list[tuple[Any, Any]] = []
    for op, value in parts:
        if _is_solid(op, value):
            run.append((op, value))
            continue
        yield run
        run = []
        if op is ops.SUBPATTERN:
            yield from _runs(value[3])
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] >= 1:
            yield from _runs(value[2])
    yield run


def _holds_no_blank(parts: Iterable[tuple[Any, Any]]) -> bool:
    return all(_is_solid(op, value) for op, value in parts)


def _is_solid(op: Any, value: Any) -> bool:
    if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
        return True
    if op is ops.SUBPATTERN:
        return _holds_no_blank(value[3])
    if op is ops.BRANCH:
        return all(_holds_no_blank(branch) for branch in value[1])
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
        return _holds_no_blank(value[2])
    if op is ops.LITERAL:
        return chr(value) not in _BLANKS
    if op is ops.IN:
        return _is_solid_set(value)
    return False


def _is_solid_set(items: Any) -> bool:
    negated = items[0][0] is ops.NEGATE
    held = {blank for blank in _BLANKS for op, value in items if _holds(op, value, blank)}
    return held == _BLANKS if negated else not held


def _holds(op: Any, value: Any, char: str) -> bool:
    if op is ops.LITERAL:
        return chr(value) == char
    if op is ops.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return op is ops.CATEGORY and value not in (ops.CATEGORY_DIGIT, ops.CATEGORY_WORD)
