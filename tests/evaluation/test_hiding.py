"""
Every place in which an image can hide a secret.
"""

from __future__ import annotations

import pytest

from tests.evaluation import EVALUATIONS
from tests.evaluation.hiding import KINDS, hide, missed, report_on


@pytest.mark.parametrize("kind", KINDS)
def test_every_hiding_place_is_found(kind: str) -> None:
    """
    Each secret is told with its value, its path, its layer and its state.
    """
    hidden = hide(kind)
    assert len(hidden.places) >= 63
    assert [place.name for place in missed(hidden, report_on(hidden))] == []


def test_a_place_that_is_not_told_is_missed() -> None:
    """
    What was planted in another image is in no report on this one.
    """
    hidden, other = hide("Slack", seed=2), hide("Slack", seed=3)
    assert len(missed(other, report_on(hidden))) == len(other.places)


def test_it_is_a_table() -> None:
    """
    `scripts/evaluate hiding` makes it.
    """
    assert "hiding" in EVALUATIONS
