"""
Python's patterns as Hyperscan writes them.
"""

from __future__ import annotations

import re

import hyperscan

_BLANKS = r" \t\r\x0b\x0c\x1c-\x1f"
"""
What Python takes for blanks in ASCII, without the newline, as a part of a class.
"""
_WIDE_BLANKS = r"\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_BEYOND = r"\x{80}-\x{10ffff}"


def translate(regex: re.Pattern[str], wide: bool = False) -> bytes:
    """
    A pattern as Hyperscan writes it, bound to one line: what a line never holds, a newline, is
    taken out of negated classes and blanks, so that no match runs through a whole file. An end of
    line may have blanks before it, since plugins are shown lines without them.

    If `wide`, classes whose meaning in Python goes beyond ASCII hold all that is beyond ASCII.
    """
    blanks = _BLANKS + (_WIDE_BLANKS if wide else "")
    result, position, pattern, within = "", 0, regex.pattern, ""
    while position < len(pattern):
        part = pattern[position : position + 2] if pattern[position] == "\\" else pattern[position]
        position += len(part)
        if within:
            result += _in_class(part, blanks, wide) if within == "[" else _negated(part)
            within = "" if part == "]" else within
            continue
        if part == "[":
            within = "[^" if pattern.startswith("^", position) else "["
            position += len(within) - 1
            part = "[^\\n" if within == "[^" else "["
            if pattern.startswith("]", position):
                position, part = position + 1, part + "\\]"
        result += _outside(part, blanks, wide)
    verbose = "(?x)" if regex.flags & re.VERBOSE else ""
    return f"{verbose}{result}".encode()


def _negated(part: str) -> str:
    """
    A part of a negated class: taken as ASCII, it keeps out less than Python would.
    """
    return {"\\v": "\\x0b", "[": "\\["}.get(part, part)


def _in_class(part: str, blanks: str, wide: bool) -> str:
    """
    A part of a class that is not negated: it may hold more, never less.
    """
    if part == "\\s":
        return blanks
    if part in ("\\w", "\\d") and wide:
        return part + _BEYOND
    return {"\\v": "\\x0b", "[": "\\["}.get(part, part)


def _outside(part: str, blanks: str, wide: bool) -> str:
    if part == "\\s":
        return f"[{blanks}]"
    if part == "$":
        return f"[{blanks}]*$"
    if part in ("\\w", "\\d") and wide:
        return f"[{part}{_BEYOND}]"
    if part in ("\\b", "\\B") and wide:
        # What is a word differs, so its borders are not asked for.
        return ""
    return "\\x0b" if part == "\\v" else part


def flags(regex: re.Pattern[str], wide: bool) -> int:
    """
    Hyperscan's flags for a pattern.
    """
    chosen = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_MULTILINE
    chosen |= hyperscan.HS_FLAG_UTF8 if wide else 0
    if regex.flags & re.IGNORECASE:
        chosen |= hyperscan.HS_FLAG_CASELESS
    if regex.flags & re.DOTALL:
        chosen |= hyperscan.HS_FLAG_DOTALL
    return int(chosen)
