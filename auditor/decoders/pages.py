"""
The pages of an SQLite file: b-trees, cells, overflow chains. Any bytes are taken; every page is
read at most once as a tree's page, and every chain ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from auditor.patterns import lazy_regex
from auditor.records import dataclass

Value = bytes | int | None
_LEAF_TABLE = 13
_LEAF_INDEX = 10
_INNER_TABLE = 5
_INNER_INDEX = 2
_COLUMN = lazy_regex(rb"^\s*(?:\"([^\"]+)\"|`([^`]+)`|\[([^\]]+)\]|([^\s,()\"'`\[]+))")
_CONSTRAINTS = frozenset((b"CONSTRAINT", b"PRIMARY", b"UNIQUE", b"CHECK", b"FOREIGN"))
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)
"""
Bytes of a value by its serial type.
"""
VALUE_LIMIT = 16 << 20
"""
The largest row that is put together, in bytes.
"""
COLUMNS_LIMIT = 2000
SCHEMA_LIMIT = 2 << 20
"""
How much of the schema is read for names of columns, in bytes.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row, or one key of an index.
    """

    table: str
    columns: tuple[bytes, ...]
    """
    Names, as far as the schema tells them.
    """
    number: int
    """
    The row's id, or its position where it has none.
    """
    values: tuple[Value, ...]
    """
    Texts and blobs; of numbers only whole ones.
    """
    size: int


class Database:
    """
    A file in memory. Read `rows` to its end before `unread`.
    """

    def __init__(self, data: bytes, pages: list[int] | None = None) -> None:
        self._data = data
        self._is_log = pages is not None
        size = int.from_bytes(data[8:12] if self._is_log else data[16:18], "big")
        self._size = 65536 if size == 1 else size
        if self._size < 512 or self._size > 65536 or self._size & (self._size - 1):
            raise ValueError("page size")
        self._usable = max(self._size - (0 if self._is_log else data[20]), 480)
        self._encoding = data[56:60] if not self._is_log else b""
        self._pages = pages or list(range(0, len(data), self._size))
        self._left = bytearray(data)
        self._tables: dict[int, tuple[str, tuple[bytes, ...]]] = {}
        """
        The table that a page belongs to.
        """
        self._rows_left = 2 * len(data)
        """
        Rows that share their bytes are no rows: they would multiply what the file holds.
        """
        self._schema_left = SCHEMA_LIMIT
        self.is_damaged = False

    def rows(self) -> Iterator[Row]:
        """
        All rows, page by page.
        """
        if not self._is_log:
            yield from self._schema()
        # NOTE: a page that no table leads to holds what was dropped or deleted.
        unknown: tuple[str, tuple[bytes, ...]] = ("(unknown)", ())
        for number, start in enumerate(self._pages, start=1):
            if number > 1 or self._is_log:
                table, columns = self._tables.get(number, unknown)
                yield from self._page(start, table, columns)

    def unread(self) -> bytes:
        """
        The bytes of no row, with zeros where rows were.
        """
        return bytes(self._left)

    def _schema(self) -> Iterator[Row]:
        columns = (b"type", b"name", b"tbl_name", b"rootpage", b"sql")
        for page in self._tree(1):
            for row in self._page(self._pages[page - 1], "sqlite_schema", columns):
                self._tables[page] = ("sqlite_schema", columns)
                if page == 1:
                    yield row
                self._table(row)

    def _table(self, row: Row) -> None:
        """
        Note which pages belong to the table that a line of the schema tells of.
        """
        if len(row.values) < 5:
            return
        _, name, of, root, sql = row.values[:5]
        if not isinstance(root, int) or not isinstance(name, bytes):
            return
        columns: tuple[bytes, ...] = ()
        if isinstance(sql, bytes) and row.values[0] == b"table" and len(sql) <= self._schema_left:
            self._schema_left -= len(sql)
            columns = _columns(sql)
        told = (of if isinstance(of, bytes) else name).decode("utf-8", "replace")[:256]
        for page in self._tree(root):
            self._tables[page] = (told, columns)

    def _tree(self, root: int) -> Iterator[int]:
        """
        The pages of a tree, each once, and none that belongs to another already.
        """
        todo = [root]
        while todo:
            page = todo.pop()
            if not 1 <= page <= len(self._pages) or page in self._tables:
                continue
            self._tables[page] = ("", ())
            yield page
            start = self._pages[page - 1]
            at = start + (100 if start == 0 and not self._is_log else 0)
            if self._data[at : at + 1] in (bytes([_INNER_TABLE]), bytes([_INNER_INDEX])):
                todo += self._children(start, at)

    def _children(self, start: int, at: int) -> Iterator[int]:
        if at + 12 > len(self._data):
            return
        count, last = struct.unpack_from(">H3xI", self._data, at + 3)
        yield last
        for number in range(min(count, self._size // 2)):
            pointer = at + 12 + 2 * number
            cell = start + int.from_bytes(self._data[pointer : pointer + 2], "big")
            yield int.from_bytes(self._data[cell : cell + 4], "big")

    def _page(self, start: int, table: str, columns: tuple[bytes, ...]) -> Iterator[Row]:
        at = start + (100 if start == 0 and not self._is_log else 0)
        kind = self._data[at] if at < len(self._data) else 0
        if kind not in (_LEAF_TABLE, _LEAF_INDEX, _INNER_INDEX):
            return
        head = 12 if kind == _INNER_INDEX else 8
        count = int.from_bytes(self._data[at + 3 : at + 5], "big")
        for number in range(min(count, self._size // 2)):
            pointer = at + head + 2 * number
            cell = start + int.from_bytes(self._data[pointer : pointer + 2], "big")
            if not at + head <= cell < start + self._size:
                self.is_damaged = True
                continue
            try:
                yield self._cell(cell, kind, table, columns, number)
            except (IndexError, ValueError, struct.error):
                self.is_damaged = True

    def _cell(
        self, cell: int, kind: int, table: str, columns: tuple[bytes, ...], number: int
    ) -> Row:
        at = cell + (4 if kind == _INNER_INDEX else 0)
        length, at = self._varint(at)
        most = self._usable - 35
        if kind == _LEAF_TABLE:
            number, at = self._varint(at)
        else:
            most = (self._usable - 12) * 64 // 255 - 23
        payload = self._payload(length, at, most)
        return Row(table, columns, number, self._values(payload, number), len(payload))

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for _ in range(8):
            byte = self._data[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value, at
        return value << 8 | self._data[at], at + 1

    def _payload(self, length: int, at: int, most: int) -> bytes:
        """
        What a cell holds, with its overflow pages. Raises `ValueError`.
        """
        self._rows_left -= length
        if length > min(VALUE_LIMIT, len(self._data)) or self._rows_left < 0:
            raise ValueError("more in the rows than in the file")
        if length <= most:
            return self._take(at, length)
        least = (self._usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (self._usable - 4)
        here = here if here <= most else least
        pieces = [self._take(at, here)]
        page = int.from_bytes(self._data[at + here : at + here + 4], "big")
        left = length - here
        while left > 0 and 1 <= page <= len(self._pages):
            start = self._pages[page - 1]
            # NOTE: the chain is as long as the row at most, so a circle ends too.
            piece = self._take(start + 4, min(left, self._usable - 4))
            pieces.append(piece)
            left -= max(len(piece), 1)
            page = int.from_bytes(self._data[start : start + 4], "big")
        self.is_damaged = self.is_damaged or left > 0
        return b"".join(pieces)

    def _take(self, at: int, length: int) -> bytes:
        data = self._data[at : at + length]
        self._left[at : at + len(data)] = bytes(len(data))
        return data

    def _values(self, payload: bytes, number: int) -> tuple[Value, ...]:
        size, at = _short_varint(payload, 0)
        values: list[Value] = []
        body = size
        while at < min(size, len(payload)) and len(values) < COLUMNS_LIMIT:
            kind, at = _short_varint(payload, at)
            if kind >= 12:
                length = (kind - 12) // 2
                value = payload[body : body + length]
                values.append(self._narrow(value) if kind % 2 else value)
            else:
                length = _SIZES[kind]
                # 8 and 9 are the numbers 0 and 1; 7 is a float.
                whole = int.from_bytes(payload[body : body + length], "big", signed=True)
                values.append(whole if kind and kind != 7 else None)
            body += length
        return tuple(values)

    def _narrow(self, value: bytes) -> bytes:
        if self._encoding in (b"\0\0\0\2", b"\0\0\0\3"):
            coding = "utf-16-le" if self._encoding[3] == 2 else "utf-16-be"
            return value.decode(coding, "replace").encode()
        return value


def _short_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(9):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            break
    return value, at


def _columns(sql: bytes) -> tuple[bytes, ...]:
    """
    The names of a table's columns, from what created it.
    """
    start = sql.find(b"(")
    found: list[bytes] = []
    for part in _parts(sql[start + 1 : sql.rfind(b")")][:65536]):
        match = _COLUMN.match(part)
        name = next((group for group in match.groups() if group), b"") if match else b""
        if name and name.upper() not in _CONSTRAINTS:
            found.append(name[:128])
    return tuple(found[:COLUMNS_LIMIT])


def _parts(text: bytes) -> Iterator[bytes]:
    """
    Between commas that stand in no brackets or quotes.
    """
    depth, start, quote = 0, 0, 0
    for at, byte in enumerate(text):
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'`":
            quote = byte
        elif byte in b"()":
            depth += 1 if byte == 40 else -1
        elif byte == 44 and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
