"""
What the reports tell of leaks in unchanged files of packages.
"""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from auditor.model import Origin, Severity
from auditor.reports.table import write_table
from tests.reports.given import clean, leaky


@pytest.mark.parametrize(
    ("number", "listed", "told"),
    [
        (0, False, None),
        (1, False, "1 finding in unchanged package files: not listed (see --all)."),
        (3, False, "3 findings in unchanged package files: not listed (see --all)."),
        (3, True, "3 findings in unchanged package files: counted apart."),
    ],
)
def test_the_table_tells_what_is_counted_apart(number: int, listed: bool, told: str | None) -> None:
    """
    How many findings stand in unchanged files of packages, and whether they are listed.
    """
    leaks = tuple(
        replace(leak, origin=Origin.PACKAGE, severity=Severity.LOW) for leak in leaky().leaks[:1]
    )
    out = io.StringIO()
    write_table([replace(clean(), package=number, leaks=leaks if listed else ())], out)
    lines = [line for line in out.getvalue().splitlines() if "unchanged" in line]
    assert lines == ([told] if told else [])
