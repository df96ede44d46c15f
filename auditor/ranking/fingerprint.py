"""
How a leak is known again without being told.

A strong token may be hashed: nobody guesses it. A weak secret may not, since its hash would let
anyone test guesses, so it is known by its place.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from auditor.patterns import lazy_regex

STRONG_BITS = 80.0
"""
A value with at least as much entropy cannot be guessed, in bits.
"""
WORD_BITS = 12.0
"""
What a word adds to the guessing, however long it is: it may be one of some 4000, in bits.
"""
_WORD = lazy_regex(r"[A-Z]?[a-z]{4,}|[A-Z]{4,}")


LONG = 20
"""
A shorter value is weak, in characters.
"""
LONGEST = 200
"""
How much of a value is looked at, in characters.
"""
MIXED = 0.33
"""
How often small and capital letters, digits and signs must take turns. In random base 64 that is
two of three times, in random hex every second time, in words and years one of four.
"""


def bits(value: str) -> float:
    """
    How much work it is to guess a value: Shannon entropy times length, but runs of letters may be
    words, which nobody guesses letter by letter.
    """
    words = len(_WORD.findall(value))
    rest = _WORD.sub("", value)
    counts = Counter(rest).values()
    return words * WORD_BITS - sum(n * math.log2(n / len(rest)) for n in counts)


@lru_cache(maxsize=1 << 14)
def is_strong(value: str) -> bool:
    """
    Whether a value may be hashed: long, varied, and made by a machine. Words glued together are
    long and varied too, and a list of words guesses them.
    """
    if len(value) < LONG or len(value.split()) > 1:
        return False
    # What is strong by its beginning is strong.
    value = value[:LONGEST]
    if bits(value) < STRONG_BITS:
        return False
    kinds = value.translate(_KINDS)
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes >= MIXED * (len(value) - 1)


class _Kinds(dict[int, str]):
    """
    A letter for each kind of character, found out when it is first met.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = "9" if char.isdigit() else "-"
        if char.isalpha():
            kind = "a" if char.islower() else "A"
        self[code] = kind
        return kind


_KINDS = _Kinds()


def fingerprint(value: str, detector: str, path: str, name: str | None, number: int) -> str:
    """
    64 hex digits. Holds no tag, layer, line or time. `number` tells weak secrets of the same
    place apart.
    """
    return of_strong(value) or of_weak(detector, path, name, number)


def of_strong(value: str) -> str | None:
    """
    The fingerprint of a value that may be hashed; `None` for any other.
    """
    if is_strong(value) or value.startswith("-----BEGIN"):
        return _hashed(f"layer-auditor 1 strong\0{value}")
    return None


def of_weak(detector: str, path: str, name: str | None, number: int) -> str:
    """
    The fingerprint of a value that may not.
    """
    return _hashed(f"layer-auditor 1 weak\0{detector}\0{stable(path)}\0{name or ''}\0{number}")


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def stable(path: str) -> str:
    """
    A path without what changes when the image is built again: numbers of steps, digests.
    """
    if path.startswith("/"):
        return path
    return re.sub(r"\b[0-9a-f]{12,}\b", "", re.sub(r"\[\d+\]", "[]", path))


_LABEL = lazy_regex(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")


def preview(value: str) -> str:
    """
    Enough to recognise a strong secret, nothing of a weak one. Of a private key, its kind.
    """
    if label := _LABEL.match(value):
        return f"{label[1]} …"
    return f"{value[:4]}…" if is_strong(value) else "****"
