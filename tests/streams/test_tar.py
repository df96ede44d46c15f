"""
Tar as tools write it and as attackers bend it; `tarfile` is the oracle where it reads at all.
"""

from __future__ import annotations

import io
import itertools
import tarfile
import tracemalloc
from collections.abc import Iterator
from typing import Literal, NamedTuple

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from auditor.streams.header import BLOCK, is_header
from auditor.streams.reading import CHUNK, Chunks, Exact, Kept, Reader, drain
from auditor.streams.tar import HEADER_LIMIT, Damage, Entry, Kind, Stray, Tar
from tests import images
from tests.headers import END, damaged, header, member, padded, pax, record, signed


class Read(NamedTuple):
    """
    An entry with its content.
    """

    name: str
    kind: Kind
    link: str
    data: bytes


class Walked(NamedTuple):
    """
    All that came out of a tar.
    """

    entries: list[Read]
    strays: list[tuple[str, bytes]]
    damages: list[str]
    raw: list[Entry]


def all_of(reader: Reader) -> bytes:
    """
    What is left in a reader, read in small steps.
    """
    return b"".join(iter(lambda: reader.read(1000), b""))


def walked(data: bytes) -> Walked:
    """
    Reads a tar to its end, with a bound on how many steps that may take.
    """
    result = Walked([], [], [], [])
    limit = 4 * (len(data) // BLOCK) + 10
    source = Kept(data)
    for number, item in enumerate(Tar(source)):
        assert number < limit, "goes round in circles"
        if isinstance(item, Entry):
            content = all_of(item.reader)
            result.entries.append(Read(item.name, item.kind, item.link, content))
            result.raw.append(item)
        elif isinstance(item, Stray):
            result.strays.append((item.label, all_of(item.reader)))
        else:
            result.damages.append(item.reason)
    assert source.read(1) == b"", "left something unread"
    return result


def names(data: bytes) -> list[str]:
    """
    The entries' names.
    """
    return [entry.name for entry in walked(data).entries]


# --- tarfile as the oracle -------------------------------------------------------------------

_TARFILE_KINDS = {
    tarfile.DIRTYPE: Kind.DIRECTORY,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.LNKTYPE: Kind.HARD_LINK,
    tarfile.CHRTYPE: Kind.OTHER,
    tarfile.BLKTYPE: Kind.OTHER,
    tarfile.FIFOTYPE: Kind.OTHER,
}


def by_tarfile(data: bytes) -> list[Read]:
    """
    What the standard library reads.
    """
    found = []
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as tar:
        for info in tar:
            kind = _TARFILE_KINDS.get(info.type, Kind.FILE)
            file = tar.extractfile(info) if kind is Kind.FILE else None
            found.append(Read(info.name, kind, info.linkname, file.read() if file else b""))
    return found


# Bytes that are no UTF-8 are surrogates in a name.
_letters = st.characters(codec="utf-8", exclude_characters="\0") | st.sampled_from("/.\udce9\udcff")
_short = st.text(_letters, min_size=1, max_size=20)
_names = _short | st.builds(lambda part, n: part * n, _short, st.integers(1, 60))
_types = st.sampled_from(
    [tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, b"Z", *_TARFILE_KINDS]
)
_metadata = st.dictionaries(
    st.sampled_from(["comment", "SCHILY.xattr.user.note", "VENDOR.key"]), _short, max_size=2
)


@st.composite
def entries(draw: st.DrawFn) -> images.Entry:
    """
    Any member that tarfile takes.
    """
    type_ = draw(_types)
    data = draw(st.binary(max_size=1500)) if type_ not in _TARFILE_KINDS else b""
    link = draw(_names) if type_ in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return images.entry(draw(_names), data, type=type_, linkname=link, pax=draw(_metadata))


@pytest.mark.parametrize(
    "tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
@given(members=st.lists(entries(), min_size=1, max_size=5))
def test_reads_what_tarfile_writes(
    tar_format: Literal[0, 1, 2], members: list[images.Entry]
) -> None:
    """
    Names, kinds, links and content of any archive are those that tarfile reads.
    """
    try:
        data = images.tar_layer(members, tar_format=tar_format)
    except ValueError:
        assume(False)
    found = walked(data)
    expected = by_tarfile(data)
    # NOTE: tarfile takes the last slash of a name away, of some kinds of entry in some formats.
    plain = [entry._replace(name=entry.name.rstrip("/")) for entry in found.entries]
    expected = [entry._replace(name=entry.name.rstrip("/")) for entry in expected]
    assert plain == expected
    assert found.damages == []
    assert found.strays == []


@given(members=st.lists(entries(), max_size=3), comment=_short)
def test_reads_the_records_that_tarfile_reads(members: list[images.Entry], comment: str) -> None:
    """
    Comments and attributes of every entry are those that were written.
    """
    found = walked(images.tar_layer(members))
    for entry, (info, _) in zip(found.raw, members, strict=True):
        assert {k: v for k, v in entry.extended.items() if k in info.pax_headers} == dict(
            info.pax_headers
        )


# --- any bytes -------------------------------------------------------------------------------

_blocks = (
    st.binary(max_size=700)
    | st.just(bytes(BLOCK))
    | st.builds(
        lambda name, size, type_, data: header(name, size=size, type=type_) + data,
        st.binary(max_size=20),
        st.integers(0, 3000) | st.binary(max_size=12),
        st.sampled_from([b"0", b"\0", b"1", b"2", b"5", b"x", b"g", b"L", b"K", b"S", b"X", b"Z"]),
        st.binary(max_size=700) | st.integers(0, 600).map(bytes),
    )
)


@given(st.binary(max_size=3000))
def test_any_bytes_come_to_an_end(data: bytes) -> None:
    """
    No bytes raise, and none are read in circles or left.
    """
    walked(data)


@given(st.lists(_blocks, max_size=8).map(b"".join))
@example(header(size=b"-1") + b"x" * 2000)
def test_any_headers_come_to_an_end(data: bytes) -> None:
    """
    Headers with a right checksum and any fields do not raise either.
    """
    walked(data)


@given(st.integers(0, 8 * BLOCK - 1), st.binary(min_size=1, max_size=700))
def test_overwritten_bytes_hide_no_later_content(at: int, noise: bytes) -> None:
    """
    However an archive is damaged in its first entries, the content behind them still comes out.
    """
    canary = b"canary in the tar mine"
    front = b"".join(member(b"%d" % n, b"x" * 100) for n in range(4))
    back = member(b"last", canary)
    data = (front[:at] + noise + front[at + len(noise) :])[: len(front)] + back
    found = walked(data + END)
    shown = [entry.data for entry in found.entries] + [stray for _, stray in found.strays]
    assert any(canary in piece for piece in shown)


@given(st.integers(0, 6 * BLOCK))
def test_a_cut_is_never_silent(size: int) -> None:
    """
    An archive that ends anywhere but between two entries is damaged.
    """
    whole = pax([("comment", b"c" * 600)]) + member(b"a", b"x" * 900)
    assert len(whole) == 6 * BLOCK
    found = walked(whole[:size])
    # The last block's padding may be missing: nothing of the content is.
    is_whole = size in (0,) or size >= len(whole) - (-900 % BLOCK)
    assert bool(found.damages) is not is_whole


# --- damage ----------------------------------------------------------------------------------


def test_a_damaged_header_ends_nothing() -> None:
    """
    Behind a header with a wrong checksum the entries go on, and its content is stray.
    """
    middle = damaged(header(b"b", size=5)) + padded(b"bbbbb")
    found = walked(member(b"a", b"aaa") + middle + member(b"c", b"ccc") + END)
    assert [(entry.name, entry.data) for entry in found.entries] == [("a", b"aaa"), ("c", b"ccc")]
    assert found.damages == ["damaged tar header"]
    assert found.strays == [("damaged part of the tar", middle)]


def test_many_damaged_headers_are_each_told() -> None:
    """
    Each damaged place is one damage.
    """
    data = (member(b"a", b"aaa") + damaged(header(b"b"))) * 1000
    assert len(walked(data).damages) == 1000


def test_cut_in_mid_entry() -> None:
    """
    What is there of a cut entry is read, and the damage says how much is missing.
    """
    found = walked(member(b"a", b"x" * 2000)[: BLOCK + 700])
    assert found.entries[0].data == b"x" * 700
    assert found.damages == ["cut: 1300 bytes are missing"]


@pytest.mark.parametrize("type_flag", [b"x", b"g", b"L", b"K"])
def test_cut_in_an_extension_header(type_flag: bytes) -> None:
    """
    An archive that ends in the data of an extension header is damaged.
    """
    data = record("comment", b"a" * 700) + record("path", b"b" * 700)
    whole = member(b"x", data, type=type_flag)
    assert walked(whole[: BLOCK + len(record("comment", b"a" * 700))]).damages
    assert walked(whole[:BLOCK]).damages


def test_cut_in_a_header() -> None:
    """
    Half a header is damage, and its bytes are stray.
    """
    found = walked(member(b"a", b"aaa") + header(b"secret-name")[:300])
    assert found.damages == ["damaged tar header"]
    assert found.strays[0][1].startswith(b"secret-name")


@pytest.mark.parametrize("end", [b"", bytes(BLOCK), bytes(2 * BLOCK), bytes(10240), bytes(100)])
def test_any_end_marker_will_do(end: bytes) -> None:
    """
    A missing, short or long end marker is no damage.
    """
    found = walked(member(b"a", b"aaa") + end)
    assert [entry.name for entry in found.entries] == ["a"]
    assert found.damages == []
    assert found.strays == []


def test_nothing_at_all() -> None:
    """
    An empty source is an empty archive.
    """
    assert walked(b"") == ([], [], [], [])


@pytest.mark.parametrize("size", [b"-1", b"-7", b"+5", b"0o5", b"1_0", b"5x", b"9", b"\xff" * 12])
def test_a_size_that_is_no_number_is_damage(size: bytes) -> None:
    """
    Only octal digits and positive base-256 numbers are sizes; what follows is still read.
    """
    found = walked(header(b"a", size=size) + padded(b"content") + member(b"b", b"bbb") + END)
    assert [entry.name for entry in found.entries] == ["b"]
    assert found.damages
    assert (b"content" + bytes(505)) in b"".join(data for _, data in found.strays)


def test_a_size_beyond_the_archive() -> None:
    """
    An entry that claims more than there is shows all there is.
    """
    huge = b"\x80" + bytes(2) + b"\x7f" * 9
    found = walked(header(b"a", size=huge) + b"the rest")
    assert found.entries[0].data == b"the rest"
    assert found.damages[0].startswith("cut: ")


# --- behind the end --------------------------------------------------------------------------


def test_entries_after_the_end() -> None:
    """
    Entries behind the end marker are read, and marked as such.
    """
    found = walked(member(b"a", b"aaa") + END + member(b"b", b"bbb") + END)
    assert [(e.name, e.after_end) for e in found.raw] == [("a", False), ("b", True)]
    assert found.damages == []


def test_garbage_after_the_end() -> None:
    """
    Bytes behind the end marker are stray, no damage, and all there.
    """
    garbage = b"garbage " * 2000
    found = walked(member(b"a") + END + garbage)
    assert found.strays == [("after the end of the tar", garbage)]
    assert found.damages == []


def test_entries_within_garbage_after_the_end() -> None:
    """
    Garbage ends where a header begins.
    """
    found = walked(END + b"x" * BLOCK + member(b"b", b"bbb") + b"tail")
    assert [entry.name for entry in found.entries] == ["b"]
    assert [data for _, data in found.strays] == [b"x" * BLOCK, b"tail"]


def test_padding_that_is_not_zero() -> None:
    """
    What hides between content and the next header is stray.
    """
    data = header(b"a", size=3) + b"aaa" + b"hidden".ljust(BLOCK - 3, b"\0") + member(b"b")
    found = walked(data + END)
    assert found.entries[0].data == b"aaa"
    assert found.strays == [("padding of a", b"hidden".ljust(BLOCK - 3, b"\0"))]


@pytest.mark.parametrize("type_flag", [b"x", b"g", b"L", b"K"])
def test_padding_of_extension_headers(type_flag: bytes) -> None:
    """
    The padding of an extension header is a hiding place too.
    """
    content = record("comment", b"c")
    whole = header(b"x", size=len(content), type=type_flag) + content + b"hidden".rjust(100)
    found = walked(whole.ljust(2 * BLOCK, b"\0") + member(b"a") + END)
    assert any(b"hidden" in data for _, data in found.strays)
    assert len(found.entries) == 1


# --- pax -------------------------------------------------------------------------------------


def test_pax_path_and_linkpath() -> None:
    """
    The records replace the header's short fields.
    """
    records = [("path", b"long/" * 40 + b"name"), ("linkpath", b"to/" * 60)]
    data = pax(records) + header(b"short", type=b"2", link=b"nowhere") + member(b"next") + END
    found = walked(data)
    assert found.entries[0] == ("long/" * 40 + "name", Kind.SYMLINK, "to/" * 60, b"")
    assert found.entries[1].name == "next"


def test_pax_size() -> None:
    """
    A size record counts, not the header's field.
    """
    data = pax([("size", b"700")]) + header(b"a", size=0) + padded(b"x" * 700) + member(b"b") + END
    found = walked(data)
    assert [(e.name, len(e.data)) for e in found.entries] == [("a", 700), ("b", 0)]


@pytest.mark.parametrize("size", [b"-1", b"1e3", b"", "١".encode(), b"9" * 30])
def test_pax_size_that_is_no_number(size: bytes) -> None:
    """
    A size record that is no number is damage, and the rest is read.
    """
    found = walked(pax([("size", size)]) + member(b"a", b"aaa") + member(b"b", b"bbb") + END)
    assert found.damages[0] == "damaged pax size"
    assert found.entries[-1].name == "b"


def test_pax_comments_and_attributes() -> None:
    """
    Records that are no names come with the entry, bytes that are not UTF-8 as surrogates.
    """
    records = [
        ("comment", b"a=b\nc"),
        ("SCHILY.xattr.user.x", b"\xff\0\x01"),
        ("VENDOR.x", b""),
    ]
    (entry,) = walked(pax(records) + member(b"a") + END).raw
    assert entry.extended == {
        "comment": "a=b\nc",
        "SCHILY.xattr.user.x": "\udcff\0\x01",
        "VENDOR.x": "",
    }


def test_pax_records_are_of_one_entry() -> None:
    """
    The entry after the next has none of them.
    """
    first, second = walked(pax([("comment", b"c")]) + member(b"a") + member(b"b") + END).raw
    assert first.extended
    assert not second.extended


def test_a_global_header_is_shown() -> None:
    """
    The records of a global header belong to no entry: they are stray.
    """
    data = pax([("comment", b"c"), ("path", b"ignored")], type=b"g") + member(b"a") + END
    found = walked(data)
    assert found.strays == [
        ("global pax header", record("comment", b"c") + record("path", b"ignored"))
    ]
    assert names(data) == ["a"]


def test_a_global_header_does_not_part_a_pax_header_from_its_entry() -> None:
    """
    What extension headers say holds for the next entry, also with a global header between.
    """
    data = pax([("path", b"long")]) + pax([("comment", b"c")], type=b"g") + member(b"short")
    assert names(data) == ["long"]


def test_old_solaris_headers() -> None:
    """
    Type `X` is what `x` is.
    """
    assert names(pax([("path", b"long")], type=b"X") + member(b"short")) == ["long"]


@pytest.mark.parametrize(
    "content",
    [b"garbage", b"12", b"5 a=b\n", b"99 a=b\n", b"0 a=b\n", b"-8 a=b\n", b"8 ab\n", b"7 a=bcd"],
)
def test_a_damaged_pax_header(content: bytes) -> None:
    """
    A record with a wrong length is damage; the entry behind it is read, and so are its bytes.
    """
    found = walked(member(b"x", content, type=b"x") + member(b"a", b"aaa") + END)
    assert found.damages == ["damaged pax header"]
    assert [entry.name for entry in found.entries] == ["a"]
    assert found.strays == [("extension header", content)]


@pytest.mark.parametrize("type_flag", [b"x", b"g", b"L", b"K"])
def test_a_huge_extension_header(type_flag: bytes) -> None:
    """
    A header beyond the limit is damage, streamed as stray, and not held in memory.
    """
    size = 40 * HEADER_LIMIT
    pieces = itertools.chain(
        [header(b"x", size=size, type=type_flag)],
        itertools.repeat(b"a" * CHUNK, size // CHUNK),
        [member(b"b", b"bbb"), END],
    )
    tracemalloc.start()
    try:
        labels, found, total = [], [], 0
        for item in Tar(Exact(Chunks(pieces))):
            if isinstance(item, Stray):
                labels.append(item.label)
                total += drain(item.reader)
            elif isinstance(item, Entry):
                found.append(item.name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (labels, total, found) == (["extension header"], size, ["b"])
    assert peak < size / 4


@pytest.mark.parametrize("behind", [b"", END, damaged(header(b"a")), b"garbage".ljust(BLOCK)])
def test_a_pax_header_without_an_entry(behind: bytes) -> None:
    """
    A comment that belongs to no entry is not lost.
    """
    found = walked(pax([("comment", b"hidden comment")]) + behind)
    assert any(b"hidden comment" in data for _, data in found.strays)


def test_a_pax_header_that_another_overrides() -> None:
    """
    The last of two headers counts, and the first is not lost.
    """
    data = pax([("comment", b"first")]) + pax([("comment", b"second")]) + member(b"a") + END
    found = walked(data)
    assert found.raw[0].extended["comment"] == "second"
    assert any(b"first" in data for _, data in found.strays)


def test_a_record_that_another_overrides() -> None:
    """
    The last of two records with one key counts, and the first is not lost.
    """
    found = walked(pax([("comment", b"first"), ("comment", b"second")]) + member(b"a") + END)
    assert found.raw[0].extended["comment"] == "second"
    assert any(b"first" in data for _, data in found.strays)


# --- gnu and others --------------------------------------------------------------------------


def test_gnu_long_names() -> None:
    """
    `L` and `K` give the next entry its name and its link.
    """
    data = member(b"././@LongLink", b"n" * 300 + b"\0", type=b"L")
    data += member(b"././@LongLink", b"k" * 300 + b"\0", type=b"K")
    data += header(b"nnn", type=b"2", link=b"kkk") + member(b"b") + END
    found = walked(data)
    assert found.entries == [
        ("n" * 300, Kind.SYMLINK, "k" * 300, b""),
        ("b", Kind.FILE, "", b""),
    ]


def test_pax_beats_gnu() -> None:
    """
    A pax path counts before a GNU long name.
    """
    data = member(b"L", b"gnu\0", type=b"L") + pax([("path", b"pax")]) + member(b"short")
    assert names(data) == ["pax"]


def test_base_256_size() -> None:
    """
    Sizes may be binary numbers.
    """
    size = b"\x80" + (700).to_bytes(11, "big")
    found = walked(header(b"a", size=size) + padded(b"x" * 700) + member(b"b") + END)
    assert [(e.name, len(e.data)) for e in found.entries] == [("a", 700), ("b", 0)]


def sparse(extensions: int) -> bytes:
    """
    An old GNU sparse file with 10 bytes of data, and its map in so many extra blocks.
    """
    block = bytearray(header(b"sparse", size=10, type=b"S", magic=b"ustar  \0"))
    block[386:410] = b"%011o\0%011o\0" % (4096, 10)
    block[482] = 1 if extensions else 0
    block[483:495] = b"%011o\0" % 8192
    more = [
        bytes(504) + bytes([number < extensions - 1]) + bytes(7) for number in range(extensions)
    ]
    return signed(bytes(block[:148]) + b" " * 8 + bytes(block[156:])) + b"".join(more)


@pytest.mark.parametrize("extensions", [0, 1, 3])
def test_gnu_sparse_files(extensions: int) -> None:
    """
    An old GNU sparse file gives its data as stored, behind all blocks of its map.
    """
    found = walked(sparse(extensions) + padded(b"0123456789") + member(b"b") + END)
    assert found.entries == [
        ("sparse", Kind.FILE, "", b"0123456789"),
        ("b", Kind.FILE, "", b""),
    ]
    assert found.damages == []


def test_gnu_sparse_map_is_cut() -> None:
    """
    An archive that ends in the map of a sparse file is damaged.
    """
    assert walked(sparse(3)[: 3 * BLOCK]).damages


def test_pax_sparse_0_0_and_0_1() -> None:
    """
    The name is that of the file, the data as stored.
    """
    for records in (
        [("GNU.sparse.size", b"8192"), ("GNU.sparse.offset", b"4096"), ("path", b"sparse")],
        [("GNU.sparse.map", b"4096,10"), ("GNU.sparse.name", b"sparse"), ("path", b"other")],
    ):
        found = walked(pax(records) + member(b"GNUSparseFile.1/x", b"0123456789") + END)
        assert found.entries == [("sparse", Kind.FILE, "", b"0123456789")]


def test_pax_sparse_1_0() -> None:
    """
    The map stands before the data and is part of what is stored; the name is in a record.
    """
    records = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"sparse"),
        ("GNU.sparse.realsize", b"8192"),
    ]
    stored = padded(b"1\n4096\n10\n") + b"0123456789"
    found = walked(pax(records) + member(b"GNUSparseFile.1/x", stored) + member(b"b") + END)
    assert found.entries[0] == ("sparse", Kind.FILE, "", stored)
    assert found.entries[1].name == "b"


def test_ustar_prefix() -> None:
    """
    A long name is split over two fields.
    """
    assert names(header(b"name", prefix=b"some/folder") + END) == ["some/folder/name"]


@pytest.mark.parametrize("magic", [bytes(8), b"ustar  \0"])
def test_no_prefix_in_other_formats(magic: bytes) -> None:
    """
    In v7 and GNU headers the prefix field holds something else.
    """
    assert names(header(b"name", magic=magic, prefix=b"something") + END) == ["name"]


def test_v7_directories() -> None:
    """
    The oldest headers mark a directory by a slash.
    """
    old = [header(b"dir/", type=b"\0", magic=bytes(8)), header(b"file", type=b"\0", magic=bytes(8))]
    found = walked(b"".join(old) + END)
    assert [entry.kind for entry in found.entries] == [Kind.DIRECTORY, Kind.FILE]


@pytest.mark.parametrize("type_flag", [b"0", b"\0"])
def test_a_slash_does_not_hide_content(type_flag: bytes) -> None:
    """
    A file that is named like a directory has content all the same.
    """
    found = walked(member(b"dir/", b"content", type=type_flag) + END)
    assert found.entries[0].data == b"content"
    assert found.damages == []


def test_v7_signed_checksum() -> None:
    """
    Old writers summed signed characters.
    """
    block = header("é".encode())
    total = sum(b - 256 * (b > 127) for b in block[:148] + block[156:]) + 256
    assert is_header(block[:148] + b"%06o\0 " % total + block[156:])


@pytest.mark.parametrize("block", [b"", bytes(BLOCK), b"x" * BLOCK, header(b"a")[:511]])
def test_what_is_no_header(block: bytes) -> None:
    """
    Zeros, garbage and cut headers are none.
    """
    assert not is_header(block)


@pytest.mark.parametrize("type_flag", [b"7", b"Z", b"V", b"N", b"\xff"])
def test_unknown_types_are_files(type_flag: bytes) -> None:
    """
    An entry of a type that nobody knows is read as a file.
    """
    found = walked(member(b"a", b"content", type=type_flag) + member(b"b") + END)
    assert found.entries[0] == ("a", Kind.FILE, "", b"content")


@pytest.mark.parametrize("type_flag", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_links_and_devices_have_no_content(type_flag: bytes) -> None:
    """
    The size of a link, device or directory does not count: its content would be the next header.
    """
    found = walked(header(b"a", size=1000, type=type_flag) + member(b"b", b"bbb") + END)
    assert [(entry.name, entry.data) for entry in found.entries] == [("a", b""), ("b", b"bbb")]
    assert found.damages == []


def test_names_that_are_not_utf_8() -> None:
    """
    Any byte of a name can be had back.
    """
    assert names(member(b"caf\xe9")) == ["caf\udce9"]
    assert names(pax([("path", b"caf\xe9")]) + member(b"a")) == ["caf\udce9"]


def test_owners() -> None:
    """
    User and group name come with the entry.
    """
    (entry,) = walked(header(b"a", owner=b"somebody") + END).raw
    assert entry.owner == ("somebody", "")


def test_content_nobody_read_is_skipped() -> None:
    """
    The next entry begins in the right place whether or not the last one was read.
    """
    data = member(b"a", b"x" * 3000) + END + b"garbage" * 200 + member(b"b", b"bbb")
    found = [item.name for item in Tar(Kept(data)) if isinstance(item, Entry)]
    assert found == ["a"]
    data = member(b"a", b"x" * 3000) + damaged(header()) + member(b"b", b"bbb")
    assert [type(item) for item in Tar(Kept(data))] == [Entry, Damage, Stray, Entry]


def test_memory_does_not_grow_with_the_archive() -> None:
    """
    300 MB of one entry pass through a few megabytes of memory.
    """
    size = 300 << 20

    def pieces() -> Iterator[bytes]:
        yield header(b"zeros", size=b"%011o\0" % size)
        yield from itertools.repeat(bytes(CHUNK), size // CHUNK)
        yield END

    tracemalloc.start()
    try:
        total = 0
        for item in Tar(Exact(Chunks(pieces()))):
            assert isinstance(item, Entry)
            total += drain(item.reader)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == size
    assert peak < 20 << 20
