"""
Zip and its family: jar, war, whl, apk of Android, docx, xlsx, odt, epub, nupkg.

Read from front to back, entry by entry, so it may be of any size, and what the central directory
does not name is seen as well: entries that were removed from it, bytes before, between and behind
them. PKWARE APPNOTE 6.3.10.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import field

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer, Until
from auditor.decoders.names import member_name
from auditor.decoders.unpacked import Unpacked
from auditor.model import Gap, Text
from auditor.records import dataclass
from auditor.streams.reading import Bounded, File, Peekable

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
_MARKS = (LOCAL, CENTRAL, END)
_METHODS = {8: "deflate", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz"}
_NAMES = {
    1: "shrink", 6: "implode", 9: "deflate64", 97: "WavPack", 98: "PPMd", 99: "AES"
}  # fmt: skip
_UNKNOWN = 0xFFFFFFFF
_HEADER = 30
"""
Bytes of a local header before the name.
"""
_LOCAL = struct.Struct("<4x3H8x2I2H")
"""
Version, flags, method, compressed and own size, and the lengths of name and extra field.
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    A local header.
    """

    name: str
    method: int
    size: int | None
    """
    Compressed, in bytes; `None` if it stands behind the data.
    """
    is_encrypted: bool
    has_descriptor: bool


@dataclass(slots=True)
class _Unopened:
    """
    Entries that could not be opened, by reason.
    """

    first: dict[str, str] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        self.first.setdefault(reason, name)
        self.count[reason] = self.count.get(reason, 0) + 1

    def gaps(self, file: File) -> Iterator[Gap]:
        """
        One a reason.
        """
        for reason, name in self.first.items():
            more = self.count[reason] - 1
            told = f"{reason} (and {more} more)" if more else reason
            yield Gap(f"{file.path}!/{file.within(name)}", told)


class ZipDecoder:
    """
    Archives of the zip family.
    """

    first: bytes | None = b"P"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head[:2] == b"PK" and (
            (head[:4] == LOCAL and len(head) >= 30) or head[:4] in (END, b"PK\x07\x08", b"PK00")
        )

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        buffer = Buffer(file.reader)
        unopened = _Unopened()
        while head := buffer.peek(_HEADER):
            budget.member()
            if head.startswith(LOCAL):
                yield from _entry(file, buffer, head, unopened)
            elif head.startswith(CENTRAL):
                yield from _central(file, buffer)
            else:
                yield from _between(file, buffer, head[:4])
        yield from unopened.gaps(file)


def _entry(
    file: File, buffer: Buffer, head: bytes, unopened: _Unopened
) -> Iterator[File | Text | Gap]:
    entry = _local(buffer, head)
    if entry is None:
        # Looks like a header and is none.
        yield from _between(file, buffer, LOCAL)
        return
    method = _METHODS.get(entry.method)
    if entry.is_encrypted or entry.method == 99:
        unopened.add("encrypted", entry.name)
        _pass(buffer, entry)
    elif entry.method == 0:
        yield from _stored(file, buffer, entry)
    elif method is None:
        told = _NAMES.get(entry.method, f"method {entry.method}")
        unopened.add(f"{told} compression is not opened", entry.name)
        _pass(buffer, entry)
    else:
        yield from _packed(file, buffer, entry, method)
    if entry.has_descriptor:
        _skip_descriptor(buffer)


def _local(buffer: Buffer, head: bytes) -> _Entry | None:
    if len(head) < _HEADER:
        return None
    version, flags, method, packed, size, name_size, extra_size = _LOCAL.unpack(head)
    whole = buffer.peek(_HEADER + name_size + extra_size)
    if version & 0xFF > 100 or len(whole) < _HEADER + name_size + extra_size:
        return None
    buffer.take(len(whole))
    name, extra = whole[_HEADER : _HEADER + name_size], whole[_HEADER + name_size :]
    known: int | None = packed
    if _UNKNOWN in (packed, size):
        known = _zip64(extra, size == _UNKNOWN, packed)
    has_descriptor = bool(flags & 8)
    # NOTE: a size of none with a descriptor means that it stands there.
    if has_descriptor and not known:
        known = None
    return _Entry(
        member_name(_decoded(name, bool(flags & 0x800))),
        method,
        known,
        bool(flags & 1),
        has_descriptor,
    )


def _decoded(name: bytes, is_utf_8: bool) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8" if is_utf_8 else "cp437", "replace")


def _zip64(extra: bytes, has_size: bool, packed: int) -> int | None:
    """
    The compressed size in the extra field 1.
    """
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        values = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if tag == 1:
            if packed != _UNKNOWN:
                return packed
            start = 8 if has_size else 0
            return int.from_bytes(values[start : start + 8], "little") or None
    return packed if packed != _UNKNOWN else None


def _pass(buffer: Buffer, entry: _Entry) -> None:
    if entry.size is not None:
        buffer.skip(entry.size)
        return
    rest = Until(buffer, (DESCRIPTOR, *_MARKS))
    while rest.read(1 << 16):
        pass


def _stored(file: File, buffer: Buffer, entry: _Entry) -> Iterator[File | Text | Gap]:
    inside = file.within(entry.name)
    if entry.size is None:
        data = Until(buffer, (DESCRIPTOR, *_MARKS))
        yield File(file.path, Peekable(data), None, inside)
        while data.read(1 << 16):
            pass
        return
    content = Bounded(buffer, entry.size)
    if entry.size:
        yield File(file.path, Peekable(content), entry.size, inside)
    buffer.skip(content.left)
    if content.left and not buffer.peek(1):
        yield Gap(f"{file.path}!/{inside}", "cut")


def _packed(file: File, buffer: Buffer, entry: _Entry, method: str) -> Iterator[File | Text | Gap]:
    inside = file.within(entry.name)
    content = Unpacked(buffer, method, entry.size)
    yield File(file.path, Peekable(content), None, inside, stored=entry.size)
    if content.is_damaged:
        reason = "cut" if not buffer.peek(1) else f"damaged {method} data"
        yield Gap(f"{file.path}!/{inside}", reason)
    if content.left:
        if content.ended:
            hidden = Bounded(buffer, content.left)
            behind = file.within(f"(behind {entry.name})")
            yield File(file.path, Peekable(hidden), content.left, behind)
            buffer.skip(hidden.left)
        else:
            # It was not read to its end: pass over it without inflating it.
            buffer.skip(content.left)
    elif content.left is None and not content.ended:
        _pass(buffer, entry)


def _skip_descriptor(buffer: Buffer) -> None:
    """
    Checksum and sizes, of 4 bytes each or 8 each; the mark before them may be missing.
    """
    tail = buffer.peek(28)
    start = 4 if tail[:4] == DESCRIPTOR else 0
    for length in (12, 20):
        if tail[start + length : start + length + 4] in (LOCAL, CENTRAL, b"PK\x06\x06"):
            buffer.read(start + length)
            return
    if start:
        buffer.read(16)


def _central(file: File, buffer: Buffer) -> Iterator[Text]:
    """
    A line of the central directory: all but its comment was seen.
    """
    head = buffer.read(46)
    if len(head) < 46:
        return
    name_size, extra_size, comment_size = struct.unpack_from("<3H", head, 28)
    name = buffer.read(name_size)
    buffer.skip(extra_size)
    comment = buffer.read(comment_size)
    if comment:
        way = f"{member_name(name.decode('utf-8', 'replace'))} (comment)"
        yield Text(file.path, comment, inside=file.within(way))


def _between(file: File, buffer: Buffer, mark: bytes) -> Iterator[File | Text]:
    """
    Bytes of no entry: the end record with the archive's comment, and what does not belong here.
    """
    if mark == END:
        head = buffer.read(22)
        comment = buffer.read(int.from_bytes(head[20:22], "little"))
        if comment:
            yield Text(file.path, comment, inside=file.within("(comment)"))
        return
    if mark in (b"PK\x06\x06", b"PK\x06\x07"):
        # The end record of zip64 and the way to it.
        size = 20 if mark == b"PK\x06\x07" else 56
        # NOTE: what else the record may hold is looked at as bytes of no entry.
        buffer.skip(size)
        return
    if mark in (DESCRIPTOR, b"PK00") and buffer.peek(8)[4:] in (LOCAL, END):
        # Before the first entry of an archive in volumes.
        buffer.read(4)
        return
    rest = Until(buffer, (*_MARKS, b"PK\x06\x06", b"PK\x06\x07"), skip=1)
    stray = Peekable(rest)
    yield File(file.path, stray, None, file.within("(between the entries)"))
    while rest.read(1 << 16):
        pass
