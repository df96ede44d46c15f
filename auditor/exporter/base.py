"""
What every source of images gives: its blobs, one after the other.

An archive that is streamed names its layers only at its end (`manifest.json` comes last), and may
not be copied to disk, since a copy would hold the secrets. So a source gives every blob once, in
the order in which they come; which of them are layers of which image is found afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from typing import Protocol

from auditor import oci
from auditor.model import Gap, Image
from auditor.records import dataclass
from auditor.streams.reading import Peekable, Range, Reader, drain, skip

HEAD = 512
"""
Bytes of a blob that tell what it is.
"""


@dataclass(slots=True)
class Blob:
    """
    One member of an archive or file of a layout.
    """

    name: str
    """
    Relative to the archive's or layout's root, `/` between its parts.
    """
    size: int
    reader: Reader
    """
    Valid until the next blob is asked for.
    """
    link: str | None = None
    """
    Set if it is only another name: relative to its folder.
    """
    place: Range | None = None
    """
    Where it lies in a file as it is, so that it can be read there again.
    """
    stored: str | None = None
    """
    The name as the archive writes it, where that is another one.
    """
    digest: str | None = None
    """
    By which it is asked for, once its first bytes are read: other bytes are not what was to be
    had. If none come, a gap follows.
    """


@dataclass(slots=True)
class Export:
    """
    An image, or several, on the way out of a source.
    """

    source: str
    """
    The source's name for the report.
    """
    reference: str
    blobs: Iterator[Blob | Gap]
    tag: str | None = None
    """
    Which image of an archive is meant; `None` for all.
    """
    size: int | None = None
    """
    Bytes to come, if that is known.
    """
    exact: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """
    Argument lists of history entries, by index, where the engine keeps them.
    """
    is_engine: bool = False
    state: bytes | None = None
    """
    Everything that an engine says of the image without exporting it: the same state, the same
    export. `None` where that cannot be told.
    """
    images: tuple[Image, ...] | None = None
    """
    What the images say of themselves, as `Source.describe` gives it, where that is known already.
    """


class Source(Protocol):
    """
    A place where images come from.
    """

    def open(self, reference: str, platform: str | None = None) -> AbstractContextManager[Export]:
        """
        Begin to export. Layers of no image for `platform` may be left out. Raises an `AuditError`
        if there is nothing to be had.
        """

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        What the images say of themselves, without their layers' content. Raises an `AuditError`.
        """

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        All files and folders that are read; none for an engine, `None` for what can be read only
        once. Raises an `AuditError`.
        """


def describe_by_reading(source: Source, reference: str) -> tuple[Image, ...]:
    """
    `Source.describe` for sources that can only be read through.
    """
    documents = oci.Documents()
    with source.open(reference) as export:
        for blob in export.blobs:
            if isinstance(blob, Gap):
                continue
            if blob.link is not None:
                documents.link(blob.name, blob.link)
                continue
            head = Peekable(blob.reader)
            if oci.looks_like_json(head.peek(HEAD)) and documents.has_room(blob.size):
                documents.add(blob.name, head.read(blob.size))
            else:
                documents.saw(blob.name, None)
                if blob.size >= 0:
                    skip(blob.reader, blob.size)
                else:
                    drain(blob.reader)
        return oci.assemble(documents, reference, tag=export.tag)
