"""
How a value came about: typed in order on a keyboard, or chosen by a person to be hard to guess.
"""

from __future__ import annotations

import itertools

from auditor.detectors.placeholders import is_example
from auditor.patterns import lazy_regex

ORDERLY = 0.4
"""
A value of which so large a part is in order was typed in, not drawn.
"""
RUN = 4
"""
Runs of neighbours shorter than this come by chance, in characters.
"""
_KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm"
_SYMBOLS = 4
"""
So many different symbols are in no name and in no sentence.
"""
_PAIRED = {")": "(", "]": "[", "}": "{"}
_SYNTAX = lazy_regex(
    r"\\|\s|://|^\^|\$$|\(\?|\.[*+]|\[\^?\w-\w|%[sdrv(]|\$\{\w+\}|\{\{?\s*[\w.]*\s*\}|<[/\w][^<>]*>|=>|->|\w\(|;$|::"
)


def is_contrived(value: str) -> bool:
    """
    Whether a good part of a value is in the order of the alphabet, of numbers or a keyboard.
    """
    return _in_order(value) >= len(value) * ORDERLY


def _in_order(value: str) -> int:
    """
    How many characters stand in runs of neighbours.
    """
    total, run, step = 0, 1, 0
    low = value.lower()
    for before, char in itertools.pairwise(low):
        here = _step(before, char)
        if here is not None and (here == step or run == 1):
            run += 1
            step = here
        else:
            total += run if run >= RUN else 0
            run, step = (2, here) if here is not None else (1, 0)
    return total + (run if run >= RUN else 0)


def _step(before: str, char: str) -> int | None:
    if not (before.isalnum() and char.isalnum()):
        return None
    apart = ord(char) - ord(before)
    if abs(apart) <= 1 or before + char in ("90", "z0", "za", "9a"):
        return 1 if apart > 1 or before + char in ("90", "z0", "za") else apart
    return 2 if before + char in _KEYBOARD else None


def is_complex(value: str) -> bool:
    """
    Whether a value is a password that somebody made hard to guess: letters with many symbols, which
    are the syntax of nothing. Patterns, formats and code close the brackets that they open.
    """
    if not 12 <= len(value) <= 128 or not value.isascii() or is_example(value):
        return False
    symbols = {char for char in value if not char.isalnum() and char not in "_-./: "}
    letters = sum(map(str.isalnum, value))
    if len(symbols) < _SYMBOLS or letters < len(value) // 3:
        return False
    return not _SYNTAX.search(value) or not _is_balanced(value)


def _is_balanced(value: str) -> bool:
    """
    Whether every bracket closes the last one that is open.
    """
    opened: list[str] = []
    for char in value:
        if char in "([{":
            opened.append(char)
        elif char in _PAIRED and (not opened or opened.pop() != _PAIRED[char]):
            return False
    return not opened
