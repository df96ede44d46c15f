"""
The life of a secret across layers: where it stands, and which layer overwrote or deleted it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.model import (
    Field,
    Finding,
    Image,
    Layer,
    LayerScan,
    Origin,
    PathIndex,
    Place,
    Proof,
    State,
)
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_NO_FILE = lazy_regex(r"^\(|/\.wh\.[^/]*$")
_NO_PART = ("after the end of the tar", "pax comment")


Prove = Callable[[int, str, Finding], Proof | None]
"""
Whether what a layer has at a path is what a package installed.
"""


def unproven(layer: int, path: str, finding: Finding) -> None:
    """
    Where nothing is known of packages.
    """


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    A finding with its place in the image.
    """

    finding: Finding
    place: Place
    origin: Origin = Origin.OWN
    proof: Proof | None = None
    """
    That the file is what a package installed, even where that is not enough to make it its own.
    """
    echo: bool = False
    """
    Whether it is known to tell of the same characters as a better one.
    """

    @property
    def spot(self) -> tuple[object, ...]:
        """
        What must be equal for two findings to be about the same characters.
        """
        line = self.finding.line if self.place.layer is not None else None
        return self.place.layer, self.place.path, self.place.inside, line


def in_layers(
    image: Image, scans: Mapping[str, LayerScan], prove: Prove = unproven
) -> list[Evidence]:
    """
    Everything found in the layers, each with what became of it.
    """
    found: list[Evidence] = []
    for layer in image.layers:
        scan = scans.get(layer.blob) if layer.blob else None
        if scan is None:
            continue
        # NOTE: first what lies below, then what this layer adds: it hides only lower layers.
        found = _after(found, layer, scan.index)
        found += _of_layer(layer, scan, prove)
    return found


def in_metadata(field: Field, findings: Iterable[Finding], origin: Origin) -> Iterator[Evidence]:
    """
    What was found in one value of the metadata.
    """
    for finding in findings:
        # It may be encoded in the value.
        inside = finding.inside or field.inside
        place = Place(layer=None, path=field.path, inside=inside, instruction=field.instruction)
        yield Evidence(finding, place, origin)


def _of_layer(layer: Layer, scan: LayerScan, prove: Prove) -> Iterator[Evidence]:
    links = _links(scan)
    for number, finding in enumerate(scan.findings):
        place = Place(
            layer=layer.index,
            path=finding.path,
            inside=finding.inside,
            line=finding.line,
            instruction=layer.instruction,
        )
        if _is_no_file(finding):
            place = replace(place, state=State.DELETED)
        elif number in scan.superseded:
            place = replace(place, state=State.OVERWRITTEN, removed_by=layer.index)
        echo = number in scan.echoes
        yield _evidence(finding, place, layer, prove, echo)
        for link in links.get(finding.path, ()) if finding.inside is None else ():
            yield _evidence(finding, replace(place, path=link), layer, prove, echo)


def _evidence(
    finding: Finding, place: Place, layer: Layer, prove: Prove, echo: bool = False
) -> Evidence:
    proof = prove(layer.index, place.path, finding)
    enough = proof is not None and proof.is_enough(finding.confidence)
    return Evidence(finding, place, Origin.PACKAGE if enough else layer.origin, proof, echo)


def _is_no_file(finding: Finding) -> bool:
    """
    Whether it stands where no file system shows it: behind the end, in a whiteout's body.
    """
    return bool(_NO_FILE.search(finding.path)) or (finding.inside or "").startswith(_NO_PART)


def _links(scan: LayerScan) -> dict[str, list[str]]:
    """
    The hard links to each leaky file, also those by way of another link.
    """
    leaky = {finding.path for finding in scan.findings}
    names = _split(scan.index.hard_links) if leaky else []
    links: dict[str, list[str]] = {}
    files: dict[str, str] = {}
    for link, target in zip(names[0::2], names[1::2], strict=True):
        file = files.get(target, target)
        if file in leaky and link != file:
            files[link] = file
            links.setdefault(file, []).append(link)
    return links


def _split(packed: bytes) -> list[str]:
    return packed.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _after(found: Sequence[Evidence], layer: Layer, index: PathIndex) -> list[Evidence]:
    """
    What a layer does to the places below it.
    """
    alive = {e.place.path for e in found if e.place.state is State.PRESENT}
    if not alive:
        return list(found)
    effects = _effects(alive, index)
    result = []
    for evidence in found:
        place = evidence.place
        state = effects.get(place.path) if place.state is State.PRESENT else None
        if state:
            place = replace(place, state=state, removed_by=layer.index)
            evidence = replace(evidence, place=place)
        result.append(evidence)
    return result


def _effects(paths: Iterable[str], index: PathIndex) -> dict[str, State]:
    """
    Which of the paths are gone after a layer, and how.
    """
    files, directories = set(_split(index.files)), set(_split(index.directories))
    whiteouts, opaque = set(_split(index.whiteouts)), set(_split(index.opaque))
    effects: dict[str, State] = {}
    for path in paths:
        above = _ancestors(path)
        if path in files or path in directories:
            effects[path] = State.OVERWRITTEN
        elif path in whiteouts or any(
            folder in whiteouts or folder in opaque or folder in files for folder in above
        ):
            effects[path] = State.DELETED
    return effects


def _ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) or "/" for n in range(len(parts) - 1, 0, -1)]
