"""
The rules table: one rule for each detector and severity.

GitHub takes the severity of an alert from its rule alone, so a detector whose leaks differ in
severity needs one rule for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from auditor.model import Confidence, Leak, Severity
from auditor.reports.terminal import plain

SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""
`security-severity`: GitHub calls more than 9.0 critical, from 7.0 high, from 4.0 medium.
"""
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
RULES = 25_000
"""
GitHub refuses a file with more of them in a run.
"""
TEXT = 1024
"""
The longest text of a rule that GitHub takes, in characters.
"""
_PRECISION = {
    Confidence.CERTAIN: "very-high",
    Confidence.LIKELY: "high",
    Confidence.POSSIBLE: "medium",
}
_HELP = (
    "The image gives this secret away to everyone who can read it. Deleting it in a later layer "
    "does not help, since the older layer still has it; build args stay readable in docker "
    "history. Build without it: a BuildKit secret mount (RUN --mount=type=secret,id=…), a first "
    "stage of which only the result is copied, or the step done on the host. If the image was "
    "ever pushed or shared, replace the secret."
)


def rule_id(leak: Leak) -> str:
    """
    `github-token/high`.
    """
    name = re.sub(r"[^a-z0-9]+", "-", leak.detector.lower()).strip("-")
    return f"{name[:100] or 'secret'}/{leak.severity}"


def rules(leaks: Iterable[Leak]) -> list[dict[str, Any]]:
    """
    In the order in which the leaks need them.
    """
    first: dict[str, Leak] = {}
    for leak in leaks:
        known = first.setdefault(rule_id(leak), leak)
        order = list(Confidence)
        if order.index(leak.confidence) < order.index(known.confidence):
            first[rule_id(leak)] = leak
    return [_rule(name, leak) for name, leak in first.items()]


def _rule(name: str, leak: Leak) -> dict[str, Any]:
    detector = plain(leak.detector)[:200] or "secret"
    return {
        "id": name,
        "name": re.sub(r"[^A-Za-z0-9]+", "", detector.title()) or "Secret",
        "shortDescription": {"text": f"Secret in a container image: {detector}"[:TEXT]},
        "fullDescription": {
            "text": f"A secret that the detector {detector} knows can be read in the image."[:TEXT]
        },
        "help": {"text": _HELP, "markdown": _HELP.replace("RUN --mount=type=secret,id=…",
                                                          "`RUN --mount=type=secret,id=…`")},
        "defaultConfiguration": {"level": LEVELS[leak.severity]},
        "properties": {
            "precision": _PRECISION[leak.confidence],
            "problem.severity": LEVELS[leak.severity].replace("note", "recommendation"),
            "security-severity": SCORES[leak.severity],
            "tags": ["security", "secret", "container", "external/cwe/cwe-798"],
        },
    }  # fmt: skip
