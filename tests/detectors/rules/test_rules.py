"""
Every rule: its examples are found whole wherever an image holds them, its counterexamples are not.
"""

from __future__ import annotations

import base64
import random
import re
import string
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from auditor.detectors.library import plugins
from auditor.detectors.library.lines import Lines
from auditor.detectors.library.passes import matches
from auditor.detectors.rules import RULES, Rule, look, matching
from auditor.detectors.rules.base import compiled
from auditor.detectors.rules.examples import expand, masked
from auditor.model import Confidence, Finding
from tests.evaluation.looking import look as look_into

PROSE = """
The key to a good azure sky is the token of a box, said the guardian; see sha256 for the commit.
password required; access denied; a front door, a hunter, a private polygon and a flat float key.
"""

FAR = 3000
"""
Further away from it nobody looks for a value, in characters.
"""
LETTERS = sorted({rule.provider.lower()[0] for rule in RULES})


def _of(letter: str) -> list[Rule]:
    return [rule for rule in RULES if rule.provider.lower()[0] == letter]


@pytest.mark.parametrize("letter", LETTERS)
def test_examples_are_found_whole(letter: str) -> None:
    """In a shell script, in quotes, in JSON and alone: the value, no more and no less."""
    for rule in _of(letter):
        for template in rule.examples:
            text, value = expand(template)
            for written in (text, f"export A={text}", f'x("{text}")', f'{{"a": "{text}\\n"}}'):
                found = [one.value for one in look(rule, written)]
                assert value in found, (rule.name, written[:60])


@pytest.mark.parametrize("letter", LETTERS)
def test_counterexamples_are_not_found(letter: str) -> None:
    """What its author says is none of its kind, and ordinary prose."""
    for rule in _of(letter):
        for template in rule.counterexamples:
            assert list(look(rule, expand(template)[0])) == [], rule.name
        for line in PROSE.splitlines():
            assert list(look(rule, line)) == [], rule.name


@pytest.mark.parametrize("letter", LETTERS)
def test_the_prefilter_lets_examples_pass(letter: str) -> None:
    """As a file of a layer, an example goes the whole way through prefilter and plugins."""
    for rule in _of(letter):
        for template in rule.examples:
            text, value = expand(template)
            found: list[Finding] = look_into("/srv/notes", f"first line\n{text}\n".encode())
            told = [f.secret.reveal() for f in found]
            assert value in told, rule.name


@pytest.mark.parametrize("letter", LETTERS)
def test_nothing_is_lost_where_matches_are_told_to_begin(letter: str) -> None:
    """What a rule finds from its first letters on is all that its pattern finds."""
    for rule in _of(letter):
        for template in rule.examples:
            text, value = expand(template)
            for line in (
                f"{text}{text} {value}",
                f"q{text}\\n{text},{text.swapcase()}",
                f"İ {text}",
            ):
                told = [match.span() for match in matching._matches(rule, line)]
                assert told == [match.span() for match in compiled(rule).finditer(line)], rule.name


@pytest.mark.parametrize("filler", ["lorem, ipsum; ", "Büßer, häßlich; "])
def test_examples_are_found_on_a_long_line(filler: str) -> None:
    """Of a line of many pages a rule sees what lies around its hits, enough for any value."""
    examples = {rule.name: expand(rule.examples[0]) for rule in RULES}
    between = filler * (FAR // len(filler))
    line = between.join(f"{text} " for text, _ in examples.values())
    told = {match.value for match in matches(Lines(line.encode()), "/srv/notes")}

    assert [name for name, (_, value) in examples.items() if value not in told] == []


@pytest.mark.parametrize("letter", LETTERS)
def test_a_part_of_a_longer_word_is_none(letter: str) -> None:
    """With a letter glued to its front a token is something else."""
    for rule in _of(letter):
        if rule.words or rule.before == "" or "(?P<value>" in rule.pattern:
            continue  # Its lead stands in other text.
        text, value = expand(rule.examples[0])
        assert value not in [one.value for one in look(rule, f"q{text}")], rule.name


def _found(line: str) -> dict[str, str]:
    return {rule.name: one.value for rule in RULES for one in look(rule, line)}


def test_a_name_may_end_in_its_word_for_a_secret() -> None:
    """`ado_pat` names the provider and says what it is, `ado` alone does not."""
    _, value = expand("{base32l:52}")
    name = "Azure DevOps personal access token"

    assert _found(f'ado_pat = "{value}"').get(name) == value
    assert name not in _found(f'ado = "{value}"')


def test_a_long_key_is_no_shorter_secret() -> None:
    """Azure's storage keys are found whole, under their other names too, and not in pieces."""
    key = base64.b64encode(random.Random(7).randbytes(64)).decode()

    for line in (f'AZURE_KEY="{key}"', f"AzureStoragekey : {key}", f"az --account-key {key}"):
        assert _found(line) == {"Azure storage account key": key}


def test_no_two_rules_have_one_name() -> None:
    """detect-secrets knows plugins by their names, and reports do too."""
    names = Counter(rule.name for rule in RULES) + Counter(map(plugins.class_name, RULES))

    assert [name for name, count in names.items() if count > 1] == []


def test_rotation_pages_are_web_pages() -> None:
    """A page for rotation is an address that a browser opens."""
    for rule in RULES:
        assert rule.rotate is None or re.match(r"https://[a-z0-9.-]+\.[a-z]{2,}(/|$)", rule.rotate)
        assert rule.provider


def test_masked_examples_hide_what_is_drawn() -> None:
    """Of an example only the lead is shown."""
    for rule in RULES:
        _, value = expand(rule.examples[0])
        assert len(masked(rule.examples[0])) <= max(len(value) - 7, 8)


def test_random_text_holds_no_tokens() -> None:
    """A megabyte of base64 gives no finding that is likely."""
    source = random.Random(7)
    alphabet = string.ascii_letters + string.digits + "+/"
    lines = ["".join(source.choices(alphabet, k=76)) for _ in range(14_000)]

    found = look_into("/srv/blob.txt", "\n".join(lines).encode())

    assert [f.detector for f in found if f.confidence is not Confidence.POSSIBLE] == []


def test_plain_detect_secrets_takes_them_as_plugins(tmp_path: Path) -> None:
    """`detect-secrets scan --plugin` finds a token by our file of plugins, under our name."""
    rule = next(rule for rule in RULES if rule.name == "DigitalOcean personal access token")
    target = tmp_path / "notes.txt"
    target.write_text(f"the token is {expand(rule.examples[0])[1]}\n")
    plugin = Path(plugins.__file__)

    ran = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan", "--plugin", str(plugin), str(target)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )

    assert '"type": "DigitalOcean personal access token"' in ran.stdout
