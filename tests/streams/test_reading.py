"""
Readers that stack: each gives what was asked for unless the end came first.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.streams.reading import (
    CHUNK,
    Bounded,
    Chunks,
    Exact,
    Hashing,
    Held,
    Kept,
    Peekable,
    Reader,
    drain,
)


class Dripping:
    """
    A pipe that gives three bytes at most, whatever is asked for.
    """

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        return self._file.read(min(n, 3))


READERS: dict[str, Callable[[bytes], Reader]] = {
    "bounded": lambda data: Bounded(Kept(data + b"more"), len(data)),
    "chunks": lambda data: Chunks([data[:5], b"", data[5:6], data[6:]]),
    "exact": lambda data: Exact(Dripping(data)),
    "begun": lambda data: Peekable(Kept(data[7:]), data[:7]),
    "hashing": lambda data: Hashing(Kept(data)),
    "held": Held,
    "kept": Kept,
    "peekable": lambda data: Peekable(Kept(data)),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=60), sizes=st.lists(st.integers(0, 20), max_size=12))
def test_gives_as_much_as_asked_for(name: str, data: bytes, sizes: list[int]) -> None:
    """
    Each read gives exactly the next `n` bytes, and fewer only at the end.
    """
    reader = READERS[name](data)
    expected = io.BytesIO(data)
    assert [reader.read(n) for n in sizes] == [expected.read(n) for n in sizes]


@pytest.mark.parametrize("name", ["begun", "held", "peekable"])
@given(data=st.binary(max_size=60), steps=st.lists(st.tuples(st.booleans(), st.integers(0, 20))))
def test_peeking_takes_nothing(name: str, data: bytes, steps: list[tuple[bool, int]]) -> None:
    """
    Peeks in between change nothing of what reads give.
    """
    reader = READERS[name](data)
    assert isinstance(reader, Peekable)
    at = 0
    for is_peek, n in steps:
        if is_peek:
            assert reader.peek(n) == data[at : at + n]
        else:
            assert reader.read(n) == data[at : at + n]
            at = min(at + n, len(data))


@pytest.mark.parametrize("name", ["begun", "held", "peekable"])
@pytest.mark.parametrize("looked", [0, 3, 9])
def test_without_the_layer_nothing_is_lost(name: str, looked: int) -> None:
    """
    What was looked at before somebody lays another layer over it still comes.
    """
    reader = READERS[name](b"some bytes of a file")
    assert isinstance(reader, Peekable)
    reader.peek(looked)
    assert reader.bare().read(99) == b"some bytes of a file"


def test_bounded_leaves_the_rest() -> None:
    """
    What lies behind the bound is still in the source.
    """
    source = Kept(b"abcdef")
    assert Bounded(source, 2).read(10) == b"ab"
    assert source.read(10) == b"cdef"


def test_bounded_tells_what_is_missing() -> None:
    """
    Bytes that the source did not have are counted in `left`.
    """
    bounded = Bounded(Kept(b"abc"), 10)
    assert bounded.read(100) == b"abc"
    assert bounded.left == 7


def test_hashing_names_the_digest() -> None:
    """
    The digest is that of the bytes that passed, as OCI writes it.
    """
    hashing = Hashing(Kept(b"abcdef"))
    hashing.read(3)
    assert hashing.digest == f"sha256:{hashlib.sha256(b'abc').hexdigest()}"
    assert hashing.size == 3


def test_hashing_reports_progress() -> None:
    """
    The listener hears of every read.
    """
    heard: list[int] = []
    hashing = Hashing(Kept(b"abcdef"), heard.append)
    hashing.read(4)
    hashing.read(4)
    assert heard == [4, 2]


def test_drain_counts() -> None:
    """
    Draining reads to the end and gives the number of bytes.
    """
    source = Kept(bytes(CHUNK + 7))
    assert drain(source) == CHUNK + 7
    assert source.read(1) == b""


def test_chunks_that_fail_raise_at_their_place() -> None:
    """
    An error of the pieces comes when they are reached, not before.
    """

    def pieces() -> Iterator[bytes]:
        yield b"abcd"
        raise ConnectionError("gone")

    reader = Chunks(pieces())
    assert reader.read(3) == b"abc"
    with pytest.raises(ConnectionError):
        reader.read(3)
