"""
From evidence to judged leaks, with advice and proofs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from auditor.model import Image, LayerScan, Leak
from auditor.ranking import lines, proof, sealing
from auditor.ranking.advice import script
from auditor.ranking.advice.script import Script
from auditor.ranking.echoes import without_echoes
from auditor.ranking.leaks import Counsel, group
from auditor.ranking.lives import Evidence
from auditor.ranking.policy import Policy
from auditor.ranking.proof import Entries
from auditor.ranking.redaction import Redact, nothing, redactor

if TYPE_CHECKING:
    from auditor.ranking.whole import Context


def weighed(
    evidence: Sequence[Evidence],
    image: Image,
    scans: Mapping[str, LayerScan],
    told: lines.Lines | None,
    policy: Policy,
    known: Context,
) -> tuple[list[Leak], Redact]:
    """
    All leaks, worst first, accepted ones too; and what masks every secret that was found.
    """
    raw = lines.placed(evidence, told, image)
    build = script(image, told, scans)
    if known.marks is not None and _is_compared(raw, policy):
        raw = sealing.opened(raw, known.marks, _texts(build))
    found = [*(item.finding for item in raw), *known.masked]
    redact = nothing if policy.show_secrets else redactor(found, known.marks)
    counsel = Counsel(
        build=build,
        rest=replace(build, steps=(), by_history={}, lines=None),
        prove=_prover(known, image, scans, redact),
        pages=known.pages,
    )
    return policy.expected.judge(group(without_echoes(raw), redact, True, counsel)), redact


def _is_compared(evidence: Sequence[Evidence], policy: Policy) -> bool:
    """
    Whether any secret is sealed, or will be compared with one that may be.
    """
    return (
        policy.keep_secrets
        or any(known.secret for known in policy.expected.known)
        or any(item.finding.secret.seal for item in evidence)
    )


def _texts(build: Script) -> Iterator[str]:
    """
    Everything in which advice looks for a secret.
    """
    for entry in build.image.history:
        yield entry.instruction
    for step in build.steps:
        yield step.instruction.value
        yield from (heredoc.body for heredoc in step.instruction.heredocs)


def _prover(
    known: Context, image: Image, scans: Mapping[str, LayerScan], redact: Redact
) -> Callable[[Sequence[Evidence]], str | None]:
    if known.whence is None:
        return lambda _: None
    return partial(
        proof.prove,
        image=image,
        scans=scans,
        whence=known.whence,
        redact=redact,
        entries=Entries(),
    )
