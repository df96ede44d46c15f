"""
The whole audit on one page: export, scan every blob, assemble the images, rank.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from auditor import contents as archive
from auditor import dockerfile, exporter, oci, packages
from auditor.contents import Contents, Progress
from auditor.decoders import Limits
from auditor.detectors import Detector, ToldDetector, load_plugins, rotation_pages
from auditor.errors import AuditError, NotAnImage, UsageError
from auditor.exporter import Export
from auditor.model import BuildSource, Field, Finding, Gap, Image, Report
from auditor.pieces import Search, prepare
from auditor.ranking import Context, Evidence, Policy, Whence, integrity, origin, rank
from auditor.ranking.lives import in_metadata
from auditor.runners import Runner, cores
from auditor.scan import scan_field

log = logging.getLogger("auditor")

DOCKERFILE_LIMIT = 1 << 20
"""
The largest Dockerfile that is read, in bytes.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """
    What to audit, and how.
    """

    reference: str
    platform: str | None = None
    base: str | None = None
    jobs: int | None = None
    """
    How many processes may scan; `None` for one on each core.
    """
    policy: Policy = field(default_factory=Policy)
    dockerfile: str | None = None
    """
    The path of the Dockerfile that the image was built from.
    """
    detectors: tuple[str, ...] = ()
    """
    The user's own, as `auditor.detectors.load_plugins` takes them.
    """
    limits: Limits = field(default_factory=Limits)
    """
    How far files within files are opened.
    """
    pull: bool = False
    """
    Whether the engine is to pull it first.
    """
    all_platforms: bool = False
    """
    Whether a platform that is named and not there makes the audit partial.
    """


def audit(request: Request, progress: Progress | None = None) -> list[Report]:
    """
    The reports of all images that a reference means: several for an archive of several or an
    index of several platforms. Raises an `AuditError` if there is none to report on.
    """
    begin = partial(load_plugins, request.detectors)
    begin()
    if request.pull:
        exporter.pull(request.reference, request.platform)
    base = _describe(request.base)[0] if request.base else None
    given = _dockerfile(request.dockerfile) if request.dockerfile else Context()
    source, name = exporter.choose(request.reference)
    with source.open(name) as export, Runner(request.jobs or cores(), prepare, begin) as runner:
        log.info("reading %s from %s", request.reference, export.source)
        whence = _whence(export, name)
        told = _told(request.reference, request.limits)
        contents = archive.read(export, runner, progress, Search(told, request.limits))
    kind = _kind(export.source, contents.documents)
    spare = archive.unreferenced(contents)
    context = replace(
        given,
        whence=replace(whence, kind=kind, stored=contents.stored),
        pages=rotation_pages(),
    )
    reports = []
    for image in _images(contents, export, request):
        if request.all_platforms:
            image = oci.must_have_platforms(image)
        known = base or _named_base(image, kind)
        reports.append(_report(image, kind, contents, known, spare, request, context))
        # What belongs to no image is told once.
        spare = []
    return reports


def _dockerfile(path: str) -> Context:
    """
    The Dockerfile that the user gave, and what must not be shown of it.
    """
    try:
        with Path(path).open("rb") as file:
            raw = file.read(DOCKERFILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}", "Give the Dockerfile of the image."
        ) from error
    if len(raw) > DOCKERFILE_LIMIT:
        raise UsageError(f"{path}: is too large for a Dockerfile", "Give the image's Dockerfile.")
    text = dockerfile.decode(raw)
    found = scan_field(Field("/Dockerfile", text, command=True))
    masked = tuple(item for item in found if isinstance(item, Finding))
    return Context(BuildSource(path, text), masked=masked)


def _whence(export: Export, name: str) -> Whence:
    tag = f":{export.tag}" if export.tag else ""
    return Whence(export.source, name.removesuffix(tag))


def _images(contents: Contents, export: Export, request: Request) -> tuple[Image, ...]:
    try:
        return oci.assemble(
            contents.documents,
            request.reference,
            tag=export.tag,
            platform=request.platform,
            exact=export.exact,
        )
    except NotAnImage:
        # A manifest comes last in most archives. What was found before a cut must not be lost.
        if not contents.is_cut or oci.referenced(contents.documents):
            raise
        return (archive.remains(contents, request.reference),)


def _kind(source: str, documents: oci.Documents) -> str:
    """
    An archive in a file shows what it is only once it was read.
    """
    is_oci = documents.named("index.json") and not documents.named("manifest.json")
    return "oci-archive" if source == "docker-archive" and is_oci else source


def _describe(reference: str) -> tuple[Image, ...]:
    source, name = exporter.choose(reference)
    return source.describe(name)


def _told(reference: str, limits: Limits) -> Detector | None:
    """
    What looks in the layers for values that the metadata gives away. Nothing for a stream, which
    names its metadata last.
    """
    if reference == "-":
        return None
    try:
        fields = [value for image in _describe(reference) for value in image.fields]
    except AuditError:
        # The audit itself meets the same, and tells it.
        return None
    found = [item for value in fields for item in scan_field(value, limits)]
    return ToldDetector(item for item in found if isinstance(item, Finding))


def _named_base(image: Image, source: str) -> Image | None:
    """
    The base image that the image names itself, if the engine it comes from has it.
    """
    if image.base_name is None:
        return None
    names = [image.base_name.partition("@")[0]]
    if image.base_digest:
        names.insert(0, f"{names[0]}@{image.base_digest}")
    for name in names if source in ("docker", "podman") else ():
        with suppress(AuditError):
            return exporter.SOURCES[source].describe(name)[0]
    log.info("the base image %s is not at hand: its layers are not told apart", image.base_name)
    return None


def _report(
    image: Image,
    source: str,
    contents: Contents,
    base: Image | None,
    spare: list[Evidence | Gap],
    request: Request,
    context: Context,
) -> Report:
    gaps = [*contents.gaps, *image.gaps, *(item for item in spare if isinstance(item, Gap))]
    evidence = [item for item in spare if isinstance(item, Evidence)]
    if base is not None:
        image, mismatch = origin.with_base(image, base)
        gaps += mismatch
    gaps += integrity.gaps(image, contents.scans)
    for value, whose in origin.fields(image, base):
        found = tuple(scan_field(value, request.limits))
        evidence += in_metadata(value, [f for f in found if isinstance(f, Finding)], whose)
        gaps += [f for f in found if isinstance(f, Gap)]
    prove = packages.Prover(image, contents.scans).prove
    return rank(image, source, contents.scans, evidence, gaps, request.policy, prove, context)
