"""
Values judged by the name they were given to.
"""

from __future__ import annotations

import pytest

from auditor.detectors.variables import VariableDetector
from auditor.model import Confidence, Finding, Reading, Text


def judged(name: str, value: str) -> list[Finding]:
    """
    What the detector says of one variable.
    """
    text = Text("config.Env." + name, value, Reading.VARIABLE, name=name)
    return list(VariableDetector().scan([text]))


@pytest.mark.parametrize(
    "value",
    [
        "RedisPass1!", "Mailpass1234!", "admin123", "swordfish!23", "MCPStolenSecret42!",
        "This is it", "3ebf21f8e5d1ab86b27a720842c3bb56", "TRwzkRJnHOTckssAeyJbysWgP!Qc2T",
        "zR3~kQ9x@Lm", "26dfe8d8-889b-4380-92ff-9c3c6ea5d930",
    ],
)  # fmt: skip
def test_a_value_for_a_secret_name_is_likely_a_secret(value: str) -> None:
    """An unquoted password in ENV is found, whole."""
    (found,) = judged("DB_PASSWORD", value)

    assert (found.confidence, found.secret.reveal()) == (Confidence.LIKELY, value)


@pytest.mark.parametrize("value", ["", "  ", "$PASS", "/run/secrets/db", "true", "none"])
def test_settings_and_references_are_not_reported(value: str) -> None:
    """What holds no secret is not reported at all."""
    assert judged("DB_PASSWORD", value) == []


@pytest.mark.parametrize("value", ["abc", "1234", "changeme", "your-password"])
def test_short_values_and_placeholders_are_possible_at_most(value: str) -> None:
    """They are told, but do not fail a gate."""
    assert [f.confidence for f in judged("DB_PASSWORD", value)] == [Confidence.POSSIBLE]


def test_other_names_are_left_alone() -> None:
    """A value under an innocent name is not this detector's business."""
    assert judged("GREETING", "hello world") == []
