"""
The seam: text in, findings out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from auditor.model import Finding, Reading, Text


class Detector(Protocol):
    """
    Knows what some kind of secret looks like.
    """

    @property
    def readings(self) -> frozenset[Reading]:
        """
        It finds something only in texts that are read in one of these ways: others need not be
        shown to it.
        """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        Every match, with the whole secret as its value.
        """
