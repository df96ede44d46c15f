"""
Lines of megabytes: the same values, and nothing is looked for on all of a line again and again.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections import Counter

import pytest
from detect_secrets.filters import allowlist, heuristic
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.util.code_snippet import CodeSnippet
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.detectors import detect
from auditor.detectors.library import filters, keywords, passes
from auditor.detectors.library.lines import LONGEST_WINDOW, Lines
from auditor.detectors.library.rules import plugins
from auditor.model import Finding, Text

WORDS = (
    "password", "Secret", "api_key", "APIKEY", "db_pass", "key_pass", "contraseña", "CONTRASEÑA",
    "paſſword", "apiKey", " = ", ":", ": ", "==", " != ", "===", "=>", ":=", '"', "'", "`", ";",
    '"x1"', "'abc'", "`b`", "value", " ", "_", "\t", "(", "[25]", "@", ".assign(", "İ", "é", "\\",
)  # fmt: skip
NAMES = ("a.js", "a.yaml", "a.go", "a.c", "a.cpp", "a")


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map("".join))
@example('secret; password = "x1" == my_password; api_key: "y"; pwd `z`;')
@example("`a` 'b`c' === the_secret; db_pass := 'd'")
@example('std::string secret("bar"); password[25] = "x1"; paſſword: "y"')
def test_keywords_are_those_of_the_plugin(name: str, line: str) -> None:
    """Where its keywords stand its patterns find what they find on all of a line."""
    plugin = next(one for one in plugins() if isinstance(one, KeywordDetector))
    theirs = plugin.analyze_line(filename=name, line=line, line_number=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keywords, "LONG", 0)
        assert set(keywords.values(line, name)) == {secret.secret_value for secret in theirs}


@given(st.lists(st.sampled_from(["api_key", "PASS", "paſſword", "secret", "db_", "x", "é"])))
@example(["secret"] * keywords.WILD_KEYWORDS)
@example(["secret"] * (keywords.WILD_KEYWORDS + 1))
@example(["key"] * (keywords.WILD_KEYWORDS + 1))
def test_words_of_nothing_but_keywords_are_told(parts: list[str]) -> None:
    """What is counted fast is no other number than what the pattern finds."""
    word = "".join(parts)
    many = len(keywords._KEYWORD.findall(word)) > keywords.WILD_KEYWORDS

    assert keywords._has_many(word) == many


def test_each_private_key_on_a_long_line_is_told() -> None:
    """Far from each other, whole, with the line breaks written as in JSON."""
    drawn = random.Random(7)
    keys = [
        "-----BEGIN PRIVATE " + f"KEY-----\n{base64.b64encode(drawn.randbytes(96)).decode()}\n"
        "-----END PRIVATE KEY-----"
        for _ in range(3)
    ]
    line = ("x " * 20_000).join(json.dumps(key) for key in keys)
    found = [one for one in detect(Text("/app/a.json", line)) if isinstance(one, Finding)]

    assert [one.secret.reveal() for one in found if one.detector == "Private Key"] == keys


@pytest.mark.parametrize("pragma", ["pragma: allowlist secret", "pragma: whitelist secret"])
def test_comments_that_allow_a_line_are_told_from_other_pragmas(pragma: str) -> None:
    """As detect-secrets sees them, on a line or above it."""
    for line in (f"x = 1  # {pragma}", "#pragma once", "x = 1  # pragma: no cover"):
        context = CodeSnippet([line], 0, 0)
        theirs = allowlist.is_line_allowlisted("a.py", line, context)
        assert filters._is_allowlisted("a.py", line, context) == theirs == (pragma in line)


@given(
    st.lists(st.sampled_from(["secret" * 40, "api_key" * 3, "x" * 199, "é" * 150, "?", "_", " "]))
)
@example(["?", "é" * 150, "secret" * 40, "?", "x" * 199])
def test_long_words_are_told_as_by_a_pattern(parts: list[str]) -> None:
    """Only words of nothing but keywords are shortened, wherever they stand on a line."""
    line = "".join(parts)
    longest = re.compile(rf"\w{{{keywords.WILD_WORD},}}")

    assert keywords._tamed(line) == longest.sub(keywords._shorten, line)


@given(
    st.lists(st.sampled_from(["id", "_id", "my", "s", "=", " ", "_", "ab", "İD", "AB"])), st.data()
)
def test_ids_are_those_of_the_library(parts: list[str], draw: st.DataObject) -> None:
    """A value behind a word for an id is none, on a long line as on a short one."""
    line = "".join(parts)
    start = draw.draw(st.integers(0, len(line)))
    value = line[start : draw.draw(st.integers(start, len(line)))] or "ab"

    for plugin in (None, *plugins()):
        found = value in line or not isinstance(plugin, HighEntropyStringsPlugin)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(filters, "LONG", -1)
            ours = filters._is_likely_id(value, line, plugin)
        assert not found or ours == heuristic.is_likely_id_string(value, line, plugin)


@given(
    st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=80)
    | st.text("0123456789abcdef", min_size=9, max_size=40)
    | st.text("01234_", min_size=9, max_size=40)
)
@example("01234567")
@example("abcdef01" * 4)
@example("0123456789abcdef")
@example("".join(chr(ord("a") + n) for n in range(23)))
def test_values_are_as_random_as_the_plugin_says(value: str) -> None:
    """Also at the limit itself, and where a number is less random to it."""
    for plugin in plugins():
        if isinstance(plugin, HighEntropyStringsPlugin):
            theirs = plugin.calculate_shannon_entropy(value) > plugin.entropy_limit
            assert passes._is_random(plugin, value) == theirs


@given(st.lists(st.integers(1, 5000), max_size=60), st.sampled_from(["", " ", "word "]))
def test_windows_show_what_lies_around_each_offset(steps: list[int], between: str) -> None:
    """So many bytes before and behind each, and not much more than that at once."""
    ends = [sum(steps[: n + 1]) for n in range(len(steps))]
    data = b"".join(b"%06d" % n + between.encode() for n in range(30_000))[: sum(steps) + 9000]
    lines = Lines(data)

    windows = list(lines.windows(lines.at(0), ends, 1000, 2000))

    assert all(len(window) <= LONGEST_WINDOW + 4 * 2000 for window in windows)
    for end in ends:
        around = data[max(end - 1000, 0) : end + 2000].decode()
        assert any(around in window for window in windows)


@pytest.mark.parametrize("id_word", ["", "user_id: 1, "])
def test_many_values_on_one_line(id_word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Each of some thousand values is found, and for none of them all of the line is searched once
    more: the library's filters are shown short lines alone.
    """
    calls: Counter[str] = Counter()
    slow = heuristic.is_likely_id_string

    def counted(secret: str, line: str, plugin: BasePlugin | None) -> bool:
        calls["long" if len(line) > filters.LONG else "short"] += 1
        return slow(secret, line, plugin)

    cut = Lines._decoded

    def counted_cut(self: Lines, data: bytes) -> str:
        calls["cut"] += len(data) > filters.LONG
        return cut(self, data)

    monkeypatch.setattr(heuristic, "is_likely_id_string", counted)
    monkeypatch.setattr(Lines, "_decoded", counted_cut)
    drawn = random.Random(7)
    values = [f"{drawn.getrandbits(160):040x}" for _ in range(2000)]
    line = "[" + ",".join(f'"{value}"' for value in values) + f"] {id_word}"
    found = detect(Text("/app/a.js", line))

    told = [one.secret.reveal() for one in found if isinstance(one, Finding)]
    assert set(values) == set(told)
    assert calls["long"] == 0
    assert calls["cut"] < 10
