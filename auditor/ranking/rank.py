"""
The whole ranking on one page: image and findings in, final report out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from auditor.ranking.leaks import group, without_echoes
from auditor.ranking.lives import Evidence
from auditor.ranking.redaction import Redact, nothing, redactor
from auditor.ranking.severity import count, is_apart, score

_DIGEST = re.compile(r"^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What the user wants to see.
    """

    list_all: bool = False
    show_secrets: bool = False
    accepted: frozenset[str] = frozenset()
    """
    Fingerprints that the baseline accepts.
    """


def rank(
    image: Image,
    source: str,
    scans: Mapping[str, LayerScan],
    metadata: Sequence[Evidence],
    gaps: Sequence[Gap],
    policy: Policy,
    prove: lives.Prove = lives.unproven,
) -> Report:
    """
    The report of one image: grouped, ranked, redacted, with nothing left for a format to decide.
    """
    raw = [*metadata, *lives.in_layers(image, scans, prove)]
    redact = nothing if policy.show_secrets else redactor(item.finding for item in raw)
    leaks = group(without_echoes(raw), redact, policy.show_secrets)
    accepted = [
        replace(leak, accepted=True) for leak in leaks if leak.fingerprint in policy.accepted
    ]
    others = [leak for leak in leaks if leak.fingerprint not in policy.accepted]
    apart = [leak for leak in others if is_apart(leak)]
    open_leaks = [leak for leak in others if not is_apart(leak)]
    listed = others if policy.list_all else open_leaks
    listed = [leak for leak in listed if policy.list_all or leak.severity is not Severity.LOW]
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
        complete=policy.list_all,
        package=len(apart),
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
