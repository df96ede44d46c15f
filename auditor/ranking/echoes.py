"""
Findings about the same characters: several detectors may tell of one secret.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model import Confidence
from auditor.ranking.lives import Evidence

_CONFIDENCE = list(Confidence)
_VAGUE = ("Base64 High Entropy String", "Hex High Entropy String", "Secret Keyword",
          "Secret Variable")  # fmt: skip
"""
Detectors that know least of what they found, the vaguest first.
"""


def quality(evidence: Evidence) -> tuple[int, bool, int, int]:
    """
    How well a finding knows its secret; the higher the better.
    """
    finding = evidence.finding
    vague = _VAGUE.index(finding.detector) if finding.detector in _VAGUE else len(_VAGUE)
    sure = len(_CONFIDENCE) - _CONFIDENCE.index(finding.confidence)
    return sure, not finding.doubted, vague, finding.secret.length


def without_echoes(evidence: Iterable[Evidence]) -> list[Evidence]:
    """
    Of findings about the same characters, only the one that knows best.
    """
    by_spot: dict[tuple[object, ...], list[Evidence]] = {}
    for item in evidence:
        by_spot.setdefault(item.spot, []).append(item)
    kept: list[Evidence] = []
    for group in by_spot.values():
        best: list[Evidence] = []
        for item in sorted(group, key=quality, reverse=True):
            if item.echo:
                continue
            if not any(_overlap(item, other) for other in best):
                best.append(item)
        kept += best
    return kept


def _overlap(one: Evidence, other: Evidence) -> bool:
    a, b = one.finding.secret.value, other.finding.secret.value
    if a is None or b is None:
        # What is sealed was compared with its neighbours before.
        return False
    return a != b and (a in b or b in a)
