"""
The prefilter drops no line that a pattern matches.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.detectors.library import rules
from auditor.detectors.prefilter import Lines, derive, prepare


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"ghp_[a-z]{36}", {"ghp_"}),
        (r"(?:ghp|gho)_x", {"gh"}),
        (r"(foo|barbar)+baz", {"foo", "barbar"}),
        (r"AKIA[0-9]{4}|SIAM", {"akia", "siam"}),
        (r"(?:abc)?x", None),
        (r"[ab]\d+", None),
    ],
)
def test_literals_are_derived_from_the_pattern(pattern: str, expected: set[str] | None) -> None:
    """One of them is in every text that matches; `None` where that cannot be told."""
    assert derive(re.compile(pattern)) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("ab=\"' x1\t", max_size=12), max_size=8))
def test_candidates_are_a_superset_of_the_lines_that_match(lines: list[str]) -> None:
    """Also where a match could reach over several lines."""
    for pattern in (r"a\s*=\s*b", r"['\"][ab]+['\"]", r"(?:\s|^)ab(?:\s|$)", r"[^x]+x", r"^a|b$"):
        regex = re.compile(pattern)
        text = Lines(lines)
        matching = {n for n, line in enumerate(text.lines) if regex.search(line)}

        assert matching <= set(text.candidates(prepare(regex)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_text_without_the_literals_has_no_match(data: st.DataObject) -> None:
    """For every pattern of every plugin: whatever it matches passes its literals."""
    patterns = [p for rule in rules() for p in rule.patterns if p.literals]
    pattern = data.draw(st.sampled_from(patterns))
    text = data.draw(st.from_regex(pattern.regex))

    assert Lines([text]).may_hold(pattern) or not pattern.regex.search(text.rstrip())
