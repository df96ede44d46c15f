"""
Decompression across members and frames; the libraries themselves are the oracle.
"""

from __future__ import annotations

import gzip
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.streams.inflate import MAGIC_SIZE, Inflated, compression
from auditor.streams.reading import Chunks, Kept, Peekable, drain
from tests.images import COMPRESSIONS, compress

KINDS = [name for name in COMPRESSIONS if name != "none"]
NOISE = random.Random(1).randbytes(1 << 20)


def skippable(data: bytes, number: int = 0) -> bytes:
    """
    A zstd frame that carries no content: RFC 8878, 3.1.2.
    """
    return struct.pack("<II", 0x184D2A50 + number, len(data)) + data


def inflated(data: bytes, *, step: int = 1 << 20) -> tuple[bytes, Inflated, Peekable]:
    """
    All that comes out, read in steps, and what is left.
    """
    source = Peekable(Kept(data))
    kind = compression(source.peek(MAGIC_SIZE))
    assert kind is not None
    reader = Inflated(source, kind)
    out = bytearray()
    while piece := reader.read(step):
        out += piece
    return bytes(out), reader, source


@pytest.mark.parametrize("kind", KINDS)
def test_is_told_by_magic(kind: str) -> None:
    """
    The first six bytes tell the compression.
    """
    assert compression(compress(b"abc", kind)[:MAGIC_SIZE]) == kind


@pytest.mark.parametrize("number", [0, 7, 15])
def test_a_skippable_frame_begins_zstd(number: int) -> None:
    """
    zstd:chunked blobs may begin with any of the sixteen skippable frames.
    """
    assert compression(skippable(b"", number)[:MAGIC_SIZE]) == "zstd"


@pytest.mark.parametrize(
    "head",
    [b"", b"\x1f", b"BZ", b"BZh", b"BZh0", b"BZhx", b"\xfd7zXZ", b"\x28\xb5\x2f", b"`*M\x18"],
)
def test_is_not_told_by_half_a_magic(head: bytes) -> None:
    """
    What only begins like a magic is no compression.
    """
    assert compression(head) is None


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=2000), step=st.integers(1, 3000))
def test_gives_what_went_in(kind: str, data: bytes, step: int) -> None:
    """
    Whatever the library compressed comes out again, without damage or tail.
    """
    out, reader, _ = inflated(compress(data, kind), step=step)
    assert out == data
    assert reader.damage is None
    assert reader.tail == b""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [512, 1 << 20])
def test_large_data(kind: str, step: int) -> None:
    """
    Data beyond every buffer's size comes out whole, whatever the size of the reads.
    """
    data = NOISE + bytes(2 << 20)
    out, reader, _ = inflated(compress(data, kind), step=step)
    assert out == data
    assert reader.damage is None


@pytest.mark.parametrize("kind", KINDS)
def test_several_members(kind: str) -> None:
    """
    Members and frames that follow each other are one stream, also empty ones.
    """
    parts = [b"first", b"", NOISE[:400_000], b"last"]
    out, reader, _ = inflated(b"".join(compress(part, kind) for part in parts))
    assert out == b"".join(parts)
    assert reader.damage is None


@pytest.mark.parametrize("kind", KINDS)
def test_many_members(kind: str) -> None:
    """
    An estargz has one member a file: thousands are no problem.
    """
    out, _, _ = inflated(compress(b"ab", kind) * 3000)
    assert out == b"ab" * 3000


def test_skippable_frames_hold_no_content() -> None:
    """
    Frames that zstd skips, at the front, between and at the end, add nothing.
    """
    data = skippable(b"x" * 40) + compress(b"one", "zstd") + skippable(b"y", 5)
    out, reader, _ = inflated(data + compress(b"two", "zstd") + skippable(b""))
    assert out == b"onetwo"
    assert reader.damage is None


@pytest.mark.parametrize("padding", [4, 8, 4096, 1 << 18, 1 << 19])
def test_xz_padding_between_streams(padding: int) -> None:
    """
    Zeros between xz streams are allowed and do not end the data.
    """
    out, reader, _ = inflated(compress(b"one", "xz") + bytes(padding) + compress(b"two", "xz"))
    assert out == b"onetwo"
    assert reader.tail == b""


def test_xz_padding_at_the_border_of_a_read() -> None:
    """
    Padding that fills up what was read at once does not hide the stream behind it.
    """
    first = compress(NOISE[:200_000], "xz")
    first += bytes(-len(first) % (1 << 18))
    out, _, _ = inflated(first + compress(b"two", "xz"))
    assert out == NOISE[:200_000] + b"two"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("garbage", [b"x", b"garbage behind the data", NOISE[:500_000], bytes(100)])
def test_what_follows_is_kept(kind: str, garbage: bytes) -> None:
    """
    Bytes that are no member are no damage, and none of them is lost.
    """
    out, reader, source = inflated(compress(b"data", kind) + garbage)
    assert out == b"data"
    assert reader.damage is None
    left = reader.tail + source.read(1 << 20)
    assert left.strip(b"\0") == garbage.strip(b"\0")


@pytest.mark.parametrize("kind", KINDS)
def test_another_compression_is_a_tail(kind: str) -> None:
    """
    A member of another compression does not belong to the stream.
    """
    other = compress(b"other", KINDS[KINDS.index(kind) - 1])
    out, reader, _ = inflated(compress(b"data", kind) + other)
    assert (out, reader.tail) == (b"data", other)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_data_is_damage(kind: str) -> None:
    """
    A stream that ends in mid-member gives what there is, and says that it is cut.
    """
    whole = compress(NOISE, kind)
    out, reader, _ = inflated(whole[:-200])
    assert reader.damage == "compressed data is cut"
    assert len(out) > 800_000
    assert NOISE.startswith(out)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("missing", [1, 4, 8])
def test_a_cut_end_is_damage(kind: str, missing: int) -> None:
    """
    A few bytes missing at the very end are noticed too.
    """
    _, reader, _ = inflated(compress(b"some data that is not too short", kind)[:-missing])
    assert reader.damage == "compressed data is cut"


def test_cut_in_the_header_of_a_second_member() -> None:
    """
    A second member of which only the magic is left is damage.
    """
    out, reader, _ = inflated(gzip.compress(b"data") + gzip.compress(b"more")[:8])
    assert out == b"data"
    assert reader.damage == "compressed data is cut"


@pytest.mark.parametrize("kind", ["bzip2", "gzip", "xz"])
def test_damage_in_the_middle(kind: str) -> None:
    """
    A flipped bit ends the stream with a reason; what came before it is read.
    """
    whole = bytearray(compress(NOISE, kind))
    whole[len(whole) * 95 // 100] ^= 0x10
    out, reader, _ = inflated(bytes(whole))
    assert reader.damage == f"damaged {kind} data"
    assert out[:800_000] == NOISE[:800_000]


def test_a_wrong_checksum_loses_nothing() -> None:
    """
    A gzip member whose checksum is wrong was read to its end: all its content counts.
    """
    whole = bytearray(gzip.compress(b"secret content"))
    whole[-8] ^= 1
    out, reader, _ = inflated(bytes(whole))
    assert out == b"secret content"
    assert reader.damage == "damaged gzip data"


def test_damage_close_to_the_front_loses_little() -> None:
    """
    A gzip stream gives all up to the damaged block, however small it is.
    """
    lines = b"".join(b"%d %s\n" % (n, NOISE[n * 8 : n * 8 + 8].hex().encode()) for n in range(9000))
    whole = bytearray(gzip.compress(lines))
    whole[20_000:20_400] = bytes(400)
    out, reader, _ = inflated(bytes(whole))
    assert reader.damage == "damaged gzip data"
    assert out[:20_000] == lines[:20_000]


@pytest.mark.parametrize("kind", KINDS)
@given(noise=st.binary(max_size=300), keep=st.integers(0, 40))
def test_any_bytes_come_to_an_end(kind: str, noise: bytes, keep: int) -> None:
    """
    Whatever follows a magic is read to its end, with content, tail or damage, never an error.
    """
    data = compress(b"some content", kind)
    reader = Inflated(Peekable(Kept(data[: max(keep, MAGIC_SIZE)] + noise)), kind)
    drain(reader)
    assert reader.read(10) == b""
    assert reader.damage in (None, "compressed data is cut", f"damaged {kind} data")


def test_reads_no_further_than_asked() -> None:
    """
    A bomb is inflated as it is read, not ahead: a small read leaves most of the source alone.
    """
    members = iter([gzip.compress(bytes(1 << 20))] * 1000)
    reader = Inflated(Chunks(members), "gzip")
    assert reader.read(10) == bytes(10)
    assert sum(1 for _ in members) > 500
