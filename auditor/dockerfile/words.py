"""
Words of an instruction: quotes, escapes, variables, and values that are known in part only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.patterns import lazy_regex

Pieces = tuple[str | None, ...]
"""
A value: what is known of it, with `None` for each part that is not.
"""
Words = Mapping[str, Pieces]
"""
Variables with their values.
"""
_VARIABLE = lazy_regex(
    r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+?])([^{}]*))?\})"
)
_ASSIGNED = lazy_regex(r"^[^=\s]+=", re.DOTALL)


def split(text: str, escape: str = "\\") -> list[str]:
    """
    The words as written, quotes and all.
    """
    words: list[str] = []
    word: list[str] = []
    quote = ""
    at, size = 0, len(text)
    while at < size:
        char = text[at]
        if char == escape and quote != "'" and at + 1 < size:
            word.append(text[at : at + 2])
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in " \t\n":
            if word:
                words.append("".join(word))
                word = []
            at += 1
            continue
        word.append(char)
        at += 1
    return [*words, "".join(word)] if word else words


def pairs(text: str, escape: str = "\\") -> list[tuple[str, str]]:
    """
    Names and values of ENV and LABEL as written; the old form `NAME some value` too.
    """
    words = split(text, escape)
    if words and not _ASSIGNED.match(words[0]):
        name, _, value = text.strip().partition(" ")
        return [(name, value.strip())]
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]


def expand(word: str, known: Words, escape: str = "\\") -> Pieces:
    """
    A word without its quotes and with its variables' values; `None` stands for what is unknown.
    """
    return _joined(_expanded(word, known, escape))


def _expanded(word: str, known: Words, escape: str) -> Iterator[str | None]:
    quote = ""
    at, size = 0, len(word)
    while at < size:
        char = word[at]
        if quote == "'" or (char in "\"'" and not quote) or char == quote:
            if char == quote:
                quote = ""
            elif quote == "'":
                yield char
            else:
                quote = char
            at += 1
        elif char == escape and at + 1 < size:
            following = word[at + 1]
            # In double quotes an escape stands for itself before most characters.
            yield following if not quote or following in f'"${escape}' else char + following
            at += 2
        elif char == "$":
            match = _VARIABLE.match(word, at)
            yield from _value(match, known, escape) if match else (None,)
            # NOTE: a form that is not known here may be anything up to the end.
            at = match.end() if match else size
        else:
            yield char
            at += 1


def _value(match: re.Match[str], known: Words, escape: str) -> Iterator[str | None]:
    value = known.get(match[1] or match[2])
    operator = (match[3] or "").lstrip(":")
    if value is None or (operator in ("-", "+") and None in value):
        yield None
    elif operator == "+":
        yield from expand(match[4], known, escape) if any(value) else ("",)
    elif operator == "-" and not any(value):
        yield from expand(match[4], known, escape)
    else:
        yield from value


def _joined(pieces: Iterator[str | None]) -> Pieces:
    joined: list[str | None] = []
    for piece in pieces:
        if piece is None:
            if not joined or joined[-1] is not None:
                joined.append(None)
        elif joined and joined[-1] is not None:
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def fits(pieces: Pieces, text: str) -> bool:
    """
    Whether a text may be that value. Takes time in proportion to the text, whatever it is.
    """
    if None not in pieces:
        return "".join(piece for piece in pieces if piece) == text
    first, last = pieces[0] or "", pieces[-1] or ""
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        if piece:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
    return True
