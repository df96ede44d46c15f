"""
The one table that decides how much a leak matters, and what a layer scores.
"""

from __future__ import annotations

from auditor.model import Confidence, Counts, Exposure, Leak, Origin, Severity

_TABLE = {
    (Confidence.CERTAIN, Exposure.METADATA): Severity.CRITICAL,
    (Confidence.CERTAIN, Exposure.IMAGE): Severity.CRITICAL,
    (Confidence.CERTAIN, Exposure.LAYER): Severity.HIGH,
    (Confidence.LIKELY, Exposure.METADATA): Severity.HIGH,
    (Confidence.LIKELY, Exposure.IMAGE): Severity.HIGH,
    # A deleted file is one `tar -x` away for anybody who can pull the image.
    (Confidence.LIKELY, Exposure.LAYER): Severity.HIGH,
    (Confidence.POSSIBLE, Exposure.METADATA): Severity.MEDIUM,
    (Confidence.POSSIBLE, Exposure.IMAGE): Severity.MEDIUM,
    (Confidence.POSSIBLE, Exposure.LAYER): Severity.LOW,
}
_STEP = list(Severity)
_WEIGHTS = {
    Severity.CRITICAL: 1000,
    Severity.HIGH: 100,
    Severity.MEDIUM: 10,
    Severity.LOW: 1,
}


def severity(
    confidence: Confidence, exposure: Exposure, origin: Origin, doubted: bool = False
) -> Severity:
    """
    How much a leak matters by the three facts. What the base merely may leak is one step lower;
    what it does leak is not, since the image gives it away all the same. What stands in an
    unchanged file of a package gives away nothing new: it is low, and a certain one a step lower.
    So is what is `doubted`: possible, and hardly one.
    """
    found = _TABLE[confidence, exposure]
    if _is_apart(confidence, origin) or doubted:
        return Severity.LOW
    if origin is Origin.PACKAGE or (origin is Origin.BASE and confidence is Confidence.POSSIBLE):
        return _STEP[min(found.rank + 1, len(_STEP) - 1)]
    return found


def is_apart(leak: Leak) -> bool:
    """
    Whether a leak is counted apart from the others, and listed only when all are asked for.
    """
    return _is_apart(leak.confidence, leak.origin)


def _is_apart(confidence: Confidence, origin: Origin) -> bool:
    return origin is Origin.PACKAGE and confidence is not Confidence.CERTAIN


def count(leaks: list[Leak]) -> Counts:
    """
    Leaks by severity.
    """
    return Counts(**{s.value: sum(leak.severity is s for leak in leaks) for s in Severity})


def score(counts: Counts) -> int:
    """
    One number to rank layers by: worse leaks outweigh any usual number of lesser ones.
    """
    return sum(weight * getattr(counts, s.value) for s, weight in _WEIGHTS.items())
