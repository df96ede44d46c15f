"""
Strings of a binary, narrow and wide.
"""

from __future__ import annotations

import re

import pytest

from auditor.decoders import binary as module
from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget, Limits
from auditor.model import Reading, Text
from auditor.streams.printable import WIDE, as_lines
from auditor.streams.reading import File, Kept, Peekable

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT"
NOISE = bytes([0, 1, 0x80, 0xFF, 0x1F])
SMALL = 1 << 16


def strings(data: bytes) -> list[str]:
    """
    Every string that comes out.
    """
    found = []
    file = File("/bin/x", Peekable(Kept(data)), inside="part")
    for part in BinaryDecoder().decode(file, Budget(Limits())):
        assert isinstance(part, Text)
        assert (part.path, part.inside, part.reading) == ("/bin/x", "part", Reading.STRINGS)
        found += [line.decode() for line in as_lines(part.data).split(b"\n") if line]
        found += [run[::2].decode() for run in WIDE.findall(part.data)]
    return found


@pytest.mark.parametrize("coding", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [b"", b"\xff", b"\xff\xfe", NOISE])
def test_strings_are_found(coding: str, before: bytes) -> None:
    """
    Strings of one and of two bytes a character are found, wherever they begin.
    """
    assert TOKEN in strings(before + TOKEN.encode(coding) + NOISE)


def test_strings_are_not_joined() -> None:
    """
    What stands between two strings parts them.
    """
    found = strings(b"first string\0second string\xffthird string\nfourth string")
    assert found == ["first string", "second string", "third string", "fourth string"]


def test_narrow_and_wide_side_by_side() -> None:
    """
    Both kinds are found in one file.
    """
    found = strings(b"narrow string" + NOISE + "wide string".encode("utf-16-le") + NOISE)
    assert {"narrow string", "wide string"} <= set(found)


@pytest.mark.parametrize("data", [b"", bytes(10_000), b"\xff" * 10_000])
def test_no_strings(data: bytes) -> None:
    """
    A binary without strings gives none.
    """
    assert strings(data) == []


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> int:
    """
    Windows so small that a test can cross many of them.
    """
    monkeypatch.setattr(module, "WINDOW", SMALL)
    return SMALL


@pytest.mark.parametrize("coding", ["ascii", "utf-16-le"])
@pytest.mark.parametrize("offset", [-49, -48, -25, -24, -10, -1, 0, 1])
def test_a_string_on_the_border_of_windows(small_windows: int, coding: str, offset: int) -> None:
    """
    A string that two windows share comes out whole, and no part of it by itself.
    """
    data = b"\xff" * (small_windows + offset) + TOKEN.encode(coding) + b"\xff" * small_windows
    found = strings(data)
    # Single letters of a wide string are strings too, narrow ones.
    parts = [line for line in found if len(line) > 1]
    assert set(parts) == {TOKEN}


def test_a_string_longer_than_the_overlap(small_windows: int) -> None:
    """
    A string without an end is read on and on, and a token in it is not cut for good.
    """
    for offset in range(-30, 10, 4):
        data = b"x" * (small_windows + offset) + f" {TOKEN} ".encode() + b"x" * small_windows
        assert any(TOKEN in line for line in strings(b"\0" + data))


def test_every_string_of_many_windows(small_windows: int) -> None:
    """
    Nothing between the windows is lost.
    """
    expected = [f"string number {number}" for number in range(20_000)]
    found = strings(b"\xff\0".join(line.encode() for line in expected))
    assert found == expected
    assert all(re.fullmatch(r"string number \d+", line) for line in found)
