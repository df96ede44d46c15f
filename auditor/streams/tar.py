"""
Tar as image tools write it and as attackers bend it, read once from front to back.

The standard library's `tarfile` ends in silence at a damaged header and at the first end marker.
Here every block is accounted for: what is no entry comes out as a `Stray`, and what could not
be read as a `Damage`. Formats: POSIX.1-2001 pax, ustar, GNU, v7; sparse files are given as stored.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import field
from enum import Enum, auto

from auditor.records import dataclass
from auditor.streams.header import BLOCK, BadHeader, is_header, number, records, text
from auditor.streams.reading import Bounded, Buffered, Kept, Reader, drain

_ZERO = bytes(BLOCK)
HEADER_LIMIT = 4 << 20
"""
The largest pax or GNU long-name header that is held in memory, in bytes.
"""


class Kind(Enum):
    """
    What an entry is. Unknown types are files, as POSIX says.
    """

    FILE = auto()
    DIRECTORY = auto()
    SYMLINK = auto()
    HARD_LINK = auto()
    OTHER = auto()


_KINDS = {
    b"1": Kind.HARD_LINK,
    b"2": Kind.SYMLINK,
    b"3": Kind.OTHER,
    b"4": Kind.OTHER,
    b"5": Kind.DIRECTORY,
    b"6": Kind.OTHER,
}
_ORDINARY = b"\x000125"
"""
Types of headers that stand for themselves: files, links, folders.
"""


@dataclass(slots=True)
class Entry:
    """
    One member. `reader` is valid until the next is asked for.
    """

    name: str
    """
    As written; bytes that are not UTF-8 are surrogates.
    """
    kind: Kind
    size: int
    link: str
    header: bytes
    """
    The block that it began with.
    """
    extended: dict[str, str]
    """
    The pax records of this entry: comments, xattrs, vendor keys.
    """
    reader: Bounded
    at: int
    """
    Where its content begins, from the beginning of the tar.
    """
    after_end: bool
    """
    Whether it stands behind an end marker, where loaders do not look.
    """

    @property
    def owner(self) -> tuple[str, str]:
        """
        User and group name.
        """
        return text(self.header[265:297]), text(self.header[297:329])


@dataclass(slots=True)
class Stray:
    """
    Bytes that belong to no entry: padding that is not zero, garbage, a header that says nothing.
    """

    label: str
    reader: Reader


@dataclass(slots=True)
class Damage:
    """
    Something could not be read. What follows it is still read as far as that goes.
    """

    reason: str


@dataclass(slots=True)
class _Pending:
    """
    What extension headers say of the entry to come.
    """

    name: str | None = None
    link: str | None = None
    extended: dict[str, str] = field(default_factory=dict)
    raw: dict[bytes, bytes] = field(default_factory=dict)
    """
    Their bytes by type, in case that there is no entry to come.
    """

    @property
    def is_empty(self) -> bool:
        """
        Whether they say nothing.
        """
        return not self.raw and not self.extended

    def strays(self) -> Iterator[Stray]:
        """
        The bytes that were said of nothing.
        """
        for data in self.raw.values():
            yield Stray("extension header", Kept(data))


_NOTHING = _Pending()
"""
Most headers have no extension: there is nothing to be made for them. It is never written to.
"""


class _Garbage:
    """
    Blocks up to the next one that is a header.
    """

    def __init__(self, tar: Tar, first: bytes) -> None:
        self._tar = tar
        self._kept = first
        self._ended = False

    def read(self, n: int, /) -> bytes:
        held = [self._kept]
        have = len(self._kept)
        while have < n and not self._ended:
            block = self._tar.block()
            if is_header(block):
                self._tar.push_back(block)
                self._ended = True
            else:
                held.append(block)
                have += len(block)
                self._ended = len(block) < BLOCK
        data = b"".join(held)
        self._kept = data[n:]
        return data[:n]


class Tar:
    """
    The entries of a tar, in order, with everything that lies between and behind them.
    """

    def __init__(self, source: Reader) -> None:
        self._source = source if isinstance(source, Buffered) else Buffered(source)
        self._pushed = b""
        self.ended = False
        """
        Whether the end marker was seen.
        """

    @property
    def position(self) -> int:
        """
        Where the next byte is, from the beginning of the tar.
        """
        return self._source.position - len(self._pushed)

    def __iter__(self) -> Iterator[Entry | Stray | Damage]:
        pending = _Pending()
        while block := self.block():
            if is_header(block):
                entry = self._ordinary(block) if pending.is_empty else None
                if entry is None:
                    pending = yield from self._member(block, pending)
                    continue
                yield entry
                yield from self._after(entry)
                continue
            if not pending.is_empty:
                yield from self._unused(pending)
                pending = _Pending()
            if block == _ZERO:
                self.ended = True
            else:
                yield from self._garbage(block)
        yield from self._unused(pending)

    def _unused(self, pending: _Pending) -> Iterator[Stray | Damage]:
        if pending.raw:
            yield Damage("an extension header without its entry")
            yield from pending.strays()

    def block(self) -> bytes:
        """
        The next block, padded with nothing: the last one may be short.
        """
        if self._pushed:
            block, self._pushed = self._pushed, b""
            return block
        return self._source.read(BLOCK)

    def push_back(self, block: bytes) -> None:
        """
        Give a block back, to be read again.
        """
        self._pushed = block

    def _garbage(self, block: bytes) -> Iterator[Stray | Damage]:
        if len(block) < BLOCK and not block.strip(b"\0"):
            return
        if not self.ended:
            yield Damage("damaged tar header")
        label = "after the end of the tar" if self.ended else "damaged part of the tar"
        reader = _Garbage(self, block)
        yield Stray(label, reader)
        drain(reader)

    def _ordinary(self, block: bytes) -> Entry | None:
        """
        The entry of a header of which nothing special is said; `None` for any other.
        """
        if block[156] not in _ORDINARY:
            return None
        try:
            size = number(block[124:136])
        except BadHeader:
            return None
        return self._entry(block, block[156:157], size, _NOTHING)

    def _after(self, entry: Entry) -> Sequence[Stray | Damage]:
        """
        What is to be told behind an entry's data, of which the rest is passed over.
        """
        left = entry.reader.left
        missing = left - self._source.skip(left) if left else 0
        if missing:
            return (Damage(f"cut: {missing} bytes are missing"),)
        if entry.size % BLOCK:
            padding = self._source.read(-entry.size % BLOCK)
            if padding.strip(b"\0"):
                return (Stray(f"padding of {entry.name}", Kept(padding)),)
        return ()

    def _member(
        self, block: bytes, pending: _Pending
    ) -> Generator[Entry | Stray | Damage, None, _Pending]:
        """
        One header and its data. Returns what is known of the next entry.
        """
        type_flag = block[156:157]
        try:
            size = number(block[124:136])
            if type_flag in b"xXgLK":
                yield from self._extension(type_flag, size, pending)
                return pending
            size = self._size(size, pending.extended)
        except BadHeader as error:
            yield Damage(str(error))
            yield from pending.strays()
        else:
            if type_flag == b"S" and not self._skip_sparse_map(block):
                yield Damage("cut: the map of a sparse file is missing")
            entry = self._entry(block, type_flag, size, pending)
            yield entry
            yield from self._after(entry)
        return pending if pending.is_empty else _Pending()

    def _extension(
        self, type_flag: bytes, size: int, pending: _Pending
    ) -> Iterator[Stray | Damage]:
        if size > HEADER_LIMIT:
            yield Damage(f"extension header of {size} bytes is not applied")
            yield from self._stray_data("extension header", size)
            return
        data = self._source.read(size)
        yield from self._padding("an extension header", size)
        try:
            if len(data) < size:
                raise BadHeader(f"cut: {size - len(data)} bytes are missing")
            yield from self._apply(type_flag, data, pending)
        except BadHeader as error:
            yield Damage(str(error))
            yield Stray("extension header", Kept(data))

    def _apply(self, type_flag: bytes, data: bytes, pending: _Pending) -> Iterator[Stray]:
        """
        Keep what an extension header says. What it overrides is not lost.
        """
        if type_flag == b"g":
            # NOTE: as in Go's archive/tar, its records are not those of the entries.
            yield Stray("global pax header", Kept(data))
            return
        if type_flag in pending.raw:
            yield Stray("extension header", Kept(pending.raw[type_flag]))
        pending.raw[type_flag] = data
        if type_flag == b"L":
            pending.name = text(data)
        elif type_flag == b"K":
            pending.link = text(data)
        else:
            found = records(data)
            if len(dict(found)) < len(found):
                yield Stray("extension header", Kept(data))
            pending.extended |= found

    def _stray_data(self, label: str, size: int) -> Iterator[Stray]:
        reader = Bounded(self._source, size)
        yield Stray(label, reader)
        drain(reader)
        yield from self._padding("an extension header", size)

    def _padding(self, of: str, size: int) -> Iterator[Stray]:
        padding = self._source.read(-size % BLOCK)
        if padding.strip(b"\0"):
            yield Stray(f"padding of {of}", Kept(padding))

    def _entry(self, block: bytes, type_flag: bytes, size: int, pending: _Pending) -> Entry:
        extended = pending.extended
        kind = _KINDS.get(type_flag, Kind.FILE)
        name = self._name(block, pending, extended)
        if type_flag == b"\0" and name.endswith("/") and not size:
            kind = Kind.DIRECTORY
        if kind is not Kind.FILE:
            size = 0
        link = extended.get("linkpath") or pending.link or ""
        if not link and block[157]:
            link = text(block[157:257])
        reader = Bounded(self._source, size)
        return Entry(
            name, kind, size, link, block, extended, reader, self._source.position, self.ended
        )

    def _size(self, size: int, extended: dict[str, str]) -> int:
        stated = extended.get("size")
        if stated is None:
            return size
        if not stated.isascii() or not stated.isdigit() or len(stated) > 19:
            raise BadHeader("damaged pax size")
        return int(stated)

    def _name(self, block: bytes, pending: _Pending, extended: dict[str, str]) -> str:
        told = extended.get("GNU.sparse.name") or extended.get("path") or pending.name
        if told:
            return told
        name = text(block[:100])
        if not block[345] or block[257:263] != b"ustar\0":
            return name
        return f"{text(block[345:500])}/{name}"

    def _skip_sparse_map(self, block: bytes) -> bool:
        """
        Old GNU sparse files carry their map in extra blocks before the data. Is it all there?
        """
        more = block[482]
        while more:
            extra = self._source.read(BLOCK)
            if len(extra) < BLOCK:
                return False
            more = extra[504]
        return True
