"""
detect-secrets' keyword plugin: the same values, but on a long line its patterns are tried only
where one of its keywords stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from detect_secrets.plugins import keyword
from detect_secrets.util.filetype import determine_file_type

from auditor.detectors.prefilter.literals import fold

LONG = 1 << 10
"""
Up to here the plugin's own patterns are as fast, in characters.
"""
WILD_WORD = 200
"""
Words longer than this, in characters, and with more than `WILD_KEYWORDS` keywords are no names.
"""
WILD_KEYWORDS = 8
_LONG_WORD = re.compile(rf"\b\w{{{WILD_WORD},}}")
_LETTERS = bytes(119 if re.match(r"[\w?]", chr(code), re.ASCII) else 32 for code in range(256))
"""
Turns letters of words into `w`; what is beyond ASCII comes as a question mark.
"""
_WILD = b"w" * WILD_WORD
_ALTERNATIVES = "|".join(keyword.DENYLIST)
_KEYWORD = re.compile(_ALTERNATIVES, re.IGNORECASE)
_EACH_KEYWORD = re.compile(f"(?={_ALTERNATIVES})", re.IGNORECASE)
_BEGINS_WITH_ONE = f"({_ALTERNATIVES})"
_CORES = ("key", "pass", "pwd", "secret", "contrase")
_QUOTES = "'\"`"


def values(line: str, filename: str) -> list[str]:
    """
    What the plugin finds on a line of a file of that name: each once, in the order of its patterns.
    """
    kind = determine_file_type(filename)
    default = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    group: Mapping[re.Pattern[str], int] = keyword.REGEX_BY_FILETYPE.get(kind, default)
    tame = _tamed(line)
    if len(tame) <= LONG:
        found = ((number, regex.search(tame)) for regex, number in group.items())
    else:
        starts = _starts(tame)
        found = ((number, _first(regex, tame, starts)) for regex, number in group.items())
    return list(dict.fromkeys(match[number] for number, match in found if match))


def _tamed(line: str) -> str:
    """
    Words made of nothing but keywords, shortened: the plugin tries each of them against the rest
    of the word, which for `secretsecretsecret…` takes hours.
    """
    if len(line) <= WILD_WORD:
        return line
    # NOTE: this tells many times as fast as the pattern that there is none, as on most lines.
    at = line.encode("ascii", "replace").translate(_LETTERS).find(_WILD)
    return line[:at] + _LONG_WORD.sub(_shorten, line[at:]) if at >= 0 else line


def _shorten(word: re.Match[str]) -> str:
    many = _has_many(word[0])
    return word[0][: WILD_WORD // 2] + word[0][-WILD_WORD // 2 :] if many else word[0]


def _has_many(word: str) -> bool:
    """
    Whether there are more keywords in a word than in any name. Each holds one of the cores, which
    are counted faster.
    """
    low = fold(word)
    if _variants() is not None and sum(map(low.count, _CORES)) <= WILD_KEYWORDS:
        return False
    return len(_KEYWORD.findall(word)) > WILD_KEYWORDS


def _first(regex: re.Pattern[str], line: str, starts: list[int]) -> re.Match[str] | None:
    """
    The first match of one of the plugin's patterns, given where its keywords begin. All but one of
    the patterns begin with a keyword.
    """
    if regex.pattern.startswith(_BEGINS_WITH_ONE):
        return next(filter(None, (regex.match(line, at) for at in starts)), None)
    if regex is not keyword.PRECEDED_BY_EQUAL_COMPARISON_SIGNS_QUOTES_REQUIRED_REGEX:
        return regex.search(line)
    closing = next(filter(None, (_compared(line, at) for at in starts)), None)
    if closing is None:
        return None
    # What is compared holds no quotes but backticks, so none of these patterns' matches begins
    # before the last quote that is no backtick.
    opening = max(line.rfind("'", 0, closing), line.rfind('"', 0, closing), 0)
    return regex.search(line, opening)


def _compared(line: str, at: int) -> int | None:
    """
    Where the quote lies that closes what is compared with a name, of which the keyword `at` is a
    part: `"…" == my_password`.
    """
    while at and (line[at - 1].isalnum() or line[at - 1] == "_"):
        at -= 1
    while at and line[at - 1].isspace():
        at -= 1
    end = at
    while at and line[at - 1] in "!=":
        at -= 1
    if end - at < 2:
        return None
    while at and line[at - 1].isspace():
        at -= 1
    return at - 1 if at and line[at - 1] in _QUOTES else None


def _starts(line: str) -> list[int]:
    """
    Where keywords begin, ascending.
    """
    low = fold(line)
    known = _variants()
    if known is None or len(low) != len(line):
        return [match.start() for match in _EACH_KEYWORD.finditer(line)]
    found = {at for core, variants in known.items() for at in _begin(low, core, variants)}
    return sorted(found)


def _begin(low: str, core: str, variants: Iterable[tuple[str, int]]) -> Iterator[int]:
    """
    Where the keywords begin that hold a core. With each comes the core's place in it.
    """
    at = low.find(core)
    while at >= 0:
        for word, before in variants:
            if at >= before and low.startswith(word, at - before):
                yield at - before
        at = low.find(core, at + 1)


@cache
def _variants() -> Mapping[str, tuple[tuple[str, int], ...]] | None:
    """
    By the cores that are looked for, the keywords with the core's place in each; `None` if one of
    the keywords is no word with underscores that may be missing.
    """
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for pattern in keyword.DENYLIST:
        words = {pattern.replace("_?", "_"), pattern.replace("_?", "")}
        for word in words:
            core = next((core for core in _CORES if core in word), None)
            if core is None or not word.replace("_", "").isalpha() or word.count("_") > 1:
                return None
            found[core] = (*found.get(core, ()), (word, word.index(core)))
    return found
