"""
Reports of the size at which platforms refuse a file.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from auditor.model import Confidence, Counts, Gap, Leak, Ledger, Place, Report, Severity, State
from tests.reports.given import leak, leaky, row

_SEVERITIES = list(Severity)


def many(leaks: int, places: int = 1, gaps: int = 0, layers: int = 40) -> Report:
    """
    A report of many leaks, worst first, each with so many places.
    """
    made = [_leak(number, places, layers) for number in range(leaks)]
    made.sort(key=lambda one: one.severity.rank)
    counts = Counts(
        **{s.value: sum(one.severity is s for one in made) for s in Severity}
    )  # fmt: skip
    return replace(
        leaky(),
        layers=tuple(
            replace(row(n, f"COPY part{n} /srv/", counts, 1_000 - n), size=n * 123_456)
            for n in range(layers)
        ),
        leaks=tuple(made),
        counts=counts,
        ledger=Ledger(
            leaks, 1_000, tuple(Gap(f"/gap/{n}", "encrypted", n % layers) for n in range(gaps))
        ),
        accepted=0,
        accepted_leaks=(),
        dockerfile=None,
    )  # fmt: skip


def _leak(number: int, places: int, layers: int) -> Leak:
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    layer = number % (layers - 1)
    state = State.DELETED if number % 3 else State.PRESENT
    held = tuple(
        Place(layer, f"/srv/part{layer}/file-{number}-{part}.env", None, part + 1,
              f"COPY part{layer} /srv/", None, state, layer + 1 if number % 3 else None)
        for part in range(places)
    )  # fmt: skip
    one = leak(_SEVERITIES[number % 4], *held, detector=f"Detector {number % 25}")
    return replace(one, id=mark[:12], fingerprint=mark, confidence=Confidence.POSSIBLE)
