"""
The prefilter drops no line that a pattern matches, with Hyperscan and without.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.detectors.library.lines import Lines, Strings
from auditor.detectors.library.passes import matches
from auditor.detectors.library.providers import ProviderPlugin
from auditor.detectors.library.rules import in_text, rules
from auditor.detectors.prefilter import PlainPrefilter, Prefilter
from auditor.detectors.prefilter.cores import cores
from auditor.detectors.prefilter.database import DAY, UNUSED, Plan, compiled
from auditor.detectors.prefilter.expressions import Form, superset
from auditor.detectors.prefilter.fast import FastPrefilter
from auditor.detectors.prefilter.literals import derive, fold
from auditor.detectors.rules.base import REACH
from auditor.detectors.rules.examples import expand

PATTERNS = [
    r"a\s*=\s*b", r"['\"][ab]+['\"]", r"(?:\s|^)ab(?:\s|$)", r"[^x]+x", r"^a|b$", r"k(?=s)",
    r"[^\v'\"]*[^\v,'\"`]=", r"(a|b)\1", r"[]a]{2}", r"\w{3}", r"\d\.", r"(?i:kiss)",
    r"[\w=]{4}", r"[^\s]a", r"\bab\b", r"a[\d\s]b", r".{3}=", r"[\[]a",
]  # fmt: skip


def candidates(prefilter: Prefilter, text: Lines) -> dict[int, set[int]]:
    """
    The numbers of the rules that may match, for each line by its index.
    """
    found: dict[int, set[int]] = {}
    for end, rule in prefilter.hits(text.data):
        found.setdefault(text.index(text.at(end)), set()).add(rule)
    return found


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

    assert matching <= set(candidates(chosen, text))


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=40, deadline=None)
@given(parts=st.lists(st.text("abkKsx=\"' 1\t\0\n\x80,.", max_size=8), max_size=6))
def test_candidates_in_a_binary_are_a_superset_of_the_strings_that_match(
    kind: type[PlainPrefilter] | type[FastPrefilter], pattern: str, parts: list[str]
) -> None:
    """Where a pattern asks for the beginning or end of a line, too."""
    regex = re.compile(pattern, re.IGNORECASE)
    data = "\xff".join(parts).encode("latin-1")
    chosen = _STRINGS.setdefault((kind, pattern), kind([(regex,)], strings=True))
    text = Strings(data)
    told = {text.at(end) for end, rule in chosen.hits(data) if rule == 0}

    for string in {text.at(offset) for offset in range(len(data) + 1)}:
        assert string in told or not regex.search(text.text(string).rstrip())


_PREFILTERS: dict[tuple[object, str], Prefilter] = {}
_STRINGS: dict[tuple[object, str], Prefilter] = {}


PLAIN = PlainPrefilter([rule.patterns for rule in rules()])
FAST = FastPrefilter([rule.patterns for rule in rules()])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_a_plugin_matches_is_a_candidate(data: st.DataObject) -> None:
    """For every pattern of every plugin, and with all of them at once."""
    known = rules()
    number = data.draw(st.integers(0, len(known) - 1))
    drawn = data.draw(st.sampled_from(known[number].patterns or ()))
    pattern = re.compile(drawn.pattern, drawn.flags)
    text = Lines.of_text(data.draw(st.from_regex(pattern)).encode("utf-8", "replace"))
    lines = text.content().split("\n")
    matching = {n for n, line in enumerate(lines) if pattern.search(line.rstrip())}

    for prefilter in (FAST, PLAIN):
        chosen = candidates(prefilter, text)
        assert all(number in chosen.get(n, ()) for n in matching)


NEAR = [
    number
    for number, rule in enumerate(rules())
    if isinstance(rule.plugin, ProviderPlugin) and rule.worth
]
_GAPS = st.text("aeKk_ -.=:>,('\"té0", max_size=REACH)
_SAID = st.sampled_from(["key", "TOKEN=", "ApiKey: ", "", "_secret -> ", "('", '": "', " - "])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_value_near_its_providers_name_is_worth_a_look(data: st.DataObject) -> None:
    """What is asked of the bytes behind a name never says no where the rule finds something."""
    number = data.draw(st.sampled_from(NEAR))
    rule = rules()[number]
    assert isinstance(rule.plugin, ProviderPlugin) and rule.worth
    word = data.draw(st.sampled_from(rule.plugin.rule.words))
    word = word.replace("_", data.draw(st.sampled_from(["_", "-", ".", " ", ""])))
    word = data.draw(st.sampled_from([word, word.upper(), word.title()]))
    value = expand(data.draw(st.sampled_from(rule.plugin.rule.examples)))[1]
    gap = data.draw(_GAPS) + data.draw(_SAID) + data.draw(_GAPS.filter(lambda gap: len(gap) < 9))
    if data.draw(st.booleans()):
        gap = gap[:REACH].ljust(data.draw(st.integers(0, REACH)), ".")
    line = f"{data.draw(st.sampled_from(['', 'x ', 'my', 'é']))}{word}{gap}{value}"
    text = Lines.of_text(line.encode())

    if list(rule.plugin.look(line)):
        for prefilter in (in_text(), PLAIN):
            assert number in candidates(prefilter, text)[0]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_value_on_the_line_after_its_name_is_worth_a_look(data: st.DataObject) -> None:
    """However deep it stands in there, if the name's line is left open."""
    rule = rules()[data.draw(st.sampled_from(NEAR))]
    assert isinstance(rule.plugin, ProviderPlugin)
    name, value = expand(data.draw(st.sampled_from(rule.plugin.rule.examples)))
    name = name.partition(value)[0].rstrip(" ='\"") + data.draw(st.sampled_from(["=", ":", ">"]))
    blanks = data.draw(st.text(" \t\x0b\x1f\xa0", max_size=3))
    text = f"{name}{blanks}\n{' ' * data.draw(st.integers(0, 2 * REACH))}{value}"

    if list(rule.plugin.look(f"{name} {value}")):
        told = {match.secret_type for match in matches(Lines.of_text(text.encode()), "x.xml")}
        assert rule.plugin.secret_type in told


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_strings_of_a_binary_are_found(
    kind: type[PlainPrefilter] | type[FastPrefilter], data: st.DataObject
) -> None:
    """In ASCII and in UTF-16, whatever lies around them."""
    regex = re.compile(r"\bsecret-[a-f]{4}(?:=|\s)[^x]+$")
    chosen = _PREFILTERS.setdefault((kind, "strings"), kind([(regex,)], strings=True))
    found = data.draw(st.from_regex(r"secret-[a-f]{4}[= ][a-w]{3,9}", fullmatch=True))
    before, after = data.draw(st.binary(max_size=9)), data.draw(st.binary(max_size=9))
    narrow = b"\x01" + found.encode() + b"\x02"
    wide = b"\x01\x02" + found.encode("utf-16-le") + b"\x02\x02"

    assert {rule for _, rule in chosen.hits(before + narrow + after)} == {0}
    assert 1 in {rule for _, rule in chosen.hits(before + wide + after)}


def test_the_rest_of_a_pattern_is_looked_for_in_values() -> None:
    """What quotes would be put around must stand in the file without them."""
    pattern = re.compile(r"aws.{0,20}?(?:key|token).{0,20}?['\"]([0-9a-f]{40})['\"]")
    parts = cores(pattern)

    assert all(part.search(f"aws_token = {'0a' * 20}") for part in parts)
    assert not all(part.search(f"token = {'0a' * 20}") for part in parts)
    assert cores(re.compile(r"a b")) == ()


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
def test_a_line_may_hold_newlines(kind: type[PlainPrefilter] | type[FastPrefilter]) -> None:
    """A multi-line value of a YAML file is one line to the plugins."""
    chosen = kind([(re.compile(r"key: \"[^\"]*\""),)])

    assert candidates(chosen, Lines.of_list(["x", 'key: "a\nb"', "y"])) == {1: {0}}


@pytest.mark.parametrize("kind", [PlainPrefilter, FastPrefilter])
def test_trailing_blanks_are_no_part_of_a_line(
    kind: type[PlainPrefilter] | type[FastPrefilter],
) -> None:
    """Plugins are shown lines without them, so an end of line is before them."""
    chosen = kind([(re.compile(r"a$"),)])

    assert candidates(chosen, Lines.of_text(b"b\na \t\r\nb")) == {1: {0}}


def test_a_rule_without_patterns_is_shown_every_line() -> None:
    """Nothing is known of it, so nothing is kept from it."""
    for chosen in (PlainPrefilter([None]), FastPrefilter([None, (re.compile("x"),)])):
        assert candidates(chosen, Lines.of_list(["a", "", "b"])) == {0: {0}, 1: {0}, 2: {0}}


def test_a_pattern_that_has_no_expression_is_searched_without_it() -> None:
    """Nobody who writes a plugin needs to know of Hyperscan."""
    odd = re.compile(r"(a)?b(?(1)c|d)")
    chosen = FastPrefilter([(odd, re.compile("zz"))])

    assert candidates(chosen, Lines.of_list(["bd", "c", "zz", "abc"])) == {0: {0}, 2: {0}, 3: {0}}


def test_an_expression_that_hyperscan_refuses_is_searched_without_it() -> None:
    """Its limits are not ours."""
    refused = Plan({(b"(a", 0): [(0, 0)], (b"zz", 0): [(1, 0), (2, 3)]})
    found = compiled("refused", lambda: refused)

    assert (found.sources, found.left) == ([[(1, 0), (2, 3)]], [(0, 0)])


@pytest.mark.parametrize("form", [Form.TEXT, Form.STRINGS])
def test_expressions_are_no_wider_than_they_must_be(form: Form) -> None:
    """A class that asks for ASCII gets no more, so that few lines are shown to plugins in vain."""
    assert superset(re.compile("[a-c]{2}x"), form) == b"(?:[a-c]){2,2}x"


def test_beside_a_string_of_a_binary_no_word_goes_on() -> None:
    """Or all that begins in the middle of a word were a candidate, letter by letter."""
    written = superset(re.compile("(?:=|^)ab[0-9]+(?:,|$)"), Form.STRINGS)
    assert written == rb"(?:\x3d|\b)ab(?:[0-9])+(?:\x2c|\b)"
    assert rb"\b" not in superset(re.compile("^.=$"), Form.STRINGS)


def test_a_letter_for_another_is_told_of_rules_that_take_it_for_one() -> None:
    """Those that ignore case, also in a part of a pattern, and not in ASCII alone."""
    patterns = [r"ask", r"(?i)ask", r"a(?i:s)k", r"(?ia)ask"]
    chosen = FastPrefilter([(re.compile(pattern),) for pattern in patterns])

    assert candidates(chosen, Lines.of_list(["aſk"])) == {0: {1, 2}}


def test_many_characters_of_one_to_four_bytes_are_not_counted() -> None:
    """At least so many bytes are in them; where there are few, the most they can be is told."""
    assert superset(re.compile(r"\d{8,10}:a")) == rb"[0-9\x80-\xff]{8,}\x3aa"
    assert superset(re.compile(r"\d{2,3}:a")) == rb"[0-9\x80-\xff]{2,12}\x3aa"


def test_compiled_patterns_are_kept_and_a_broken_cache_is_rebuilt(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time they are read; if they are damaged, they are compiled again."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    plans = []

    def plan() -> Plan:
        plans.append(1)
        return Plan({(b"abc", 0): [(0, 0)]})

    compiled("x", plan)
    (file,) = (folder / "layer-auditor").iterdir()
    kept = file.read_bytes()
    compiled("x", plan)
    assert len(plans) == 1
    for broken in (b"[]\nbroken", b"broken", kept[: len(kept) // 2], b""):
        file.write_bytes(broken)
        compiled("x", plan)
        assert file.read_bytes() == kept


def test_compiled_patterns_that_nobody_uses_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of last month stay if they were read since; what is no database is left alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "layer-auditor"
    old = time.time() - UNUSED - DAY

    def age() -> None:
        for file in folder.iterdir():
            os.utime(file, (old, old))

    def kept(subject: str) -> None:
        compiled(subject, lambda: Plan({(b"abc", 0): [(0, 0)]}))

    for subject in ("used", "unused"):
        kept(subject)
    (folder / "layers.sqlite").touch()
    age()
    kept("used")
    kept("new")
    assert len(list(folder.glob("patterns-*.hs"))) == 2
    assert (folder / "layers.sqlite").exists()
    age()
    kept("newer")
    assert len(list(folder.glob("patterns-*.hs"))) == 1


def test_folding_is_that_of_re() -> None:
    """Four letters beyond ASCII are ASCII letters to `re.IGNORECASE`."""
    for char in map(chr, range(128, 0x2FFF)):
        for letter in "abcdefghijklmnopqrstuvwxyz":
            if re.fullmatch(letter, char, re.IGNORECASE):
                assert fold(char) == letter
