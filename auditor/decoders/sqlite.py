"""
SQLite: the rows of a database, also those of tables that were dropped and rows that were deleted
where their page still holds them. The format is told in fileformat2.html of SQLite.

The file is read as bytes and never opened as a database: it is hostile.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget
from auditor.decoders.pages import Database, Row
from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File, Held

MAGIC = b"SQLite format 3\0"
_WAL = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_CHUNK = 1 << 20
_LINES = bytes(byte if (byte >= 32 and byte != 127) or byte == 9 else 10 for byte in range(256))
_KEYS = frozenset(
    (b"key", b"name", b"setting", b"option", b"option_name", b"property", b"variable")
)
_VALUES = frozenset(b"value val data option_value content".split())
_SHORTEST = 4
FILE_LIKE = 64
"""
Blobs from this size may be files of their own, in bytes.
"""


class SqliteDecoder:
    """
    Databases of SQLite 3, and their write-ahead logs.
    """

    first: bytes | None = b"S\x37"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(MAGIC) or (head[:4] in _WAL and len(head) >= 32)

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        if file.size is not None and file.size > budget.limits.held:
            yield from _as_strings(file, budget)
            return
        data = file.reader.read(budget.limits.held + 1)
        if len(data) > budget.limits.held:
            yield Text(file.path, data, Reading.STRINGS, inside=file.inside)
            yield from _as_strings(file, budget)
            return
        is_log = data[:4] in _WAL
        pages = _log_pages(data) if is_log else None
        database = Database(data, pages)
        budget.spend(len(data))
        yield from _rows(file, database, budget)
        rest = database.unread()
        if rest:
            where = file.within("(between the rows)")
            yield Text(file.path, rest, Reading.STRINGS, inside=where)
        if database.is_damaged:
            yield Gap(file.place, "damaged database: some of it is read as strings")


def _as_strings(file: File, budget: Budget) -> Iterator[File | Text | Gap]:
    limit = budget.limits.held >> 20
    yield Gap(file.place, f"database larger than {limit} MiB: it is read as strings, not by rows")
    yield from BinaryDecoder().decode(file, budget)


def _log_pages(data: bytes) -> list[int]:
    """
    Where the pages of a write-ahead log lie: each has a header of 24 bytes.
    """
    size = int.from_bytes(data[8:12], "big")
    if size < 512 or size > 65536 or size & (size - 1):
        raise ValueError("page size")
    return list(range(32 + 24, len(data) - size + 1, 24 + size))


def _rows(file: File, database: Database, budget: Budget) -> Iterator[File | Text]:
    """
    A text for each table, or for each piece of a large one.
    """
    lines: list[bytes] = []
    size, table = 0, ""
    for row in database.rows():
        budget.spend(row.size)
        if lines and (row.table != table or size > _CHUNK):
            yield _text(file, table, lines)
            lines, size = [], 0
        table = row.table
        for number, value in enumerate(row.values):
            if isinstance(value, bytes) and len(value) >= _SHORTEST:
                if _is_file(value):
                    budget.member()
                    inside = file.within(f"table {table}, row {row.number}")
                    yield File(file.path, Held(value), len(value), inside)
                else:
                    lines.append(_line(row, number, value))
                    size += len(lines[-1])
        lines += _settings(row)
    if lines:
        yield _text(file, table, lines)


def _text(file: File, table: str, lines: list[bytes]) -> Text:
    return Text(file.path, b"\n".join(lines), inside=file.within(f"table {table}"))


def _is_file(value: bytes) -> bool:
    """
    Whether a value is no text: what is in it is told by its own magic.
    """
    return len(value) >= FILE_LIKE and (b"\0" in value[:512] or value[:1] in b"\x1f\x28\xfd\x78")


def _line(row: Row, number: int, value: bytes) -> bytes:
    name = row.columns[number] if number < len(row.columns) else b""
    is_text = not value.translate(None, _LINES[32:127] + b"\t\r\n") or _is_utf_8(value)
    if not is_text:
        value = value.translate(_LINES)
    return name + b" = " + value if name else value


def _is_utf_8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _settings(row: Row) -> Iterator[bytes]:
    """
    A table of names and values says more when both stand on one line.
    """
    keys = [at for at, name in enumerate(row.columns) if name.lower() in _KEYS]
    values = [at for at, name in enumerate(row.columns) if name.lower() in _VALUES]
    if not keys or not values or max(keys[0], values[0]) >= len(row.values):
        return
    key, value = row.values[keys[0]], row.values[values[0]]
    if isinstance(key, bytes) and isinstance(value, bytes) and 0 < len(key) <= 256:
        yield key.translate(_LINES) + b" = " + value[:65536]
