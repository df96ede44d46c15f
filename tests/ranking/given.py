"""
Findings, layers and images as the ranking gets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.model import (
    Acceptance,
    AcceptedBy,
    Confidence,
    Field,
    Finding,
    Gap,
    Image,
    Known,
    Layer,
    LayerScan,
    Origin,
    PathIndex,
    Report,
    Secret,
)
from auditor.ranking import Evidence, Expectation, Policy, rank
from auditor.ranking.lives import Prove, in_metadata, unproven

WEAK = "hunter2-xyz"
STRONG = "kX9vQ2mB7tL4wZ8pR3nF6hJ1"


def finding(
    value: str = WEAK,
    path: str = "/app/.env",
    *,
    confidence: Confidence = Confidence.LIKELY,
    **keys: Any,
) -> Finding:
    """
    A finding at some place.
    """
    told: dict[str, Any] = {"detector": "Secret Keyword", "inside": None, "line": 1, **keys}
    return Finding(secret=Secret(value), path=path, confidence=confidence, **told)


def packed(paths: Iterable[str]) -> bytes:
    """
    Paths as `PathIndex` keeps them.
    """
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def scan(*findings: Finding, **keys: Any) -> LayerScan:
    """
    A layer in which the findings' files are, and what else is given by name as lists of paths.
    """
    index = {
        name: keys.pop(name)
        for name in ("files", "directories", "whiteouts", "opaque", "hard_links")
        if name in keys
    }
    paths = [f.path for f in findings if not f.path.startswith("(") and "/.wh." not in f.path]
    index["files"] = [*dict.fromkeys(paths), *index.get("files", ())]
    told = PathIndex(**{name: packed(paths) for name, paths in index.items()})
    return LayerScan(
        name="",
        digest="sha256:aa",
        size=1000,
        is_tar=True,
        diff_id="sha256:bb",
        findings=findings,
        index=told,
        **keys,
    )


def image(scans: Sequence[LayerScan | None], **keys: Any) -> tuple[Image, Mapping[str, LayerScan]]:
    """
    An image of those layers; the same object is the same blob, `None` is a missing one.
    """
    blobs = {str(id(one)): one for one in scans if one is not None}
    origins = keys.pop("origins", {})
    layers = tuple(
        Layer(
            index=index,
            blob=None if one is None else str(id(one)),
            diff_id=f"sha256:{index}",
            digest=None,
            created_by=f"STEP {index}",
            instruction=f"STEP {index}",
            origin=origins.get(index, Origin.OWN),
        )
        for index, one in enumerate(scans)
    )
    made: dict[str, Any] = {
        "reference": "app:1",
        "id": "sha256:cc",
        "platform": "linux/amd64",
        "layers": layers,
        **keys,
    }
    return Image(**made), blobs


def meta(value: str = WEAK, path: str = "config.Env.DB_PASSWORD", **keys: Any) -> list[Evidence]:
    """
    What was found in one value of the metadata.
    """
    origin = keys.pop("origin", Origin.OWN)
    instruction = keys.pop("instruction", None)
    field = Field(path, value, inside=keys.get("inside"), instruction=instruction)
    return list(in_metadata(field, [finding(value, path, **{"line": None, **keys})], origin))


def accepting(*fingerprints: str) -> Policy:
    """
    What a baseline of these leaks asks for.
    """
    accepted = Acceptance(AcceptedBy.BASELINE)
    return Policy(True, expected=Expectation(tuple(Known(f, accepted) for f in fingerprints)))


def report(
    *scans: LayerScan | None,
    metadata: Sequence[Evidence] = (),
    gaps: Sequence[Gap] = (),
    policy: Policy | None = None,
    prove: Prove = unproven,
    **keys: Any,
) -> Report:
    """
    The ranked report of an image of those layers.
    """
    made, blobs = image(scans, **keys)
    return rank(made, "docker", blobs, metadata, gaps, policy or Policy(list_all=True), prove)
