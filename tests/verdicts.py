"""
Compares a JSON report with what a sample says must be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.command import Ran
from tests.samples import ExpectedLeak, Sample

SEVERITIES = ("critical", "high", "medium", "low")


def check_verdict(ran: Ran, sample: Sample) -> None:
    """
    The exit code and every expected leak, and nothing else at medium or above.
    """
    assert ran.code == (1 if sample.verdict == "leak" else 0), ran.err + ran.out
    leaks = ran.image["leaks"]
    for expected in sample.leaks:
        assert any(_shows(leak, expected) for leak in leaks), f"not found: {expected} in {leaks}"
    for leak in leaks:
        wanted = any(_touches(leak, expected) for expected in sample.leaks)
        assert wanted or leak["severity"] == "low", f"not expected: {leak}"
    assert ran.image["ledger"]["gaps"] == []


def check_secrets(ran: Ran, sample: Sample, planted: Mapping[str, str]) -> None:
    """
    With `--show-secrets`: each expected leak holds the very secret that was planted.
    """
    for expected in sample.leaks:
        value = planted[expected.secret]
        assert any(
            _shows(leak, expected) and _same(leak["secret"], value) for leak in ran.image["leaks"]
        ), f"wrong value for {expected.secret}"


def check_silence(ran: Ran, planted: Mapping[str, str]) -> None:
    """
    Without `--show-secrets`: no planted secret stands anywhere in what the command wrote.
    """
    for name, value in planted.items():
        # The first and last line of a key are no secret; each line between them is.
        lines = value.splitlines()
        for line in lines[1:-1] or lines:
            assert line not in ran.out, f"{name} stands in the report"
            assert line not in ran.err, f"{name} stands in the messages"


def _shows(leak: Mapping[str, Any], expected: ExpectedLeak) -> bool:
    return (
        SEVERITIES.index(leak["severity"]) <= SEVERITIES.index(expected.severity)
        and leak["exposure"] == expected.exposure
        and all(
            any(wanted.matches(place) for place in leak["places"]) for wanted in expected.places
        )
    )


def _touches(leak: Mapping[str, Any], expected: ExpectedLeak) -> bool:
    return any(wanted.matches(place) for wanted in expected.places for place in leak["places"])


def _same(found: str | None, planted: str) -> bool:
    # Only a key has line ends, and only they may differ.
    return (found or "").split() == planted.split()
