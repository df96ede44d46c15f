"""
With Hyperscan and with `re` alone the same is found, whatever is read.
"""

from __future__ import annotations

import random
import re
import sysconfig
from collections.abc import Iterator
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.detectors.library.rules import rules
from auditor.model import Finding
from tests.differential import files, findings, is_plain, workers
from tests.fakes import fakes

NAMES = ("a.py", "a.yaml", "a.ini", ".env", "a.js", "a.go", "a.c", "Dockerfile", "app", "a.pyc")
PARTS = (
    "password", "secret", "aws_secret_access_key", "token", "API_KEY", " = ", ": ", "=", '"', "'",
    "\n", "\r\n", " ", "[s]\n", "# ", "%(a)s", "://u:pa55@h", "hunter2xyz", "x" * 30, ";", "\t",
    "3ebf21f8e5d1ab86b27a720842c3bb56", "c29tZSByYW5kb20gYmFzZTY0IHRleHQgaGVyZQ", "k: |\n  ", "é",
    "K", "ſ", "\x1c", "\x00", "-----BEGIN RSA " + "PRIVATE KEY-----",
)  # fmt: skip
BOTH = tuple[Executor, Executor]


@pytest.fixture(scope="module")
def both() -> Iterator[BOTH]:
    """A process that reads with Hyperscan, and one with `re`."""
    with workers(1) as fast, workers(1, plain=True) as plain:
        assert (fast.submit(is_plain).result(), plain.submit(is_plain).result()) == (False, True)
        yield fast, plain


def difference(both: BOTH, path: str, data: bytes) -> list[object]:
    """
    What only one of them finds.
    """
    fast, plain = (pool.submit(findings, path, data) for pool in both)
    ours, other = fast.result(), plain.result()
    return [one for one in (*ours, *other) if (one in ours) != (one in other)]


@st.composite
def _matches(draw: st.DrawFn) -> str:
    """What some pattern of some rule matches, or nearly."""
    known = [rule for rule in rules() if rule.patterns]
    rule = known[draw(st.integers(0, len(known) - 1))]
    pattern = draw(st.sampled_from(rule.patterns or ()))
    return draw(st.from_regex(re.compile(pattern.pattern, pattern.flags), fullmatch=True))


@pytest.mark.parametrize("name", ["a.js", "a.yaml", ".env"])
def test_of_a_long_line_the_same_is_found(both: BOTH, name: str) -> None:
    """Each secret on a line of many pages, wherever it stands, with letters of any kind."""
    filler = "lorem, ipsum; " * 200
    secrets = [*sorted(fakes().values()), 'paſſword = "hunter2xyz"', "KEY: 'hunter2xyzzy'"]
    line = filler.join(f'token = "{one}" ' for one in secrets) + filler
    data = f"first\n{line}\nlast\n".encode()

    assert difference(both, name, data) == []
    assert len(both[0].submit(findings, name, data).result()) >= len(secrets)


def test_of_a_long_string_the_same_is_found(both: BOTH) -> None:
    """A token that touches other strings of a program, however many."""
    token = "AKIA" + "HQDJMZBDQ355QXD3"
    for count in range(0, 2000, 150):
        data = b"\xff\xc0\0" + f"{token}key_{'0' * count}\0".encode()
        assert difference(both, "/srv/a", data) == []
        assert len(both[1].submit(findings, "/srv/a", data).result()) == 1, count


_PIECES = st.one_of(
    st.sampled_from(PARTS),
    st.sampled_from(sorted(fakes().values())),
    _matches(),
    st.text(max_size=8),
)
_CODINGS = st.sampled_from(["utf-8", "utf-8", "latin-1", "utf-16"])
_BEFORE = st.sampled_from([b"", b"", b"\x7fELF\x02\x01\x01\0", b"\xff\xc0\0"])


@settings(max_examples=100)
@given(
    pieces=st.lists(_PIECES, max_size=20),
    name=st.sampled_from(NAMES),
    coding=_CODINGS,
    before=_BEFORE,
)
def test_the_same_is_found_in_any_file(
    both: BOTH, pieces: list[str], name: str, coding: str, before: bytes
) -> None:
    """Texts in any encoding and binaries, made of what rules look for."""
    data = before + "".join(pieces).encode(coding, "replace")

    assert difference(both, f"/srv/{name}", data) == []


@pytest.mark.slow
def test_the_same_is_found_in_real_files(both: BOTH) -> None:
    """Texts, programs and packed files of this machine."""
    trees = [Path("/etc"), Path("/usr"), Path(sysconfig.get_paths()["stdlib"])]
    paths = [path for tree in trees for path in islice(files(tree, 100_000, 20), 3000)]
    random.Random(1).shuffle(paths)
    taken = paths[:150]
    found = {path: difference(both, path, Path(path).read_bytes()) for path in taken}

    assert taken
    assert {path: what for path, what in found.items() if what} == {}


def test_a_difference_would_be_seen(both: BOTH) -> None:
    """Two that read other things do not agree."""
    token = fakes()["GITHUB_TOKEN"]
    fast, plain = both
    one = fast.submit(findings, "/a", f"token {token}\n".encode()).result()

    assert any(isinstance(found, Finding) and found.secret.reveal() == token for found in one)
    assert plain.submit(findings, "/a", b"token\n").result() == []
