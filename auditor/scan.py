"""
One blob of an archive → what it holds: inflate, hash, walk, and have its files looked into.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from typing import NamedTuple

from auditor import packages
from auditor.handing import PIECE, Notes, Pieces, Seen
from auditor.model import Finding, Gap, LayerScan
from auditor.pieces import Search, prepare
from auditor.runners import Runner
from auditor.streams import inflate
from auditor.streams.header import BLOCK, is_header
from auditor.streams.reading import (
    CHUNK,
    File,
    Hashing,
    Peekable,
    Range,
    RangeReader,
    Reader,
    Then,
    drain,
)
from auditor.walker import LayerWalk

HEAD = 1 << 16
"""
Bytes in which a tar shows its first header, even if some before it are damaged.
"""
LITTLE = 1 << 12
"""
How much is read at once between files that are passed over, in bytes.
"""


def scan_blob(
    name: str,
    source: Reader | Range,
    runner: Runner,
    search: Search | None = None,
    seen: Seen = lambda count: None,
) -> LayerScan:
    """
    Read a blob to its end, whatever it is. Damage is in the gaps of the result. `seen` is told
    of the bytes that were done.
    """
    return begin_blob(name, source, runner, search, seen)()


def begin_blob(
    name: str,
    source: Reader | Range,
    runner: Runner,
    search: Search | None = None,
    seen: Seen = lambda count: None,
    share: int = 0,
) -> Callable[[], LayerScan]:
    """
    The same in two steps, so that no process is idle at the end of a layer: hand out what there
    is to do, then, by calling the result once, wait for it. A compressed blob in a file, of no more
    than `share` bytes, is the task of one process.
    """
    search = search or Search()
    if not isinstance(source, Range):
        return _streamed(name, Hashing(source, seen), runner, search)
    with RangeReader(source) as reader:
        head = reader.read(HEAD)
    if inflate.compression(head[: inflate.MAGIC_SIZE]) is None and _looks_like_tar(head):
        return _in_place(name, source, runner, search, seen)
    if source.size <= share:
        return _by_one(Alone(name, source, search), runner, seen)
    with RangeReader(source) as reader:
        return _streamed(name, Hashing(reader, seen), runner, search)


class Alone(NamedTuple):
    """
    A blob that one process scans alone.
    """

    name: str
    place: Range
    search: Search


def scan_alone(blob: Alone) -> LayerScan:
    """
    The task of that process.
    """
    with RangeReader(blob.place) as reader, Runner(1, prepare) as runner:
        return _streamed(blob.name, Hashing(reader), runner, blob.search)()


def _by_one(blob: Alone, runner: Runner, seen: Seen) -> Callable[[], LayerScan]:
    """
    Other blobs are inflated by other processes meanwhile.
    """
    runner.expect(blob.place.size)
    task = runner.submit(scan_alone, blob)

    def finish() -> LayerScan:
        try:
            scan = task.result()
        except BrokenExecutor:
            # Its files in pieces: what there is to lose is less then.
            with RangeReader(blob.place) as reader:
                return _streamed(blob.name, Hashing(reader, seen), runner, blob.search)()
        seen(blob.place.size)
        return scan

    return finish


def _in_place(
    name: str, place: Range, runner: Runner, search: Search, seen: Seen
) -> Callable[[], LayerScan]:
    """
    A tar that lies in a file as it is: only its headers are read here.
    """
    runner.expect(place.size)
    digest = runner.submit(hash_of, place)
    notes = Notes()
    pieces = Pieces(runner, notes, search, place, seen)
    with RangeReader(place) as reader:
        walk = LayerWalk(reader, LITTLE)
        for item in walk:
            # NOTE: what is no file of a layer, such as garbage, has no place of its own.
            pieces.add(item, walk.entries)
        pieces.flush()

    def finish() -> LayerScan:
        pieces.finish()
        try:
            stored = digest.result()
        except BrokenExecutor:
            stored = hash_of(place)
        return _result(name, walk, notes, stored, stored, place.size)

    return finish


def hash_of(place: Range) -> str:
    """
    The digest of a part of a file, as `sha256:<hex>`.
    """
    found = hashlib.sha256()
    with RangeReader(place) as reader:
        while data := reader.read(CHUNK):
            found.update(data)
    return f"sha256:{found.hexdigest()}"


def _streamed(
    name: str, stored: Hashing, runner: Runner, search: Search
) -> Callable[[], LayerScan]:
    """
    A blob whose bytes come once, from front to back.
    """
    source = Peekable(stored)
    kind = inflate.compression(source.peek(inflate.MAGIC_SIZE))
    inflated = inflate.Inflated(source, kind) if kind else None
    content = Hashing(inflated) if inflated else stored
    plain = Peekable(content) if inflated else source
    notes = Notes()
    pieces = Pieces(runner, notes, search, None, lambda count: None)
    is_tar = _looks_like_tar(plain.peek(HEAD))
    walk = LayerWalk(plain)
    if is_tar:
        for item in walk:
            pieces.add(item, walk.entries)
    else:
        # A blob that is no tar is one file.
        pieces.add(File(f"(blob {name})", plain), 0)
    drain(plain)
    diff_id = content.digest if is_tar else None
    if inflated:
        if inflated.damage:
            diff_id = None
            notes.add(Gap("(layer)", inflated.damage, blocking=True), 0)
        for rest in _tail(inflated, source, kind or ""):
            pieces.add(rest, 0)
    drain(source)
    pieces.flush()
    if stored.size > PIECE:
        # What waits is held in memory.
        pieces.finish()

    def finish() -> LayerScan:
        pieces.finish()
        return _result(name, walk, notes, stored.digest, diff_id, stored.size, is_tar, kind)

    return finish


def _result(
    name: str,
    walk: LayerWalk,
    notes: Notes,
    digest: str,
    diff_id: str | None,
    size: int,
    is_tar: bool = True,
    compression: str | None = None,
) -> LayerScan:
    index = walk.index
    known = notes.collector.known()
    leaky = {finding.path for finding in notes.findings}
    names = {path: walk.stored(path) for path in leaky}
    stored = {path: name for path, name in names.items() if name != path[1:]}
    return LayerScan(
        name=name,
        digest=digest,
        size=size,
        is_tar=is_tar,
        diff_id=diff_id,
        compression=compression,
        stored=tuple(stored.items()),
        findings=tuple(notes.findings),
        superseded=_superseded(notes.findings, index.files),
        gaps=notes.all_gaps(),
        index=index,
        digests=tuple(taken for taken in known.digests if taken.path in leaky),
        claims=packages.merge(known.claims),
        sources=packages.sources(known.sources),
        files=walk.files,
        bytes=walk.bytes,
    )


def _looks_like_tar(head: bytes) -> bool:
    """
    Whether a blob is a tar: empty, an end marker at once, or with a header somewhere.
    """
    if not head[:BLOCK].strip(b"\0"):
        return len(head) % BLOCK == 0 or len(head) > BLOCK
    return any(is_header(head[at : at + BLOCK]) for at in range(0, len(head), BLOCK))


def _tail(inflated: inflate.Inflated, source: Peekable, kind: str) -> Iterator[File]:
    """
    Bytes after the compressed data: loaders pass over them in silence.
    """
    rest = inflated.tail
    if not rest.strip(b"\0") and not source.peek(1):
        return
    yield File(f"(after the end of the {kind} data)", Peekable(Then(rest, source)))


def _superseded(findings: dict[Finding, int], files: bytes) -> frozenset[int]:
    """
    Which findings are in a file that the layer holds once more: the last one counts.
    """
    if not findings:
        return frozenset()
    leaky = {finding.path for finding in findings}
    names = files.decode("utf-8", "surrogateescape").split("\0")
    last = {path: number for number, path in enumerate(names, start=1) if path in leaky}
    return frozenset(
        index
        for index, (finding, entry) in enumerate(findings.items())
        if entry and entry < last.get(finding.path, 0)
    )
