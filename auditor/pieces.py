"""
A piece of a layer: files and texts that are looked into together, in this process or in another.

What goes in and what comes out is small when pickled: a piece of a file on disk is its place, and
one of a stream lies in memory that the processes share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from functools import cache, partial
from typing import NamedTuple

from auditor import detectors, packages
from auditor.decoders import CANDIDATE, Limits, Spot, decode
from auditor.detectors import Detector, detect
from auditor.model import Finding, Gap, Text
from auditor.records import dataclass
from auditor.shared_memory import Slot, taken
from auditor.streams.reading import File, Held, Peekable, Range, RangeReader

Payload = bytes | Slot | Range


@dataclass(frozen=True, slots=True)
class Search:
    """
    How files are looked into.
    """

    told: Detector | None = None
    """
    What is known of this image and looked for everywhere.
    """
    limits: Limits = field(default_factory=Limits)
    """
    How far files within files are opened.
    """


class Item(NamedTuple):
    """
    One file of a piece. There is one for each file, so it is a tuple: made and pickled at once.
    """

    entry: int
    """
    The number of the layer's entry.
    """
    path: str
    inside: str | None
    start: int
    """
    Where it begins in the piece, in bytes.
    """
    size: int


class Laid(NamedTuple):
    """
    A text of a piece. A large one lies among the content of the files, and what is told of it here
    is without it.
    """

    entry: int
    text: Text
    start: int = 0
    """
    Where it begins in the piece, in bytes.
    """
    size: int = 0
    """
    0 if the text is here.
    """


@dataclass(frozen=True, slots=True)
class Piece:
    """
    Work for one process.
    """

    payload: Payload
    """
    The content of the files, and maybe what lies between them.
    """
    files: tuple[Item, ...] = ()
    texts: tuple[Laid, ...] = ()
    search: Search = field(default_factory=Search)


@dataclass(frozen=True, slots=True)
class Found:
    """
    What came of a piece, in the order of the layer's entries, with the entry's number each.
    """

    items: tuple[tuple[int, Finding | Gap], ...] = ()
    known: packages.Known = field(default_factory=packages.Known)
    """
    What tells whether packages own the files.
    """


def look(piece: Piece) -> Found:
    """
    Decode and detect all of a piece.
    """
    collector = packages.Collector()
    items = (*_in_texts(piece), *_in_files(piece, collector))
    return Found(items, collector.known())


def _in_texts(piece: Piece) -> Iterator[tuple[int, Finding | Gap]]:
    part = _parts(piece.payload) if any(laid.size for laid in piece.texts) else None
    for entry, told, start, size in piece.texts:
        text = replace(told, held=part(start, size)) if part and size else told
        for found in detect(text, piece.search.told):
            yield entry, found


def _in_files(piece: Piece, collector: packages.Collector) -> Iterator[tuple[int, Finding | Gap]]:
    payload = piece.payload
    if isinstance(payload, Range) and len(piece.files) == 1:
        # One large file is read as it is looked into.
        (item,) = piece.files
        place = payload.part(item.start, item.size)
        with RangeReader(place) as reader:
            stored = packages.Stored(item.path, place)
            yield from _in_file(item, Peekable(reader), stored, piece.search, collector)
        return
    if not piece.files:
        return
    part = _parts(payload)
    for item in piece.files:
        content = part(item.start, item.size)
        if len(content) < item.size:
            gap = Gap(item.path, "was cut off while it was read", blocking=True)
            yield item.entry, gap
        whole = packages.Whole(item.path, content)
        yield from _in_file(item, Held(content), whole, piece.search, collector)


def _in_file(
    item: Item,
    reader: Peekable,
    watch: packages.Watched,
    search: Search,
    collector: packages.Collector,
) -> list[tuple[int, Finding | Gap]]:
    found = list(look_into(File(item.path, reader, item.size, item.inside), search))
    if item.inside is None:
        collector.see(item.path, watch, any(isinstance(one, Finding) for one in found))
    return [(item.entry, one) for one in found]


@cache
def spot() -> Spot | None:
    """
    What finds encoded things in texts: Hyperscan belongs to the detectors.
    """
    return detectors.spotter(CANDIDATE)


def prepare() -> None:
    """
    Load what is needed, so that processes which are started now have it from the beginning.
    """
    detectors.prepare()
    spot()


def look_into(file: File, search: Search) -> Iterator[Finding | Gap]:
    """
    Decode and detect one file.
    """
    parts: Iterable[Text | Gap] = decode(file, search.limits, spot())
    for part in parts:
        if isinstance(part, Gap):
            yield part
        else:
            yield from detect(part, search.told)


def _parts(payload: Payload) -> Callable[[int, int], bytes]:
    """
    What gives the part of a payload with an offset and a size, in bytes.
    """
    if isinstance(payload, Slot):
        return partial(taken, payload)
    if isinstance(payload, Range):
        with RangeReader(payload) as reader:
            data = reader.read(payload.size)
    else:
        data = payload
    return lambda start, size: data[start : start + size]
