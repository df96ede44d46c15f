"""
Archives: what `docker save`, `podman save`, skopeo, crane, buildah and `ctr` write.

Read once from front to back, so a pipe serves as well as a file.
"""

from __future__ import annotations

import os
import posixpath
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from auditor.errors import ImageNotFound, NotAnImage, Unreadable, UsageError
from auditor.exporter.base import Blob, Export, describe_by_reading
from auditor.model import Gap, Image
from auditor.streams import inflate
from auditor.streams.header import BLOCK, is_header
from auditor.streams.reading import (
    CHUNK,
    Buffered,
    Chunks,
    Exact,
    Peekable,
    Range,
    RangeReader,
    Reader,
)
from auditor.streams.tar import Damage, Entry, Kind, Stray, Tar


class ArchiveSource:
    """
    An archive in a file.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @contextmanager
    def open(self, reference: str, platform: str | None = None) -> Iterator[Export]:
        """
        See `Source.open`.
        """
        path, tag = _locate(reference)
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                # NOTE: a named pipe is read like a stream.
                place = Range(str(path), 0, size) if path.is_file() else None
                blobs = read_archive(file, reference, place)
                yield Export(self._name, reference, blobs, tag, size)
        except PermissionError as error:
            raise Unreadable(
                f"{reference}: permission denied", "Run as a user who may read the file."
            ) from error
        except IsADirectoryError as error:
            raise NotAnImage(
                f"{reference}: is a folder, not an archive", "Give a layout as oci:FOLDER."
            ) from error

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        See `Source.describe`.
        """
        return describe_by_reading(self, reference)

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        See `Source.files`.
        """
        path, _ = _locate(reference)
        return (str(path),) if path.is_file() else None


class StdinSource:
    """
    An archive on standard input: `docker save x | audit -`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @contextmanager
    def open(self, reference: str, platform: str | None = None) -> Iterator[Export]:
        """
        See `Source.open`.
        """
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "-: standard input is a terminal", "Pipe an image in: docker save x | audit -"
            )
        blobs = read_archive(sys.stdin.buffer, "standard input")
        yield Export(self._name, reference, blobs, size=_size_of_input())

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        See `Source.describe`.
        """
        return describe_by_reading(self, reference)

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        See `Source.files`.
        """
        return None


def _size_of_input() -> int | None:
    """
    How much is to come on standard input, in bytes: known if it is a file.
    """
    try:
        known = os.fstat(sys.stdin.fileno())
    except (OSError, AttributeError):
        # What was put in its place may have no file.
        return None
    return known.st_size if stat.S_ISREG(known.st_mode) else None


def _locate(reference: str) -> tuple[Path, str | None]:
    """
    The file, and the tag that skopeo's way of writing puts behind it.
    """
    path = Path(reference).expanduser()
    if path.exists():
        return path, None
    name, _, tag = reference.partition(":")
    if tag and Path(name).expanduser().exists():
        return Path(name).expanduser(), tag
    raise ImageNotFound(f"{reference}: no such file", "Check the path.")


def read_archive(
    source: Reader, reference: str, place: Range | None = None
) -> Iterator[Blob | Gap]:
    """
    The blobs of an archive, compressed as a whole or not. `place` is where it lies, if it is a
    file. Raises `NotAnImage` at the first one.
    """
    plain = Peekable(Exact(source))
    kind = inflate.compression(plain.peek(inflate.MAGIC_SIZE))
    inflated = inflate.Inflated(plain, kind) if kind else None
    archive = Peekable(inflated) if inflated else plain
    _check(archive.peek(BLOCK), reference, inflated)
    if place is not None and not inflated:
        with RangeReader(place) as reader:
            yield from _members(Tar(Buffered(reader, BLOCK * 8)), place)
        return
    yield from _members(Tar(archive), None)
    if inflated and inflated.damage:
        yield Gap("archive", inflated.damage, blocking=True)
    elif inflated and (inflated.tail.strip(b"\0") or plain.peek(1)):
        rest = chain([inflated.tail], iter(lambda: plain.read(CHUNK), b""))
        yield Blob(f"(after the end of the {kind} data)", -1, Chunks(rest))


def _members(tar: Tar, place: Range | None) -> Iterator[Blob | Gap]:
    strays: Counter[str] = Counter()
    whole = True
    for member in tar:
        whole = whole and not isinstance(member, Damage)
        yield from _blob(member, strays, place)
    if whole and not tar.ended:
        yield Gap("archive", "has no end marker")


def _check(head: bytes, reference: str, inflated: inflate.Inflated | None) -> None:
    if is_header(head):
        return
    again = "Write the archive again: docker save -o FILE."
    if inflated and inflated.damage:
        raise NotAnImage(f"{reference}: {inflated.damage}", again)
    if not head:
        raise NotAnImage(f"{reference}: is empty", again)
    raise NotAnImage(
        f"{reference}: is not a tar archive",
        "Give an archive of docker save, podman save or skopeo, or an OCI layout.",
    )


def _blob(
    member: Entry | Stray | Damage, strays: Counter[str], place: Range | None
) -> Iterator[Blob | Gap]:
    if isinstance(member, Damage):
        yield Gap("archive", member.reason, blocking=True)
    elif isinstance(member, Stray):
        strays[member.label] += 1
        # Blobs are told apart by their names.
        count = f" {strays[member.label]}" if strays[member.label] > 1 else ""
        yield Blob(f"({member.label}{count})", -1, member.reader)
    elif member.kind in (Kind.SYMLINK, Kind.HARD_LINK):
        target = member.link
        if member.kind is Kind.HARD_LINK:
            # A hard link's target is named from the archive's root.
            folder = posixpath.dirname(_clean(member.name))
            target = posixpath.relpath("/" + _clean(target), "/" + folder)
        yield Blob(_clean(member.name), 0, member.reader, link=target)
    elif member.kind is Kind.FILE:
        part = None
        if place is not None:
            # What the archive says it has is not there if it was cut.
            part = place.part(member.at, min(member.size, max(place.size - member.at, 0)))
        name = _clean(member.name)
        stored = member.name if member.name != name else None
        yield Blob(name, member.size, member.reader, place=part, stored=stored)


def _clean(name: str) -> str:
    return posixpath.normpath(name.lstrip("/"))
