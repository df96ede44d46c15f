"""
rpm: one header for each package, in SQLite, rpm's own NDB, or Berkeley DB, told by their bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.packages.base import Item
from auditor.packages.rpm import berkeley, header, ndb, sqlite

_FORMS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Iterator[bytes]]], ...] = (
    (sqlite.accepts, sqlite.blobs),
    (ndb.accepts, ndb.blobs),
    (berkeley.accepts, berkeley.blobs),
)


class Rpm:
    """
    Fedora, RHEL, Rocky, Alma, Amazon Linux, SUSE and others.
    """

    pattern = r"/(?:var/lib|usr/lib/sysimage|usr/share)/rpm/(?:rpmdb\.sqlite|Packages\.db|Packages)"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        for accepts, blobs in _FORMS:
            if accepts(data):
                # NOTE: records of a hostile database may share their pages: what is read is bound
                # by what is there.
                budget = 2 * len(data)
                for blob in blobs(data):
                    budget -= len(blob)
                    if budget < 0:
                        return
                    yield from header.read(blob)
                return
