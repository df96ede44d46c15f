"""
Databases that somebody made to do harm, or that broke: bounded, and nothing is proven by them.
"""

from __future__ import annotations

import re
import struct
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import packages
from auditor.model import Claims
from auditor.packages import packing, pacman
from auditor.packages.base import Claim, Item
from auditor.packages.rpm import berkeley, header, ndb, sqlite
from tests.packages.made import claims as claimed

PATHS = (
    "/lib/apk/db/installed",
    "/etc/apk/world",
    "/app/vendor/composer/installed.json",
    "/opt/conda/conda-meta/a-1-0.json",
    "/var/lib/dpkg/info/a.md5sums",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d/a",
    "/var/lib/dpkg/diversions",
    "/app/node_modules/.package-lock.json",
    "/var/lib/pacman/local/a-1-1/mtree",
    "/var/lib/pacman/local/a-1-1/desc",
    "/v/lib/python3/site-packages/a-1.dist-info/RECORD",
    "/v/lib/python3/site-packages/a-1.dist-info/METADATA",
    "/v/lib/python3/site-packages/a-1.dist-info/direct_url.json",
    "/var/lib/rpm/rpmdb.sqlite",
    "/var/lib/rpm/Packages",
    "/usr/lib/sysimage/rpm/Packages.db",
)
_STARTS = (
    b"",
    b"SQLite format 3\0\x10\0\x02\x02\0",
    b"RpmP\0\0\0\0",
    b"\x1f\x8b\x08\0",
    b'{"packages": {',
    b'[{"name": ',
    b"P:a\nF:x\nR:y\nZ:Q1",
    bytes(12) + b"\x61\x15\x06\0",
)


def test_every_database_is_known_by_its_path() -> None:
    """
    Each row of the table has a path here, and each path a row.
    """
    assert all(packages.is_database(path) for path in PATHS)
    for name, database in packages.DATABASES.items():
        assert any(re.fullmatch(database.pattern, path) for path in PATHS), name


@pytest.mark.parametrize(
    "path",
    [
        "/app/status",
        "/var/lib/dpkg/status-old",
        "/backup/var/lib/dpkg/status",
        "/app/RECORD",
        "/app/package-lock.json",
        "/root/lib/apk/db/installed",
        "/home/x/rpmdb.sqlite",
        "/app/a.dist-info/deeper/RECORD",
    ],
)
def test_other_files_of_such_names_are_none(path: str) -> None:
    """
    A database stands where its manager puts it: a copy elsewhere says nothing of this system.
    """
    assert not packages.is_database(path)
    assert packages.claims(path, b"x") == Claims()


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), start=st.sampled_from(_STARTS), rest=st.binary(max_size=3000))
def test_any_bytes_are_read_without_harm(path: str, start: bytes, rest: bytes) -> None:
    """
    Whatever a file holds: whole records in order, each of a package that is named.
    """
    said = packages.claims(path, start + rest)
    assert len(said.records) % packing.RECORD == 0
    for at in range(0, len(said.records), packing.RECORD):
        key = said.records[at : at + 12]
        assert list(packing.packages_with(said, key))


def _flipped(data: bytes) -> st.SearchStrategy[bytes]:
    def change(changes: list[tuple[int, int]]) -> bytes:
        made = bytearray(data)
        for at, byte in changes:
            made[at % len(made)] = byte
        return bytes(made)

    places = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255))
    return st.lists(places, min_size=1, max_size=20).map(change)


def _sqlite() -> bytes:
    import sqlite3

    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    for _ in range(40):
        base.execute("INSERT INTO Packages (blob) VALUES (?)", (_header() * 40,))
    base.commit()
    return base.serialize()


def _header(files: int = 3, folder: bytes = b"/usr/", *, count: int | None = None) -> bytes:
    """
    A package's header with so many files.
    """
    parts = [
        (1000, 6, 1, b"a\0"),
        (1117, 8, count or files, b"f\0" * files),
        (1118, 8, 1, folder + b"\0"),
        (1116, 4, count or files, bytes(4 * files)),
        (1035, 8, count or files, (b"0" * 32 + b"\0") * files),
    ]
    index, data = b"", b""
    for tag, kind, number, value in parts:
        data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", tag, kind, len(data), number)
        data += value
    return struct.pack(">II", len(parts), len(data)) + index + data


SQLITE = _sqlite()


def test_the_damaged_database_is_a_real_one() -> None:
    """
    What the next test damages is read whole when it is not.
    """
    assert list(sqlite.blobs(SQLITE)) == [_header() * 40] * 40


@settings(max_examples=300, deadline=None)
@given(data=_flipped(SQLITE))
def test_damaged_pages_are_passed_over(data: bytes) -> None:
    """
    Wrong counts, offsets, kinds and page numbers: what is read is never more than there is.
    """
    blobs = sqlite.blobs(data) if sqlite.accepts(data) else iter(())
    assert sum(map(len, blobs)) <= 3 * len(data)


def test_a_tree_that_leads_to_itself_ends() -> None:
    """
    Every pointer of the inner pages to the root of the schema.
    """
    data = bytearray(SQLITE)
    size = int.from_bytes(data[16:18], "big")
    for start in range(0, len(data), size):
        if data[start] == 5:
            data[start + 8 : start + 12] = (start // size + 1).to_bytes(4, "big")
    assert len(list(sqlite.blobs(bytes(data)))) <= 40


def _berkeley(pages: list[bytes], size: int = 512) -> bytes:
    meta = bytearray(size)
    struct.pack_into("<III", meta, 12, 0x061561, 9, size)
    return bytes(meta) + b"".join(page.ljust(size, b"\0") for page in pages)


def test_chains_that_cross_are_bounded() -> None:
    """
    A hundred values that share one chain, which leads to itself, cost no more than the file.
    """
    size = 512
    values = [struct.pack("<B3xII", 3, 2, 1 << 31) for _ in range(17)]
    body, starts = bytearray(size), []
    end = size
    for value in values:
        for piece in (b"\1k", value):
            end -= len(piece)
            body[end : end + len(piece)] = piece
            starts.append(end)
    struct.pack_into("<H", body, 20, len(starts))
    body[25] = 13
    struct.pack_into(f"<{len(starts)}H", body, 26, *starts)
    loop = bytearray(size)
    struct.pack_into("<I", loop, 16, 2)
    struct.pack_into("<H", loop, 22, 400)
    loop[25] = 7
    data = _berkeley([bytes(body), bytes(loop)])
    found = list(berkeley.blobs(data))
    assert len(found) == len(values)
    assert sum(map(len, found)) <= 2 * len(data)


def test_slots_that_share_a_header_are_bounded() -> None:
    """
    Two hundred slots of rpm's own form for one header: read twice at most.
    """
    blob = _header(2000)
    slots = b"".join(b"Slot" + struct.pack("<III", 7, 256, 1) for _ in range(200))
    head = b"RpmP" + struct.pack("<IIII", 0, 1, 1, 8) + bytes(12)
    data = (head + slots).ljust(4096, b"\0") + b"BlbS" + struct.pack("<III", 7, 1, len(blob)) + blob
    assert len(list(ndb.blobs(data))) == 200
    read = list(packages.DATABASES["rpm"].read("/var/lib/rpm/Packages.db", data))
    assert sum(isinstance(item, Claim) for item in read) <= 2 * 2000


def test_long_folders_claim_nothing() -> None:
    """
    A folder of 60,000 characters with very many files would be hashed for each of them.
    """
    blob = _header(20_000, b"/" + b"x" * 60_000)
    started = time.perf_counter()
    assert claimed(list(header.read(blob))) == {}
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("count", [1 << 31, (1 << 32) - 1])
def test_a_header_that_promises_more_than_it_has(count: int) -> None:
    """
    Counts are bound by the data.
    """
    assert claimed(list(header.read(_header(3, count=count)))) == {}


def test_a_bomb_in_an_mtree_is_cut() -> None:
    """
    A gigabyte of zeros in a megabyte is not unpacked.
    """
    packer = zlib.compressobj(9, wbits=31)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    started = time.perf_counter()
    assert packages.claims("/var/lib/pacman/local/a-1-1/mtree", data) == Claims()
    assert pacman.INFLATED_LIMIT < 512 << 20
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "path",
    [path for path in PATHS if path.endswith(".json")],
)
def test_deep_json_is_no_end(path: str) -> None:
    """
    A hundred thousand brackets prove nothing.
    """
    assert packages.claims(path, b"[" * 100_000).records == b""


def test_claims_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What is beyond the limit is not proven; in one file, and in all of a layer.
    """
    monkeypatch.setattr(packing, "CLAIM_LIMIT", 10)

    def items(name: str) -> Iterator[Item]:
        return (Claim(b"%d" % n, "md5", bytes(16), name) for n in range(1000))

    one = packing.pack("/x", items("a b"))
    other = packing.pack("/x", items("c d"))
    assert len(one.records) == 10 * packing.RECORD
    assert len(packing.merge([one, other, one]).records) == 10 * packing.RECORD


def test_what_came_before_the_damage_holds() -> None:
    """
    A file that breaks off proves what it says until then.
    """

    def items() -> Iterator[Item]:
        yield Claim(b"/etc/x", "md5", bytes(16), "dpkg a")
        raise IndexError

    said = packing.pack("/x", items())
    assert list(packing.packages_with(said, packing.key_of_file(b"etc/x", "md5", bytes(16)))) == [
        "dpkg a"
    ]


def test_names_of_packages_are_short_and_plain() -> None:
    """
    They are printed: no escape sequence, no page of text.
    """
    name = "dpkg \x1b[31m" + "x" * 1000
    said = packing.pack("/x", [Claim(b"/etc/x", "md5", bytes(16), name)])
    assert len(said.packages[0]) == 100
    assert said.packages[0].isprintable()


def test_merged_claims_keep_their_packages() -> None:
    """
    The number of a package is another one after a merge.
    """
    parts = [
        packing.pack("/x", [Claim(b"/%d" % n, "md5", bytes(16), f"dpkg p{n}")]) for n in range(50)
    ]
    said = packing.merge(parts)
    for n in range(50):
        key = packing.key_of_file(b"/%d" % n, "md5", bytes(16))
        assert list(packing.packages_with(said, key)) == [f"dpkg p{n}"]
    assert not list(packing.packages_with(said, packing.key_of_file(b"/1", "sha1", bytes(16))))
    assert packing.merge([]) == Claims()
