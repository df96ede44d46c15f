"""
Everything that comes out of an export: JSON is kept, all else is scanned as it passes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from auditor import exporter, oci
from auditor.exporter import Blob, Export
from auditor.model import Field, Gap, Image, Layer, LayerScan, Origin
from auditor.pieces import Search
from auditor.ranking import Evidence
from auditor.ranking.lives import in_metadata
from auditor.runners import Runner
from auditor.scan import scan_blob
from auditor.streams.reading import Kept, Peekable

log = logging.getLogger("auditor")

Progress = Callable[[int, int | None], None]
"""
Called with the bytes that were just read, and the bytes in all if that is known.
"""


@dataclass(slots=True)
class Contents:
    """
    An archive or layout that was read to its end.
    """

    documents: oci.Documents = field(default_factory=oci.Documents)
    scans: dict[str, LayerScan] = field(default_factory=dict)
    """
    By the blob's name.
    """
    gaps: list[Gap] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    """
    Names of blobs as the archive writes them, where they are others.
    """

    @property
    def is_cut(self) -> bool:
        """
        Whether something of it is missing, so that a manifest may be missing as well.
        """
        return bool(self.gaps)


def read(
    export: Export,
    runner: Runner,
    progress: Progress | None = None,
    search: Search | None = None,
) -> Contents:
    """
    Every blob once, in the order in which they come.
    """

    def seen(count: int) -> None:
        if progress:
            progress(count, export.size)

    contents = Contents()
    for blob in export.blobs:
        if isinstance(blob, Gap):
            contents.gaps.append(blob)
        elif blob.link is not None:
            contents.documents.link(blob.name, blob.link)
        else:
            scan = partial(scan_blob, runner=runner, search=search, seen=seen)
            _take(blob, contents, scan)
    return contents


def _take(blob: Blob, contents: Contents, scan_as: Callable[..., LayerScan]) -> None:
    reader = Peekable(blob.reader)
    _make_room(blob.name, contents)
    if blob.stored is not None:
        contents.stored[blob.name] = blob.stored
    is_document = oci.looks_like_json(reader.peek(exporter.HEAD))
    if is_document and blob.size >= 0 and contents.documents.has_room(blob.size):
        raw = reader.read(blob.size)
        size = len(raw)
        if contents.documents.add(blob.name, raw).data is None:
            # Ciphertext and broken JSON begin like that too: nothing in it is to be lost.
            contents.scans[blob.name] = scan_as(blob.name, Kept(raw))
    else:
        log.info("scanning %s", blob.name)
        scan = scan_as(blob.name, blob.place or reader)
        size = scan.size
        contents.scans[blob.name] = scan
        contents.documents.saw(blob.name, scan.digest)
    if 0 <= size < blob.size:
        contents.gaps.append(Gap(blob.name, "is cut", blocking=True))


def _make_room(name: str, contents: Contents) -> None:
    """
    Of two members of one name loaders take the last. The first is still given away, so it is
    kept under another name.
    """
    other, number = name, 1
    while other in contents.scans or other in contents.documents.by_name:
        number += 1
        other = f"{name} ({number})"
    if other == name:
        return
    contents.documents.rename(name, other)
    if name in contents.scans:
        contents.scans[other] = contents.scans.pop(name)


def unreferenced(contents: Contents) -> list[Evidence | Gap]:
    """
    What lies in the archive and is a layer of no image: still given away with it.
    """
    used = oci.referenced(contents.documents)
    found: list[Evidence | Gap] = []
    for name, scan in contents.scans.items():
        if name not in used:
            found += _of_spare(name, scan)
    return found


def _of_spare(name: str, scan: LayerScan) -> Iterator[Evidence | Gap]:
    for finding in scan.findings:
        inside = finding.path if finding.inside is None else f"{finding.path}!{finding.inside}"
        place = Field(f"unreferenced/{name}", "", inside=inside)
        yield from in_metadata(place, [finding], Origin.OWN)
    for gap in scan.gaps:
        yield replace(gap, path=f"unreferenced/{name}!{gap.path}")


def remains(contents: Contents, reference: str) -> Image:
    """
    An image of what could be read of an archive that was cut before it named its images: every
    tar in it as a layer, in the order in which they came.
    """
    tars = [scan for scan in contents.scans.values() if scan.is_tar]
    layers = tuple(
        Layer(index, scan.name, scan.diff_id, None, instruction="(unknown instruction)")
        for index, scan in enumerate(tars)
    )
    gap = Gap("manifest.json", "was not reached: which layers make an image is unknown", None, True)
    return Image(reference, "", "", layers, gaps=(gap,))
