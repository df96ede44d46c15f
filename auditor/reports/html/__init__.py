"""
One page in HTML that needs nothing else: no network, and no script to be read.
"""

from auditor.reports.html.page import write_html

__all__ = ["write_html"]
