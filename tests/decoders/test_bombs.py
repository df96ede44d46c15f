"""
What is made to cost time or memory: it ends soon, a gap says so, and the rest is read.
"""

from __future__ import annotations

import base64
import gzip
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.decoders import Limits, decode
from auditor.model import Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.decoders import made
from tests.images import entry, tar_layer

TOKEN = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8sT1uV4wX7yZ0abcdef"
LINE = f"token = {TOKEN}\n".encode()
MIB = 1 << 20


def zeros(size: int) -> bytes:
    """
    So many MiB of zeros, by gzip.
    """
    state = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(state.compress(bytes(MIB)) for _ in range(size)) + state.flush()


def forty_two() -> bytes:
    """
    Zips of zips of zips, sixteen a level, with gigabytes at their end; and a secret.
    """
    bomb = made.zip_file({"0.dll": bytes(50 * MIB)})
    for _ in range(4):
        bomb = made.zip_file({f"{number}.zip": bomb for number in range(16)})
    return made.zip_file({"bomb.zip": bomb, "secret.env": LINE})


def nested(levels: int, wrap: Callable[[bytes], bytes]) -> bytes:
    """
    A secret in files in files.
    """
    data = LINE
    for _ in range(levels):
        data = wrap(data)
    return data


def quine() -> bytes:
    """
    Deflate that inflates to itself cannot be written down here; a chain that is deeper than any
    limit is the same to a reader.
    """
    return nested(500, gzip.compress)


def overlapping() -> bytes:
    """
    A zip whose directory names the same large member ten thousand times.
    """
    whole = made.zip_file({"kernel": bytes(20 * MIB)})
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    return whole[:start] + whole[start:end] * 10_000 + whole[end:]


def many_members() -> bytes:
    """
    A tar with a million entries.
    """
    some = tar_layer([entry(f"f{number}", b"") for number in range(500)])[:-1024]
    return some * 2000


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: zeros(700), "unpacks to more than is opened"),
        (forty_two, "unpacks to more than is opened"),
        (quine, "nested too deep"),
        (lambda: nested(100, lambda data: made.zip_file({"a": data})), "nested too deep"),
        (lambda: nested(100, lambda data: made.tar_file({"a": data})), "nested too deep"),
        (lambda: gzip.compress(many_members(), 1), "files: the rest is not opened"),
    ],
    ids=["zeros", "42", "gzip in gzip", "zip in zip", "tar in tar", "million entries"],
)
def test_a_bomb_is_a_gap(make: Callable[[], bytes], reason: str) -> None:
    """
    It takes seconds and a few MiB at most, and the ledger says what was not opened.
    """
    data = make()
    tracemalloc.start()
    begin = time.process_time()
    gaps = []
    unpacked = 0
    for part in decode(File("/bomb", Peekable(Kept(data)), len(data))):
        if isinstance(part, Gap):
            gaps.append(part)
        else:
            unpacked += len(part.held)
    took = time.process_time() - begin
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any(reason in gap.reason for gap in gaps)
    assert not any(gap.blocking for gap in gaps)
    # Windows of a large binary overlap a little.
    assert unpacked <= 1.02 * (Limits().floor + Limits().ratio * len(data))
    assert most < 64 * MIB
    # NOTE: generous, for a busy machine that traces every allocation; without limits it is hours.
    assert took < 60


def test_what_stands_behind_a_bomb_is_read() -> None:
    """
    A bomb takes its part of what may be unpacked, not that of its neighbours.
    """
    assert TOKEN in "".join(p.content for p in made.read(forty_two()) if isinstance(p, Text))
    tar = made.tar_file({"a.gz": zeros(400), "b.env": LINE})
    assert made.found(tar, TOKEN) == ["b.env"]
    many = made.tar_file({**{f"{number}.gz": zeros(64) for number in range(20)}, "z.env": LINE})
    assert made.found(many, TOKEN) == ["z.env"]


def test_members_that_share_their_bytes() -> None:
    """
    A zip is read from front to back, so naming a member again costs nothing.
    """
    begin = time.process_time()
    data = overlapping()
    assert sum(len(p.held) for p in made.read(data) if isinstance(p, Text)) <= 21 * MIB
    assert time.process_time() - begin < 30


def test_the_rest_of_a_tar_with_too_many_members() -> None:
    """
    A tar is not compressed: beyond the limit its bytes are read as they are.
    """
    limits = Limits(members=10)
    data = made.tar_file({**{f"f{number}": b"x" for number in range(50)}, "z.env": LINE})
    assert made.gaps(data, limits) == [
        ("/file", "holds more than 10 files: the rest is not opened")
    ]
    assert TOKEN in "".join(
        p.content for p in made.read(data, limits=limits) if isinstance(p, Text)
    )


def test_a_file_too_large_to_hold(tmp_path: Path) -> None:
    """
    A database beyond the limit is a gap, and read as strings.
    """
    data = made.sqlite_file(
        tmp_path / "x.db", ("CREATE TABLE t (x)", ()), ("INSERT INTO t VALUES (?)", (TOKEN,))
    )
    limits = Limits(held=1000)
    assert len(made.gaps(data, limits)) == 1
    assert TOKEN in "".join(
        p.content for p in made.read(data, limits=limits) if isinstance(p, Text)
    )


def test_pages_in_a_circle(tmp_path: Path) -> None:
    """
    A database whose overflow pages and trees lead back to themselves ends.
    """
    data = bytearray(
        made.sqlite_file(
            tmp_path / "x.db",
            ("CREATE TABLE t (x)", ()),
            ("INSERT INTO t VALUES (?)", ("y" * 30_000,)),
            ("INSERT INTO t VALUES (?)", (TOKEN,)),
        )
    )
    for page in range(1, len(data) // 4096):
        if data[page * 4096] == 0:
            # The first four bytes of an overflow page name the next one.
            data[page * 4096 : page * 4096 + 4] = struct.pack(">I", page + 1)
    inner = bytearray(data)
    inner[4096:4108] = struct.pack(">BHHHBI", 5, 0, 1, 4000, 0, 2)
    for hostile in (data, inner):
        texts = [p for p in made.read(bytes(hostile)) if isinstance(p, Text)]
        assert sum(len(p.held) for p in texts) <= 4 * len(data)


@pytest.mark.parametrize(
    "objects",
    [
        [(7, bytes(20), made.delta(b"x", (0, 1)))],
        [(6, made.back(12), made.delta(b"x", (0, 1)))],
        [(3, b"", b"x" * 100), (6, made.back(4000), made.delta(b"x", (0, 1)))],
    ],
    ids=["no base", "own base", "base before the pack"],
)
def test_differences_that_lead_nowhere(objects: list[tuple[int, bytes, bytes]]) -> None:
    """
    A pack of them ends, with a gap.
    """
    assert made.gaps(made.pack_file(objects))


def test_a_pack_that_claims_much() -> None:
    """
    Sizes and counts in a pack are claims: nothing is reserved for them.
    """
    body = b"PACK" + struct.pack(">2I", 2, 0xFFFFFFFF) + b"\xbf\xff\xff\xff\xff\x7f"
    assert made.gaps(body + zlib.compress(b"x") + bytes(40))


def test_differences_that_multiply() -> None:
    """
    A row of differences, each of which doubles what it is made from, is cut off.
    """
    base = b"y" * 10_000
    objects = [(3, b"", base)]
    size, at = len(base), 12
    for _ in range(14):
        here = len(made.pack_file(objects)) - 20
        objects.append((6, made.back(here - at), _doubled(size)))
        at, size = here, size * 2
    begin = time.process_time()
    assert made.gaps(made.pack_file(objects))
    assert time.process_time() - begin < 30


def _doubled(size: int) -> bytes:
    copies = b""
    left = 2 * size
    while left:
        step = min(left, 0xFFFFFF, size)
        copies += b"\xff" + bytes(4) + struct.pack("<I", step)[:3]
        left -= step
    return made.number(size) + made.number(2 * size) + copies


def test_deep_marshalled_tuples() -> None:
    """
    Bytecode that nests without end, or counts to billions, is damaged and not followed.
    """
    from importlib.util import MAGIC_NUMBER

    head = MAGIC_NUMBER + bytes(12) + b"\xe3" + bytes(20)
    assert made.gaps(head + b")\x01" * 200_000)
    assert made.gaps(head + b"(\xff\xff\xff\x7f" * 10)


def test_a_text_with_too_much_in_it() -> None:
    """
    Beyond the limit base64 is not decoded, which is told once, and the text is read to its end.
    """
    word = base64.b64encode(b"nothing to be seen in here") + b"\n"
    data = word * 50 + LINE
    limits = Limits(members=20)
    assert len(made.gaps(data, limits)) == 1
    assert made.found(data, TOKEN, limits=limits) == [None]
    program = made.zipapp_file({f"{number}": b"x" for number in range(50)}, made.elf_file(b"x"))
    assert len(made.gaps(program, limits)) == 1


def test_zip_methods_in_a_bomb() -> None:
    """
    Every method is held by the same budget.
    """
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        data = made.zip_file({"zeros": bytes(100 * MIB), "b": LINE}, method)
        assert made.found(data, TOKEN) == ["b"]
        assert [reason for _, reason in made.gaps(data)] == [
            "unpacks to more than is opened: it is read in part"
        ]
