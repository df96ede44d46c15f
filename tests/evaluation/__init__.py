"""
What `scripts/evaluate` measures: one explicit table. One more is one file here and one row.
"""

from __future__ import annotations

from tests.evaluation.base import Evaluation, Options, Table
from tests.evaluation.corpus import corpus

EVALUATIONS: dict[str, Evaluation] = {
    "corpus": corpus,
}

__all__ = ["EVALUATIONS", "Evaluation", "Options", "Table"]
