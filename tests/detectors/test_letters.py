"""
Patterns whose matches hold no letter are not looked for where a filter wants one.
"""

from __future__ import annotations

import re

import pytest

from auditor.detectors.library.lines import Lines
from auditor.detectors.library.passes import matches
from auditor.detectors.library.rules import in_text, rules
from auditor.detectors.prefilter.letters import may_hold_letters
from auditor.detectors.prefilter.plain import PlainPrefilter


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\d+\.\d", False), (r"(?<![\w.])\d(?=x)", False), (r"(?!a|b)[0-9:.]{3}", False),
        (r"\d(?=(x))", True), (r"\d[a-f]?", True), (r"\w", True), (r".", True), (r"[^x]", True),
        (r"(?:1|b)", True), (r"(\d)\1", False), (r"\s\S", True), (r"[^\W\d_]", True),
        (r"\W", False), (r"(?i:\u017f)", True), (r"(?i:[0\u0100-\u01ff])", True),
    ],
)  # fmt: skip
def test_what_may_hold_a_letter(pattern: str, expected: bool) -> None:
    """Whatever a match or one of its groups is made of counts; what stands around it does not."""
    assert may_hold_letters(re.compile(pattern)) is expected
    assert may_hold_letters(re.compile(pattern, re.IGNORECASE)) is expected


def test_public_addresses_are_looked_for_by_nobody() -> None:
    """detect-secrets rejects each of them; a log has one on every line."""
    line = b'203.0.113.7 - - [00001] "GET / HTTP/1.1" 200 17\n'
    (number,) = (n for n, r in enumerate(rules()) if r.plugin.secret_type.startswith("Public IP"))

    assert number not in {rule for _, rule in in_text().hits(line)}
    plain = PlainPrefilter([rule.patterns for rule in rules()])
    assert number in {rule for _, rule in plain.hits(line)}
    assert not list(matches(Lines(line), "/srv/access.log"))
