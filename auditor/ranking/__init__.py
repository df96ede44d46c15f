"""
From findings to a ranked report: lives across layers, origin, severity, advice.
"""

from auditor.ranking.acceptance import Expectation, Ignore, in_older
from auditor.ranking.lives import Evidence
from auditor.ranking.rank import Policy, rank

__all__ = ["Evidence", "Expectation", "Ignore", "Policy", "in_older", "rank"]
