"""
Findings about the same characters: several detectors may tell of one secret.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable

from auditor.model import Confidence
from auditor.ranking.lives import Evidence

HEAD = 8
"""
By so many characters it shows which values may begin at a place.
"""
BETWEEN = "\0"
"""
Stands between values that are searched as one text.
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
    best: list[Evidence] = []
    taken = Apart()
    for item in sorted(group, key=quality, reverse=True):
        # NOTE: what is sealed was compared with its neighbours before.
        value = item.finding.secret.value
        if not item.echo and (value is None or taken.add(value)):
            best.append(item)
    return best


class Apart:
    """
    Values of which none lies in another. A line of megabytes holds thousands: each is looked up by
    its beginning, not compared with all others.
    """

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._by_head: dict[str, list[str]] = {}
        """
        By their first characters, sorted.
        """
        self._sizes: set[int] = set()
        self._longest = 0
        self._all = ""

    def add(self, value: str) -> bool:
        """
        Take a value, if it lies in no other and no other in it; whether it is one of them now.
        """
        if value in self._values:
            return True
        if self._values and (self._lies_in_one(value) or self._holds_one(value)):
            return False
        self._values.add(value)
        head = value[:HEAD]
        insort(self._by_head.setdefault(head, []), value)
        self._sizes.add(len(head))
        self._longest = max(self._longest, len(value))
        self._all += BETWEEN + value
        return True

    def _lies_in_one(self, value: str) -> bool:
        if BETWEEN in value:
            return any(value in other for other in self._values)
        return value in self._all

    def _holds_one(self, value: str) -> bool:
        for size in self._sizes:
            for at in range(len(value) + 1):
                known = self._by_head.get(value[at : at + size])
                if known is not None and self._begins(value, at, known):
                    return True
        return False

    def _begins(self, value: str, at: int, known: list[str]) -> bool:
        """
        Whether one of those with the same head begins at a place in a value.
        """
        # NOTE: none of them begins with another. So if one begins here, it is the last of those
        # that are not greater than what stands here.
        index = bisect_right(known, value[at : at + self._longest])
        return index > 0 and value.startswith(known[index - 1], at)
