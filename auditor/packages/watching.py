"""
A file on its way to the decoders, of which digests or claims may be wanted at its end.
"""

from __future__ import annotations

from auditor.model import Claims, FileDigests
from auditor.packages import databases, python
from auditor.packages.digests import Digests, digests, is_ownable
from auditor.packages.packing import merge
from auditor.records import dataclass
from auditor.streams.reading import CHUNK, Range, RangeReader, Reader, drain

KEPT = 8 << 20
"""
Bytes up to which a file is kept, so that only one with findings is hashed.
"""


class Watch:
    """
    A reader that passes everything on.
    """

    def __init__(self, path: str, source: Reader, keep: int) -> None:
        self._path = path
        self._source = source
        self._limit = keep
        self._kept: list[bytes] = []
        self.size = 0
        """
        Bytes that were read so far.
        """
        self._digests: Digests | None = None
        self._lost = False

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._source.read(n)
        self.size += len(data)
        if self._digests:
            self._digests.update(data)
        elif not self._lost:
            self._kept.append(data)
            if self.size > self._limit:
                self._spill()
        return data

    def _spill(self) -> None:
        """
        Too large to keep: hash it from here on, if it is of any use.
        """
        if is_ownable(self._path):
            self._digests = Digests(self._path)
            for piece in self._kept:
                self._digests.update(piece)
        self._lost = True
        self._kept.clear()

    def content(self) -> bytes | None:
        """
        The whole file; `None` if it was too large. Reads what nobody has read.
        """
        drain(self)
        return None if self._lost else b"".join(self._kept)

    def digests(self) -> FileDigests | None:
        """
        Of the whole file; `None` if it is a large one that no package could own.
        """
        drain(self)
        if self._lost:
            return self._digests.taken() if self._digests else None
        found = Digests(self._path)
        for piece in self._kept:
            found.update(piece)
        return found.taken()


class Whole:
    """
    The same for a small file that is in memory.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self._path = path
        self._data = data
        self.size = len(data)

    def content(self) -> bytes | None:
        """
        See `Watch.content`.
        """
        return self._data

    def digests(self) -> FileDigests | None:
        """
        See `Watch.digests`.
        """
        return digests(self._path, self._data)


class Stored:
    """
    The same for a file that lies in another one as it is: it can be read again, so nothing of it
    is kept or hashed before something is found in it.
    """

    def __init__(self, path: str, place: Range) -> None:
        self._path = path
        self._place = place
        self.size = place.size

    def content(self) -> bytes | None:
        """
        See `Watch.content`.
        """
        if self._place.size > databases.LIMIT:
            return None
        with RangeReader(self._place) as reader:
            return reader.read(self._place.size)

    def digests(self) -> FileDigests:
        """
        Of the whole file.
        """
        found = Digests(self._path)
        with RangeReader(self._place) as reader:
            while data := reader.read(CHUNK):
                found.update(data)
        return found.taken()


Watched = Watch | Whole | Stored


@dataclass(frozen=True, slots=True)
class Known:
    """
    What was kept of some files; small enough to pass between processes.
    """

    digests: tuple[FileDigests, ...] = ()
    claims: tuple[Claims, ...] = ()
    sources: tuple[bytes, ...] = ()


class Collector:
    """
    Keeps of a layer's files, or of some of them, what tells whose they are.
    """

    def __init__(self) -> None:
        self._digests: list[FileDigests] = []
        self._claims: list[Claims] = []
        self._sources: list[bytes] = []

    def see(self, path: str, watch: Watched, leaky: bool) -> None:
        """
        A file that has passed, and whether something was found in it.
        """
        if databases.is_database(path) and (data := watch.content()):
            self._claims.append(databases.claims(path, data))
        is_source = python.is_source(path)
        taken = watch.digests() if leaky or is_source else None
        if taken and leaky:
            self._digests.append(taken)
        if taken and is_source:
            self._sources.append(python.record(taken, watch.size))

    def add(self, known: Known) -> None:
        """
        What another one kept.
        """
        self._digests += known.digests
        self._claims += known.claims
        self._sources += known.sources

    def known(self) -> Known:
        """
        All of it, the claims as one.
        """
        merged = (merge(self._claims),) if self._claims else ()
        return Known(tuple(self._digests), merged, tuple(self._sources))


def watch(path: str, reader: Reader, size: int | None = None) -> Watch:
    """
    A reader in place of `reader`, for a file that is looked into, of so many bytes if that is
    known.
    """
    keep = databases.LIMIT if databases.is_database(path) else KEPT
    # NOTE: of what is too large in the end nothing is kept.
    return Watch(path, reader, keep if size is None or size <= keep else 0)
