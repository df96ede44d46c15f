"""
Physical lines → logical ones: parser directives, continuations, comments within them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from auditor.patterns import lazy_regex
from auditor.records import dataclass

_DIRECTIVE = lazy_regex(r"^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
_KNOWN = ("syntax", "escape", "check")


@dataclass(frozen=True, slots=True)
class Logical:
    """
    One instruction's own lines, joined; its heredocs come after them.
    """

    text: str
    line: int
    """
    Of its first line, from 1.
    """
    end: int
    """
    Of its last line.
    """


def decode(raw: bytes) -> str:
    """
    The text of a Dockerfile: UTF-8, with or without a byte order mark.
    """
    return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def physical(text: str) -> tuple[str, ...]:
    """
    The lines without what ends them, LF or CRLF.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return tuple(line.removesuffix("\r") for line in lines)


def directives(lines: tuple[str, ...]) -> dict[str, str]:
    """
    `# syntax=`, `# escape=` and `# check=` at the very top; the first other line ends them.
    """
    found: dict[str, str] = {}
    for line in lines:
        match = _DIRECTIVE.match(line.strip())
        name = match[1].lower() if match else ""
        if match is None or name not in _KNOWN or name in found:
            break
        found[name] = match[2]
    return found


def is_comment(line: str) -> bool:
    """
    Whether a line is a comment as a whole.
    """
    return line.lstrip().startswith("#")


class LogicalLines:
    """
    The logical lines in order. Heredocs are taken out with `body` before the next one is asked for.
    """

    def __init__(self, lines: tuple[str, ...], escape: str) -> None:
        self._lines = lines
        self._at = 0
        mark = re.escape(escape)
        # NOTE: two escapes at the end are one character and no continuation.
        self._continued = re.compile(rf"(?:(?<!{mark}))({mark})[ \t]*$")

    def __iter__(self) -> Iterator[Logical]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip() or is_comment(line):
                self._at += 1
                continue
            yield self._logical()

    def _logical(self) -> Logical:
        first = last = self._at
        parts: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if parts and (not line.strip() or is_comment(line)):
                # Both may stand within a continued instruction.
                continue
            last = self._at - 1
            match = self._continued.search(line)
            parts.append(line[: match.start(1)] if match else line)
            if match is None:
                break
        return Logical("".join(parts).strip(), first + 1, last + 1)

    def body(self, ends: str, strip_tabs: bool) -> tuple[str, int]:
        """
        A heredoc's lines and the number of the line that ends it, or of the last line there is.
        """
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].lstrip("\t") if strip_tabs else self._lines[self._at]
            self._at += 1
            if line == ends:
                break
            lines.append(line)
        return "".join(f"{line}\n" for line in lines), self._at
