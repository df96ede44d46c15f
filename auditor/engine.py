"""
The whole audit on one page: export, scan every blob, assemble the images, rank.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import contents as archive
from auditor import exporter, oci, packages
from auditor.cache.layers import Untrue
from auditor.contents import Contents, Progress
from auditor.decoders import Limits
from auditor.detectors import ToldDetector, load_plugins, rotation_pages
from auditor.errors import AuditError, NotAnImage, UsageError
from auditor.exporter import Export
from auditor.known import Known, Use
from auditor.model import BuildSource, Field, Finding, Gap, Image, Report
from auditor.pieces import Search, prepare
from auditor.ranking import Context, Evidence, Whence, integrity, origin, rank
from auditor.ranking.lives import in_metadata
from auditor.request import Request as Request
from auditor.runners import Runner, cores

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

log = logging.getLogger("auditor")

ENGINES = ("docker", "podman")
DOCKERFILE_LIMIT = 1 << 20
"""
The largest Dockerfile that is read, in bytes.
"""


def audit(
    request: Request, progress: Progress | None = None, shelf: Shelf | None = None
) -> list[Report]:
    """
    The reports of all images that a reference means: several for an archive of several or an
    index of several platforms. What the shelf holds is not looked for again. Raises an
    `AuditError` if there is none to report on.
    """
    begin = partial(load_plugins, request.detectors)
    begin()
    if request.pull:
        exporter.pull(request.reference, request.platform)
    known = Known(_use(request), shelf)
    known.begin(_files(request))
    bases = _describe(request.base) if request.base else ()
    given = _dockerfile(request.dockerfile, known) if request.dockerfile else Context()
    read = partial(_read, request=request, begin=begin, progress=progress, known=known)
    try:
        export, contents = read()
    except Untrue:
        log.info("what is known of a layer does not fit: all layers are looked into")
        known.forget()
        export, contents = read()
    given = replace(given, marks=known.marks)
    reports = _reports(request, export, contents, bases, given, known)
    known.keep(export, contents, reports)
    return reports


def _use(request: Request) -> Use:
    return Use(
        request.detectors,
        request.limits,
        request.policy.show_secrets,
        request.subject,
    )


def _read(
    request: Request, begin: Callable[[], None], progress: Progress | None, known: Known
) -> tuple[Export, Contents]:
    """
    All of an export, or what is known of it. Raises `Untrue`.
    """
    source, name = exporter.choose(request.reference)
    with (
        source.open(name, request.platform) as export,
        Runner(request.jobs or cores(), prepare, begin) as runner,
    ):
        log.info("reading %s from %s", request.reference, export.source)
        told, images = _told(request.reference, export, known)
        layers = known.layers(told, images)
        contents = known.replayed(export)
        if contents is None or not known.fits(contents):
            search = Search(told, request.limits or Limits())
            contents = archive.read(export, runner, progress, search, layers)
            if not known.fits(contents):
                raise Untrue
    return export, contents


def _files(request: Request) -> tuple[str, ...] | None:
    """
    All files on which the report depends; `None` if it also depends on something else than files
    and the engine's own word of the image.
    """
    files: list[str] = [request.dockerfile] if request.dockerfile is not None else []
    try:
        source, name = exporter.choose(request.reference)
        read = [source.files(name)]
        if request.base is not None:
            below, base = exporter.choose(request.base)
            read.append(below.files(base) or None)
    except AuditError:
        return None
    for some in read:
        if some is None:
            return None
        files += some
    return tuple(files)


def _reports(
    request: Request,
    export: Export,
    contents: Contents,
    bases: tuple[Image, ...],
    given: Context,
    known: Known,
) -> list[Report]:
    kind = _kind(export.source, contents.documents)
    spare = archive.unreferenced(contents)
    _, name = exporter.choose(request.reference)
    whence = replace(_whence(export, name), kind=kind, stored=contents.stored)
    context = replace(given, whence=whence, pages=rotation_pages())
    reports = []
    for image in _images(contents, export, request):
        if request.all_platforms:
            image = oci.must_have_platforms(image)
        if not bases and image.base_name is not None and kind in ENGINES:
            # What the engine has to say of another image may change.
            known.is_passing = True
        below = _fitting(bases, image) or _named_base(image, kind)
        reports.append(_report(image, kind, contents, below, spare, request, context, known))
        # What belongs to no image is told once.
        spare = []
    return reports


def _fitting(bases: tuple[Image, ...], image: Image) -> Image | None:
    """
    Of a base for several platforms the one for the image's own.
    """
    same = (base for base in bases if base.platform == image.platform)
    return next(same, bases[0] if bases else None)


def _dockerfile(path: str, known: Known) -> Context:
    """
    The Dockerfile that the user gave, and what must not be shown of it.
    """
    # Imported here: few give one.
    from auditor.dockerfile import decode

    try:
        with Path(path).open("rb") as file:
            raw = file.read(DOCKERFILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}", "Give the Dockerfile of the image."
        ) from error
    if len(raw) > DOCKERFILE_LIMIT:
        raise UsageError(f"{path}: is too large for a Dockerfile", "Give the image's Dockerfile.")
    text = decode(raw)
    (found,) = known.look([Field("/Dockerfile", text, command=True)])
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


def _told(
    reference: str, export: Export, known: Known
) -> tuple[ToldDetector | None, tuple[Image, ...]]:
    """
    What looks in the layers for values that the metadata gives away, and the images with that
    metadata. Nothing for a stream, which names its metadata last.
    """
    if reference == "-":
        return None, ()
    try:
        images = export.images or _describe(reference)
    except AuditError:
        # The audit itself meets the same, and tells it.
        return None, ()
    fields = [value for image in images for value in image.fields]
    found = [item for items in known.look(fields) for item in items]
    return ToldDetector(item for item in found if isinstance(item, Finding)), images


def _named_base(image: Image, source: str) -> Image | None:
    """
    The base image that the image names itself, if the engine it comes from has it.
    """
    if image.base_name is None:
        return None
    names = [image.base_name.partition("@")[0]]
    if image.base_digest:
        names.insert(0, f"{names[0]}@{image.base_digest}")
    for name in names if source in ENGINES else ():
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
    known: Known,
) -> Report:
    gaps = [*contents.gaps, *image.gaps, *(item for item in spare if isinstance(item, Gap))]
    evidence = [item for item in spare if isinstance(item, Evidence)]
    if base is not None:
        image, mismatch = origin.with_base(image, base)
        gaps += mismatch
    gaps += integrity.gaps(image, contents.scans)
    fields = list(origin.fields(image, base))
    looked = known.look(value for value, _ in fields)
    for (value, whose), found in zip(fields, looked, strict=True):
        evidence += in_metadata(value, [f for f in found if isinstance(f, Finding)], whose)
        gaps += [f for f in found if isinstance(f, Gap)]
    prove = packages.Prover(image, contents.scans).prove
    return rank(image, source, contents.scans, evidence, gaps, request.policy, prove, context)
