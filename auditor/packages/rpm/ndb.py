"""
rpm's own database, `Packages.db`: slots that say where each header lies; little-endian, see
lib/backend/ndb/rpmpkg.c in rpm.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAGIC, _SLOT, _BLOB = b"RpmP", b"Slot", b"BlbS"
_PAGE = 4096
_UNIT = 16
_NUMBERS = struct.Struct("<III")


def accepts(data: bytes) -> bool:
    """
    Whether it is one, by its first bytes.
    """
    return data[:4] == _MAGIC and len(data) >= 2 * _UNIT


def blobs(data: bytes) -> Iterator[bytes]:
    """
    Every header whose slot and own mark agree.
    """
    pages = struct.unpack_from("<I", data, 12)[0]
    # The first page begins with the database's own header, which takes two slots.
    for at in range(2 * _UNIT, min(pages * _PAGE, len(data) - _UNIT + 1), _UNIT):
        if data[at : at + 4] != _SLOT:
            continue
        number, unit, _ = _NUMBERS.unpack_from(data, at + 4)
        start = unit * _UNIT
        if not number or data[start : start + 4] != _BLOB or start + _UNIT > len(data):
            continue
        owner, _, size = _NUMBERS.unpack_from(data, start + 4)
        if owner == number:
            yield data[start + _UNIT : start + _UNIT + size]
