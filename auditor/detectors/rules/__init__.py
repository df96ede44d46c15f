"""
Our own rules: one explicit table, by kind of provider. One more is one entry in one of its files.
"""

from __future__ import annotations

from auditor.detectors.rules import (
    ai,
    chat,
    cloud,
    code,
    databases,
    identity,
    monitoring,
    payment,
    services,
)
from auditor.detectors.rules.base import Rule
from auditor.detectors.rules.matching import Found, longest, look

_EXACT: tuple[Rule, ...] = (
    *ai.RULES,
    *chat.RULES,
    *cloud.RULES,
    *code.RULES,
    *databases.RULES,
    *identity.RULES,
    *monitoring.RULES,
    *payment.RULES,
    *services.RULES,
)
RULES: tuple[Rule, ...] = (*_EXACT, *services.named(_EXACT))

__all__ = ["RULES", "Found", "Rule", "longest", "look"]
