"""
Values in quotes: programs, JSON, TOML, XML attributes, and any settings that quote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import (
    CORE,
    LONGEST_NAME,
    LONGEST_VALUE,
    NAMED,
    Pair,
    Reader,
    Spot,
    lowered,
    matches,
)
from auditor.detectors.assignments.places import EVERYWHERE
from auditor.patterns import lazy_regex

_TYPE = r"(?:\s*:?\s*[\w.<>|?*&\[\]]{1,40})?"
"""
`token: str = "…"`, `var token string = "…"`.
"""
_OPERATOR = r"\s*(?::{0,3}=|[?+.|]{1,2}=|={1,3}|=>|->|:|,|\()\s*"
_OPENING = r"(?:(?:[\w.:]{1,40}\()?(?:[rbufl@$]{0,2}))(?P<quote>\\?\"\"\"|\\?[\"'`])"
_ASSIGNED = lazy_regex(
    rf"{CORE}(?P<rest>[\w.\-]{{0,60}})(?P<close>\\?[\"'`]?)\s?[\])]?{_TYPE}{_OPERATOR}{_OPENING}"
)
PATTERN = lazy_regex(
    NAMED + r"[\"'`\\\])\s]*(?::?\s*[\w.<>|?*&\[\]]+)?\s*[:=?+.|>,(\-]+\s*[\w.:(@$]*"
    r"\\?[\"'`]+[^\"'`\s][^\"'`]",
    re.IGNORECASE,
)
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-$")
_CALLED = lazy_regex(r"(?:get|read|find|has|fetch|load|lookup|input|prompt|open|exists?|env)\w*\($")
"""
What is given to a function like that is where the value lies, not the value.
"""
_KEYED = ("(", "({", "[")


def name_before(line: str, start: int, end: int) -> str:
    """
    The whole name of which `line[start:end]` is the end.
    """
    left, least = start, max(start - LONGEST_NAME, 0)
    while left > least and line[left - 1] in _NAME:
        left -= 1
    return line[left:end].lstrip("-.$").rstrip("-.")


def closing(line: str, start: int, quote: str) -> int:
    """
    Where what was opened by `quote` before `start` ends; -1 if it does not.
    """
    limit = start + LONGEST_VALUE
    at = line.find(quote, start, limit)
    if quote.startswith("\\") or quote == "`":
        return at
    while at > 0 and _escaped(line, at):
        at = line.find(quote, at + 1, limit)
    return at


def _escaped(line: str, at: int) -> bool:
    count = 0
    while at - count > 0 and line[at - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def unescape(value: str, quote: str) -> str:
    """
    A value without the escapes of its quotes, as JSON has them.
    """
    if "\\" not in value:
        return value
    if quote.endswith('"'):
        try:
            found = json.loads(f'"{value}"')
        except ValueError:
            pass
        else:
            return str(found)
    return value.replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")


def read(spot: Spot) -> Iterator[Pair]:
    """
    Every quoted value under a name that may mean a secret.
    """
    line = spot.line
    for match in matches(_ASSIGNED, lowered(line)):
        quote = match["quote"]
        end = closing(line, match.end(), quote)
        if end < 0 or not _is_assigned(line, match):
            continue
        name = name_before(line, match.start(), match.start("close"))
        yield Pair(name, unescape(line[match.end() : end], quote), quoted=True)


def _is_assigned(line: str, match: re.Match[str]) -> bool:
    """
    Whether what stands between name and value gives the one to the other.
    """
    between = line[match.end("close") : match.start("quote")]
    bare = between.strip()
    if _CALLED.search(between.lower()):
        return False
    if bare.startswith("("):
        # A function's name: `set_password("…")`, but not `getToken("…")`.
        verb = line[max(match.start() - 12, 0) : match.start()].lower()
        return not match["close"] and verb.rstrip("_").endswith(("set", "with", "new", "use"))
    if not bare.startswith(","):
        return True
    # Two arguments of a call, the first of them the name: not words of a list.
    before = line[: match.start()].rpartition(match["close"])[0] if match["close"] else ""
    return before.rstrip().endswith("(")


QUOTED = Reader((PATTERN,), EVERYWHERE, read)
