"""
A package's header as the database keeps it: an index of tags and their data, big-endian; see
https://rpm-software-management.github.io/rpm/manual/hregions.html and tags.html beside it.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator

from auditor.packages.base import PATH_LIMIT, Claim, Fact, Item
from auditor.packages.publishers import standing_of_vendor

_NAME, _VENDOR, _DIGESTS, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _ALGORITHM = (
    1000, 1011, 1035, 1116, 1117, 1118, 5011,
)  # fmt: skip
_SIGNATURES = (259, 262, 267, 268, 278)
"""
PGP and GPG over header and payload, DSA and RSA over the header, OpenPGP of rpm 6.
"""
_WANTED = frozenset(
    (_NAME, _VENDOR, _DIGESTS, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _ALGORITHM, *_SIGNATURES)
)
_STRING_TYPES = (6, 8, 9)
_INT32 = 4
_ALGORITHMS = {1: ("md5", 32), 2: ("sha1", 40), 8: ("sha256", 64)}
"""
By OpenPGP's numbers, with the digits of a digest.
"""
_ENTRY = struct.Struct(">IIII")
_ENTRIES_LIMIT = 1 << 16


def read(blob: bytes) -> Iterator[Item]:
    """
    What a header says of its package's files; nothing if it is none.
    """
    tags = _tags(blob)
    names = _strings(tags, _NAME)
    if not names:
        return
    package = f"rpm {names[0].decode('utf-8', 'replace')}"
    vendor = (_strings(tags, _VENDOR) or [b""])[0].decode("utf-8", "replace")
    standing = standing_of_vendor(vendor, any(tag in tags for tag in _SIGNATURES))
    if standing:
        yield Fact(package, standing)
    yield from _claims(package, tags)


_Tags = dict[int, tuple[int, int, bytes]]
"""
By tag: type, count, and the data from there to the header's end.
"""


def _tags(blob: bytes) -> _Tags:
    if len(blob) < 8:
        return {}
    entries, size = struct.unpack_from(">II", blob)
    start = 8 + 16 * entries
    if entries > _ENTRIES_LIMIT or start + size > len(blob):
        return {}
    tags: _Tags = {}
    for at in range(8, start, 16):
        tag, kind, offset, count = _ENTRY.unpack_from(blob, at)
        if tag in _WANTED and tag not in tags and offset <= size:
            tags[tag] = kind, count, blob[start + offset : start + size]
    return tags


def _strings(tags: _Tags, tag: int) -> list[bytes]:
    kind, count, data = tags.get(tag, (0, 0, b""))
    if kind not in _STRING_TYPES or not count:
        return []
    return data.split(b"\0", min(count, len(data)))[:count]


def _numbers(tags: _Tags, tag: int) -> tuple[int, ...]:
    kind, count, data = tags.get(tag, (0, 0, b""))
    if kind != _INT32 or 4 * count > len(data):
        return ()
    return struct.unpack_from(f">{count}I", data)


def _claims(package: str, tags: _Tags) -> Iterator[Claim]:
    number = (_numbers(tags, _ALGORITHM) or (1,))[0]
    algorithm, digits = _ALGORITHMS.get(number, ("", 0))
    folders = _strings(tags, _DIR_NAMES)
    files = zip(
        _numbers(tags, _DIR_INDEXES),
        _strings(tags, _BASE_NAMES),
        _strings(tags, _DIGESTS),
        strict=False,
    )
    for folder, name, digest in files:
        if len(digest) != digits or not digits or folder >= len(folders):
            continue
        try:
            raw = binascii.unhexlify(digest)
        except binascii.Error:
            continue
        if len(folders[folder]) + len(name) <= PATH_LIMIT:
            yield Claim(folders[folder] + name, algorithm, raw, package)
