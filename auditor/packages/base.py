"""
The seam: a file of a package database in, what it says of other files out.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from auditor.records import dataclass

PATH_LIMIT = 4096
"""
Bytes of the longest path that Linux takes; longer ones claim nothing.
"""
NAME_LIMIT = 100
"""
Characters kept of a package's name.
"""


class Standing(StrEnum):
    """
    Whose a package is, as far as the database shows it.
    """

    PUBLISHED = "published"
    """
    A distribution's own: anybody can get the same files elsewhere.
    """
    LOCAL = "local"
    """
    Built or installed from files at hand: likely the image's own author's.
    """


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A package says what one file holds.
    """

    path: bytes
    """
    As the database has it, relative to the root or absolute.
    """
    algorithm: str
    """
    `md5`, `sha1` or `sha256`.
    """
    digest: bytes
    package: str
    """
    The manager and the package's name, such as `dpkg libc6`.
    """


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    A checksum in the database's own text, in the form in which it stands there.
    """

    value: str
    package: str


@dataclass(frozen=True, slots=True)
class Fact:
    """
    Whose a package is.
    """

    package: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Diversion:
    """
    A file that was put elsewhere than its package says.
    """

    claimed: bytes
    found: bytes


Item = Claim | Recorded | Fact | Diversion


class Database(Protocol):
    """
    Knows the files in which one package manager records what it installed.
    """

    pattern: str
    """
    A regular expression for the whole absolute path of such a file.
    """

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        What the file says, as far as it can be read. May raise where it is damaged: what came
        before holds.
        """
