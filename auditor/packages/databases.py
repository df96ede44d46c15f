"""
The files of package databases, by their paths, and what each says: one explicit table.
"""

from __future__ import annotations

from auditor.model import Claims
from auditor.packages.apk import Apk
from auditor.packages.base import Database
from auditor.packages.composer import Composer
from auditor.packages.conda import Conda
from auditor.packages.dpkg import Dpkg
from auditor.packages.npm import Npm
from auditor.packages.packing import pack
from auditor.packages.pacman import Pacman
from auditor.packages.pip import Pip
from auditor.packages.rpm import Rpm
from auditor.patterns import lazy_regex

LIMIT = 256 << 20
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
_PATTERNS = {name: lazy_regex(database.pattern) for name, database in DATABASES.items()}


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
        if _PATTERNS[name].fullmatch(path) and len(data) <= LIMIT:
            return pack(path, database.read(path, data))
    return Claims()
