"""
Names and values that stand apart: XML elements, blocks of YAML, objects of a name and a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import CORE, LONGEST_VALUE, Pair, Reader, Spot
from auditor.detectors.assignments.places import WORKING, Kind
from auditor.patterns import lazy_regex

FOLLOWING = 6
"""
How many lines below its name a value may stand.
"""
_ELEMENT = lazy_regex(
    rf"<(?P<name>(?:[\w.\-]{{1,40}}:)?[\w.\-]{{0,60}}{CORE}[\w.\-]{{0,60}})(?:\s[^<>]*)"
    rf"?>(?P<value>[^<]*)(?P<end></)?",
    re.IGNORECASE,
)
ELEMENT_PATTERN = lazy_regex(rf"<[\w.\-:]*{CORE}[\w.\-]*(?:\s[^<>]*)?>", re.IGNORECASE)
_KEYED = lazy_regex(
    rf"\b(?:name|key|id|field|parameter_?key|variable|env|title)[\"']?\]?\s*[:=]\s*\\?[\"']?"
    rf"(?P<name>[\w.\-/]{{0,60}}?{CORE}[\w.\-]{{0,60}})\\?[\"']?",
    re.IGNORECASE,
)
KEYED_PATTERN = lazy_regex(
    rf"(?:name|key|id|field|variable|env|title)[\"']?\]?\s*[:=]\s*\\?[\"']?[\w.\-/]*{CORE}",
    re.IGNORECASE,
)
_VALUE = lazy_regex(
    r"(?<![\w\-])(?:(?:parameter|default|string)?_?value|default|content)[\"']?\s*[:=]\s*"
    r"(?:\\?\"(?P<double>(?:[^\"\\]|\\.)*?)\\?\"|'(?P<single>[^']*)'|"
    r"(?P<bare>[^\s\"'{\[,][^,#}]*))",
    re.IGNORECASE,
)
_TEXT = lazy_regex(r"^[^<>]*>(?P<value>[^<]+)</")
_BLOCK = lazy_regex(
    rf"^(?P<indent>\s*(?:-\s+)?)[\"']?(?P<name>[\w.\-]{{0,60}}{CORE}[\w.\-]{{0,60}})"
    rf"[\"']?\s*:\s*[|>][+\-\d]*\s*$",
    re.IGNORECASE,
)
BLOCK_PATTERN = lazy_regex(rf"{CORE}[\w.\-]*[\"']?\s*:\s*[|>][+\-\d]*\s*$", re.IGNORECASE)


def read_elements(spot: Spot) -> Iterator[Pair]:
    """
    `<password>…</password>`, also over several lines.
    """
    line = spot.line
    for match in _ELEMENT.finditer(line):
        value = match["value"].strip()
        if not match["end"]:
            alone = line.strip() == match[0].strip()
            if value or not alone:
                continue
            value = _text_below(spot)
        if value:
            yield Pair(match["name"].rpartition(":")[2], _unescaped(value), quoted=True)


def _unescaped(value: str) -> str:
    if "&" not in value:
        return value
    # Imported here: few values have such a character, and the table of their names is large.
    from html import unescape

    return unescape(value)


def _text_below(spot: Spot) -> str:
    """
    The only text before the next tag.
    """
    found: list[str] = []
    for line in spot.below(FOLLOWING):
        text, tag, _ = line.partition("<")
        if text.strip():
            found.append(text.strip())
        if tag:
            return found[0][:LONGEST_VALUE] if len(found) == 1 else ""
    return ""


def read_keyed(spot: Spot) -> Iterator[Pair]:
    """
    `{"name": "DB_PASSWORD", "value": "…"}`, `- name: …` with `value: …` below it.
    """
    line = spot.line
    for match in _KEYED.finditer(line):
        rest = line[match.end() : match.end() + LONGEST_VALUE]
        near = rest if _VALUE.search(rest) or rest.strip(" ,\"'") else ""
        text = _TEXT.match(rest) if spot.place.format in ("xml", "config", "") else None
        if text:
            yield Pair(match["name"], _unescaped(text["value"].strip()), quoted=True)
            continue
        value = _VALUE.search(near or _line_below(spot))
        if value:
            shown = value["double"] or value["single"] or value["bare"] or ""
            yield Pair(match["name"], shown.strip(), quoted=value["bare"] is None)


def _line_below(spot: Spot) -> str:
    below = spot.below(1)
    return below[0][:LONGEST_VALUE] if below else ""


def read_block(spot: Spot) -> Iterator[Pair]:
    """
    `password: |` with the value below, further in.
    """
    if "|" not in spot.line and ">" not in spot.line:
        return
    match = _BLOCK.match(spot.line)
    if match is None:
        return
    depth = len(match["indent"])
    found: list[str] = []
    for line in spot.below(FOLLOWING):
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        found.append(line.strip())
    value = "\n".join(found).strip()
    if value and "\n" not in value:
        yield Pair(match["name"], value[:LONGEST_VALUE], quoted=True)


_SETTINGS = frozenset({Kind.VALUES, Kind.SETTINGS, Kind.UNKNOWN})
ELEMENTS = Reader((ELEMENT_PATTERN,), _SETTINGS, read_elements)
KEYED = Reader((KEYED_PATTERN,), WORKING, read_keyed)
BLOCKS = Reader((BLOCK_PATTERN,), _SETTINGS, read_block)
