"""
How a report is written: one explicit table of formats.
"""

from auditor.reports.base import Format
from auditor.reports.github import write_github
from auditor.reports.gitlab import write_gitlab
from auditor.reports.html import write_html
from auditor.reports.json import write_json
from auditor.reports.junit import write_junit
from auditor.reports.markdown import write_markdown
from auditor.reports.sarif import write_sarif
from auditor.reports.table import write_table

FORMATS: dict[str, Format] = {
    "github": write_github,
    "gitlab": write_gitlab,
    "html": write_html,
    "json": write_json,
    "junit": write_junit,
    "markdown": write_markdown,
    "sarif": write_sarif,
    "table": write_table,
}
"""
By the name that `--format` takes.
"""

__all__ = ["FORMATS", "Format"]
