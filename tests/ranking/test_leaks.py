"""
From findings to leaks: one secret, one leak, with all its places.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.model import Confidence, Counts, Exposure, Finding, Gap, LayerScan, Origin, Severity
from auditor.ranking import Policy
from auditor.ranking.echoes import without_echoes
from tests.ranking.given import STRONG, WEAK, accepting, finding, image, meta, report, scan

CERTAIN, LIKELY, POSSIBLE = Confidence


def test_one_secret_is_one_leak() -> None:
    """
    A secret in layers and in the metadata is one leak, metadata first, then by layer and path.
    """
    found = report(
        scan(finding(path="/z"), finding(path="/a", line=9), finding(path="/a", line=2)),
        scan(finding(path="/b")),
        metadata=[*meta(path="history[1].created_by"), *meta(path="config.Env.A")],
    )
    (leak,) = found.leaks
    assert [(p.layer, p.path, p.line) for p in leak.places] == [
        (None, "config.Env.A", None),
        (None, "history[1].created_by", None),
        (0, "/a", 2),
        (0, "/a", 9),
        (0, "/z", 1),
        (1, "/b", 1),
    ]


def test_same_place_is_told_once() -> None:
    """
    Two detectors that find the same value at one place make one place.
    """
    found = report(scan(finding(detector="A"), finding(detector="B")))
    assert [len(leak.places) for leak in found.leaks] == [1]


@pytest.mark.parametrize(
    ("findings", "detector"),
    [
        ([("Secret Keyword", POSSIBLE), ("GitHub Token", CERTAIN)], "GitHub Token"),
        ([("Secret Keyword", LIKELY), ("GitHub Token", POSSIBLE)], "Secret Keyword"),
        ([("Secret Keyword", LIKELY), ("GitHub Token", LIKELY)], "GitHub Token"),
        ([("Secret Variable", LIKELY), ("Secret Keyword", LIKELY)], "Secret Variable"),
        ([("Base64 High Entropy String", POSSIBLE), ("Secret Keyword", POSSIBLE)],
         "Secret Keyword"),
    ],
)  # fmt: skip
def test_best_finding_names_the_leak(findings: list[tuple[str, Confidence]], detector: str) -> None:
    """
    The surest finding, then the one that knows most, names the leak, whichever came first.
    """
    made = [finding(detector=name, confidence=sure) for name, sure in findings]
    for order in (made, made[::-1]):
        (leak,) = report(scan(*order)).leaks
        assert leak.detector == detector
        assert leak.confidence is min((sure for _, sure in findings), key=list(Confidence).index)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (finding("ghp_full-token", confidence=CERTAIN), finding("ghp"), ["ghp_full-token"]),
        (finding("token=abcdef", confidence=POSSIBLE), finding("abcdef"), ["abcdef"]),
        (finding("abcdef"), finding("abcdef-longer"), ["abcdef-longer"]),
        (finding("abcdef"), finding("uvwxyz"), ["abcdef", "uvwxyz"]),
        (finding("abcdef"), finding("abcdef-longer", line=2), ["abcdef", "abcdef-longer"]),
        (finding("abcdef"), finding("abcdef-longer", "/b"), ["abcdef", "abcdef-longer"]),
        (finding("abcdef"), finding("abcdef-longer", inside="x"), ["abcdef", "abcdef-longer"]),
    ],
)
def test_echoes(one: Finding, other: Finding, kept: list[str]) -> None:
    """
    Of findings about the same characters of one line only the best is kept.
    """
    for order in ([one, other], [other, one]):
        found = report(scan(*order), policy=Policy(True, True))
        secrets = [leak.secret.reveal() for leak in found.leaks if leak.secret]
        assert sorted(secrets) == kept


def test_echoes_in_the_metadata() -> None:
    """
    In the metadata a value is one spot, although it has no lines.
    """
    evidence = [*meta("ghp", line=1), *meta("ghp_token", line=2, confidence=CERTAIN)]
    assert [e.finding.secret.reveal() for e in without_echoes(evidence)] == ["ghp_token"]


def test_worst_comes_first() -> None:
    """
    Leaks are ranked by severity, then confidence, exposure, layer, path and line.
    """
    found = report(
        scan(
            finding("a-possible", "/a", confidence=POSSIBLE),
            finding("b-likely", "/z"),
            finding("c-likely", "/y", line=2),
            finding("d-likely", "/y", line=1),
            finding("e-certain", "/x", confidence=CERTAIN),
        ),
        scan(finding("f-likely", "/a")),
        metadata=meta("g-likely"),
        policy=Policy(True, True),
    )
    order = [leak.secret.reveal()[0] for leak in found.leaks if leak.secret]
    assert order == list("egdcbfa")


@pytest.mark.parametrize("exposure", Exposure)
def test_reasons_tell_the_exposure(exposure: Exposure) -> None:
    """
    The reasons hold the detector's own, and the exposure in words.
    """
    layer = scan(finding(reasons=("it looks so",)))
    above = scan(whiteouts=["/app/.env"]) if exposure is Exposure.LAYER else scan()
    metadata = meta(reasons=("it looks so",)) if exposure is Exposure.METADATA else []
    (leak,) = report(layer, above, metadata=metadata).leaks
    told = {
        "metadata": "readable without pulling a layer",
        "image": "in the final file system",
        "layer": "not in the final file system, but still in a layer",
    }[exposure]
    assert leak.reasons == ("it looks so", told)


def test_base_is_told() -> None:
    """
    A leak of the base's layers alone is the base's, and says so.
    """
    base = {0: Origin.BASE}
    (leak,) = report(scan(finding()), scan(), origins=base).leaks
    assert leak.origin is Origin.BASE
    assert "inherited from the base image" in leak.reasons
    (row, other) = report(scan(finding()), scan(), origins=base).layers
    assert (row.layer.origin, other.layer.origin) == (Origin.BASE, Origin.OWN)


def test_own_place_makes_the_leak_own() -> None:
    """
    A secret of the base that an own step repeats is the image's own leak.
    """
    layers = (scan(finding()), scan(finding(path="/other")))
    (leak,) = report(*layers, origins={0: Origin.BASE}).leaks
    assert leak.origin is Origin.OWN
    (leak,) = report(scan(finding()), origins={0: Origin.BASE}, metadata=meta()).leaks
    assert leak.origin is Origin.OWN


# --- the report ------------------------------------------------------------------------------


def low_and_high() -> tuple[LayerScan, LayerScan]:
    """
    Layers with a leak of low and one of high severity.
    """
    return scan(finding("low-one1", "/a", confidence=POSSIBLE), finding(WEAK)), scan(files=["/a"])


def test_low_is_counted_and_not_listed() -> None:
    """
    Leaks of low severity are listed only when everything is asked for.
    """
    short = report(*low_and_high(), policy=Policy())
    assert [leak.severity for leak in short.leaks] == [Severity.HIGH]
    assert short.counts == Counts(high=1, low=1)
    whole = report(*low_and_high(), policy=Policy(list_all=True))
    assert [leak.severity for leak in whole.leaks] == [Severity.HIGH, Severity.LOW]


def test_accepted_leaks_do_not_count() -> None:
    """
    What the baseline accepts is apart, in no count and no score.
    """
    layer = scan(finding(), finding(STRONG, line=2))
    accepted = report(layer).leaks[0].fingerprint
    found = report(layer, policy=accepting(accepted))
    assert [leak.fingerprint for leak in found.accepted_leaks] == [accepted]
    assert found.accepted_leaks[0].accepted
    assert accepted not in [leak.fingerprint for leak in found.leaks]
    assert (found.accepted, found.counts.high, found.layers[0].leaks.high) == (1, 1, 1)


def test_worst() -> None:
    """
    The worst severity is that of the leaks which count, and none where there are none.
    """
    assert report(scan()).worst is None
    assert report(*low_and_high()).worst is Severity.HIGH
    layer = scan(finding())
    mark = report(layer).leaks[0].fingerprint
    assert report(layer, policy=accepting(mark)).worst is None


def test_layers_score_by_their_leaks() -> None:
    """
    A layer counts each leak that has a place in it once; metadata has counts of its own.
    """
    found = report(
        scan(finding(), finding(path="/second")),
        scan(finding(path="/third")),
        scan(),
        metadata=meta(),
    )
    assert [row.leaks.high for row in found.layers] == [1, 1, 0]
    assert [row.score > 0 for row in found.layers] == [True, True, False]
    assert found.metadata_counts == Counts(high=1)
    assert report(scan(finding())).metadata_counts == Counts()


def test_ledger_adds_up() -> None:
    """
    Files, bytes and gaps of all layers are in the ledger, each gap once and with its layer.
    """
    gap = Gap("/x.zip", "encrypted")
    one = replace(scan(gaps=(gap, gap)), files=3, bytes=500)
    found = report(one, None, one, gaps=[Gap("(layer)", "is not in the archive", 1, True)])
    assert (found.ledger.files, found.ledger.bytes) == (6, 1000)
    assert found.ledger.gaps == (
        Gap("(layer)", "is not in the archive", 1, True),
        Gap("/x.zip", "encrypted", 0),
        Gap("/x.zip", "encrypted", 2),
    )


def test_missing_layer_is_a_row() -> None:
    """
    A layer that is not in the archive has a row, of size 0.
    """
    found = report(scan(finding()), None)
    assert [(row.layer.index, row.size) for row in found.layers] == [(0, 1000), (1, 0)]


def test_diff_id_that_the_config_does_not_tell() -> None:
    """
    Where the config names no diff_id, the one that was computed is shown.
    """
    layer = scan()
    made, _ = image([layer])
    assert report(layer).layers[0].layer.diff_id == "sha256:0"
    untold = tuple(replace(one, diff_id=None) for one in made.layers)
    assert report(layer, layers=untold).layers[0].layer.diff_id == layer.diff_id
