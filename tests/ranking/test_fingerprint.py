"""
How a leak is known again, and what a fingerprint gives away.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import replace

import pytest

from auditor.model import Confidence, Finding, Leak
from auditor.ranking.fingerprint import bits, fingerprint, is_strong, preview
from tests.fakes import fakes
from tests.ranking.given import STRONG, WEAK, finding, meta, report, scan

KEY = fakes()["PRIVATE_KEY"]


def only(value: str, **keys: object) -> Leak:
    """
    The leak of one finding in one layer.
    """
    (leak,) = report(scan(finding(value, **keys))).leaks  # type: ignore[arg-type]
    return leak


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        "hunter2-xyz",
        "password",
        "correct horse battery staple",
        "correct-horse-battery-staple",
        "administrator-password-2024",
        "MyCompanyProductionPassword1",
        "ThisIsTheDatabasePassword!2024",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "1234567890123456789012345",
        "kX9vQ2mB7tL4",
        "",
    ],
)
def test_weak_values(value: str) -> None:
    """
    Whatever a person makes up is weak, however long it is.
    """
    assert not is_strong(value)
    assert preview(value) == "****"


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "NPM_TOKEN", "AWS_SECRET_ACCESS_KEY"])
@pytest.mark.parametrize("seed", range(20))
def test_strong_values(name: str, seed: int) -> None:
    """
    Tokens that machines make are strong, and shown by their first characters.
    """
    value = fakes(seed)[name]
    assert is_strong(value)
    assert preview(value) == f"{value[:4]}…"


@pytest.mark.parametrize("alphabet", [string.hexdigits[:16], string.digits + string.ascii_letters])
def test_random_strings_are_strong(alphabet: str) -> None:
    """
    So are nearly all random strings of hexadecimal digits, and of letters and digits.
    """
    source = random.Random(1)
    made = ["".join(source.choices(alphabet, k=40)) for _ in range(100)]
    assert sum(map(is_strong, made)) >= 85


def test_bits_grow_with_the_value() -> None:
    """
    Nothing has no bits, a word a word's, and random characters add to them.
    """
    assert bits("") == 0
    assert bits("administrator") == bits("Password") > 0
    assert bits(STRONG) > bits(STRONG[:12]) > bits("administrator")


def test_preview_of_a_key() -> None:
    """
    A private key is shown by its label alone.
    """
    assert preview(KEY) == "PRIVATE KEY …"


def test_form() -> None:
    """
    A fingerprint is 64 hexadecimal digits, of which the id is the beginning.
    """
    for value in (WEAK, STRONG, KEY):
        leak = only(value)
        assert re.fullmatch(r"[0-9a-f]{64}", leak.fingerprint)
        assert leak.fingerprint.startswith(leak.id) and len(leak.id) == 12


@pytest.mark.parametrize("other", ["hunter3-abc", "x", "a much longer and different value", "Ä"])
def test_weak_value_does_not_enter(other: str) -> None:
    """
    Another weak secret at the same place has the same fingerprint: guesses cannot be tested.
    """
    assert only(other).fingerprint == only(WEAK).fingerprint


@pytest.mark.parametrize("value", [STRONG, KEY])
def test_strong_secret_is_known_anywhere(value: str) -> None:
    """
    A strong secret keeps its fingerprint wherever it stands and whatever found it.
    """
    moved = only(value, path="/elsewhere", detector="Other", line=9, name="X")
    assert moved.fingerprint == only(value).fingerprint
    assert moved.fingerprint != only(value[:-40] + "kX9vQ2mB7tL4wZ8pR3nF" + value[-3:]).fingerprint


@pytest.mark.parametrize(
    "keys", [{"path": "/other"}, {"detector": "Other"}, {"name": "OTHER"}, {"path": "/app/.env2"}]
)
def test_weak_secret_is_known_by_its_place(keys: dict[str, str]) -> None:
    """
    Path, detector and name tell weak secrets apart.
    """
    assert only(WEAK, **keys).fingerprint != only(WEAK).fingerprint


@pytest.mark.parametrize("value", [WEAK, STRONG, KEY])
def test_stable_over_layer_line_and_tag(value: str) -> None:
    """
    Neither the layer's number, nor the line, the tag, the id or the life enters.
    """
    before = only(value)
    moved = report(
        scan(files=["/new"]),
        None,
        scan(replace(finding(value), line=77)),
        scan(whiteouts=["/app/.env"]),
        reference="other:2",
        id="sha256:dd",
    )
    assert [leak.fingerprint for leak in moved.leaks] == [before.fingerprint]


@pytest.mark.parametrize(
    ("path", "later"),
    [
        ("history[3].created_by", "history[5].created_by"),
        (f"unreferenced/blobs/sha256/{'1a' * 32}.config.Env.A",
         f"unreferenced/blobs/sha256/{'2b' * 32}.config.Env.A"),
        ("legacy/0123456789ab.config.Env.A", "legacy/ba9876543210.config.Env.A"),
    ],
)  # fmt: skip
def test_stable_over_steps_and_digests(path: str, later: str) -> None:
    """
    A build with one more step, or another digest, has the same leak.
    """
    (one,) = report(metadata=meta(path=path)).leaks
    (two,) = report(metadata=meta(path=later)).leaks
    assert one.fingerprint == two.fingerprint


@pytest.mark.parametrize(
    "copy",
    [
        "attestation/0.predicate.x",
        "container_config.Env.A",
        "legacy/0123456789ab.x",
        f"unreferenced/blobs/sha256/{'1a' * 32}.x",
    ],
)
@pytest.mark.parametrize("home", ["/app/.env", "history[3].created_by"])
def test_copies_do_not_matter(copy: str, home: str) -> None:
    """
    Metadata that some tools add, attestations above all, does not change who a weak secret is.
    """
    metadata = [] if home.startswith("/") else meta(path=home)
    layers = [scan(finding(path=home))] if home.startswith("/") else []
    (alone,) = report(*layers, metadata=metadata).leaks
    added = meta(path=copy, name="OTHER", confidence=Confidence.CERTAIN, detector="Other")
    (copied,) = report(*layers, metadata=[*added, *metadata]).leaks
    assert len(copied.places) == 2
    assert copied.fingerprint == alone.fingerprint


def test_digits_of_a_file_count() -> None:
    """
    Two files whose names differ in numbers are two places.
    """
    one, two = (only(WEAK, path=f"/a[{n}]/{n * 32}").fingerprint for n in "12")
    assert one != two


@pytest.mark.parametrize(
    "findings",
    [
        pytest.param([finding("one1"), finding("two2", line=2)], id="lines of a file"),
        pytest.param([finding("one1"), finding("two2")], id="the same line"),
        pytest.param([finding(f"v{n}x{n}", line=n) for n in range(30)], id="many"),
        pytest.param([finding("one1", inside="a"), finding("two2", inside="b")], id="members"),
        pytest.param([finding(WEAK), finding(STRONG, line=2)], id="weak and strong"),
    ],
)
def test_no_two_leaks_are_equal(findings: list[Finding]) -> None:
    """
    Leaks of one image differ in their fingerprints, also weak ones of the same place.
    """
    leaks = report(scan(*findings)).leaks
    assert len({leak.fingerprint for leak in leaks}) == len(leaks) == len(findings)


def test_no_two_leaks_of_the_history_are_equal() -> None:
    """
    Nor are weak secrets of two steps, although the step's number does not count.
    """
    steps = [(value, f"history[{n}].created_by") for n, value in enumerate(["one1", "two2"])]
    found = report(metadata=[e for value, path in steps for e in meta(value, path, name="X")])
    assert len({leak.fingerprint for leak in found.leaks}) == 2


def test_baseline_of_one_accepts_not_the_other() -> None:
    """
    Of two weak secrets of one file the order tells which is which.
    """
    first, second = report(scan(finding("one1"), finding("two2", line=2))).leaks
    assert first.fingerprint == only("zzz9").fingerprint
    assert second.fingerprint != first.fingerprint


def test_number_counts() -> None:
    """
    The number is part of a weak secret's fingerprint, and not of a strong one's.
    """
    for value, differs in ((WEAK, True), (STRONG, False)):
        marks = {fingerprint(value, "D", "/p", None, number) for number in range(3)}
        assert len(marks) == (3 if differs else 1)


def test_surrogates_have_a_fingerprint() -> None:
    """
    Paths and values that are no UTF-8 are no obstacle.
    """
    assert only("caf\udce9", path="/caf\udce9").fingerprint
    assert only("x\ud800y").fingerprint
    assert fingerprint(STRONG + "\ud800", "D", "/p\ud800", "N\ud800", 0)
    assert fingerprint("weak\ud800", "D", "/p\ud800", "N\ud800", 0)
