"""
`--list-detectors`.
"""

from __future__ import annotations

import pytest

from auditor.detectors.listing import detector_rows
from auditor.detectors.rules import RULES
from auditor.detectors.rules.examples import expand
from tests.called import caller


def test_every_detector_is_listed_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All rules and all plugins, without an image; of an example its lead at most."""
    ran = caller(monkeypatch, capsys)("--list-detectors")

    assert ran.code == 0
    assert all(rule.name in ran.out for rule in RULES)
    assert "Secret Keyword" in ran.out
    assert not any(expand(rule.examples[0])[1] in ran.out for rule in RULES)


def test_a_row_tells_what_is_needed() -> None:
    """A checksum makes certain; a value without a lead needs its provider's name."""
    rows = {row.name: row for row in detector_rows()}

    assert rows["GitHub token"].confidence == "certain"
    assert rows["GitHub token"].example == "ghp_…"
    assert "heroku" in rows["Heroku API key of old"].needs
    assert rows["Secret Keyword"].confidence == "possible"
