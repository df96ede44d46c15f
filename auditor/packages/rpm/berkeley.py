"""
Berkeley DB's hash files, `Packages` of rpm before 4.16: pages of keys and values, where a large
value is a chain of pages; see dbinc/db_page.h in Berkeley DB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAGIC = 0x061561
_HASH_PAGES = (2, 13)
_OVERFLOW = 7
_KEY_DATA, _OFF_PAGE = 1, 3
_HEADER = 26
_SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)


def accepts(data: bytes) -> bool:
    """
    Whether it is one, by its first page.
    """
    return _order(data) is not None


def _order(data: bytes) -> str | None:
    """
    `<` or `>`: the byte order of the machine that wrote it.
    """
    if len(data) >= 512:
        for order in "<>":
            if struct.unpack_from(f"{order}I", data, 12)[0] == _MAGIC:
                return order
    return None


def blobs(data: bytes) -> Iterator[bytes]:
    """
    Every value, in the order of the pages.
    """
    order = _order(data)
    if order is None:
        return
    size = struct.unpack_from(f"{order}I", data, 20)[0]
    if size not in _SIZES:
        return
    file = _Pages(data, order, size)
    for number in range(1, len(data) // size):
        yield from file.values(number)


class _Pages:
    """
    The file, page by page.
    """

    def __init__(self, data: bytes, order: str, size: int) -> None:
        self._data = data
        self._order = order
        self._size = size
        self._left = 2 * len(data) // size
        """
        Pages that chains may still take: chains of a hostile file may cross, or have no end.
        """

    def values(self, number: int) -> Iterator[bytes]:
        """
        The values on a page of the hash; keys and values stand there in turn.
        """
        page = self._data[number * self._size : (number + 1) * self._size]
        count = self._short(page, 20)
        if page[25] not in _HASH_PAGES or _HEADER + 2 * count > len(page):
            return
        starts = struct.unpack_from(f"{self._order}{count}H", page, _HEADER)
        for index in range(1, count, 2):
            start, end = starts[index], starts[index - 1]
            if start >= end or end > len(page):
                continue
            if page[start] == _KEY_DATA:
                yield page[start + 1 : end]
            elif page[start] == _OFF_PAGE and start + 12 <= len(page):
                first, length = struct.unpack_from(f"{self._order}II", page, start + 4)
                yield self._chain(first, length)

    def _chain(self, number: int, length: int) -> bytes:
        held = bytearray()
        while number and len(held) < length and self._left > 0:
            self._left -= 1
            page = self._data[number * self._size : (number + 1) * self._size]
            if len(page) < self._size or page[25] != _OVERFLOW:
                break
            held += page[_HEADER : _HEADER + self._short(page, 22)]
            number = struct.unpack_from(f"{self._order}I", page, 16)[0]
        return bytes(held[:length])

    def _short(self, page: bytes, at: int) -> int:
        value: int = struct.unpack_from(f"{self._order}H", page, at)[0]
        return value
