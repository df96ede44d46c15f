"""
JSON, version 1. Other tools live on it: keys are added, never changed or taken away.

`schema/report-1.json` describes it; `saved.py` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from auditor import __version__
from auditor.model import Gap, LayerRow, Leak, Place, Report
from auditor.reports import standing

VERSION = 1
TOOL = "layer-auditor"
READABLE = 2_000
"""
Leaks and gaps, beyond which JSON is not indented: that takes five times as long.
"""


def write_json(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    document = {
        "version": VERSION,
        "tool": {"name": TOOL, "version": __version__},
        "images": [_image(report) for report in reports],
    }
    out.write(dump(document, reports))


def dump(document: Any, reports: Sequence[Report]) -> str:
    """
    JSON text that does no harm in a terminal or the log of a CI job, whatever it holds. Indented
    for people, unless there is more than anybody reads.
    """
    many = sum(len(report.leaks) + len(report.ledger.gaps) for report in reports) > READABLE
    # NOTE: ASCII only, for names which are no UTF-8 and controls. A log with ##vso[…] in it gives
    # orders to Azure Pipelines; signs like # stand in strings alone, where they may be escaped.
    text = json.dumps(document, indent=None if many else 2, ensure_ascii=True)
    return text.replace("##", "#\\u0023") + "\n"


def _image(report: Report) -> dict[str, Any]:
    return {
        "reference": report.reference,
        "id": report.id,
        "platform": report.platform,
        "source": report.source,
        "layers": [_layer(row) for row in report.layers],
        "leaks": [_leak(leak) for leak in report.leaks],
        "ledger": {
            "files": report.ledger.files,
            "bytes": report.ledger.bytes,
            "gaps": [_gap(gap) for gap in report.ledger.gaps],
        },
        "summary": {
            **asdict(report.counts),
            "accepted": report.accepted,
            "worst": report.worst,
            "metadata": asdict(report.metadata_counts),
            "package": report.package,
            **standing.numbers(report.standing),
        },
        "accepted_leaks": [_leak(leak) for leak in report.accepted_leaks],
        "gone": [standing.gone(known) for known in report.standing.gone],
        "dockerfile": report.dockerfile,
        "complete": report.complete,
    }


def _layer(row: LayerRow) -> dict[str, Any]:
    return {
        "index": row.layer.index,
        "diff_id": row.layer.diff_id,
        "digest": row.layer.digest,
        "size": row.size,
        "created_by": row.layer.created_by,
        "origin": row.layer.origin,
        "score": row.score,
        "leaks": asdict(row.leaks),
        "instruction": row.layer.instruction,
        "missing": row.layer.blob is None,
    }


def _leak(leak: Leak) -> dict[str, Any]:
    return {
        "id": leak.id,
        "fingerprint": leak.fingerprint,
        "detector": leak.detector,
        "severity": leak.severity,
        "confidence": leak.confidence,
        "exposure": leak.exposure,
        "origin": leak.origin,
        "preview": leak.preview,
        "secret": leak.secret.reveal() if leak.secret else None,
        "places": [_place(place) for place in leak.places],
        "reasons": list(leak.reasons),
        "advice": leak.advice,
        "fix": leak.fix,
        "proof": leak.proof,
        "rotate": leak.rotate,
        "acceptance": standing.reason(leak.acceptance),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "layer": place.layer,
        "path": place.path,
        "inside": place.inside,
        "line": place.line,
        "instruction": place.instruction,
        "dockerfile_line": place.dockerfile_line,
        "state": place.state,
        "removed_by": place.removed_by,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "layer": gap.layer,
        "path": gap.path,
        "reason": gap.reason,
        "blocking": gap.blocking,
    }
