"""
Text from inside an image, made safe for a terminal and for the log of a CI job.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from typing import TextIO

from auditor.model import Severity
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_COMMAND = lazy_regex(
    # NOTE: GitHub trims a line before it looks for one, and lines are wrapped anywhere.
    r":(?=:(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|"
    r"save-state|set-env|set-output|stop-commands|warning|internal-set-repo-path)(?:\s|::|$))"
    # Azure Pipelines, TeamCity and old commands of GitHub are obeyed anywhere in a line.
    r"|(?<=#)#(?=\[|vso\[|teamcity\[)",
    re.IGNORECASE,
)


_COLOURS = {
    Severity.CRITICAL: "\x1b[1;31m",
    Severity.HIGH: "\x1b[31m",
    Severity.MEDIUM: "\x1b[33m",
    Severity.LOW: "\x1b[2m",
}


@dataclass(frozen=True, slots=True)
class Style:
    """
    How text is set on a terminal.
    """

    width: int
    """
    In columns.
    """
    colour: bool

    def bold(self, text: str) -> str:
        """
        What the eye looks for.
        """
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def dim(self, text: str) -> str:
        """
        What it may pass over.
        """
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def tint(self, severity: Severity, text: str) -> str:
        """
        In the colour of a severity.
        """
        return f"{_COLOURS[severity]}{text}\x1b[0m" if self.colour else text

    def wrap(self, text: str, lead: str, rest: str = "") -> Iterator[str]:
        """
        Lines of at most the width, the first behind `lead`; the text is made plain.
        """
        lines = textwrap.wrap(
            plain(text),
            self.width,
            initial_indent=lead,
            subsequent_indent=rest or " " * len(lead),
            break_on_hyphens=False,
        )
        yield from lines or [lead]


def plain(text: str) -> str:
    """
    Every character that moves the cursor, changes colours or reverses the text is written out, and
    so is the first one of what a CI system takes for a command in a log.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    if "::" in text or "##" in text:
        return _COMMAND.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    return text


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def shorten(text: str, width: int) -> str:
    """
    At most `width` characters, on one line.
    """
    text = plain(" ".join(text.split()))
    return text if len(text) <= width else text[: max(width - 1, 1)] + "…"


def has_colour(out: TextIO) -> bool:
    """
    Whether to colour: NO_COLOR, then FORCE_COLOR, then whether it is a terminal.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"


def size(count: int) -> str:
    """
    A number of bytes for people.
    """
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.0f} {units[0]}" if units[0] == "B" else f"{value:.1f} {units[0]}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """
    `1 leak`, `2,000 leaks`.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
