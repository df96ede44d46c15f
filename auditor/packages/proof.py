"""
Whether a file is what a package installed: its digest is what a database in the image says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from auditor.model import Claims, FileDigests, Finding, Image, LayerScan, Proof
from auditor.packages.packing import (
    canonical,
    encoded,
    key_of_file,
    key_of_value,
    packages_with,
)

_HEADER = ("after the end of the tar", "file name", "link target", "owner")
"""
Where a finding stands beside a file's content, which alone is proven.
"""
_HEADER_PREFIX = "pax "
_COMPILED = re.compile(r"(?P<folder>.*/)__pycache__/(?P<name>[^/]+?)\.[^./]+(?:\.opt-\d)?\.pyc")
"""
Python's own cache of compiled modules: https://peps.python.org/pep-3147/
"""


class Prover:
    """
    What all databases in the layers of one image say.
    """

    def __init__(self, image: Image, scans: Mapping[str, LayerScan]) -> None:
        self._claims: dict[int, Claims] = {}
        self._digests: dict[int, dict[str, FileDigests | None]] = {}
        self._sources: dict[tuple[str, str], list[tuple[int, Finding]]] = {}
        """
        What stands in Python's source files, by path and value, with its layer.
        """
        for layer in image.layers:
            scan = scans.get(layer.blob) if layer.blob else None
            if scan is not None:
                self._claims[layer.index] = scan.claims
                self._digests[layer.index] = _by_path(scan)
                self._keep_sources(layer.index, scan)
        every = self._claims.values()
        self._published = frozenset().union(*(claims.published for claims in every))
        self._local = frozenset().union(*(claims.local for claims in every))
        self._diversions = {k: v for claims in every for k, v in claims.diversions}

    def _keep_sources(self, layer: int, scan: LayerScan) -> None:
        for finding in scan.findings:
            if finding.path.endswith(".py"):
                key = finding.path, finding.secret.reveal()
                self._sources.setdefault(key, []).append((layer, finding))

    def prove(self, layer: int, path: str, finding: Finding) -> Proof | None:
        """
        That the finding is in a file which a package installed so. `path` is the file's own or a
        hard link's. The digest decides, so a database of any layer may say it: the file's own
        layer first, then the nearest above, then the nearest below.
        """
        for claims in self._nearest(layer):
            for package in self._claiming(claims, layer, path, finding):
                if package not in self._local:
                    manager, _, name = package.partition(" ")
                    return Proof(
                        f"the file is exactly what {manager} package {name} installed",
                        package in self._published,
                    )
            key = key_of_value(path, finding.secret.reveal())
            for package in packages_with(claims, key):
                manager = package.partition(" ")[0]
                return Proof(f"a checksum in {manager}'s own record of what it installed", True)
        return self._compiled(path, finding)

    def _compiled(self, path: str, finding: Finding) -> Proof | None:
        """
        No database has the checksum of what Python compiled on this machine. It gives away
        nothing that a proven source beside it does not, if the same secret stands there.
        """
        found = _COMPILED.fullmatch(path)
        if found is None:
            return None
        name = f"{found['name']}.py"
        key = found["folder"] + name, finding.secret.reveal()
        for layer, source in self._sources.get(key, ()):
            proof = self.prove(layer, source.path, source)
            if proof:
                return replace(proof, reason=f"compiled from {name}: {proof.reason}")
        return None

    def _nearest(self, layer: int) -> Iterator[Claims]:
        for index in sorted(self._claims, key=lambda other: (other < layer, abs(other - layer))):
            if self._claims[index].records:
                yield self._claims[index]

    def _claiming(self, claims: Claims, layer: int, path: str, finding: Finding) -> Iterator[str]:
        inside = finding.inside or ""
        taken = self._digests[layer].get(finding.path)
        if taken is None or inside in _HEADER or inside.startswith(_HEADER_PREFIX):
            return
        name = encoded(path)
        diverted = self._diversions.get(canonical(name))
        for place in (name,) if diverted is None else (name, diverted):
            for algorithm, digest in taken.by_algorithm:
                yield from packages_with(claims, key_of_file(place, algorithm, digest))


def _by_path(scan: LayerScan) -> dict[str, FileDigests | None]:
    """
    The digests of each file in which something was found. Nothing for a path that the layer holds
    twice with different content: which of them a finding is in is not known any more.
    """
    found: dict[str, FileDigests | None] = {}
    for taken in scan.digests:
        found[taken.path] = taken if found.get(taken.path, taken) == taken else None
    return found
