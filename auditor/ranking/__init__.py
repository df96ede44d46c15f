"""
From findings to a ranked report: lives across layers, origin, severity, advice.
"""

from auditor.ranking.acceptance import Expectation, Ignore, in_older
from auditor.ranking.lives import Evidence
from auditor.ranking.proof import Whence
from auditor.ranking.rank import Context, Policy, rank

__all__ = [
    "Context",
    "Evidence",
    "Expectation",
    "Ignore",
    "Policy",
    "Whence",
    "in_older",
    "rank",
]
