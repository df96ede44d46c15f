"""
Literals of which one must occur wherever a pattern matches, derived from the pattern itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# NOTE: the parser is not public, but has kept its shape since Python 2; `derive` returns None for
# anything it does not know, which only costs time.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SHORTEST = 2
"""
Shorter literals are everywhere, in characters.
"""
_FOLDED = {"İ": "i", "ı": "i", "ſ": "s", "K": "k"}
"""
Letters beyond ASCII that `re.IGNORECASE` takes for ASCII ones.
"""


def fold(text: str) -> str:
    """
    Lower case as `re.IGNORECASE` sees it, as far as ASCII letters go.
    """
    if not text.isascii():
        # NOTE: a table for `translate` is looked up for every character, and slow.
        for letter, plain in _FOLDED.items():
            text = text.replace(letter, plain)
    return text.lower()


def derive(regex: re.Pattern[str]) -> frozenset[str] | None:
    """
    Folded literals, one of which is in every folded text that the pattern matches; `None` if
    that cannot be told.
    """
    found = required(parser.parse(regex.pattern, regex.flags))
    return found if found and min(map(len, found)) >= SHORTEST else None


def required(sequence: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """
    The best choice of one position in a sequence: the longer its shortest literal the better.
    """
    best: frozenset[str] | None = None
    run = ""
    choices: list[frozenset[str] | None] = []
    for op, value in sequence:
        if op is ops.LITERAL and chr(value).isascii():
            run += chr(value).lower()
            continue
        choices.append(frozenset({run}) if run else None)
        run = ""
        choices.append(_of(op, value))
    choices.append(frozenset({run}) if run else None)
    for choice in choices:
        if choice and (best is None or min(map(len, choice)) > min(map(len, best))):
            best = choice
    return best


def _of(op: Any, value: Any) -> frozenset[str] | None:
    if op is ops.SUBPATTERN:
        return required(value[3])
    if op is ops.BRANCH:
        branches = [required(branch) for branch in value[1]]
        return frozenset().union(*branches) if all(branches) else None  # type: ignore[arg-type]
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] >= 1:
        return required(value[2])
    return None
