"""
Tar headers bit by bit: what no library writes, with a right checksum.
"""

from __future__ import annotations

from collections.abc import Iterable

BLOCK = 512
END = bytes(2 * BLOCK)


def header(
    name: bytes = b"file",
    *,
    size: int | bytes = 0,
    type: bytes = b"0",
    link: bytes = b"",
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    owner: bytes = b"",
) -> bytes:
    """
    One header. `size` may be the bytes of the field, right or wrong.
    """
    size_field = b"%011o\0" % size if isinstance(size, int) else size.ljust(12, b"\0")
    numbers = b"0000644\0" + b"0000000\0" * 2
    block = name.ljust(100, b"\0") + numbers + size_field + b"00000000000\0"
    block += b" " * 8 + type + link.ljust(100, b"\0") + magic + owner.ljust(32, b"\0")
    return signed(block.ljust(345, b"\0") + prefix)


def signed(block: bytes) -> bytes:
    """
    The block padded, with the checksum that belongs to it.
    """
    block = block.ljust(BLOCK, b"\0")
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(data: bytes) -> bytes:
    """
    Content up to the next block.
    """
    return data + bytes(-len(data) % BLOCK)


def member(name: bytes, data: bytes = b"", *, type: bytes = b"0") -> bytes:
    """
    A header with its content.
    """
    return header(name, size=len(data), type=type) + padded(data)


def record(key: str, value: bytes) -> bytes:
    """
    One record of a pax header; its length counts its own digits.
    """
    rest = b" " + key.encode() + b"=" + value + b"\n"
    length = len(rest)
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def pax(records: Iterable[tuple[str, bytes]], *, type: bytes = b"x") -> bytes:
    """
    A pax header with its records.
    """
    return member(b"PaxHeaders/file", b"".join(record(*item) for item in records), type=type)


def damaged(block: bytes) -> bytes:
    """
    A header whose checksum is wrong.
    """
    return block[:148] + b"0000001\0" + block[156:]
