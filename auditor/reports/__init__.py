"""
How a report is written: one explicit table of formats, each loaded when it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from auditor.model import Report
from auditor.reports.base import Format


def _github(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.github import write_github

    write_github(reports, out)


def _gitlab(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.gitlab import write_gitlab

    write_gitlab(reports, out)


def _html(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.html import write_html

    write_html(reports, out)


def _json(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.json import write_json

    write_json(reports, out)


def _junit(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.junit import write_junit

    write_junit(reports, out)


def _markdown(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.markdown import write_markdown

    write_markdown(reports, out)


def _sarif(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.sarif import write_sarif

    write_sarif(reports, out)


def _table(reports: Sequence[Report], out: TextIO) -> None:
    from auditor.reports.table import write_table

    write_table(reports, out)


FORMATS: dict[str, Format] = {
    "github": _github,
    "gitlab": _gitlab,
    "html": _html,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "sarif": _sarif,
    "table": _table,
}
"""
By the name that `--format` takes.
"""

__all__ = ["FORMATS", "Format"]
