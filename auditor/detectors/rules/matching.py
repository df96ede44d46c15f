"""
A rule against a line: whole values, each with its confidence and reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.chosen import FEWEST, LONG_WORD, SEPARATORS, is_made_up
from auditor.detectors.placeholders import is_example, is_worded
from auditor.detectors.rules.base import Judgement, Rule, compiled
from auditor.model import Confidence
from auditor.patterns import lazy_regex
from auditor.records import dataclass

SHORT = 24
"""
A value shorter than this may be an id; there a word for a secret must stand beside it, in
characters.
"""
CLOSE = 6
"""
What is no further from its provider's name is given to that very name, in characters.
"""

_SECRET_WORD = (
    r"(?:keys?|tokens?|secrets?|auth(?:entication|orization)?|passw(?:or)?d|passphrase|pass|pwd"
    r"|credentials?|cred|private|access|bearer|sid|pat|license|hash_?key|salt|signing|webhook)"
)
_NAMED = lazy_regex(rf"(?<![a-z]){_SECRET_WORD}(?![a-z])|{_SECRET_WORD}[_. -]?\W", re.IGNORECASE)
_GIVEN = lazy_regex(r"[=:>]|=>|,\s*[\"']|\(\s*[\"']")
_STRICT = lazy_regex(
    rf"[A-Za-z0-9_. -]{{0,24}}?{_SECRET_WORD}[A-Za-z0-9_. -]{{0,20}}"
    r"[\"'`\])>\\]{0,3}\s{0,8}(?:[=:,|?]|:=|=>|-|\s|\(){0,4}\s{0,8}[\"'`(\[<\\]{0,4}",
    re.IGNORECASE,
)
_OWN_WORD = lazy_regex(rf"{_SECRET_WORD}\Z", re.IGNORECASE)
"""
A provider's name may end in the word for a secret: `ado_pat`.
"""
_PUBLIC = lazy_regex(
    r"sha(?:1|224|256|384|512)?(?:sum)?(?![a-z])|md5|checksum|digest|fingerprint|commit|revision"
    r"|integrity|etag|build_?id|git_?(?:head|ref)|@|cache_?key|public_?key|client_?id|app_?id"
    r"|account_?id|user_?id|project_?id|uuid|guid",
    re.IGNORECASE,
)
_EXAMPLE_HOST = lazy_regex(r"[\w.-]*\bexample\.(?:com|net|org)\b")
_USER = lazy_regex(r"[a-z][a-z0-9+.-]*://[^/@\s]*:(?P<password>[^/@\s]+)@")
"""
Of a URL the password tells whether it is an example, not the name of a database.
"""
_FILE = lazy_regex(r"\.(?:so(?:\.\d+)*|[ch]|py|js|json|html?|txt|conf|pem|key|crt|exe|dll|jar|sh)$")
_FOLDER = lazy_regex(r"[a-z]+(?:-[a-z]+)*|[A-Z][a-z]+")
_NUMBER = lazy_regex(r"[0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Found:
    """
    A value on a line.
    """

    value: str
    confidence: Confidence
    reason: str


def look(rule: Rule, line: str) -> Iterator[Found]:
    """
    Every value of that kind on a line.
    """
    for match in _matches(rule, line):
        value = match["value"]
        if rule.words and not _is_said(rule, match["gap"], value, match[0]):
            continue
        if rule.is_often_open and line.strip(" \t\"'`,;") == value:
            yield Found(value, Confidence.POSSIBLE, f"{rule.name} alone: many are meant to be seen")
            continue
        yield Found(value, *judged(rule, value))


def _matches(rule: Rule, line: str) -> Iterator[re.Match[str]]:
    """
    What the rule's pattern matches, from the left. Where matches begin is found faster without
    it, if they all begin with the same few letters.
    """
    regex, leads = _regex(rule), _leads(rule)
    low = line.lower() if rule.words else line
    if not leads or len(low) != len(line):
        yield from regex.finditer(line)
        return
    done = 0
    for at in sorted({at for lead in leads for at in _places(low, lead)}):
        match = regex.match(line, at) if at >= done else None
        if match:
            done = match.end()
            yield match


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


@cache
def _leads(rule: Rule) -> frozenset[str]:
    """
    What every match begins with: the provider's name, in lower case, or the first letters of the
    value. Empty if that cannot be told.
    """
    if rule.words:
        # The parts of a name may be written with any sign between them.
        found = {word.lower().partition("_")[0] for word in rule.words}
    elif rule.ignore_case:
        found = {""}
    else:
        parts = list(parser.parse(rule.pattern))
        branches = parts[0][1][1] if parts[0][0] is ops.BRANCH else [parts]
        found = {_literal(branch) for branch in branches}
    return frozenset(found) if "" not in found else frozenset()


def _literal(parts: Iterable[tuple[Any, Any]]) -> str:
    """
    The letters with which parts of a pattern begin.
    """
    letters = takewhile(lambda part: part[0] is ops.LITERAL, parts)
    return "".join(chr(code) for _, code in letters)


@cache
def longest(rule: Rule) -> int:
    """
    How long a match may be, with the provider's name before the value, in characters.
    """
    regex = _regex(rule)
    return int(parser.parse(regex.pattern, regex.flags).getwidth()[1])


@cache
def _regex(rule: Rule) -> re.Pattern[str]:
    return compiled(rule)


def judged(rule: Rule, value: str) -> Judgement:
    """
    How sure it is that a value in a rule's format is one.
    """
    # Numbers in a token are counters; only words tell that somebody made it up.
    secret = _USER.match(value)
    named = secret["password"] if secret else _EXAMPLE_HOST.sub("", _NUMBER.sub("", value))
    if is_example(named or value):
        return Confidence.POSSIBLE, f"has the format of: {rule.name}, but looks like an example"
    if is_made_up(value):
        return Confidence.POSSIBLE, f"has the format of: {rule.name}, but nothing random in it"
    judgement = rule.check(value) if rule.check else None
    if judgement:
        return judgement
    if rule.words:
        return rule.confidence, f"{rule.name}: a random value under the provider's name"
    return rule.confidence, f"has the format of: {rule.name}"


def _is_said(rule: Rule, gap: str, value: str, whole: str) -> bool:
    """
    Whether what stands between the provider's name and the value says that the value is secret.
    """
    if _PUBLIC.search(gap):
        return False
    if rule.is_strict:
        word = whole[: whole.index(gap + value)] if gap else ""
        own = _OWN_WORD.search(word)
        if not _STRICT.fullmatch(own[0] + gap if own else gap):
            return False
    elif (len(value) < SHORT and not _NAMED.search(gap) and len(gap) > CLOSE) or not (
        (len(gap) <= 3 and not gap.strip(" \t-_.")) or _GIVEN.search(gap) or _NAMED.search(gap)
    ):
        return False
    return looks_random(value)


def looks_random(value: str) -> bool:
    """
    Whether a value is no name, word or number: letters and digits mixed within one part of it, or
    capitals where no word has them.
    """
    if value.isdigit():
        return True
    if len(set(value)) < min(FEWEST, len(value)) or is_worded(value) or _is_path(value):
        return False
    if _FILE.search(value):
        return False
    return any(_is_mixed(part) for part in SEPARATORS.split(value))


def _is_path(value: str) -> bool:
    """
    Whether slashes stand between words, and not where base64 has them by chance.
    """
    *folders, _ = value.split("/")
    return bool(folders) and all(len(name) > 3 and _FOLDER.fullmatch(name) for name in folders)


def _is_mixed(part: str) -> bool:
    if len(part) < LONG_WORD:
        return False
    letters = sum(letter.isalpha() for letter in part)
    if letters == len(part):
        # Without digits it is drawn only if small and large letters change often.
        return len(part) >= 2 * LONG_WORD and len(re.findall(r"[a-z][A-Z]", part)) >= len(part) // 6
    return letters > 0 or len(part) >= 2 * LONG_WORD
