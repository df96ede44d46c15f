"""
How a report is written: one explicit table of formats.
"""

from auditor.reports.base import Format
from auditor.reports.json import write_json
from auditor.reports.table import write_table

FORMATS: dict[str, Format] = {
    "json": write_json,
    "table": write_table,
}
"""
By the name that `--format` takes.
"""

__all__ = ["FORMATS", "Format"]
