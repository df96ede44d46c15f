"""
The digests by which package databases know a file, taken while it passes.
"""

from __future__ import annotations

import hashlib

from auditor.model import FileDigests
from auditor.packages import python
from auditor.patterns import lazy_regex

_OWNABLE = lazy_regex(
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
        self._head = b""
        # NOTE: by name each is looked up in OpenSSL anew, which takes longer than a short file.
        kinds = (hashlib.md5, hashlib.sha1, hashlib.sha256)
        self._hashes = [kind(usedforsecurity=False) for kind in kinds]

    def update(self, data: bytes) -> None:
        """
        The next bytes of the file.
        """
        if len(self._head) < python.HEAD:
            self._head += data[: python.HEAD]
        for one in self._hashes:
            one.update(data)

    def taken(self) -> FileDigests:
        """
        Of everything so far.
        """
        md5, sha1, sha256 = (one.digest() for one in self._hashes)
        size = python.source_size(self._path, self._head)
        return FileDigests(self._path, md5, sha1, sha256, size)


def digests(path: str, data: bytes) -> FileDigests:
    """
    Of a whole file.
    """
    taken = Digests(path)
    taken.update(data)
    return taken.taken()
