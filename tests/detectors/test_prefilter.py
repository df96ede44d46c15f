"""
The prefilter drops no line that a pattern matches, with Hyperscan and without.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.detectors.library.rules import TOKENS, rules
from auditor.detectors.prefilter import Lines, PlainPrefilter, Prefilter, make
from auditor.detectors.prefilter.database import compiled
from auditor.detectors.prefilter.expressions import translate
from auditor.detectors.prefilter.fast import FastPrefilter
from auditor.detectors.prefilter.literals import derive, fold

PATTERNS = [
    r"a\s*=\s*b", r"['\"][ab]+['\"]", r"(?:\s|^)ab(?:\s|$)", r"[^x]+x", r"^a|b$", r"k(?=s)",
    r"[^\v'\"]*[^\v,'\"`]=", r"(a|b)\1", r"[]a]{2}", r"\w{3}", r"\d\.", r"(?i:kiss)",
    r"[\w=]{4}", r"[^\s]a", r"\bab\b", r"a[\d\s]b", r".{3}=", r"[\[]a",
]  # fmt: skip


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


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.text("abkKsſxéıİi=\"' 1\t\x0b\x1c[],.٣", max_size=10), max_size=6))
def test_candidates_are_a_superset_of_the_lines_that_match(
    kind: type[PlainPrefilter] | type[FastPrefilter], pattern: str, lines: list[str]
) -> None:
    """Whatever the alphabet, and also where a match could reach over several lines."""
    regex = re.compile(pattern, re.IGNORECASE)
    chosen = _PREFILTERS.setdefault((kind, pattern), kind([(regex,)]))
    text = Lines.of_list(lines)
    matching = {n for n, line in enumerate(lines) if regex.search(line.rstrip())}

    assert matching <= set(chosen.candidates(text))
    assert not matching or chosen.touches(text.joined.encode())


_PREFILTERS: dict[tuple[object, str], Prefilter] = {}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_a_plugin_matches_is_a_candidate(data: st.DataObject) -> None:
    """For every pattern of every plugin, and with all of them at once."""
    kind = data.draw(st.sampled_from([TOKENS, "default", "C", "CONFIG"]))
    known = rules(kind)
    number = data.draw(st.integers(0, len(known) - 1))
    pattern = data.draw(st.sampled_from(known[number].patterns or ()))
    text = Lines.of_text(data.draw(st.from_regex(pattern)))
    matching = {n for n, line in enumerate(text.lines) if pattern.search(line.rstrip())}
    groups = [rule.patterns for rule in known]
    fast = _PREFILTERS.setdefault((FastPrefilter, kind), make(groups))
    plain = _PREFILTERS.setdefault((PlainPrefilter, kind), PlainPrefilter(groups))

    assert all(number in fast.candidates(text).get(n, ()) for n in matching)
    assert all(number in plain.candidates(text).get(n, ()) for n in matching)


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
def test_a_line_may_hold_newlines(kind: type[PlainPrefilter] | type[FastPrefilter]) -> None:
    """A multi-line value of a YAML file is one line to the plugins."""
    chosen = kind([(re.compile(r"key: \"[^\"]*\""),)])

    assert chosen.candidates(Lines.of_list(["x", 'key: "a\nb"', "y"])) == {1: {0}}


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
def test_trailing_blanks_are_no_part_of_a_line(
    kind: type[PlainPrefilter] | type[FastPrefilter],
) -> None:
    """Plugins are shown lines without them, so an end of line is before them."""
    chosen = kind([(re.compile(r"a$"),)])

    assert chosen.candidates(Lines.of_text("b\na \t\r\nb")) == {1: {0}}
    assert chosen.touches(b"b\na  \nb")


def test_a_rule_without_patterns_is_shown_every_line() -> None:
    """Nothing is known of it, so nothing is kept from it."""
    for chosen in (PlainPrefilter([None]), FastPrefilter([None, (re.compile("x"),)])):
        assert chosen.touches(b"a")
        assert chosen.candidates(Lines.of_list(["a", "b"])) == {0: {0}, 1: {0}}


def test_a_pattern_that_hyperscan_does_not_take_is_searched_without_it() -> None:
    """Nobody who writes a plugin needs to know of Hyperscan."""
    refused = re.compile(r"a\u1234?b")
    _, numbers = compiled([(translate(refused), 0), (translate(re.compile("zz")), 0)])
    chosen = FastPrefilter([(refused, re.compile("zz"))])

    assert numbers == [0]
    assert chosen.candidates(Lines.of_list(["ab", "c", "zz"])) == {0: {0}, 2: {0}}
    assert chosen.touches(b"ab")


def test_compiled_patterns_are_kept_and_a_broken_cache_is_rebuilt(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time they are read; if they are damaged, they are compiled again."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: folder / name)
    expressions = [(translate(re.compile("abc")), 0)]
    compiled(expressions)
    (file,) = (folder / "layer-auditor").iterdir()
    kept = file.read_bytes()
    file.write_bytes(b"[]\nbroken")
    compiled(expressions)

    assert file.read_bytes() == kept


def test_folding_is_that_of_re() -> None:
    """Four letters beyond ASCII are ASCII letters to `re.IGNORECASE`."""
    for char in map(chr, range(128, 0x2FFF)):
        for letter in "abcdefghijklmnopqrstuvwxyz":
            if re.fullmatch(letter, char, re.IGNORECASE):
                assert fold(char) == letter
