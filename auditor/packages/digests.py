"""
The digests by which package databases know a file, taken while it passes.
"""

from __future__ import annotations

import hashlib
import re

from auditor.model import FileDigests

_OWNABLE = re.compile(
    r"/(?:bin|boot|etc|lib|lib32|lib64|libo32|libx32|opt|sbin|usr|var)/|"
    r"/(?:site|dist)-packages/|/(?:mini|ana|micro)?(?:conda|forge|mamba)[^/]*/|/conda-meta/|/envs/"
)


def is_ownable(path: str) -> bool:
    """
    Whether a package could own a file of that path: large ones elsewhere need not be hashed.
    """
    return bool(_OWNABLE.search(path))


class Digests:
    """
    Grows with the file's content, piece by piece.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._hashes = [
            hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")
        ]

    def update(self, data: bytes) -> None:
        """
        The next bytes of the file.
        """
        for one in self._hashes:
            one.update(data)

    def taken(self) -> FileDigests:
        """
        Of everything so far.
        """
        return FileDigests(self._path, *(one.digest() for one in self._hashes))


def digests(path: str, data: bytes) -> FileDigests:
    """
    Of a whole file.
    """
    taken = Digests(path)
    taken.update(data)
    return taken.taken()
