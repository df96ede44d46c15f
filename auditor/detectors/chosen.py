"""
How a value came about: typed in order on a keyboard, or chosen by a person to be hard to guess.
"""

from __future__ import annotations

import itertools
import re

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
FEWEST = 5
"""
Values of 16 characters and more have at least so many different ones, unless somebody made them up.
"""
LONGEST_RUN = 6
"""
So often in a row one character does not come by chance.
"""
LONG_WORD = 8
"""
A part of a name that mixes letters and digits is no word from here on, in characters.
"""
SEPARATORS = lazy_regex(r"[_+/.~-]+")
"""
What stands between the parts of a name or a token.
"""
_REPEATED = lazy_regex(r"([A-Za-z0-9]{8})\1\1", re.IGNORECASE)
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


def is_made_up(value: str) -> bool:
    """
    Whether a value is too even to have been drawn: `aaaa…`, `0000…`.
    """
    if len(value) < 2 * LONG_WORD:
        return False
    # The lead is no part of what was drawn, and numbers in the middle are counters. Of short parts,
    # as a UUID has them, all were drawn.
    drawn = max(SEPARATORS.split(value), key=len)
    if len(drawn) < 2 * LONG_WORD:
        drawn = SEPARATORS.sub("", value)
    few = len(set(drawn[len(drawn) // 3 :])) < FEWEST
    return few or bool(_runs(drawn) or _REPEATED.search(value))


def _runs(value: str) -> re.Match[str] | None:
    # Zeros in base64 are `A`s, and some formats begin with them.
    return re.search(rf"([^A])\1{{{LONGEST_RUN - 1},}}", value)


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
