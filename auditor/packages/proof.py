"""
Whether a file is what a package installed: its digest is what a database in the image says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auditor.model import Claims, FileDigests, Finding, Image, LayerScan, Proof
from auditor.packages import python
from auditor.packages.databases import is_database
from auditor.packages.packing import (
    canonical,
    encoded,
    key_of_value,
    keys_of_file,
    packages_with,
)

_HEADER = ("after the end of the tar", "file name", "link target", "owner")
"""
Where a finding stands beside a file's content, which alone is proven.
"""
_HEADER_PREFIX = "pax "


class _Asked(NamedTuple):
    """
    All that a proof depends on: the findings of one file have the same one, and there may be
    thousands.
    """

    layer: int
    path: str
    file: str
    """
    The path of which it may be a hard link.
    """
    is_beside: bool
    value: bytes | None
    """
    What a record of the found value begins with.
    """


class Prover:
    """
    What all databases in the layers of one image say.
    """

    def __init__(self, image: Image, scans: Mapping[str, LayerScan]) -> None:
        self._claims: dict[int, Claims] = {}
        self._digests: dict[int, dict[str, FileDigests | None]] = {}
        self._sources: dict[int, bytes] = {}
        self._proofs: dict[_Asked, Proof | None] = {}
        for layer in image.layers:
            scan = scans.get(layer.blob) if layer.blob else None
            if scan is not None:
                self._claims[layer.index] = scan.claims
                self._digests[layer.index] = _by_path(scan)
                self._sources[layer.index] = scan.sources
        every = self._claims.values()
        self._published = frozenset().union(*(claims.published for claims in every))
        self._local = frozenset().union(*(claims.local for claims in every))
        self._diversions = {k: v for claims in every for k, v in claims.diversions}

    def prove(self, layer: int, path: str, finding: Finding) -> Proof | None:
        """
        That the finding is in a file which a package installed so. `path` is the file's own or a
        hard link's. The digest decides, so a database of any layer may say it: the file's own
        layer first, then the nearest above, then the nearest below.
        """
        asked = _Asked(layer, path, finding.path, _is_beside(finding), _key_of_value(path, finding))
        if asked not in self._proofs:
            self._proofs[asked] = self._proof(asked)
        return self._proofs[asked]

    def _proof(self, asked: _Asked) -> Proof | None:
        keys, source = self._keys(asked)
        for claims in self._nearest(asked.layer) if keys or asked.value else ():
            for package in (name for key in keys for name in packages_with(claims, key)):
                if package not in self._local:
                    manager, _, name = package.partition(" ")
                    reason = f"the file is exactly what {manager} package {name} installed"
                    if source:
                        reason = f"compiled from {source.rpartition('/')[2]}: {reason}"
                    return Proof(reason, package in self._published)
            for package in packages_with(claims, asked.value) if asked.value else ():
                manager = package.partition(" ")[0]
                return Proof(f"a checksum in {manager}'s own record of what it installed", True)
        return None

    def _nearest(self, layer: int) -> Iterator[Claims]:
        for index in sorted(self._claims, key=lambda other: (other < layer, abs(other - layer))):
            if self._claims[index].records:
                yield self._claims[index]

    def _keys(self, asked: _Asked) -> tuple[list[bytes], str | None]:
        """
        What a claim of the file begins with; for a compiled module, of its source, with its path.
        """
        taken = self._digests[asked.layer].get(asked.file)
        if taken is None or asked.is_beside:
            return [], None
        source = python.source_of(asked.path)
        if source and taken.source_size is not None:
            return self._keys_of_source(asked.layer, source, taken.source_size), source
        name = encoded(asked.path)
        diverted = self._diversions.get(canonical(name))
        places = (name,) if diverted is None else (name, diverted)
        return [key for one in places for key in keys_of_file(one, taken.by_algorithm)], None

    def _keys_of_source(self, layer: int, path: str, size: int) -> list[bytes]:
        """
        Of the source that stood there when the module was compiled. The module names its source
        by size and time, and Python itself asks for no more.
        """
        for below in sorted((index for index in self._sources if index <= layer), reverse=True):
            keys = python.keys_of_source(self._sources[below], path, size)
            if keys is not None:
                return keys
        return []


def _is_beside(finding: Finding) -> bool:
    """
    Whether a finding is not in the content of its file.
    """
    inside = finding.inside or ""
    return inside in _HEADER or inside.startswith(_HEADER_PREFIX)


def _key_of_value(path: str, finding: Finding) -> bytes | None:
    """
    What a record of the found value begins with. `None` if there is none of it.
    """
    if not is_database(path):
        return None
    if finding.secret.seal is None:
        return key_of_value(path, finding.secret.reveal())
    return finding.secret.seal.recorded if path == finding.path else None


def _by_path(scan: LayerScan) -> dict[str, FileDigests | None]:
    """
    The digests of each file in which something was found. Nothing for a path that the layer holds
    twice with different content: which of them a finding is in is not known any more.
    """
    found: dict[str, FileDigests | None] = {}
    for taken in scan.digests:
        found[taken.path] = taken if found.get(taken.path, taken) == taken else None
    return found
