"""
Which secrets on one line hold others.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from auditor.ranking.echoes import BETWEEN, HEAD, Apart


@given(st.lists(st.text("ab" + BETWEEN, max_size=2 * HEAD)))
@example(["x" * HEAD, "x" * (HEAD + 1), "y" * HEAD])
@example(["b", "a", "ba", ""])
@example(["", "a", ""])
@example(["a" + BETWEEN, "b", BETWEEN + "b"])
@example(["b" * HEAD, "b" * HEAD + "a", "a" + "b" * (HEAD + 1)])
def test_a_value_is_taken_if_it_overlaps_with_none(values: list[str]) -> None:
    """Whatever lies in another is told, however short and wherever it stands."""
    apart = Apart()
    taken: list[str] = []
    for value in values:
        overlaps = any(value != one and (value in one or one in value) for one in taken)
        assert apart.add(value) is not overlaps
        if not overlaps:
            taken.append(value)
