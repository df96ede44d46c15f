"""
Claims small enough to keep for every layer: a record of 16 bytes each, in order.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from auditor.model import Claims
from auditor.packages.base import (
    NAME_LIMIT,
    PATH_LIMIT,
    Claim,
    Fact,
    Item,
    Recorded,
    Standing,
)
from auditor.patterns import lazy_regex

log = logging.getLogger("auditor")

CLAIM_LIMIT = 1 << 20
"""
Records kept of one layer; what is beyond them is not proven.
"""
FACT_LIMIT = 1 << 16
DIVERSION_LIMIT = 1 << 12
RECORD = 16
"""
Bytes: a shortened hash of what is claimed, and the package's number.
"""
_KEY = 12
_MERGED = lazy_regex(rb"^/(?:usr/)?(bin|sbin|lib|lib32|lib64|libo32|libx32)/")
_NOT_PLAIN = lazy_regex(rb"//|/\.\.?(?:/|$)")


def canonical(path: bytes) -> bytes:
    """
    One name for a file that packages know by several: absolute, and the same for `/lib` and
    `/usr/lib`, `/sbin` and `/bin`, which are one on systems with a merged /usr.
    """
    if not path.startswith(b"/"):
        path = b"/" + path.removeprefix(b"./")
    if _NOT_PLAIN.search(path):
        path = b"/" + posixpath.normpath(path).lstrip(b"/")
    found = _MERGED.match(path)
    if found is None:
        return path
    folder = b"bin" if found[1] == b"sbin" else found[1]
    return b"/" + folder + path[found.end() - 1 :]


def key_of_file(path: bytes, algorithm: str, digest: bytes) -> bytes:
    """
    What a record of a file begins with.
    """
    return _key(b"file", canonical(path), algorithm.encode(), digest)


def keys_of_file(path: bytes, digests: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """
    The same for each of a file's digests, by algorithm.
    """
    start = b"file\0" + canonical(path)
    return [_key(start, algorithm.encode(), digest) for algorithm, digest in digests]


def key_of_value(path: str, value: str) -> bytes:
    """
    What a record of a checksum that stands in a database begins with.
    """
    return _key(b"value", encoded(path), encoded(value))


def encoded(text: str) -> bytes:
    """
    A path or value of an image as bytes.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass" if _paired(text) else "surrogateescape")


def _paired(text: str) -> bool:
    """
    Whether surrogates in it stand for something else than single bytes, as JSON may have them.
    """
    return any("\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff" for char in text)


def _key(*parts: bytes) -> bytes:
    return shortened(b"\0".join(parts), _KEY)


def shortened(data: bytes, size: int) -> bytes:
    """
    A hash of so many bytes.
    """
    return hashlib.blake2b(data, digest_size=size).digest()


def pack(path: str, items: Iterable[Item]) -> Claims:
    """
    What a database's file at `path` says. A file that breaks off says what came before.
    """
    held = _Held()
    try:
        for item in items:
            held.add(path, item)
            if len(held.records) >= CLAIM_LIMIT:
                break
    except Exception as error:
        # NOTE: hostile data proves nothing, and ends nothing. What was read until then holds.
        log.info("%s cannot be read to its end: %s", path, type(error).__name__)
    return held.packed()


class _Held:
    """
    What was said so far.
    """

    def __init__(self) -> None:
        self.records: set[bytes] = set()
        self._numbers: dict[str, int] = {}
        self._facts: dict[Standing, set[str]] = {standing: set() for standing in Standing}
        self._diversions: dict[bytes, bytes] = {}

    def add(self, path: str, item: Item) -> None:
        if isinstance(item, Claim):
            if len(item.path) <= PATH_LIMIT:
                key = key_of_file(item.path, item.algorithm, item.digest)
                self.records.add(key + self._number(item.package))
        elif isinstance(item, Recorded):
            self.records.add(key_of_value(path, item.value) + self._number(item.package))
        elif isinstance(item, Fact):
            facts = self._facts[item.standing]
            if len(facts) < FACT_LIMIT:
                facts.add(_name(item.package))
        elif len(self._diversions) < DIVERSION_LIMIT and len(item.found) <= PATH_LIMIT:
            self._diversions[canonical(item.found)] = item.claimed[:PATH_LIMIT]

    def _number(self, package: str) -> bytes:
        return self._numbers.setdefault(_name(package), len(self._numbers)).to_bytes(4, "big")

    def packed(self) -> Claims:
        return Claims(
            records=b"".join(sorted(self.records)),
            packages=tuple(self._numbers),
            published=frozenset(self._facts[Standing.PUBLISHED]),
            local=frozenset(self._facts[Standing.LOCAL]),
            diversions=tuple(self._diversions.items()),
        )


def _name(package: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in package[:NAME_LIMIT])


def merge(parts: Sequence[Claims]) -> Claims:
    """
    What all databases of a layer say.
    """
    if len(parts) == 1:
        return parts[0]
    numbers: dict[str, int] = {}
    records: set[bytes] = set()
    for part in parts:
        renumbered = [
            numbers.setdefault(name, len(numbers)).to_bytes(4, "big") for name in part.packages
        ]
        for record in _records(part.records):
            if len(records) < CLAIM_LIMIT:
                number = int.from_bytes(record[_KEY:], "big")
                records.add(record[:_KEY] + renumbered[number])
    return Claims(
        records=b"".join(sorted(records)),
        packages=tuple(numbers),
        published=frozenset().union(*(part.published for part in parts)),
        local=frozenset().union(*(part.local for part in parts)),
        diversions=tuple({k: v for part in parts for k, v in part.diversions}.items()),
    )


def _records(packed: bytes) -> Iterator[bytes]:
    for at in range(0, len(packed), RECORD):
        yield packed[at : at + RECORD]


class _Records(Sequence[bytes]):
    """
    The keys of packed records, for a search by halves.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // RECORD

    def __getitem__(self, index: int) -> bytes:  # type: ignore[override]
        return self._packed[index * RECORD : index * RECORD + _KEY]


def packages_with(claims: Claims, key: bytes) -> Iterator[str]:
    """
    The packages that claim what `key` stands for.
    """
    records = _Records(claims.records)
    at = bisect_left(records, key)
    while at < len(records) and records[at] == key:
        number = int.from_bytes(claims.records[at * RECORD + _KEY : (at + 1) * RECORD], "big")
        yield claims.packages[number]
        at += 1
