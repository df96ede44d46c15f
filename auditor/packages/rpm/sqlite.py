"""
The SQLite form, `rpmdb.sqlite`: a table `Packages` with a header in each row. The b-tree of that
one table is read from the bytes: no SQL of a stranger's database is run, and there is no file to
open; see https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAGIC = b"SQLite format 3\0"
_LEAF, _INNER = 13, 5
_SCHEMA_PAGE = 1
_DEPTH_LIMIT = 20


def accepts(data: bytes) -> bool:
    """
    Whether it is one, by its first bytes.
    """
    return data[:16] == _MAGIC and len(data) >= 512


def blobs(data: bytes) -> Iterator[bytes]:
    """
    The headers of all packages.
    """
    file = _Tables(data)
    for record in file.rows(_SCHEMA_PAGE):
        columns = _columns(record)
        if columns[:3] == [b"table", b"Packages", b"Packages"] and len(columns) > 3:
            root = columns[3]
            if isinstance(root, int):
                for row in file.rows(root):
                    # The first column is the row's number, kept elsewhere.
                    yield from (value for value in _columns(row)[1:2] if isinstance(value, bytes))
            return


class _Tables:
    """
    The file, page by page. Each page is taken once, so that no cycle holds it up.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        size = int.from_bytes(data[16:18], "big")
        self._size = 65536 if size == 1 else size
        self._usable = self._size - data[20]
        self._count = len(data) // self._size if self._size >= 512 else 0
        self._seen: set[int] = set()

    def rows(self, number: int, depth: int = 0) -> Iterator[bytes]:
        """
        The records of the table whose root is page `number`, in order.
        """
        if not 1 <= number <= self._count or number in self._seen or depth > _DEPTH_LIMIT:
            return
        self._seen.add(number)
        page = self._data[(number - 1) * self._size : number * self._size]
        at = 100 if number == _SCHEMA_PAGE else 0
        kind, cells = page[at], int.from_bytes(page[at + 3 : at + 5], "big")
        first = at + (12 if kind == _INNER else 8)
        if kind not in (_INNER, _LEAF) or first + 2 * cells > self._size:
            return
        for start in struct.unpack_from(f">{cells}H", page, first):
            if kind == _LEAF:
                yield self._payload(page, start)
            else:
                yield from self.rows(int.from_bytes(page[start : start + 4], "big"), depth + 1)
        if kind == _INNER:
            yield from self.rows(int.from_bytes(page[at + 8 : at + 12], "big"), depth + 1)

    def _payload(self, page: bytes, at: int) -> bytes:
        """
        A cell's record: what is in the page, and the rest from a chain of pages.
        """
        length, at = _varint(page, at)
        _, at = _varint(page, at)
        most = self._usable - 35
        if length <= most:
            return page[at : at + length]
        least = (self._usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (self._usable - 4)
        here = here if here <= most else least
        held = bytearray(page[at : at + here])
        number = int.from_bytes(page[at + here : at + here + 4], "big")
        while len(held) < length and 1 <= number <= self._count and number not in self._seen:
            self._seen.add(number)
            start = (number - 1) * self._size
            held += self._data[start + 4 : start + self._usable]
            number = int.from_bytes(self._data[start : start + 4], "big")
        return bytes(held[:length])


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """
    A number of one to nine bytes, and where it ends.
    """
    value = 0
    for place in range(at, at + 8):
        byte = data[place] if place < len(data) else 0
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, place + 1
    last = data[at + 8] if at + 8 < len(data) else 0
    return value << 8 | last, at + 9


_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _columns(record: bytes) -> list[bytes | int | None]:
    """
    A record's values: numbers, and texts and blobs as bytes.
    """
    end, at = _varint(record, 0)
    values: list[bytes | int | None] = []
    place = end
    while at < min(end, len(record)) and len(values) < 10:
        kind, at = _varint(record, at)
        width = (kind - 12) // 2 if kind >= 12 else _WIDTHS[min(kind, 9)]
        piece = record[place : place + width]
        place += width
        if kind >= 12:
            values.append(piece)
        elif 1 <= kind <= 6:
            values.append(int.from_bytes(piece, "big", signed=True))
        else:
            values.append(int(kind == 9) if kind in (8, 9) else None)
    return values
