"""
The table that decides how much a leak matters.
"""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from auditor.model import Confidence, Counts, Exposure, Finding, Origin, Proof, Severity
from auditor.ranking import Policy
from auditor.ranking.severity import count, score, severity
from tests.ranking.given import finding, meta, report, scan

ALL = list(product(Confidence, Exposure, Origin))


@pytest.mark.parametrize(
    ("confidence", "metadata", "image", "layer"),
    [
        ("certain", "critical", "critical", "high"),
        ("likely", "high", "high", "high"),
        ("possible", "medium", "medium", "low"),
    ],
)
@pytest.mark.parametrize("exposure", Exposure)
def test_own_leaks(
    confidence: str, exposure: Exposure, metadata: str, image: str, layer: str
) -> None:
    """
    The severity of what the image's own steps leak.
    """
    expected = {"metadata": metadata, "image": image, "layer": layer}[exposure]
    assert severity(Confidence(confidence), exposure, Origin.OWN) == expected


@pytest.mark.parametrize(
    ("origin", "confidence", "steps"),
    [
        (Origin.BASE, Confidence.CERTAIN, 0),
        (Origin.BASE, Confidence.LIKELY, 0),
        (Origin.BASE, Confidence.POSSIBLE, 1),
        (Origin.PACKAGE, Confidence.CERTAIN, 1),
        (Origin.PACKAGE, Confidence.LIKELY, 3),
        (Origin.PACKAGE, Confidence.POSSIBLE, 3),
    ],
)
@pytest.mark.parametrize("exposure", Exposure)
def test_inherited_leaks(
    origin: Origin, confidence: Confidence, steps: int, exposure: Exposure
) -> None:
    """
    What may come from the base, and what certainly comes from a package, is one step lower; the
    rest of a package is low.
    """
    own = severity(confidence, exposure, Origin.OWN)
    assert severity(confidence, exposure, origin).rank == min(own.rank + steps, Severity.LOW.rank)


@pytest.mark.parametrize(("confidence", "exposure", "origin"), ALL)
def test_less_sure_is_never_worse(
    confidence: Confidence, exposure: Exposure, origin: Origin
) -> None:
    """
    A less certain leak, or a less exposed one, is never more severe.
    """
    here = severity(confidence, exposure, origin).rank
    for surer, other in pairwise(Confidence):
        if other is confidence:
            assert severity(surer, exposure, origin).rank <= here
    for wider, narrower in pairwise(Exposure):
        if narrower is exposure:
            assert severity(confidence, wider, origin).rank <= here


def test_what_is_in_unchanged_files_of_packages_is_counted_apart() -> None:
    """
    It is in no count and no score, and listed only with everything; a certain one is as others.
    """

    def prove(layer: int, path: str, finding: Finding) -> Proof | None:
        return Proof("the file is exactly what dpkg package a installed", path != "/private")

    scans = [
        scan(
            finding("aaaa1", confidence=Confidence.POSSIBLE),
            finding("bbbb2"),
            finding("cccc3", confidence=Confidence.CERTAIN),
            finding("dddd4", "/private"),
            finding("eeee5", "/private", confidence=Confidence.POSSIBLE),
        )
    ]
    full = report(*scans, prove=prove)
    assert full.package == 3
    assert full.counts == full.layers[0].leaks == Counts(high=2)
    assert full.layers[0].score == score(Counts(high=2))
    assert [(leak.confidence, leak.origin, leak.severity) for leak in full.leaks] == [
        ("certain", "package", "high"),
        ("likely", "own", "high"),
        ("likely", "package", "low"),
        ("possible", "package", "low"),
        ("possible", "package", "low"),
    ]
    assert all(
        "exactly what dpkg package a installed" in " ".join(leak.reasons) for leak in full.leaks
    )
    short = report(*scans, prove=prove, policy=Policy())
    assert short.package == 3
    assert short.leaks == full.leaks[:2]


def test_severities_are_in_order() -> None:
    """
    Critical is the worst.
    """
    assert [s.rank for s in Severity] == [0, 1, 2, 3]
    assert Severity.HIGH.at_least(Severity.HIGH)
    assert Severity.CRITICAL.at_least(Severity.HIGH)
    assert not Severity.MEDIUM.at_least(Severity.HIGH)


def test_score_ranks_by_the_worst() -> None:
    """
    One worse leak outweighs nine of the next kind, and more leaks weigh more.
    """
    assert score(Counts()) == 0
    for worse, lesser in pairwise(("critical", "high", "medium", "low")):
        assert score(Counts(**{worse: 1})) > score(Counts(**{lesser: 9}))
        assert score(Counts(**{worse: 2})) > score(Counts(**{worse: 1}))


def test_leaks_are_counted() -> None:
    """
    Counts hold every leak by its severity, once however many places it has.
    """
    found = report(
        scan(finding("aaaa1"), finding("bbbb2", confidence=Confidence.CERTAIN)),
        scan(
            finding("aaaa1", "/other"), finding("cccc3", "/third", confidence=Confidence.POSSIBLE)
        ),
        metadata=meta("dddd4"),
    )
    assert count(list(found.leaks)) == found.counts == Counts(critical=1, high=2, medium=1, low=0)


@pytest.mark.parametrize("exposure", Exposure)
def test_exposure_of_a_leak(exposure: Exposure) -> None:
    """
    The widest exposure of all places counts.
    """
    layers = [scan(finding()), scan(whiteouts=["/app/.env"])]
    metadata = meta() if exposure is Exposure.METADATA else []
    if exposure is Exposure.IMAGE:
        layers.append(scan(finding()))
    (leak,) = report(*layers, metadata=metadata).leaks
    assert leak.exposure is exposure
