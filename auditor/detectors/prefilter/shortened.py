"""
The beginning of a pattern, where that tells enough: what is shorter compiles faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.prefilter.literals import required

LENGTH = 20
"""
How much of a pattern is kept, in characters.
"""
TELLING = 3
"""
What is kept holds a literal of so many characters at least; without one it would match all over.
"""

Part = tuple[Any, Any]
"""
An operation of a parsed pattern, with what belongs to it.
"""
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
_EMPTY = (ops.AT, ops.ASSERT, ops.ASSERT_NOT)
_LEFT_OUT = (ops.ASSERT, ops.ASSERT_NOT, ops.GROUPREF)
"""
What an expression cannot say.
"""
_SINGLE = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN)


def shortened(parts: Sequence[Part]) -> Sequence[Part]:
    """
    Parts that match wherever the given ones begin to; all that must match, if little is left of
    them.
    """
    kept, _ = _beginning(parts, LENGTH)
    literals = required(kept)
    is_telling = literals is not None and min(map(len, literals)) >= TELLING
    return _without_end(kept if is_telling else parts)


def _without_end(parts: Sequence[Part]) -> Sequence[Part]:
    """
    The parts without what may go on at their end: it would match anew at each character.
    """
    kept = list(parts)
    while kept:
        op, value = kept.pop()
        if op in _LEFT_OUT:
            continue
        if op in _REPEATS:
            least, _, inner = value
            if least:
                return [*kept, (op, (least, least, inner))]
        elif op is ops.SUBPATTERN:
            if inner := _without_end(value[3]):
                return [*kept, (op, (*value[:3], inner))]
        elif not (op in _SINGLE and kept and _is_optional(*kept[-1])):
            return [*kept, (op, value)]
    return kept


def _is_optional(op: Any, value: Any) -> bool:
    return op in _REPEATS and value[0] == 0 and value[1] is ops.MAXREPEAT


def _beginning(parts: Iterable[Part], left: int) -> tuple[list[Part], int]:
    """
    What fits into so many characters, and how many are left then.
    """
    kept: list[Part] = []
    for op, value in parts:
        if left <= 0:
            break
        part, width = _cut(op, value, left)
        kept.append(part)
        left -= width
    return kept, left


def _cut(op: Any, value: Any, left: int) -> tuple[Part, int]:
    """
    A part, or the beginning of it, and its least width; at least `left` if there is no going on
    behind it.
    """
    if op in _EMPTY:
        return (op, value), 0
    if op is ops.SUBPATTERN:
        inner, rest = _beginning(value[3], left)
        return (op, (*value[:3], inner)), left - rest
    if op is ops.BRANCH:
        made = [_beginning(branch, left) for branch in value[1]]
        if any(rest <= 0 for _, rest in made):
            # NOTE: behind a branch that was cut nothing may follow.
            return (op, (value[0], [inner for inner, _ in made])), left
        return (op, value), _width(op, value)
    if op in _REPEATS and value[0] >= 1:
        least, most, inner = value
        width = max(_width_of(inner), 1)
        if width == 1 and least >= left:
            return (op, (left, left, inner)), left
        return (op, (least, most, inner)), width * least
    return (op, value), _width(op, value)


def _width(op: Any, value: Any) -> int:
    return _width_of([(op, value)])


def _width_of(parts: Iterable[Part]) -> int:
    try:
        return int(parser.SubPattern(parser.State(), list(parts)).getwidth()[0])
    except IndexError:
        # A reference to a group outside of these parts: it may be empty.
        return 0
