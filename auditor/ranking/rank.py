"""
The whole ranking on one page: image and findings in, final report out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from auditor.model import (
    Gap,
    Image,
    LayerRow,
    LayerScan,
    Leak,
    Ledger,
    Report,
    Severity,
)
from auditor.ranking import lives
from auditor.ranking.acceptance import Expectation
from auditor.ranking.leaks import group, without_echoes
from auditor.ranking.lives import Evidence
from auditor.ranking.redaction import Redact, nothing, redactor
from auditor.ranking.severity import count, score

_DIGEST = re.compile(r"^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What the user wants to see.
    """

    list_all: bool = False
    show_secrets: bool = False
    expected: Expectation = field(default_factory=Expectation)
    keep_secrets: bool = False
    """
    Leaks carry their secret, for comparison within this process. Texts are redacted nevertheless,
    but no format may see such a report.
    """


def rank(
    image: Image,
    source: str,
    scans: Mapping[str, LayerScan],
    metadata: Sequence[Evidence],
    gaps: Sequence[Gap],
    policy: Policy,
) -> Report:
    """
    The report of one image: grouped, ranked, redacted, with nothing left for a format to decide.
    """
    raw = [*metadata, *lives.in_layers(image, scans)]
    redact = nothing if policy.show_secrets else redactor(item.finding for item in raw)
    judged = policy.expected.judge(group(without_echoes(raw), redact, show=True))
    standing = policy.expected.standing(judged)
    shown = policy.show_secrets or policy.keep_secrets
    leaks = judged if shown else [replace(leak, secret=None) for leak in judged]
    accepted = [leak for leak in leaks if leak.accepted]
    open_leaks = [leak for leak in leaks if not leak.accepted]
    listed = [leak for leak in open_leaks if policy.list_all or leak.severity is not Severity.LOW]
    return Report(
        reference=redact(image.reference),
        id=_digest(redact, image.id) or "",
        platform=redact(image.platform),
        source=source,
        layers=tuple(_rows(image, scans, open_leaks, redact)),
        leaks=tuple(listed),
        ledger=_ledger(image, scans, gaps, redact),
        counts=count(open_leaks),
        metadata_counts=count([leak for leak in open_leaks if _touches(leak, None)]),
        accepted=len(accepted),
        accepted_leaks=tuple(accepted),
        standing=standing,
    )


def _touches(leak: Leak, layer: int | None) -> bool:
    return any(place.layer == layer for place in leak.places)


def _rows(
    image: Image, scans: Mapping[str, LayerScan], leaks: Sequence[Leak], redact: Redact
) -> list[LayerRow]:
    rows = []
    for layer in image.layers:
        scan = scans.get(layer.blob) if layer.blob else None
        counts = count([leak for leak in leaks if _touches(leak, layer.index)])
        shown = replace(
            layer,
            created_by=redact(layer.created_by),
            instruction=redact(layer.instruction),
            diff_id=_digest(redact, layer.diff_id) or (scan.diff_id if scan else None),
            digest=_digest(redact, layer.digest),
        )
        rows.append(LayerRow(shown, scan.size if scan else 0, score(counts), counts))
    return rows


def _digest(redact: Redact, text: str | None) -> str | None:
    """
    A digest as the manifest states it. What is none may be anything.
    """
    return redact(text) if text and not _DIGEST.match(text) else text


def _ledger(
    image: Image, scans: Mapping[str, LayerScan], gaps: Sequence[Gap], redact: Redact
) -> Ledger:
    """
    What was read in the image's layers, and everything that was not.
    """
    told = list(gaps)
    files = size = 0
    for layer in image.layers:
        scan = scans.get(layer.blob) if layer.blob else None
        if scan is not None:
            files, size = files + scan.files, size + scan.bytes
            told += [replace(gap, layer=layer.index) for gap in scan.gaps]
    unique = dict.fromkeys(
        replace(gap, path=redact(gap.path), reason=redact(gap.reason)) for gap in told
    )
    return Ledger(files=files, bytes=size, gaps=tuple(unique))
