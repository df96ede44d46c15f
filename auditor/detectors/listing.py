"""
What is looked for, one row a detector, with examples that hold no secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.detectors.rules import RULES, Rule
from auditor.detectors.rules.examples import masked
from auditor.model import Confidence
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class DetectorRow:
    """
    One kind of secret.
    """

    name: str
    provider: str
    needs: str
    """
    What must be there besides the value's own format; empty if nothing.
    """
    confidence: str
    """
    What it reaches at best.
    """
    example: str
    """
    The value's lead, then `…`.
    """


def detector_rows() -> tuple[DetectorRow, ...]:
    """
    All detectors by provider and name: our rules, the user's own, and those of detect-secrets.
    """
    rows = [*map(_of_rule, RULES), *_of_plugins()]
    return tuple(sorted(rows, key=lambda row: (row.provider.lower(), row.name.lower())))


def _of_rule(rule: Rule) -> DetectorRow:
    needs = "the name " + " or ".join(word.strip("_") for word in rule.words) if rule.words else ""
    best = Confidence.CERTAIN if rule.reaches_certain else rule.confidence
    return DetectorRow(rule.name, rule.provider, needs, best.value, masked(rule.examples[0]))


def _of_plugins() -> Iterator[DetectorRow]:
    from auditor.detectors.library.custom import custom_plugins
    from auditor.detectors.library.rules import plugins, rules

    generic = {rule.plugin.secret_type for rule in rules() if rule.generic}
    for source, found in (("detect-secrets", plugins()), ("your own", custom_plugins())):
        for name in sorted({str(plugin.secret_type) for plugin in found}):
            best = Confidence.POSSIBLE if name in generic else Confidence.LIKELY
            needs = "a name or quotes around it" if name in generic else ""
            yield DetectorRow(name, source, needs, best.value, "")
