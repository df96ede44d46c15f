"""
The whole audit on one page: export, scan every blob, assemble the images, rank.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from auditor import exporter, oci
from auditor.errors import AuditError
from auditor.exporter import Blob, Export
from auditor.model import Field, Finding, Gap, Image, Layer, LayerScan, Origin, Report
from auditor.ranking import Evidence, Policy, rank
from auditor.ranking.lives import in_metadata
from auditor.scan import scan_blob, scan_field
from auditor.streams.reading import Hashing, Kept, Peekable

log = logging.getLogger("auditor")

Progress = Callable[[int, int | None], None]
"""
Called with the bytes that were just read, and the bytes in all if that is known.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """
    What to audit, and how.
    """

    reference: str
    platform: str | None = None
    base: str | None = None
    policy: Policy = field(default_factory=Policy)


@dataclass(slots=True)
class _Contents:
    """
    All that came out of an export.
    """

    documents: oci.Documents = field(default_factory=oci.Documents)
    scans: dict[str, LayerScan] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


def audit(request: Request, progress: Progress | None = None) -> list[Report]:
    """
    The reports of all images that a reference means: several for an archive of several or an
    index of several platforms. Raises an `AuditError` if there is none to report on.
    """
    base = _describe(request.base) if request.base else None
    source, name = exporter.choose(request.reference)
    with source.open(name) as export:
        log.info("reading %s from %s", request.reference, export.source)
        contents = _read(export, progress)
    kind = _kind(export.source, contents.documents)
    images = oci.assemble(
        contents.documents,
        request.reference,
        tag=export.tag,
        platform=request.platform,
        exact=export.exact,
    )
    used = {layer.blob for image in images for layer in image.layers}
    reports = []
    for number, image in enumerate(images):
        known = base or _named_base(image, kind)
        spare = _spare(contents, used) if number == 0 else []
        reports.append(_report(image, kind, contents, known, spare, request))
    return reports


def _kind(source: str, documents: oci.Documents) -> str:
    """
    An archive in a file shows what it is only once it was read.
    """
    is_oci = documents.named("index.json") and not documents.named("manifest.json")
    return "oci-archive" if source == "docker-archive" and is_oci else source


def _describe(reference: str) -> Image:
    source, name = exporter.choose(reference)
    return source.describe(name)


def _named_base(image: Image, source: str) -> Image | None:
    """
    The base image that the image names itself, if the engine it comes from has it.
    """
    if image.base_name is None or source not in exporter.SOURCES:
        return None
    names = [image.base_name.partition("@")[0]]
    if image.base_digest:
        names.insert(0, f"{names[0]}@{image.base_digest}")
    for name in names if source in ("docker", "podman") else ():
        with suppress(AuditError):
            return exporter.SOURCES[source].describe(name)
    log.info("the base image %s is not at hand: its layers are not told apart", image.base_name)
    return None


def _read(export: Export, progress: Progress | None) -> _Contents:
    """
    Every blob once: JSON is kept, all else is scanned as it passes.
    """
    contents = _Contents()
    for blob in export.blobs:
        if isinstance(blob, Gap):
            contents.gaps.append(blob)
        elif blob.link is not None:
            contents.documents.link(blob.name, blob.link)
        else:
            _take(blob, contents, progress, export.size)
    return contents


def _take(blob: Blob, contents: _Contents, progress: Progress | None, total: int | None) -> None:
    seen = (lambda count: progress(count, total)) if progress else None
    reader = Peekable(Hashing(blob.reader, seen))
    is_document = oci.looks_like_json(reader.peek(exporter.HEAD))
    if is_document and blob.size >= 0 and contents.documents.has_room(blob.size):
        raw = reader.read(blob.size)
        document = contents.documents.add(blob.name, raw)
        if document.size < blob.size:
            contents.gaps.append(Gap(blob.name, "is cut", blocking=True))
        if document.data is None:
            # Ciphertext and broken JSON begin like that too: nothing in it is to be lost.
            contents.scans[blob.name] = scan_blob(blob.name, Kept(raw))
        return
    log.info("scanning %s", blob.name)
    scan = scan_blob(blob.name, reader)
    contents.scans[blob.name] = scan
    contents.documents.saw(blob.name, scan.digest)
    if 0 <= scan.size < blob.size:
        contents.gaps.append(Gap(blob.name, "is cut", blocking=True))


def _spare(contents: _Contents, used: set[str | None]) -> list[Evidence | Gap]:
    """
    What lies in the archive and belongs to no image: still given away with it.
    """
    found: list[Evidence | Gap] = []
    for name, scan in contents.scans.items():
        if name in used:
            continue
        for finding in scan.findings:
            inside = finding.path if finding.inside is None else f"{finding.path}!{finding.inside}"
            place = Field(f"unreferenced/{name}", "", inside=inside)
            found += in_metadata(place, [finding], Origin.OWN)
        found += [replace(gap, path=f"unreferenced/{name}!{gap.path}") for gap in scan.gaps]
    return found


def _report(
    image: Image,
    source: str,
    contents: _Contents,
    base: Image | None,
    spare: list[Evidence | Gap],
    request: Request,
) -> Report:
    gaps = [*contents.gaps, *image.gaps, *(item for item in spare if isinstance(item, Gap))]
    evidence = [item for item in spare if isinstance(item, Evidence)]
    if base is not None:
        image, mismatch = _with_base(image, base)
        gaps += mismatch
    gaps += _integrity(image, contents.scans)
    for field_, origin in _fields(image, base):
        found = tuple(scan_field(field_))
        evidence += in_metadata(field_, [f for f in found if isinstance(f, Finding)], origin)
        gaps += [f for f in found if isinstance(f, Gap)]
    return rank(image, source, contents.scans, evidence, gaps, request.policy)


def _with_base(image: Image, base: Image) -> tuple[Image, list[Gap]]:
    """
    The image with its lowest layers marked as the base's, if they are.
    """
    below = [layer.diff_id for layer in base.layers]
    mine = [layer.diff_id for layer in image.layers[: len(below)]]
    if not below or mine != below:
        reason = "is not what this image was built on: its layers are not the lowest here"
        return image, [Gap(f"base image {base.reference}", reason)]
    layers = tuple(
        replace(layer, origin=Origin.BASE) if layer.index < len(below) else layer
        for layer in image.layers
    )
    return replace(image, layers=layers), []


def _fields(image: Image, base: Image | None) -> Iterator[tuple[Field, Origin]]:
    """
    All metadata values with their origin: the base's own values are inherited.
    """
    inherited: set[tuple[str, str | None, str]] = set()
    is_built_on = any(layer.origin is Origin.BASE for layer in image.layers)
    if base is not None and is_built_on:
        inherited = {(f.path, f.name, f.value) for f in base.fields}
    for value in dict.fromkeys(image.fields):
        key = (value.path, value.name, value.value)
        yield value, Origin.BASE if key in inherited else Origin.OWN


def _integrity(image: Image, scans: dict[str, LayerScan]) -> Iterator[Gap]:
    """
    Layers that are not there, cannot be read, or are not what the manifest says.
    """
    for layer in image.layers:
        scan = scans.get(layer.blob) if layer.blob else None
        if scan is None:
            yield Gap("(layer)", _why_missing(layer), layer.index, blocking=True)
            continue
        if not scan.is_tar:
            what = "is encrypted" if "encrypted" in layer.media_type else "is not a tar archive"
            yield Gap("(layer)", what, layer.index, blocking=True)
        yield from _mismatches(layer, scan)


def _why_missing(layer: Layer) -> str:
    if "nondistributable" in layer.media_type or "foreign" in layer.media_type:
        return "is foreign: its content is elsewhere"
    return "is not in the archive"


def _mismatches(layer: Layer, scan: LayerScan) -> Iterator[Gap]:
    stated = layer.digest
    if stated and stated.startswith("sha256:") and stated != scan.digest:
        yield Gap("(layer)", f"its digest is {scan.digest}, not {stated}", layer.index)
    elif stated and not stated.startswith("sha256:"):
        yield Gap("(layer)", f"its digest is not verified: {stated[:16]}…", layer.index)
    if layer.diff_id and scan.diff_id and layer.diff_id != scan.diff_id:
        yield Gap("(layer)", f"its diff_id is {scan.diff_id}, not {layer.diff_id}", layer.index)
