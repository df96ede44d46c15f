"""
Compiled Python modules: no package database has their checksum, since they are made where the
package is installed. Each says the size of its source; see https://peps.python.org/pep-0552/
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from auditor.model import FileDigests
from auditor.packages.packing import encoded, keys_of_file, shortened
from auditor.patterns import lazy_regex

HEAD = 16
"""
Bytes of a compiled module before its code: magic, flags, time and size of the source.
"""
_SOURCE = lazy_regex(r".*/(?:(?:site|dist)-packages|lib(?:32|64)?/python[0-9.]+)/.*\.py")
_COMPILED = lazy_regex(r"(.*/)__pycache__/([^/]+?)\.[^./]+(?:\.opt-\d)?\.pyc")
_PATH = 8
_RECORD = 48
_SIZE = struct.Struct("<I")


def is_source(path: str) -> bool:
    """
    Whether a file is one of those from which Python's cache is made in packages.
    """
    return path.endswith(".py") and bool(_SOURCE.fullmatch(path))


def source_of(path: str) -> str | None:
    """
    The path of the source of a compiled module in Python's cache.
    """
    found = _COMPILED.fullmatch(path)
    return f"{found[1]}{found[2]}.py" if found else None


def source_size(path: str, head: bytes) -> int | None:
    """
    The size of the source in bytes, if that is what the module was made with.
    """
    if not path.endswith(".pyc") or len(head) < HEAD or any(head[4:8]):
        return None
    size: int = _SIZE.unpack_from(head, 12)[0]
    return size


def record(taken: FileDigests, size: int) -> bytes:
    """
    What is kept of a source: path, size, and what a claim of it begins with.
    """
    path = encoded(taken.path)
    keys = keys_of_file(path, taken.by_algorithm)
    return shortened(path, _PATH) + _SIZE.pack(size & 0xFFFFFFFF) + b"".join(keys)


def packed(records: Iterable[bytes]) -> bytes:
    """
    All of a layer, in order.
    """
    return b"".join(sorted(set(records)))


class _Paths(Sequence[bytes]):
    """
    What the records begin with, for a search by halves.
    """

    def __init__(self, sources: bytes) -> None:
        self._sources = sources

    def __len__(self) -> int:
        return len(self._sources) // _RECORD

    def __getitem__(self, index: int) -> bytes:  # type: ignore[override]
        return self._sources[index * _RECORD : index * _RECORD + _PATH]


def keys_of_source(sources: bytes, path: str, size: int) -> list[bytes] | None:
    """
    What claims of the source at `path` begin with; none if it has another size, or if the layer
    holds it twice. `None` if the layer does not hold it.
    """
    paths = _Paths(sources)
    wanted = shortened(encoded(path), _PATH)
    at = bisect_left(paths, wanted)
    if at == len(paths) or paths[at] != wanted:
        return None
    found = sources[at * _RECORD + _PATH : (at + 1) * _RECORD]
    is_twice = at + 1 < len(paths) and paths[at + 1] == wanted
    if is_twice or _SIZE.unpack_from(found)[0] != size:
        return []
    return [found[start : start + 12] for start in range(4, len(found), 12)]
