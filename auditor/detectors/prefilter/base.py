"""
The seam: which lines of a text are worth showing to which rule. Always a superset.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

Patterns = Sequence[tuple[re.Pattern[str], ...] | None]
"""
For each rule, patterns of which one matches every line that it finds anything on; `None` where
none are known.
"""


class Lines:
    """
    A text as lines, split only when somebody asks for one.
    """

    def __init__(self, joined: str, lines: list[str] | None = None) -> None:
        self.joined = joined
        """
        All lines with a newline between two of them, and none within one.
        """
        self._lines = lines

    @classmethod
    def of_text(cls, content: str) -> Lines:
        """
        The lines of a text, whatever ends them.
        """
        if "\r" in content:
            content = content.replace("\r\n", "\n").replace("\r", "\n")
        return cls(content)

    @classmethod
    def of_list(cls, lines: list[str]) -> Lines:
        """
        Lines that were made one by one. To a plugin a newline within one is a blank like others.
        """
        ends = [line.rstrip("\n") for line in lines]
        return cls("\n".join(line.replace("\n", "\r") for line in ends), lines)

    @property
    def lines(self) -> list[str]:
        """
        The lines one by one.
        """
        if self._lines is None:
            self._lines = self.joined.split("\n")
        return self._lines


class Prefilter(Protocol):
    """
    Knows for a set of rules where they can match.
    """

    def touches(self, data: bytes) -> bool:
        """
        Whether any rule can match anywhere in a text; `data` is ASCII, UTF-8 or Latin-1.
        """

    def candidates(self, text: Lines) -> dict[int, set[int]]:
        """
        For each line, by index from 0, the numbers of the rules that may match on it.
        """
