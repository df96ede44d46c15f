"""
Small readers that stack: each has `read(n)`, which gives `n` bytes unless the end came first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from auditor.records import dataclass

CHUNK = 1 << 20
"""
How much is read at once, in bytes.
"""


class Reader(Protocol):
    """
    A source of bytes, read once, from front to back.
    """

    def read(self, n: int, /) -> bytes:
        """
        The next `n` bytes; fewer only at the end.
        """


def skip(source: Reader, count: int) -> int:
    """
    Pass over `count` bytes, without reading them if the source can do that; how many there were.
    """
    passed = getattr(source, "skip", None)
    if passed is not None:
        return int(passed(count))
    left = count
    while left and (data := source.read(min(left, CHUNK))):
        left -= len(data)
    return count - left


@dataclass(frozen=True, slots=True)
class Range:
    """
    A recipe for bytes: a part of a file. It holds nothing open and can go to another process.
    """

    path: str
    offset: int
    size: int

    def part(self, offset: int, size: int) -> Range:
        """
        A part of it, with an offset from its own beginning.
        """
        return Range(self.path, self.offset + offset, size)


class RangeReader:
    """
    A reader over a part of a file that can pass over bytes. Close it after use.
    """

    def __init__(self, place: Range) -> None:
        # NOTE: unbuffered, since whoever skips wants little of what lies between.
        self._file = Path(place.path).open("rb", buffering=0)  # noqa: SIM115 - see close()
        self._file.seek(place.offset)
        self._left = place.size

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._file.read(min(n, self._left)) or b""
        self._left -= len(data)
        return data

    def skip(self, n: int, /) -> int:
        """
        Pass over bytes; how many there were to pass over.
        """
        count = min(n, self._left)
        self._file.seek(count, 1)
        self._left -= count
        return count

    def close(self) -> None:
        """
        Give the file back.
        """
        self._file.close()

    def __enter__(self) -> RangeReader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Chunks:
    """
    A reader over pieces of any size, as an HTTP response gives them.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._kept = b""
        self._at = 0
        """
        How much of it was read: small reads must not copy the rest of a large piece.
        """

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        start, end = self._at, self._at + n
        self._at = min(end, len(self._kept))
        if end <= len(self._kept):
            return self._kept[start:end]
        held = [self._kept[start:]]
        missing = n - len(held[0])
        while missing > 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._kept, self._at = piece, min(missing, len(piece))
            held.append(piece[: self._at])
            missing -= self._at
        return b"".join(held)


class Kept:
    """
    A reader over bytes in memory.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._data[self._at : self._at + n]
        self._at += len(data)
        return data


class Then:
    """
    Some bytes, then a reader.
    """

    def __init__(self, first: bytes, then: Reader) -> None:
        self._first = first
        self._then = then

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data, self._first = self._first[:n], self._first[n:]
        return data + self._then.read(n - len(data)) if len(data) < n else data


class Exact:
    """
    A reader over something that may give less than asked for before its end, such as a pipe.
    """

    def __init__(self, source: Reader) -> None:
        self._source = source

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._source.read(n)
        if len(data) == n or not data:
            return data
        held = [data]
        missing = n - len(data)
        while missing and (data := self._source.read(missing)):
            held.append(data)
            missing -= len(data)
        return b"".join(held)


class Buffered:
    """
    Takes large pieces from another reader, so that small reads cost little.
    """

    def __init__(self, source: Reader, size: int = CHUNK) -> None:
        self._source = source
        self._size = size
        self._held = b""
        self._at = 0
        self._before = 0
        """
        Bytes that came before what is held.
        """

    @property
    def position(self) -> int:
        """
        Bytes that were taken so far, passed over ones included.
        """
        return self._before + min(self._at, len(self._held))

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        end = self._at + n
        if end <= len(self._held):
            data = self._held[self._at : end]
            self._at = end
            return data
        first = self._held[self._at :]
        missing = n - len(first)
        self._before += len(self._held)
        if missing >= self._size:
            self._held, self._at = b"", 0
            data = self._source.read(missing)
            self._before += len(data)
            return first + data
        self._held, self._at = self._source.read(self._size), missing
        return first + self._held[:missing]

    def skip(self, n: int, /) -> int:
        """
        Pass over bytes; how many there were.
        """
        held = max(len(self._held) - self._at, 0)
        if n <= held:
            self._at += n
            return n
        self._before += len(self._held)
        self._held, self._at = b"", 0
        passed = skip(self._source, n - held)
        self._before += passed
        return held + passed


class Bounded:
    """
    The next `size` bytes of another reader.
    """

    def __init__(self, source: Reader, size: int) -> None:
        self._source = source
        self.left = size
        """
        Bytes not read yet; what is left at the source's end was cut off.
        """

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._source.read(min(n, self.left))
        self.left -= len(data)
        return data

    def skip(self, n: int, /) -> int:
        """
        Pass over bytes; how many there were.
        """
        count = skip(self._source, min(n, self.left))
        self.left -= count
        return count


class Peekable:
    """
    A reader whose first bytes can be looked at without taking them. `first` are some that were
    taken from the source already.
    """

    def __init__(self, source: Reader, first: bytes = b"") -> None:
        self._source = source
        self._kept = first
        self._at = 0
        """
        How much of what is kept was read.
        """

    def peek(self, n: int) -> bytes:
        """
        The first `n` bytes still to come; fewer only at the end.
        """
        have = len(self._kept) - self._at
        if have < n:
            self._kept = self._kept[self._at :] + self._source.read(n - have)
            self._at = 0
        return self._kept[self._at : self._at + n]

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        start, end = self._at, self._at + n
        if end < len(self._kept):
            self._at = end
            return self._kept[start:end]
        data, self._kept, self._at = self._kept[start:], b"", 0
        missing = n - len(data)
        return data + self._source.read(missing) if missing else data

    def bare(self) -> Reader:
        """
        The same with one layer less, if nothing was looked at: for who lays another over it.
        """
        return self if self._kept else self._source


class Held(Peekable):
    """
    The same over bytes in memory: who takes all of them at once copies nothing.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def bare(self) -> Reader:
        """
        See `Peekable.bare`.
        """
        return self

    def peek(self, n: int) -> bytes:
        """
        See `Peekable.peek`.
        """
        return self._data[self._at : self._at + n]

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._data[self._at : self._at + n]
        self._at += len(data)
        return data


class Hashing:
    """
    Counts and hashes what passes.
    """

    def __init__(self, source: Reader, seen: Callable[[int], None] | None = None) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self._seen = seen
        self.size = 0

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._source.read(n)
        self._hash.update(data)
        self.size += len(data)
        if self._seen:
            self._seen(len(data))
        return data

    @property
    def digest(self) -> str:
        """
        Of all that was read so far, as `sha256:<hex>`.
        """
        return f"sha256:{self._hash.hexdigest()}"


@dataclass(slots=True)
class File:
    """
    One file of a layer, or of a file in it, while it passes.
    """

    path: str
    """
    Absolute in the layer.
    """
    reader: Peekable
    """
    Valid until the next file is asked for.
    """
    size: int | None = None
    """
    In bytes, if that is known before it is read.
    """
    inside: str | None = None
    """
    The way within `path`, for files in files.
    """
    at: int | None = None
    """
    Where its first byte is in the layer's tar, for files that lie there as they are.
    """
    encoded: str | None = None
    """
    The encoding whose content this is. It is a part of the way to a text, not to what an archive
    holds: `a.tgz!b` and not `a.tgz!gzip!b`.
    """

    stored: int | None = None
    """
    The bytes that it takes in the file around it, where they are fewer than its own.
    """

    def within(self, name: str) -> str:
        """
        The way to `name`, which lies in this file.
        """
        return f"{self.inside}!{name}" if self.inside else name

    @property
    def place(self) -> str:
        """
        The whole way, as a reader of the report is told it: `/app/a.jar!/BOOT-INF/x.properties`.
        """
        return f"{self.path}!/{self.inside}" if self.inside else self.path


def drain(source: Reader) -> int:
    """
    Read to the end and forget; how many bytes there were.
    """
    total = 0
    while data := source.read(CHUNK):
        total += len(data)
    return total
