"""
Any bytes: texts or gaps come out, never an exception, never without end.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decoders import DECODERS, Limits, decode
from auditor.decoders.budget import Budget, OverBudget
from auditor.decoders.nesting import DAMAGE
from auditor.model import Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.decoders import made
from tests.decoders.test_contract import CASES

LIMITS = Limits(members=500, floor=1 << 20, held=1 << 22)
MAGICS = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"x\x9c",
    b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18\x64\x40\xa7", b"\x1f\x9d\x90",
    b"]\0\0\x80\0" + b"\xff" * 8, b"!<arch>\n", b"\xed\xab\xee\xdb\3", b"070701", b"070707",
    b"SQLite format 3\0\x10\0\1\1\0", b"\x37\x7f\x06\x82" + bytes(6) + b"\x10\0", b"PACK\0\0\0\2",
    b"\xa7\r\r\n" + bytes(12) + b"\xe3", b"\x03\xf3\r\n" + bytes(4) + b"c", b"%PDF-1.4\nstream\n",
)  # fmt: skip


def harmless(data: bytes, limits: Limits = LIMITS) -> None:
    """
    Reads them all; what comes out is bounded by what went in.
    """
    size = 0
    for part in decode(File("/x", Peekable(Kept(data)), len(data)), limits):
        assert isinstance(part, Text | Gap)
        if isinstance(part, Text):
            assert isinstance(part.content, str)
            size += len(part.held)
        else:
            assert part.path.startswith("/x")
    assert size <= 2 * (limits.floor + limits.ratio * len(data)) + 4 * len(data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MAGICS), st.binary(max_size=600))
def test_any_bytes_behind_a_magic(magic: bytes, data: bytes) -> None:
    """
    A file that begins like a format and is none of it harms nobody.
    """
    harmless(magic + data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(DECODERS)), st.sampled_from(MAGICS), st.binary(max_size=400))
def test_any_bytes_in_every_decoder(name: str, magic: bytes, data: bytes) -> None:
    """
    A decoder that is given what it did not ask for gives parts, or raises what is foreseen.
    """
    file = File("/x", Peekable(Kept(magic + data)), len(magic + data))
    try:
        for part in DECODERS[name].decode(file, Budget(LIMITS, len(data))):
            if isinstance(part, File):
                part.reader.read(1 << 16)
    except (OverBudget, *DAMAGE):
        pass


@pytest.mark.parametrize("case", CASES)
def test_damaged_files(case: str) -> None:
    """
    A real file in which some bytes were changed is read as far as that goes.
    """
    make: Callable[[], bytes] = CASES[case][1]
    data = make()
    source = random.Random(len(data))
    for _ in range(60):
        hostile = bytearray(data)
        for _ in range(source.choice((1, 2, 8))):
            hostile[source.randrange(len(hostile))] = source.choice((0, 1, 0x7F, 0x80, 0xFF))
        harmless(bytes(hostile))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_databases(data: st.DataObject) -> None:
    """
    A database with pages that lie about themselves ends.
    """
    whole = bytearray(DATABASE)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    harmless(bytes(whole))


def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return made.sqlite_file(
            Path(folder) / "x.db",
            ("PRAGMA page_size = 512", ()),
            ("CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID", ()),
            ("CREATE TABLE u (a, b BLOB)", ()),
            *((f"INSERT INTO t VALUES ({n}, ?)", ("y" * n,)) for n in range(0, 900, 30)),
            *((f"INSERT INTO u VALUES ({n}, ?)", (b"z" * n,)) for n in range(0, 3000, 100)),
        )


DATABASE = _database()
