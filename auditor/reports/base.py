"""
The seam: final reports in, text out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TextIO

from auditor.model import Report


class Format(Protocol):
    """
    One way to write reports. It never filters, counts or decides the exit code.
    """

    def __call__(self, reports: Sequence[Report], out: TextIO) -> None:
        """
        Write the reports of all images, in the order in which they were asked for.
        """
