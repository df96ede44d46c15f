"""
The whole ranking on one page: image and findings in, final report out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from auditor.model import (
    BuildSource,
    Finding,
    Gap,
    Image,
    LayerRow,
    LayerScan,
    Leak,
    Ledger,
    Report,
    Severity,
)
from auditor.patterns import lazy_regex
from auditor.ranking import lives
from auditor.ranking.lives import Evidence
from auditor.ranking.marks import Marks
from auditor.ranking.policy import Policy
from auditor.ranking.redaction import Redact, nothing, redactor
from auditor.ranking.severity import count, is_apart, score
from auditor.ranking.whence import Whence
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.ranking.lines import Lines

_DIGEST = lazy_regex(r"^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")


@dataclass(frozen=True, slots=True)
class Context:
    """
    What is known besides the image itself.
    """

    dockerfile: BuildSource | None = None
    """
    The Dockerfile that the user gave.
    """
    whence: Whence | None = None
    """
    Where the image was read from; `None` gives no proofs.
    """
    masked: tuple[Finding, ...] = ()
    """
    What was found in the Dockerfile: no leak of the image, but not to be shown either.
    """
    pages: Mapping[str, str] = field(default_factory=dict)
    """
    Rotation pages that rules bring along, by detector.
    """
    marks: Marks | None = None
    """
    What sealed the secrets that come from the cache.
    """


def rank(
    image: Image,
    source: str,
    scans: Mapping[str, LayerScan],
    metadata: Sequence[Evidence],
    gaps: Sequence[Gap],
    policy: Policy,
    prove: lives.Prove = lives.unproven,
    context: Context | None = None,
) -> Report:
    """
    The report of one image: grouped, ranked, redacted, with nothing left for a format to decide.
    """
    known = context or Context()
    told, unfit = _told(image, known.dockerfile)
    raw = [*metadata, *lives.in_layers(image, scans, prove)]
    if raw:
        # NOTE: most of what is imported here writes advice, and a clean image needs none.
        from auditor.ranking.weighing import weighed

        judged, redact = weighed(raw, image, scans, told, policy, known)
    else:
        judged = policy.expected.judge([])
        redact = nothing if policy.show_secrets else redactor(known.masked, known.marks)
    shown = policy.show_secrets or policy.keep_secrets
    leaks = judged if shown else [replace(leak, secret=None) for leak in judged]
    accepted = [leak for leak in leaks if leak.accepted]
    others = [leak for leak in leaks if not leak.accepted]
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
        ledger=_ledger(image, scans, [*gaps, *unfit], redact),
        counts=count(open_leaks),
        metadata_counts=count([leak for leak in open_leaks if _touches(leak, None)]),
        accepted=len(accepted),
        accepted_leaks=tuple(accepted),
        complete=policy.list_all,
        package=len(others) - len(open_leaks),
        dockerfile=redact(told.name) if told else None,
        standing=policy.expected.standing(
            [leak for leak in judged if leak.accepted or not is_apart(leak)]
        ),
    )


def _told(image: Image, given: BuildSource | None) -> tuple[Lines | None, list[Gap]]:
    if given is None and image.source is None:
        return None, []
    from auditor.ranking import lines

    return lines.read(image, given)


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
