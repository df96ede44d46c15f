"""
One tar header: checksum, numbers, names, pax records.
"""

from __future__ import annotations

import zlib

from auditor.patterns import lazy_regex

BLOCK = 512
"""
The size of a header, and what data is padded to, in bytes.
"""
_ZERO = bytes(BLOCK)
_STORED = lazy_regex(rb"[\x80-\xff]|[\s0-7]*(?:\0|\Z)")
"""
What may be a checksum.
"""


class BadHeader(ValueError):
    """
    A block that is no header.
    """


def is_header(block: bytes) -> bool:
    """
    Whether a block of 512 bytes is a tar header, by its checksum.
    """
    field = block[148:156]
    digits = field.rstrip(b"\0 ")
    # NOTE: a file that is no tar has no digits there, and nearly every header nothing else.
    are_digits = digits.isdigit()
    if len(block) < BLOCK or not (are_digits or _is_stored(block)):
        return False
    try:
        stored = int(digits, 8) if are_digits else number(field)
    except ValueError:
        return False
    # NOTE: Adler-32 counts the sum on the way, modulo 65521, which no 256 bytes reach: five times
    # as fast as `sum`, and a layer has as many headers as files.
    low, high = zlib.adler32(block[:256]), zlib.adler32(block[256:BLOCK])
    unsigned = (low & 0xFFFF) + (high & 0xFFFF) - (zlib.adler32(field) & 0xFFFF) + 255
    if stored == unsigned:
        return True
    if (unsigned - stored) % 256:
        return False
    # NOTE: some old writers summed signed characters.
    large = sum(b > 127 for b in block[:148]) + sum(b > 127 for b in block[156:BLOCK])
    return stored == unsigned - 256 * large


def _is_stored(block: bytes) -> bool:
    """
    Whether what stands in the place of a checksum may be one, written in an unusual way.
    """
    return _STORED.match(block, 148, 156) is not None and block[:BLOCK] != _ZERO


def number(field: bytes) -> int:
    """
    Octal digits, or base 256 as GNU writes large ones. Raises `BadHeader`.
    """
    digits = field.rstrip(b"\0 ")
    if digits.isdigit():
        # NOTE: nearly all are such, and there are two for each file.
        try:
            return int(digits, 8)
        except ValueError:
            raise BadHeader("not a number") from None
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] & 0x40:
            raise BadHeader("negative number")
        return value
    digits = field.split(b"\0", 1)[0].strip()
    # NOTE: int() would take signs, underscores and 0o too.
    if digits.strip(b"01234567"):
        raise BadHeader("not a number")
    return int(digits or b"0", 8)


def text(field: bytes) -> str:
    """
    Up to the first NUL.
    """
    end = field.find(0)
    return (field if end < 0 else field[:end]).decode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """
    UTF-8, with surrogates for what is none.
    """
    return data.decode("utf-8", "surrogateescape")


def records(data: bytes) -> list[tuple[str, str]]:
    """
    The records of a pax header: `<length> <key>=<value>\\n`.
    """
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 20)
        try:
            length = int(data[at:space]) if space > at else 0
        except ValueError:
            raise BadHeader("damaged pax header") from None
        record = data[space + 1 : at + length]
        is_whole = space - at < length <= len(data) - at
        if not is_whole or not record.endswith(b"\n") or b"=" not in record:
            if data[at:].strip(b"\0") == b"":
                break
            raise BadHeader("damaged pax header")
        key, value = record[:-1].split(b"=", 1)
        found.append((decode(key), decode(value)))
        at += length
    return found
