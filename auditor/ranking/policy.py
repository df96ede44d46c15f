"""
What the user wants to see.
"""

from __future__ import annotations

from dataclasses import field

from auditor.ranking.acceptance import Expectation
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What the user wants to see.
    """

    list_all: bool = False
    show_secrets: bool = False
    expected: Expectation = field(default_factory=Expectation)
    keep_secrets: bool = False
    """
    Leaks carry their secret, for comparison within this process. Texts are redacted nevertheless,
    but no format may see such a report.
    """
