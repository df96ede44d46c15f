"""
The nouns of `auditor.model` as bytes and back: JSON for what is small, raw for what is large.

Classes are written by the order of their fields, so bytes hold for one version of the program.
"""

from __future__ import annotations

import json
import types
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
_Blobs = list[bytes]
_Way = Callable[[Any, _Blobs], Any]
_LEVEL = 1
"""
Of compression: twice as small as none, and quick.
"""
_LENGTH = 4
"""
Bytes of the length of the JSON, which stands first.
"""


def dump(value: object) -> bytes:
    """
    A dataclass of the model as bytes.
    """
    blobs: _Blobs = []
    kind: Any = type(value)
    way = _ways(kind)[0]
    plain = way(value, blobs) if way else value
    head = json.dumps([plain, [len(blob) for blob in blobs]], separators=(",", ":")).encode()
    raw = b"".join([len(head).to_bytes(_LENGTH, "big"), head, *blobs])
    return zlib.compress(raw, _LEVEL)


def load(kind: type[_T], data: bytes) -> _T:
    """
    What `dump` was given. Raises `ValueError` if it is none of that kind.
    """
    try:
        raw = zlib.decompress(data)
        end = _LENGTH + int.from_bytes(raw[:_LENGTH], "big")
        plain, sizes = json.loads(raw[_LENGTH:end])
        blobs: _Blobs = []
        for size in sizes:
            blobs.append(raw[end : end + size])
            end += size
        of: Any = kind
        way = _ways(of)[1]
        value: _T = way(plain, blobs) if way else plain
    except (zlib.error, TypeError, IndexError, KeyError, AttributeError) as error:
        raise ValueError("is nothing that was kept") from error
    return value


@cache
def _ways(kind: Any) -> tuple[_Way | None, _Way | None]:
    """
    How a type is written and read; `None` for what JSON has as it is.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(inner)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _row(inner[0], tuple)
    if origin is frozenset:
        return _row(inner[0], frozenset)
    if origin is tuple:
        return _pair(inner)
    if is_dataclass(kind):
        return _record(kind)
    return _leaf(kind)


def _leaf(kind: Any) -> tuple[_Way | None, _Way | None]:
    if kind is bytes:
        return _put, _get
    if kind is date:
        return (lambda day, _: day.isoformat()), (lambda text, _: date.fromisoformat(text))
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = {member.value: member for member in kind}
        return None, lambda value, _: known[value]
    if kind in (str, int, bool):
        return None, None
    raise TypeError(f"{kind} is not kept")


def _put(value: bytes, blobs: _Blobs) -> int:
    blobs.append(value)
    return len(blobs) - 1


def _get(index: int, blobs: _Blobs) -> bytes:
    return blobs[index]


def _optional(kinds: tuple[Any, ...]) -> tuple[_Way | None, _Way | None]:
    (kind,) = (one for one in kinds if one is not type(None))
    pack, unpack = _ways(kind)

    def made(way: _Way | None) -> _Way | None:
        return way and (lambda value, blobs: None if value is None else way(value, blobs))

    return made(pack), made(unpack)


def _row(kind: Any, row: Callable[[Any], Any]) -> tuple[_Way, _Way]:
    pack, unpack = _ways(kind)

    def write(value: Any, blobs: _Blobs) -> list[Any]:
        items = sorted(value) if row is frozenset else value
        return [pack(item, blobs) for item in items] if pack else list(items)

    def read(value: Any, blobs: _Blobs) -> Any:
        return row([unpack(item, blobs) for item in value] if unpack else value)

    return write, read


def _pair(kinds: tuple[Any, ...]) -> tuple[_Way, _Way]:
    both = [_ways(kind) for kind in kinds]

    def made(number: int, row: Callable[[Any], Any]) -> _Way:
        ways = [one[number] for one in both]
        return lambda value, blobs: row(
            way(item, blobs) if way else item for item, way in zip(value, ways, strict=True)
        )

    return made(0, list), made(1, tuple)


def _record(kind: Any) -> tuple[_Way, _Way]:
    # NOTE: a field may have the name of a type.
    hints = get_type_hints(kind, localns={})
    names = [one.name for one in fields(kind)]
    both = [_ways(hints[name]) for name in names]
    packs = [(name, pack) for name, (pack, _) in zip(names, both, strict=True)]
    unpacks = [(at, unpack) for at, (_, unpack) in enumerate(both) if unpack]

    def write(value: Any, blobs: _Blobs) -> list[Any]:
        row = [getattr(value, name) for name in names]
        return [
            pack(item, blobs) if pack else item for item, (_, pack) in zip(row, packs, strict=True)
        ]

    def read(row: Any, blobs: _Blobs) -> Any:
        for at, unpack in unpacks:
            row[at] = unpack(row[at], blobs)
        return kind(*row)

    return write, read
