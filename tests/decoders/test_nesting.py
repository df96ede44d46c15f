"""
Files in files of the sizes at which the way of their bytes changes.
"""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable
from functools import cache

import pytest

from auditor.decoders import binary as binary_module
from auditor.decoders.nesting import SMALL
from auditor.model import Text
from tests.decoders import made

KINDS: dict[str, Callable[[bytes], bytes]] = {
    "ar": lambda data: made.ar_file({"member": data}),
    "deflated": lambda data: made.zip_file({"member": data}),
    "gzip": gzip.compress,
    "stored": lambda data: made.zip_file({"member": data}, zipfile.ZIP_STORED),
    "tar": lambda data: made.tar_file({"member": data}),
    "tar in tar": lambda data: made.tar_file({"inner.tar": made.tar_file({"member": data})}),
}


@cache
def content(size: int, first: bytes) -> bytes:
    """
    Text of a size, or strings, that do not repeat.
    """
    words = random.Random(size)
    text = "\n".join(f"{words.getrandbits(40):x}" for _ in range(size // 8 + 1))
    return (first + text.encode() * 2)[:size]


@pytest.mark.parametrize("first", [b"", b"\xff\0\0\xfe\n"], ids=["text", "binary"])
@pytest.mark.parametrize("size", [1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL // 2])
@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_of_a_member(kind: str, size: int, first: bytes) -> None:
    """
    What is read at once and what is read piece by piece comes out whole, once.
    """
    data = content(size, first)
    texts = [part for part in made.read(KINDS[kind](data)) if isinstance(part, Text)]
    assert [text.data for text in texts if text.inside] == [data]


@pytest.mark.parametrize("windows", [0, 1, 2, 3])
@pytest.mark.parametrize("offset", [-4000, -1, 0, 1])
def test_a_zip_behind_a_large_program(
    monkeypatch: pytest.MonkeyPatch, windows: int, offset: int
) -> None:
    """
    It is opened in whichever window it begins, and reaches over those that follow.
    """
    window = 64 << 10
    monkeypatch.setattr(binary_module, "WINDOW", window)
    before = b"\x7fELF\0" + b"\xff\0\xfe" * (window * 2)
    before = before[: max(windows * window + offset, 8)]
    members = {f"{number}": content(window // 2, b"") for number in range(6)}
    found = made.read(made.zipapp_file(members, before))
    assert {text.inside for text in found if isinstance(text, Text)} >= set(members)
