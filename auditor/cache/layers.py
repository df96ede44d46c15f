"""
Layers that were looked into before.

A layer is known by the digest of the bytes that are stored: computed here, now or when the same
file in the same state was read before, and never taken from what an archive says of itself. What
it says is only a reason to compute it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.cache import identity
from auditor.cache.identity import Identity
from auditor.cache.sealed import seal
from auditor.model import Image, LayerScan
from auditor.patterns import lazy_regex
from auditor.ranking.marks import Marks
from auditor.records import dataclass
from auditor.streams.reading import Hashing, Range, Reader, drain

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

_NAMED = lazy_regex(r"(?:^|/)([0-9a-f]{64})(?:\.tar(?:\.gz)?)?$")
"""
How blobs are called that are named by their digest.
"""


class Untrue(Exception):
    """
    A stream's blob is not what its name says, and has passed.
    """


@dataclass(frozen=True, slots=True)
class Seen:
    """
    That a part of a file was read, and what it held.
    """

    digest: str


class Layers:
    """
    What is known of layers, for one way to look into them.
    """

    def __init__(self, shelf: Shelf, search: bytes) -> None:
        """
        `search` stands for everything that decides what is found.
        """
        self._shelf = shelf
        self._search = search
        self.marks = Marks(shelf.boxes.derived(b"marks"))
        self.is_blind = False
        """
        Whether everything is to be looked into, known or not.
        """
        self._claims: dict[str, list[str]] = {}
        self._fresh: list[tuple[LayerScan, Range | None, Identity | None]] = []

    def expect(self, images: Iterable[Image]) -> None:
        """
        What images say of their layers: worth a look.
        """
        for image in images:
            for layer in image.layers:
                told = [digest for digest in (layer.digest, layer.diff_id) if digest]
                if layer.blob and told:
                    self._claims.setdefault(layer.blob, []).extend(told)

    def recall(self, digest: str, name: str, size: int) -> LayerScan | None:
        """
        The layer of that digest, under the name that it has here.
        """
        if self.is_blind:
            return None
        found = self._shelf.take("layer", self._subject(digest), LayerScan)
        return found and replace(found, name=name, size=size)

    def find(
        self, name: str, source: Reader | Range, hash_of: Callable[[Range], str]
    ) -> LayerScan | None:
        """
        The layer in a part of a file or next in a stream, if it is known. Raises `Untrue`.
        """
        if isinstance(source, Range):
            return self.in_file(name, source, hash_of)
        return self.in_stream(name, source)

    def in_file(self, name: str, place: Range, hash_of: Callable[[Range], str]) -> LayerScan | None:
        """
        The layer in a part of a file, if it is known.
        """
        state = identity.settled(place.path)
        seen = self._shelf.take("file", _spot(state, place), Seen) if state else None
        if seen is not None:
            return self.recall(seen.digest, name, place.size)
        if not any(map(self._has, self._claimed(name))):
            return None
        digest = hash_of(place)
        found = self.recall(digest, name, place.size)
        if found is not None:
            self._note(place, state, digest)
        return found

    def in_stream(self, name: str, reader: Reader) -> LayerScan | None:
        """
        The layer that comes next, if it is known: it passes, and is not looked into. Raises
        `Untrue` if it was another one.
        """
        claimed = next(filter(self._has, self._claimed(name)), None)
        if claimed is None:
            return None
        passing = Hashing(reader)
        drain(passing)
        found = self.recall(passing.digest, name, passing.size)
        if found is None:
            raise Untrue
        return found

    def state(self, place: Range | None) -> Identity | None:
        """
        A file before it is read.
        """
        return identity.settled(place.path) if place else None

    def saw(self, scan: LayerScan, place: Range | None, state: Identity | None) -> None:
        """
        Something was looked into. `state` is what the file was like before.
        """
        self._fresh.append((scan, place, state))

    def keep(self) -> None:
        """
        Keep all that was looked into.
        """
        for scan, place, state in self._fresh:
            kept = seal(scan, self.marks)
            if kept is None:
                continue
            self._shelf.keep("layer", self._subject(scan.digest), kept)
            plain = _inflated(kept)
            if plain is not None:
                self._shelf.keep("layer", self._subject(plain.digest), plain)
            if place is not None:
                self._note(place, state, scan.digest)
        self._fresh.clear()

    def _note(self, place: Range, state: Identity | None, digest: str) -> None:
        if state is not None and identity.of(place.path) == state:
            self._shelf.keep("file", _spot(state, place), Seen(digest))

    def _claimed(self, name: str) -> list[str]:
        match = _NAMED.search(name)
        named = [f"sha256:{match[1]}"] if match else []
        return [*self._claims.get(name, ()), *named]

    def _has(self, digest: str) -> bool:
        return not self.is_blind and self._shelf.has("layer", self._subject(digest))

    def _subject(self, digest: str) -> bytes:
        return self._search + digest.encode("utf-8", "surrogatepass")


def _spot(state: Identity, place: Range) -> bytes:
    return state.subject + f" {place.offset} {place.size}".encode()


def _inflated(scan: LayerScan) -> LayerScan | None:
    """
    The same layer as it is stored without compression.
    """
    behind = "(after the end of the "
    if scan.compression is None or scan.diff_id is None:
        return None
    paths = (*(one.path for one in scan.findings), *(one.path for one in scan.gaps))
    if any(path.startswith(behind) for path in paths):
        return None
    return replace(scan, digest=scan.diff_id, compression=None)
