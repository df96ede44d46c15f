"""
Found secrets are taken out of every text of the report.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Gap, Secret
from auditor.ranking import Policy
from auditor.ranking.redaction import MASK, SHORTEST, nothing, redactor
from tests.fakes import fakes
from tests.ranking.given import STRONG, WEAK, finding, image, meta, report, scan

KEY = fakes()["PRIVATE_KEY"]


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        ([], "RUN x", "RUN x"),
        ([WEAK], f"RUN {WEAK}", f"RUN {MASK}"),
        ([WEAK], f"{WEAK}{WEAK} {WEAK}", f"{MASK}{MASK} {MASK}"),
        ([WEAK, f"{WEAK}-longer"], f"{WEAK}-longer {WEAK}", f"{MASK} {MASK}"),
        (["pass word"], "A='pass word'", f"A='{MASK}'"),
        (['q"u\\o'], r'RUN ["x","q\"u\\o"]', f'RUN ["x","{MASK}"]'),
        (["pässwörd"], "ENV P=pässwörd", f"ENV P={MASK}"),
        (["pässwörd"], r'{"P": "p\u00e4ssw\u00f6rd"}', f'{{"P": "{MASK}"}}'),
        ([f" {WEAK}\n"], f"x {WEAK}.", f"x {MASK}."),
        (["abcd"], "abc", "abc"),
        (["a.c+"], "abcc a.c+", f"abcc {MASK}"),
        (["caf\udce9"], "/caf\udce9/x", f"/{MASK}/x"),
    ],
)
def test_redaction(values: list[str], text: str, expected: str) -> None:
    """
    Each secret is masked, plain and as JSON writes it, the longest first.
    """
    assert redactor(map(finding, values))(text) == expected


def test_lines_of_a_key() -> None:
    """
    Each line of a secret of several lines is masked by itself.
    """
    redact = redactor([finding(KEY)])
    body = KEY.splitlines()[1]
    for text in (KEY, KEY.replace("\n", "\\n"), KEY.replace("\n", "\r\n"), f"echo {body} > key"):
        assert body not in redact(text)


@pytest.mark.parametrize("length", range(1, SHORTEST))
def test_short_values_are_masked_behind_their_name(length: int) -> None:
    """
    A value of few characters is masked where it is given to its name, and nowhere else.
    """
    value = "xyz"[:length]
    redact = redactor([finding(value, name="PIN")])
    assert redact(f"ENV PIN={value} and {value}") == f"ENV PIN={MASK} and {value}"


def test_empty_value_masks_nothing() -> None:
    """
    A secret of no characters leaves every text.
    """
    assert redactor([finding("", name="A"), finding(" ")])("A= b") == "A= b"


def test_nothing() -> None:
    """
    With `--show-secrets` texts stay as they are.
    """
    assert nothing(WEAK) == WEAK


def test_secret_does_not_show_itself() -> None:
    """
    A secret's representation, which tracebacks and logs use, is masked.
    """
    assert WEAK not in repr(Secret(WEAK)) + str(Secret(WEAK)) + f"{Secret(WEAK)}" + repr(
        finding(WEAK)
    )
    assert Secret(WEAK).reveal() == WEAK


@pytest.mark.parametrize(
    "value", [WEAK, STRONG, KEY, "pässwörd", "q\"u\\o'te", "first-line\nsecond-line"]
)
def test_no_field_of_a_report_holds_a_secret(value: str) -> None:
    """
    Wherever an image repeats a secret, the report masks it.
    """
    hostile = f"x {value} y"
    layer = scan(finding(value, f"/dir-{value}/f", name=value), gaps=(Gap(hostile, hostile),))
    made, _ = image([layer])
    found = report(
        layer,
        metadata=meta(value, hostile, instruction=f"RUN {hostile}", inside=hostile),
        gaps=[Gap(hostile, hostile)],
        reference=hostile,
        platform=hostile,
        id=hostile,
        layers=tuple(
            type(one)(
                index=one.index,
                blob=one.blob,
                diff_id=hostile,
                digest=hostile,
                created_by=hostile,
                instruction=hostile,
            )
            for one in made.layers
        ),
    )
    assert len(found.leaks) == 1
    text = repr(asdict(found))
    for line in value.splitlines():
        assert line not in text or line.startswith("-----")
        assert repr(line)[1:-1] not in text or line.startswith("-----")
        assert json.dumps(line)[1:-1] not in text or line.startswith("-----")


def test_real_digests_stay_whole() -> None:
    """
    A short secret that happens to be in a digest does not break it.
    """
    digest = f"sha256:{'abcd' * 16}"
    (row,) = report(scan(finding("abcd")), id=digest).layers
    assert report(scan(finding("abcd")), id=digest).id == digest
    assert row.layer.diff_id == "sha256:0"


def test_show_secrets_shows() -> None:
    """
    With `--show-secrets` the leak holds the plaintext, else it does not.
    """
    layer = scan(finding(WEAK))
    (shown,) = report(layer, policy=Policy(show_secrets=True)).leaks
    (hidden,) = report(layer, policy=Policy()).leaks
    assert shown.secret is not None and shown.secret.reveal() == WEAK
    assert hidden.secret is None


@given(st.lists(st.text(min_size=SHORTEST), max_size=4), st.text(), st.text())
def test_no_secret_survives(values: list[str], before: str, after: str) -> None:
    """
    Whatever the secrets are, none stands in a redacted text that is not made of the mask.
    """
    redact = redactor(map(finding, values))
    for value in values:
        text = redact(before + value + after)
        assert value not in text or value in before + MASK + after or "*" in value
