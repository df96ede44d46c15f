"""
How much a value under a name is worth, by the place that holds it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.detectors.assignments import values
from auditor.detectors.assignments.base import LONGEST_NAME, LONGEST_VALUE, Pair, Spot
from auditor.detectors.assignments.known import has_lead, names_provider
from auditor.detectors.assignments.places import Kind, Place, is_aside
from auditor.detectors.chosen import is_complex, is_contrived
from auditor.detectors.names import ends_secret, may_be_secret, means_secret, says_none
from auditor.detectors.placeholders import is_example, is_reference
from auditor.model import Confidence
from auditor.patterns import lazy_regex

SHORTEST = 4
"""
Values shorter than this are settings, in characters.
"""
Judgement = tuple[Confidence, str]

_SETTINGS = frozenset(
    {
        "true",
        "false",
        "none",
        "null",
        "nil",
        "undefined",
        "yes",
        "no",
        "on",
        "off",
        "basic",
        "bearer",
    }
)
_GIVEN = lazy_regex(
    r"\s*(?:(?:export|set|setx|env|arg|const|let|var)\s+|[$-]\s*)?[\"'`]?[A-Za-z_][\w.\-]{0,80}[\"'`]?"
    r"\s*(?:=>|:=|=|:)\s*[\"'`]?\Z",
    re.IGNORECASE,
)
_REST = lazy_regex(r"[\"'`]?\s*[,;]?\s*(?:(?:#|//).*)?\Z")
_IN_USE = frozenset({Kind.VALUES, Kind.SETTINGS, Kind.SHELL})


@lru_cache(maxsize=8192)
def _means(name: str) -> int:
    """
    2 for a name that means a secret, 1 for one that may, 0 for others.
    """
    if len(name) > LONGEST_NAME:
        return 0
    if means_secret(name):
        return 2 if name.isupper() or ends_secret(name) else 1
    return int(may_be_secret(name))


def judge(pair: Pair, spot: Spot) -> Judgement | None:
    """
    The confidence that a value is somebody's secret; `None` if it is none.
    """
    judgement = _judge(pair, spot)
    if judgement is None or judgement[0] is not Confidence.LIKELY:
        return judgement
    kind = spot.place.kind
    if pair.verdict and kind is not Kind.SOURCE:
        return judgement
    if says_none(pair.name):
        return Confidence.POSSIBLE, f"{pair.name} says that it is none"
    if kind is Kind.VALUES or not is_aside(spot.line, spot.above(), spot.place.format):
        return judgement
    if kind is Kind.SOURCE or values.is_identifier(pair.value) or spot.line.lstrip()[:2] == "$ ":
        return Confidence.POSSIBLE, "in a comment"
    return judgement


def _judge(pair: Pair, spot: Spot) -> Judgement | None:
    place = spot.place
    if pair.verdict:
        return _verified(pair.verdict, place)
    meaning = 2 if pair.sure else _means(pair.name)
    value = pair.value.strip()
    if not meaning or len(value) > LONGEST_VALUE or _is_nothing(pair, value, place):
        return None
    random = values.is_random(value)
    if meaning == 1 and (not random or values.is_fingerprint(value)):
        return None
    if place.kind in _IN_USE:
        return _in_use(pair, value, place, random)
    if place.kind is Kind.UNKNOWN and not (place.shown or place.words):
        return _anywhere(pair, value, spot, random)
    return _elsewhere(pair, value, place, random)


def _verified(verdict: Judgement, place: Place) -> Judgement:
    """
    What a value tells by itself; one that is not verified counts less where things are shown.
    """
    shown = place.shown or place.kind is Kind.DOCUMENT
    if shown and verdict[0] is Confidence.LIKELY:
        return Confidence.POSSIBLE, f"{verdict[1]}, in an example, a test or a manual"
    return verdict


def _is_nothing(pair: Pair, value: str, place: Place) -> bool:
    if len(value) < SHORTEST - (place.kind is Kind.VALUES) or value.lower() in _SETTINGS:
        return True
    if "\n" in value or _refers(value) or values.is_mask(value) or values.is_public(value):
        return True
    if not pair.quoted and values.is_expression(value):
        return True
    if not any(char.isalnum() for char in value):
        return True
    if value.endswith("_") and values.is_identifier(value):
        # Something is put behind it.
        return True
    if value.isdigit() and len(value) < 6 and place.kind is not Kind.VALUES:
        return True
    if pair.sure:
        return False
    return values.is_type(value) or _echoes(pair.name, value)


def _refers(value: str) -> bool:
    """
    Whether a value points elsewhere. Base64 may begin like a path.
    """
    if not is_reference(value):
        return False
    return not (value.startswith("/") and value.count("/") < 3 and values.is_random(value))


def _echoes(name: str, value: str) -> bool:
    """
    Whether a value only says its name again: `password: password`, `"token": "access_token"`.
    """
    plain = re.sub(r"\W|_|\d+$", "", value.lower())
    same = bool(plain) and plain in re.sub(r"\W|_", "", name.lower())
    return same or values.is_about_secrets(value)


def _in_use(pair: Pair, value: str, place: Place, random: bool) -> Judgement | None:
    """
    In settings and commands.
    """
    reason = f"a value for a name that means a secret: {pair.name}"
    if pair.sure:
        reason = f"a credential for {pair.name}"
    if is_example(value) or len(value) < SHORTEST or (value.isdigit() and len(value) < 6):
        return Confidence.POSSIBLE, "looks like a placeholder"
    if values.is_phrase(value) or (place.words and not random):
        return None if place.words else (Confidence.POSSIBLE, "words for people to read")
    if place.shown:
        return Confidence.POSSIBLE, "in an example, a test or a template"
    if " " in value and values.is_expression(value):
        return Confidence.POSSIBLE, "an expression"
    if _is_plain(pair, value, place):
        return Confidence.POSSIBLE, "a plain word"
    return Confidence.LIKELY, reason


def _is_plain(pair: Pair, value: str, place: Place) -> bool:
    """
    Whether a value is a word such as any setting has, under a name that is no environment variable.
    """
    if pair.sure or place.kind is Kind.VALUES or pair.name.isupper():
        return False
    words = value.rstrip("0123456789")
    return " " not in value and (values.is_identifier(value) or values.is_about_secrets(words))


def _anywhere(pair: Pair, value: str, spot: Spot, random: bool) -> Judgement | None:
    """
    In a file that may be anything: the form of the line tells whether it gives a value to a name.
    """
    if values.is_phrase(value) or (is_example(value) and not pair.sure):
        return None
    if is_example(value):
        return Confidence.POSSIBLE, "looks like a placeholder"
    if has_lead(value):
        return Confidence.POSSIBLE, "begins like a provider's token, but goes on otherwise"
    if pair.sure:
        return Confidence.LIKELY, f"a credential for {pair.name}"
    if names_provider(pair.name):
        return Confidence.POSSIBLE, "named after a provider whose tokens look different"
    if len(value) >= values.RANDOM and is_contrived(value):
        # NOTE: a short one is a password that somebody chose badly.
        return Confidence.POSSIBLE, "a value that somebody typed in order"
    if random:
        return Confidence.LIKELY, f"a random value for a name that means a secret: {pair.name}"
    if is_complex(value):
        return Confidence.LIKELY, f"a value too complex to be a word, for {pair.name}"
    plain = values.is_identifier(value) and not _is_variable(pair, value, spot.line)
    if is_assignment(spot.line, value) and not plain:
        return Confidence.LIKELY, f"a line that gives a value to {pair.name}"
    return Confidence.POSSIBLE, f"{pair.name} in a file that may be anything"


def _is_variable(pair: Pair, value: str, line: str) -> bool:
    """
    Whether a line sets a password in the environment, which may be a word: `DB_PASS=swordfish`.
    """
    named = pair.name.isupper() and ("PASS" in pair.name or "PWD" in pair.name)
    return named and f"{pair.name}={value}" in line


def is_assignment(line: str, value: str) -> bool:
    """
    Whether a line does nothing but give this value to a name, as in settings: prose does more.
    """
    before, found, after = line.partition(value)
    return bool(found) and bool(_GIVEN.match(before)) and bool(_REST.match(after))


def _elsewhere(pair: Pair, value: str, place: Place, random: bool) -> Judgement | None:
    """
    In programs, prose, and files of which nothing is known.
    """
    if values.is_phrase(value) or " " in value or is_example(value) or values.is_pattern(value):
        return None
    if random and place.kind is Kind.SOURCE and not (place.shown or place.words):
        return Confidence.LIKELY, f"a random value for a name that means a secret: {pair.name}"
    if place.kind is Kind.DOCUMENT or place.words or place.shown:
        return (Confidence.POSSIBLE, "a random value in a text") if random else None
    if place.kind is Kind.UNKNOWN:
        return Confidence.POSSIBLE, f"{pair.name} in a file that shows how something is done"
    if values.is_identifier(value) or not re.search(r"\d", value) or len(value) < 6:
        return None
    if values.is_drawn(value):
        return Confidence.LIKELY, f"a drawn password for {pair.name}"
    return Confidence.POSSIBLE, "a value for a secret name in a program"
