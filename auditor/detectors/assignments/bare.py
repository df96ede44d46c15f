"""
Values without quotes: `.env`, shell, properties, INI, YAML, and lines of a name and a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import (
    CORE,
    LONGEST_VALUE,
    NAMED,
    Pair,
    Reader,
    Spot,
    lowered,
    matches,
)
from auditor.detectors.assignments.places import COMMAND, WORKING, Kind
from auditor.detectors.assignments.quoted import name_before
from auditor.patterns import lazy_regex

_ASSIGNED = lazy_regex(
    rf"{CORE}(?P<rest>[\w.\-]{{0,60}})(?P<close>\\?[\"']?\]?)(?P<operator>\s*(?:[:?+]{{0,3}}=|"
    rf":)\s*)"
    r"(?=[^\s\"'`(\[<>=,;)&|]|[<>(\[&|;=,][^\s])"
)
PATTERN = lazy_regex(
    NAMED + r"\\?[\"']?\]?\s*(?:[:?+]{0,3}=|:)\s*(?:[^\s\"'`]{2}|\\$)", re.IGNORECASE
)
_WORDS = lazy_regex(
    rf"^\s*(?:(?:env|setenv|set|arg|"
    rf"label)\s+)?(?P<name>[\w.\-]{{0,60}}?{CORE}[\w.\-]{{0,60}})[ \t]+"
    r"(?P<value>\S.*?)\s*$",
    re.IGNORECASE,
)
WORDS_PATTERN = lazy_regex(
    rf"^\s*(?:(?:env|setenv|set|arg|label)\s+)?[\w.\-]*{CORE}[\w.\-]*\s+[^\s=:]{{3}}",
    re.IGNORECASE,
)
CONTINUED = 20
"""
How many lines a value may take, each but the last with a backslash at its end.
"""
BEFORE = 160
"""
What stands before a name tells how its value ends, in characters.
"""
# NOTE: what stands before a sign is asked after it: signs alone are looked for fast.
_COMMENT = lazy_regex(r"(?:#|;|//)(?<!\S[#;])(?<!\S//)(?:\s|$)")
_TIGHT_COMMENT = lazy_regex(r"#(?<!\S#)")
_SHELL_WORD = lazy_regex(r"(?:\\.|[^\s;&|)\"'`\\]|\"(?:[^\"\\]|\\.)*\"|'[^']*')+")
_PLAIN_REST = lazy_regex(r"(?:[ \t]+[A-Za-z]+[!?.]?){1,3}\s*$")
_TAKES_ALL = lazy_regex(r"(?:^|[\s;&|\"'\[,])(?:export|env|arg|label|set|setenv)\s+[\w.\-]*$", re.I)
_IN_QUOTES = lazy_regex(r"[\"'][\w.\-\s/:]*$|\\n[\w.\-]*$")
_SOFT_END = lazy_regex(r"[\"']|\\[nrt]|$")
_QUERY_END = lazy_regex(r"[&#\s\"'<>`;,)\\]|$")
_OPTION_START = lazy_regex(r"(?:^|\s)-{1,2}[\w.\-]*$")


def read(spot: Spot) -> Iterator[Pair]:
    """
    Every bare value under a name that may mean a secret.
    """
    line = spot.line
    taken = 0
    for match in matches(_ASSIGNED, lowered(line)):
        if match.start() < taken:
            continue
        name = name_before(line, match.start(), match.start("close"))
        start = match.start() - (len(name) - (match.start("close") - match.start()))
        value = _value(spot, line, max(start, 0), match)
        if value and value not in "|>-|-" and not value.startswith(("# ", "// ")):
            taken = match.end() + len(value) if spot.place.kind is Kind.VALUES else match.end()
            yield Pair(name, value)


def _value(spot: Spot, line: str, start: int, match: re.Match[str]) -> str:
    """
    The value, to where its syntax says that it ends.
    """
    before, rest = (
        line[max(start - BEFORE, 0) : start],
        line[match.end() : match.end() + LONGEST_VALUE],
    )
    colon = "=" not in match["operator"]
    if rest.startswith(("(", "--")) or (before.count('"') % 2 and colon and not match["close"]):
        return ""
    if before.endswith(("?", "&")):
        return rest[: _end(_QUERY_END, rest)]
    if colon and not spot.place.format.startswith(("y", "conf", "prop", "in")):
        colon = not before.strip(" \t-{,")
    if before.endswith(";") or (not colon and _is_connection(line, before, rest)):
        return re.split(r"[;\"']", rest, maxsplit=1)[0].strip()
    if _IN_QUOTES.search(before) and not match["close"]:
        return rest[: _end(_SOFT_END, rest)].strip()
    if not colon and _is_command(spot, before):
        return _shell_value(before, rest)
    return _settings_value(spot, rest, colon and bool(before.strip(" \t-")))


def _is_command(spot: Spot, before: str) -> bool:
    """
    Whether a shell reads the value.
    """
    place = spot.place
    if place.kind is Kind.VALUES and place.format != COMMAND:
        return bool(_TAKES_ALL.search(before))
    return (
        place.kind is Kind.SHELL
        or place.format in ("", COMMAND)
        or bool(_OPTION_START.search(before))
    )


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)


def _is_connection(line: str, before: str, rest: str) -> bool:
    """
    `Server=db;Password=…;`: names and values with semicolons between.
    """
    within = before.rstrip()[-1:] in ("'", '"', ";")
    return within and ";" in rest and "=" in rest.partition(";")[2] and line.count("=") > 2


def _shell_value(before: str, rest: str) -> str:
    word = _SHELL_WORD.match(rest)
    if word is None:
        return ""
    after = rest[word.end() :]
    if not before.strip() or _TAKES_ALL.search(before):
        plain = _PLAIN_REST.match(after)
        if plain and (before.strip() or len(after.split()) > 1):
            # No shell reads it so, but whoever wrote it meant one value.
            return (word[0] + after).rstrip()
    value = word[0]
    return re.sub(r"[\"']|\\(?=.)", "", value) if "\\" in value or '"' in value else value


def _settings_value(spot: Spot, rest: str, inline: bool) -> str:
    comment = _TIGHT_COMMENT if spot.place.format in ("yaml", "yml", "env") else _COMMENT
    value = rest[: _end(comment, rest)].strip()
    if spot.place.format in ("json", "tf", "hcl", "js", "ts") or (inline and "," in value):
        value = value.partition(",")[0].rstrip("}] ")
    value = value.removesuffix(",") if inline or not spot.place.format else value
    for line in spot.below(CONTINUED) if value.endswith("\\") else ():
        value = value[:-1] + line.strip()
        if not value.endswith("\\"):
            break
    return value


def read_words(spot: Spot) -> Iterator[Pair]:
    """
    A name and a value with blanks between: `requirepass …`, `ENV NAME …`.
    """
    match = _WORDS.match(spot.line)
    if match is None or match["value"][0] in "=:?+({":
        return
    value = match["value"]
    if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1:
        value = value[1:-1]
    elif len(value.split()) > 1 and not re.match(r"\s*(?:env|arg|label)\s", spot.line, re.I):
        return
    yield Pair(match["name"], value)


BARE = Reader((PATTERN,), WORKING, read)
WORDS = Reader((WORDS_PATTERN,), frozenset({Kind.VALUES, Kind.SETTINGS, Kind.SHELL}), read_words)
