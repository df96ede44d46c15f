"""
What package managers say of the files that they installed, and whether it is so: one explicit
table of databases.

    said = packages.claims(path, data)        # of every file that `is_database(path)`
    taken = packages.digests(path, data)      # of every file in which something was found
    kept = packages.source(path, data)        # of every file: `None` for most
    claims = packages.merge(all_said)         # at the layer's end
    sources = packages.sources(all_kept)
    prover = packages.Prover(image, scans)    # once all layers are there
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.model import Claims
from auditor.packages import python
from auditor.packages.apk import Apk
from auditor.packages.base import Database
from auditor.packages.composer import Composer
from auditor.packages.conda import Conda
from auditor.packages.digests import Digests, digests
from auditor.packages.dpkg import Dpkg
from auditor.packages.npm import Npm
from auditor.packages.packing import merge, pack
from auditor.packages.pacman import Pacman
from auditor.packages.pip import Pip
from auditor.packages.proof import Prover
from auditor.packages.rpm import Rpm
from auditor.packages.watching import KEPT, Watch
from auditor.streams.reading import Reader

DATABASE_LIMIT = 256 << 20
"""
Bytes of one database's file that are read; a larger one proves nothing.
"""
DATABASES: dict[str, Database] = {
    "apk": Apk(),
    "composer": Composer(),
    "conda": Conda(),
    "dpkg": Dpkg(),
    "npm": Npm(),
    "pacman": Pacman(),
    "pip": Pip(),
    "rpm": Rpm(),
}
_ENDS = (
    ".json", ".md5sums", ".sqlite", "/METADATA", "/Packages", "/Packages.db", "/RECORD", "/desc",
    "/diversions", "/installed", "/mtree", "/status", "/world",
)  # fmt: skip
_STATUS_FOLDER = "/var/lib/dpkg/status.d/"
_PATTERNS = {name: re.compile(database.pattern) for name, database in DATABASES.items()}


def is_database(path: str) -> bool:
    """
    Whether a file at that absolute path records what a package manager installed.
    """
    if not path.endswith(_ENDS) and not path.startswith(_STATUS_FOLDER):
        return False
    return any(pattern.fullmatch(path) for pattern in _PATTERNS.values())


def claims(path: str, data: bytes) -> Claims:
    """
    What the database's file at `path` says, whatever `data` is: nothing if it cannot be read.
    """
    for name, database in DATABASES.items():
        if _PATTERNS[name].fullmatch(path) and len(data) <= DATABASE_LIMIT:
            return pack(path, database.read(path, data))
    return Claims()


def watch(path: str, reader: Reader) -> Watch:
    """
    A reader in place of `reader`, for a file that is not in memory.
    """
    return Watch(path, reader, DATABASE_LIMIT if is_database(path) else KEPT)


def source(path: str, data: bytes) -> bytes | None:
    """
    What is kept of a source of Python, by which compiled modules are known; `None` if it is none.
    """
    return python.record(digests(path, data), len(data)) if python.is_source(path) else None


def sources(records: Iterable[bytes]) -> bytes:
    """
    The sources of a layer.
    """
    return python.packed(records)


__all__ = [
    "DATABASES",
    "DATABASE_LIMIT",
    "Database",
    "Digests",
    "Prover",
    "Watch",
    "claims",
    "digests",
    "is_database",
    "merge",
    "source",
    "sources",
    "watch",
]
