"""
A leak as a SARIF result.
"""

from __future__ import annotations

import hashlib
from typing import Any

from auditor.model import LayerRow, Leak, Place, Report, Severity
from auditor.reports import standing
from auditor.reports.places import Target, best, fate, sentence, spot, target, where
from auditor.reports.sarif.rules import LEVELS, rule_id
from auditor.reports.terminal import plain

LOCATIONS = 100
"""
GitHub shows as many locations of a result, and refuses a file that has 1,000 of one.
"""
TOLD = 5
"""
How many places the message of a result tells.
"""
_RANKS = {
    Severity.CRITICAL: 95.0,
    Severity.HIGH: 80.0,
    Severity.MEDIUM: 55.0,
    Severity.LOW: 20.0,
}


class Results:
    """
    Makes the results of one image.
    """

    def __init__(self, report: Report, identity: str, indexes: dict[str, int]) -> None:
        self._report = report
        self._identity = identity
        self._indexes = indexes
        self._layers = {row.layer.index: row for row in report.layers}

    def result(self, leak: Leak) -> dict[str, Any]:
        """
        The leak, with the one location that GitHub shows.
        """
        first = best(self._report, leak)
        others = [place for place in leak.places if place is not first]
        made: dict[str, Any] = {
            "ruleId": rule_id(leak),
            "ruleIndex": self._indexes[rule_id(leak)],
            "level": LEVELS[leak.severity],
            "message": {"text": _escaped(self._message(leak, first, others))},
            "locations": [self._location(first, target(self._report, first))],
            "partialFingerprints": {"primaryLocationLineHash": self._hash(leak)},
            "fingerprints": {"layerAuditor/v1": leak.fingerprint or "unknown"},
            "rank": _RANKS[leak.severity],
            "properties": self._properties(leak, first),
        }
        if related := self._related(first, others):
            made["relatedLocations"] = related
        if leak.accepted:
            made["suppressions"] = [
                {
                    "kind": "external",
                    "status": "accepted",
                    "justification": _justification(leak),
                }
            ]
        return made

    def _hash(self, leak: Leak) -> str:
        """
        What GitHub knows an alert by. No tag, layer or line: these change with every build.
        """
        text = "\0".join((self._identity, leak.detector, leak.fingerprint))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] + ":1"

    def _message(self, leak: Leak, first: Place, others: list[Place]) -> str:
        lines = [
            f"{leak.severity.value.capitalize()}: {leak.detector} {leak.preview}",
            f"in {self._report.reference}, {sentence(first)}.",
        ]
        lines += [f"Also in {sentence(place)}." for place in others[: TOLD - 1]]
        if len(others) >= TOLD:
            lines.append(f"And in {len(others) - TOLD + 1} more places.")
        lines.append(f"Why: {leak.confidence}, {leak.exposure}, {leak.origin}: ")
        lines[-1] += "; ".join(leak.reasons) + "."
        lines.append(leak.advice)
        if leak.rotate:
            lines.append(f"Replace it at {leak.rotate}")
        return " ".join(plain(line) for line in lines)

    def _related(self, first: Place, others: list[Place]) -> list[dict[str, Any]]:
        """
        The other places; for one that is shown by a line of the Dockerfile, the file itself too.
        """
        spots = [(place, target(self._report, place)) for place in others]
        if target(self._report, first).in_dockerfile:
            spots.insert(0, (first, self._in_image(first)))
        return [
            {
                "id": number,
                **self._location(place, at),
                "message": {"text": _escaped(f"{where(place)}: {spot(place)}, {fate(place)}")},
            }
            for number, (place, at) in enumerate(spots[: LOCATIONS - 1], start=1)
        ]

    def _in_image(self, place: Place) -> Target:
        bare = Place(place.layer, place.path, place.inside, place.line)
        return target(self._report, bare)

    def _location(self, place: Place, at: Target) -> dict[str, Any]:
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": at.uri},
                "region": {"startLine": at.line, "endLine": at.line,
                           "startColumn": 1, "endColumn": 1},
            },
            "logicalLocations": [self._logical(place)],
        }  # fmt: skip

    def _logical(self, place: Place) -> dict[str, Any]:
        row = self._layers.get(-1 if place.layer is None else place.layer)
        holder = _digest(row) or where(place)
        return {
            "name": spot(place) or "(no name)",
            "fullyQualifiedName": plain(f"{self._report.reference}@{holder}:{place.path}"),
            "kind": "resource",
        }

    def _properties(self, leak: Leak, first: Place) -> dict[str, Any]:
        row = self._layers.get(-1 if first.layer is None else first.layer)
        told = {
            "id": leak.id,
            "confidence": leak.confidence,
            "exposure": leak.exposure,
            "origin": leak.origin,
            "image": plain(self._report.reference),
            "platform": plain(self._report.platform),
            "layer": first.layer,
            "layerDigest": plain(_digest(row)),
            "createdBy": plain(first.instruction or ""),
            "state": first.state,
            "removedBy": first.removed_by,
            "fix": _lines(leak.fix),
            "proof": _lines(leak.proof),
            "rotate": plain(leak.rotate or ""),
            # Asked for with --show-secrets, and then by every format.
            "secret": leak.secret.reveal() if leak.secret else None,
        }
        return {name: value for name, value in told.items() if value not in (None, "")}


def _digest(row: LayerRow | None) -> str:
    return (row.layer.diff_id or row.layer.digest or "") if row else ""


def _lines(text: str | None) -> str:
    return "\n".join(plain(line) for line in (text or "").split("\n"))


def _escaped(text: str) -> str:
    """
    Brackets make links in a SARIF message (§3.11.6); a file's name must not.
    """
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _justification(leak: Leak) -> str:
    return standing.told(leak.acceptance) if leak.acceptance else "Accepted in the baseline."
