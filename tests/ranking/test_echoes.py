"""
Which secrets on one line hold others.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from auditor.ranking.echoes import HEAD, _overlaps


@given(st.sets(st.text("ab", max_size=2 * HEAD)))
@example({"x" * HEAD, "x" * (HEAD + 1), "y" * HEAD})
@example({"a", "b", "ba", ""})
def test_overlaps_are_those_of_each_pair(values: set[str]) -> None:
    """Whatever lies in another is told, however short and wherever it stands."""
    found = {(one, other) for one, others in _overlaps(values).items() for other in others}

    assert found == {(a, b) for a in values for b in values if a != b and (a in b or b in a)}
