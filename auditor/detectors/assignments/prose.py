"""
Passwords that somebody tells somebody: `the password is …`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import Pair, Reader, Spot
from auditor.detectors.assignments.places import Kind
from auditor.patterns import lazy_regex

NAME = "Told Password"
_TOLD = lazy_regex(
    r"\b(?P<name>pass(?:word|wd|phrase|code))\s+(?:for\s+\S{1,60}\s+)?(?:is|was)(?:\s+set\s+to)?:?\s+"
    r"(?P<quote>\\?[\"'`])?(?P<value>[^\s\"'`<>{}$%\\]{8,64})(?(quote)(?P=quote)|(?=\s|$))",
    re.IGNORECASE,
)
PATTERN = lazy_regex(
    r"pass(?:word|wd|phrase|code)\s+(?:for\s+\S+\s+)?(?:is|was)[\s:]", re.IGNORECASE
)
_STANDARD = lazy_regex(
    r"(?:sha|md|base|utf|aes|des|rsa|rfc|iso|ntlm|pbkdf|oauth|x\.?509|http|tls|ipv)\W?v?\d",
    re.IGNORECASE,
)
"""
What a text may say of a password that has digits in it, and is none.
"""


def read(spot: Spot) -> Iterator[Pair]:
    """
    Values with letters and digits, as a sentence has no others.
    """
    for match in _TOLD.finditer(spot.line):
        value = match["value"] if match["quote"] else match["value"].rstrip(".,;:)")
        if len(value) >= SHORTEST and _is_chosen(value, bool(match["quote"])):
            yield Pair(match["name"], value, quoted=True, sure=True, detector=NAME)


def _is_chosen(value: str, quoted: bool) -> bool:
    digits = sum(map(str.isdigit, value))
    if not digits or not any(map(str.isalpha, value)) or _STANDARD.search(value):
        return False
    # A word with one digit at its end has a footnote.
    return quoted or digits > 1 or any(sign in value for sign in "!@#^&*+=_~?")


SHORTEST = 8
"""
Shorter words with digits are versions and names, in characters.
"""
PROSE = Reader((PATTERN,), frozenset({Kind.UNKNOWN, Kind.SHELL}), read)
