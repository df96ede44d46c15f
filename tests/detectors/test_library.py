"""
detect-secrets in memory: every pass, every filter, and bounds against hostile files.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from detect_secrets.filters import heuristic
from detect_secrets.plugins import keyword
from detect_secrets.util.filetype import determine_file_type
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.detectors.library import LibraryDetector, passes, rules
from auditor.detectors.library.lines import Lines
from auditor.detectors.library.passes import matches
from auditor.model import Reading, Text
from tests.differential import compare
from tests.fakes import fakes

FAKES = fakes()
PASSWORD = "hunter2" + "xyz"


def types(content: str, name: str = "/app/.env") -> set[str]:
    """
    The types found in a text of that name.
    """
    return {match.secret_type for match in matches(Lines.of_text(content.encode()), name)}


def test_a_hit_does_not_end_the_scan() -> None:
    """`scan_file` stops after the first pass with a hit: an AWS id would hide the password."""
    content = f"AWS_ACCESS_KEY_ID={FAKES['AWS_ACCESS_KEY_ID']}\nDB_PASSWORD={PASSWORD}\n"

    assert types(content) == {"AWS Access Key", "Secret Keyword"}


def test_the_eager_ini_pass_is_kept() -> None:
    """A bare `.env` has its values quoted by detect-secrets' own transformer."""
    assert types(f"DB_PASSWORD={PASSWORD}\n") == {"Secret Keyword"}


def test_the_ini_pass_is_kept() -> None:
    """So has a file with sections."""
    assert types(f"[db]\npassword = {PASSWORD}\n", "/app/db.ini") == {"Secret Keyword"}


def test_the_yaml_pass_is_kept() -> None:
    """And a YAML file: the value of a folded scalar is one line."""
    content = "db:\n  password: >-\n    " + PASSWORD + "\n"

    assert "Secret Keyword" in types(content, "/app/db.yaml")


@pytest.mark.parametrize("form", ["AKIA{:.16}", "'{}'"])
def test_what_is_found_has_the_same_order_in_every_process(form: str) -> None:
    """As it stands on the line, not as a set has it, which each process shuffles anew."""
    digests = [hashlib.sha256(bytes([number])).hexdigest() for number in range(12)]
    values = [form.format(digest.upper()) for digest in digests]
    content = " ".join(values) + "\n"
    found = [match.value for match in matches(Lines.of_text(content.encode()), "/a.txt")]

    assert found == [value.strip("'") for value in values]


def test_the_filters_are_kept() -> None:
    """A line that its author allowed stays allowed."""
    assert types(f'password = "{PASSWORD}"  # pragma: allowlist secret\n', "/a.py") == set()


@pytest.mark.parametrize("name", ["/app/yarn.lock", "/app/style.css", "/swagger/index.html"])
def test_files_that_detect_secrets_passes_over_are_read_for_tokens(name: str) -> None:
    """By their names it drops them in silence; tokens in them are found all the same."""
    content = f'password = "{PASSWORD}"\n{FAKES["GITHUB_TOKEN"]}\n'
    found = list(LibraryDetector().scan([Text(name, content)]))

    assert [finding.detector for finding in found] == ["GitHub Token"]


def test_all_lock_files_of_detect_secrets_are_passed_over() -> None:
    """It has their names in its code alone."""
    (names,) = (one for one in heuristic.is_lock_file.__code__.co_consts if type(one) is frozenset)
    assert len(names) >= 12
    for name in names:
        text = Text(f"/app/{name}", f'password = "{PASSWORD}"\n')
        assert not list(LibraryDetector().scan([text]))


@pytest.mark.parametrize("name", ["/app/.css", "/app/..css", "/app/css", "/app/padlock"])
def test_a_name_that_is_all_extension_has_none(name: str) -> None:
    """So detect-secrets reads such a file, as it reads one that is merely called a lock."""
    found = LibraryDetector().scan([Text(name, f'password = "{PASSWORD}"\n')])
    assert [finding.detector for finding in found] == ["Secret Keyword"]


def test_strings_of_a_binary_are_read_for_tokens_only() -> None:
    """Names and randomness mean nothing in a binary, and it has no lines."""
    content = f'password = "{PASSWORD}"\n{FAKES["GITHUB_TOKEN"]}\n'
    found = list(LibraryDetector().scan([Text("/bin/x", content, Reading.STRINGS)]))

    assert [(f.detector, f.line) for f in found] == [("GitHub Token", None)]


def test_lines_count_from_where_the_window_begins() -> None:
    """A large file comes in windows; line numbers are those of the file."""
    (found,) = LibraryDetector().scan([Text("/x", f"\n{FAKES['GITHUB_TOKEN']}", first_line=100)])

    assert found.line == 101


def test_a_token_at_the_end_of_a_very_long_line_is_found() -> None:
    """Long lines are shown to the plugins in parts that overlap."""
    content = "x " * (passes.LONGEST_LINE * 3 // 4) + FAKES["GITHUB_TOKEN"]

    assert types(content, "/app/min.js") == {"GitHub Token", "GitHub token"}


def test_a_word_made_of_keywords_takes_no_hours() -> None:
    """The keyword plugin tries each of them against the rest of the word; the line is read."""
    content = "secret" * 50_000 + f' = "{PASSWORD}"\n'

    assert types(content, "/app/a.js") == {"Secret Keyword"}


def test_a_yaml_bomb_is_not_expanded() -> None:
    """Nine levels of nine aliases are 387 million values; the lines are scanned as they are."""
    levels = ["a0: &a0 [x, y]"]
    levels += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 10)]
    content = "\n".join([*levels, f'password: "{PASSWORD}"'])

    assert types(content, "/bomb.yaml") == {"Secret Keyword"}


def test_an_ini_bomb_is_not_expanded() -> None:
    """Each level of interpolation would multiply the text by ten."""
    levels = [f"a{n} = " + f"%(a{n - 1})s" * 10 for n in range(1, 10)]
    content = "\n".join(["[x]", "a0 = y", *levels, f'password = "{PASSWORD}"'])

    assert "Secret Keyword" in types(content, "/bomb.py")


@pytest.mark.parametrize("before", [0, 1, passes.LONG_LINE, 3_000_001])
def test_on_a_long_line_our_own_rules_see_what_lies_around_a_hit(before: int) -> None:
    """A token in a line of megabytes is found once and whole, wherever characters are cut."""
    token = FAKES["GITHUB_TOKEN"]
    line = "é, " * before + f"x {token} y {token} " + "é; " * passes.LONG_LINE

    found = [f.secret.reveal() for f in LibraryDetector().scan([Text("/app/a.js", line)])]

    assert found == [token]


def test_what_is_merely_possible_in_a_binary_is_chance() -> None:
    """By chance some string looks like a Twilio key; with Twilio's name beside, it is one."""
    value = "AC" + "9f3b5c7d1e2a4f60" * 2
    alone = Text("/bin/x", f"abc\n{value}\n", Reading.STRINGS)
    named = Text("/bin/x", f"Twilio\n{value}\n", Reading.STRINGS)

    assert list(LibraryDetector().scan([alone])) == []
    assert [f.detector for f in LibraryDetector().scan([named])] == ["Twilio API Key"]


_WORDS = st.sampled_from(
    ["password", "secret", "aws_key", "token", " = ", ": ", "=", '"', "'", "\n", " ", "[s]\n", "# ",
     "AKIA" + "QYLPMN5HHHFPZAM2", "hunter2xyz", "3ebf21f8e5d1ab86b27a720842c3bb56", "://u:pa55@h",
     "ghp_" + "A" * 36, "AKC" + "p5bueTFpfypEqQbGJPp7eHFi28", "x" * 30, "%(a)s", ";", "\t",
     "c29tZSByYW5kb20gYmFzZTY0IHRleHQgaGVyZQ", "k: |\n  ", "\r\n", "é", "\x1c",
     "-----BEGIN RSA " + "PRIVATE KEY-----"]
)  # fmt: skip
_FILES = st.sampled_from(["a.py", "a.yaml", "a.ini", ".env", "a.conf", "a.js", "a.go", "a.c"])


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=25), _FILES)
def test_nothing_that_detect_secrets_finds_is_lost(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], name: str
) -> None:
    """In any text made of what its plugins look for, its findings are among ours."""
    path: Path = tmp_path_factory.mktemp("oracle") / name
    path.write_text("".join(words), encoding="utf-8")

    assert compare(str(path)).missing == ()


@pytest.mark.parametrize(
    "name", [".conf", "a.conf", "..py", ".a.py", "/a.py/b", "/a/.go", "x", "a."]
)
def test_extensions_are_those_that_the_library_sees(name: str) -> None:
    """What begins with its only dot has none."""
    known = keyword.REGEX_BY_FILETYPE.get(determine_file_type(name))

    assert rules.family(name) == (rules._group_name(known) if known else "default")
