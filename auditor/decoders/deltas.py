"""
Differences between objects of git: gitformat-pack(5), "Deltified representation".
"""

from __future__ import annotations

from collections.abc import Iterator

OBJECT_LIMIT = 32 << 20
"""
The largest object that is put together, in bytes.
"""
CONTEXT = 3
"""
Lines around a difference that are told with it.
"""


def _size(data: bytes, at: int) -> tuple[int, int]:
    size, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return size, at
        if shift > 70:
            raise ValueError("size")


def _instructions(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """
    Copies as offset and size, additions as their bytes. Raises `IndexError` and `ValueError`.
    """
    _, at = _size(data, 0)
    _, at = _size(data, at)
    while at < len(data):
        byte = data[at]
        at += 1
        if byte & 0x80:
            numbers = [0] * 7
            for bit in range(7):
                if byte >> bit & 1:
                    numbers[bit] = data[at]
                    at += 1
            offset = int.from_bytes(bytes(numbers[:4]), "little")
            yield offset, int.from_bytes(bytes(numbers[4:]), "little") or 0x10000, b""
        elif byte:
            yield 0, byte, data[at : at + byte]
            at += byte
        else:
            raise ValueError("instruction")


def patched(base: bytes, data: bytes) -> bytes:
    """
    What a difference makes of its base. Raises `IndexError` and `ValueError`.
    """
    _, at = _size(data, 0)
    size, _ = _size(data, at)
    if size > OBJECT_LIMIT:
        raise ValueError("too large")
    out = bytearray()
    for offset, length, added in _instructions(data):
        out += added or base[offset : offset + length]
        if len(out) > size:
            raise ValueError("longer than told")
    return bytes(out)


def borders(data: bytes) -> Iterator[tuple[int, int]]:
    """
    Where the result of a difference is not the base as it was: what was added, and the places
    where two copies meet.
    """
    at = 0
    for _, length, added in _instructions(data):
        if added:
            yield at, at + len(added)
            at += len(added)
        else:
            if at:
                yield at, at
            at += length


def lines(content: bytes, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """
    The places, in order, widened to whole lines and some around them; joined where they touch.
    """
    last: tuple[int, int] | None = None
    for start, end in places:
        for _ in range(CONTEXT + 1):
            start = content.rfind(b"\n", 0, max(start - 1, 0)) + 1
        for _ in range(CONTEXT + 1):
            end = content.find(b"\n", end + 1)
            if end < 0:
                end = len(content)
                break
        if last and start <= last[1]:
            last = (last[0], max(end, last[1]))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
