"""
Findings about the same characters: several detectors may tell of one secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import product

from auditor.model import Confidence
from auditor.ranking.lives import Evidence

HEAD = 8
"""
By so many characters it shows which values may begin at a place.
"""
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
    return [item for group in by_spot.values() for item in _best(group)]


def _best(group: list[Evidence]) -> list[Evidence]:
    """
    Those that know best, of findings on one line.
    """
    overlaps = _overlaps({item.finding.secret.value or "" for item in group})
    best: list[Evidence] = []
    taken: set[str] = set()
    for item in sorted(group, key=quality, reverse=True):
        # NOTE: what is sealed was compared with its neighbours before.
        value = item.finding.secret.value
        if item.echo or (value is not None and not taken.isdisjoint(overlaps.get(value, ()))):
            continue
        best.append(item)
        if value is not None:
            taken.add(value)
    return best


def _overlaps(values: Set[str]) -> dict[str, set[str]]:
    """
    For each value the others that it lies in or that lie in it, if there are any. A line of
    megabytes holds thousands: each is looked up by its beginning, not compared with all others.
    """
    found: dict[str, set[str]] = {}
    if len(values) < 2:
        return found
    lengths: dict[str, set[int]] = {}
    for value in values:
        lengths.setdefault(value[:HEAD], set()).add(len(value))
    sizes = {len(head) for head in lengths}
    for value in values:
        for at, size in product(range(len(value)), sizes):
            for length in lengths.get(value[at : at + size], ()):
                part = value[at : at + length]
                if part != value and part in values:
                    found.setdefault(value, set()).add(part)
                    found.setdefault(part, set()).add(value)
    return found
