"""
The seam: text in, findings out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from auditor.model import Finding, Text


class Detector(Protocol):
    """
    Knows what some kind of secret looks like.
    """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        Every match, with the whole secret as its value.
        """
