"""
What `scripts/evaluate` measures: one explicit table. One more is one file here and one row.
"""

from __future__ import annotations

from tests.evaluation.assignments import passwords, provider_tokens
from tests.evaluation.base import Evaluation, Options, Table
from tests.evaluation.corpus import corpus
from tests.evaluation.hiding import hiding
from tests.evaluation.trees import clean

EVALUATIONS: dict[str, Evaluation] = {
    "clean": clean,
    "corpus": corpus,
    "hiding": hiding,
    "passwords": passwords,
    "provider tokens": provider_tokens,
}

__all__ = ["EVALUATIONS", "Evaluation", "Options", "Table"]
