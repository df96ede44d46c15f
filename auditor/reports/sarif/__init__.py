"""
SARIF 2.1.0, as GitHub's code scanning takes it.

Specification: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0. What GitHub
reads of it is in its documentation under "SARIF support for code scanning".
"""

from auditor.reports.sarif.write import write_sarif

__all__ = ["write_sarif"]
