"""
The SARIF log: one run for each image, cut to what GitHub takes, and every cut is told in it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TextIO

from auditor import __version__
from auditor.model import Gap, Leak, Report
from auditor.reports.identity import identities
from auditor.reports.json import TOOL, dump
from auditor.reports.sarif.results import LOCATIONS, Results
from auditor.reports.sarif.rules import RULES, rule_id, rules
from auditor.reports.terminal import plain

RUNS = 20
"""
GitHub refuses a file with more runs.
"""
RESULTS = 25_000
"""
GitHub refuses a run with more results, and shows the 5,000 worst.
"""
NOTIFICATIONS = 1_000
"""
How many gaps of an image are told one by one.
"""
PACKED = 10_000_000
"""
GitHub refuses a larger file, in bytes after gzip.
"""
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write_sarif(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    limit, text = RESULTS, ""
    while True:
        text = _log(reports, limit)
        packed = _packed(text)
        if packed <= PACKED or limit <= 1:
            break
        limit = max(1, int(min(limit, _most(reports)) * PACKED / packed * 0.9))
    out.write(text)


def _packed(text: str) -> int:
    """
    The size that GitHub measures, or the plain one where that is small enough already.
    """
    data = text.encode()
    return len(data) if len(data) <= PACKED else len(zlib.compress(data, 6)) + 12


def _most(reports: Sequence[Report]) -> int:
    return max(len(report.leaks) + len(report.accepted_leaks) for report in reports)


def _log(reports: Sequence[Report], limit: int) -> str:
    names = identities(reports)
    kept = _worst(reports)
    runs = [_run(reports[at], names[at], limit) for at in kept]
    if len(kept) < len(reports):
        lost = [plain(report.reference) for at, report in enumerate(reports) if at not in kept]
        text = f"{len(lost)} images are not in this file, which GitHub takes {RUNS} in: "
        _notes(runs[-1]).append(_note(text + ", ".join(lost[:RUNS]), "warning", "truncated"))
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}
    return dump(log, reports)


def _worst(reports: Sequence[Report]) -> list[int]:
    """
    Which images the file holds, if there are too many: those with the worst leaks, in their order.
    """
    ranked = sorted(range(len(reports)), key=lambda at: (_rank(reports[at]), at))
    return sorted(ranked[:RUNS])


def _rank(report: Report) -> int:
    return report.worst.rank if report.worst else 9


def _notes(run: dict[str, Any]) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = run["invocations"][0]["toolExecutionNotifications"]
    return notes


def _run(report: Report, identity: str, limit: int) -> dict[str, Any]:
    # Accepted ones last: they go first where there are too many.
    every = [*report.leaks, *report.accepted_leaks]
    table = rules(every[:limit])[:RULES]
    indexes = {rule["id"]: number for number, rule in enumerate(table)}
    leaks = [leak for leak in every[:limit] if rule_id(leak) in indexes]
    results = Results(report, identity, indexes)
    gaps = report.ledger.gaps
    return {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "semanticVersion": __version__,
                "rules": table,
                "notifications": [
                    {"id": "gap", "shortDescription": {"text": "Not looked into"}},
                    {"id": "truncated", "shortDescription": {"text": "Left out of this file"}},
                ],
            }
        },
        # GitHub takes all before the last slash as the category, and keeps categories apart.
        "automationDetails": {"id": f"{TOOL}/{identity}/"},
        "invocations": [
            {
                "executionSuccessful": not any(gap.blocking for gap in gaps),
                "toolExecutionNotifications": [
                    *_cuts(every, leaks),
                    *_gaps(gaps),
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [results.result(leak) for leak in leaks],
        "properties": {
            "image": plain(report.reference) or "(no name)",
            "imageId": plain(report.id) or "unknown",
            "platform": plain(report.platform) or "unknown",
            "source": report.source,
            "layers": len(report.layers),
            "files": report.ledger.files,
            "bytes": report.ledger.bytes,
        },
    }


def _cuts(every: Sequence[Leak], kept: Sequence[Leak]) -> list[dict[str, Any]]:
    notes = []
    if lost := len(every) - len(kept):
        text = f"{lost} of {len(every)} leaks, the least severe, are not in this file: "
        notes.append(_note(text + "GitHub takes no more.", "warning", "truncated"))
    if wide := sum(len(leak.places) > LOCATIONS for leak in kept):
        text = f"{wide} leaks have more than {LOCATIONS} places; only as many are in this file."
        notes.append(_note(text, "note", "truncated"))
    return notes


def _gaps(gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    ordered = sorted(gaps, key=lambda gap: not gap.blocking)
    notes = [_gap(gap) for gap in ordered[:NOTIFICATIONS]]
    if lost := len(gaps) - len(notes):
        notes.append(_note(f"{lost} more gaps are not in this file.", "note", "truncated"))
    return notes


def _gap(gap: Gap) -> dict[str, Any]:
    holder = "" if gap.layer is None else f"layer {gap.layer}, "
    text = plain(f"Not looked into: {holder}{gap.path}: {gap.reason}")
    return _note(text, "error" if gap.blocking else "warning", "gap")


def _note(text: str, level: str, name: str) -> dict[str, Any]:
    message = text.replace("[", "\\[").replace("]", "\\]")
    return {"descriptor": {"id": name}, "level": level, "message": {"text": message}}
