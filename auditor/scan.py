"""
One blob of an archive → what it holds: inflate, hash, walk, and hand its files out in pieces.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from typing import NamedTuple

from auditor import packages
from auditor.decoders import Limits, decode, decode_text
from auditor.detectors import detect
from auditor.model import Field, Finding, Gap, LayerScan, Reading, Text
from auditor.patterns import lazy_regex
from auditor.pieces import Found, Item, Laid, Payload, Piece, Search, look, prepare, spot
from auditor.runners import Runner, Task
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

FINDING_LIMIT = 250_000
"""
Findings kept of one layer; more are a gap.
"""
GAP_LIMIT = 10_000
PIECE = 4 << 20
"""
How much goes into one piece, in bytes.
"""
FILES = 1000
"""
How many files go into one piece.
"""
LAID = 1 << 14
"""
A text of so many bytes is laid down among the files instead of being sent along.
"""
HEAD = 1 << 16
"""
Bytes in which a tar shows its first header, even if some before it are damaged.
"""
LITTLE = 1 << 12
"""
How much is read at once between files that are passed over, in bytes.
"""

_LINE = lazy_regex(r" in line \d+")

Seen = Callable[[int], None]
"""
Called with the bytes that were just done.
"""


class _Notes:
    """
    What comes up while a layer is read, within limits.
    """

    def __init__(self) -> None:
        self.findings: dict[Finding, int] = {}
        """
        With the number of the entry that they were found in.
        """
        self.gaps: dict[Gap, None] = {}
        self.collector = packages.Collector()
        self._dropped = 0
        self._more_gaps = 0

    def add(self, item: Finding | Gap, entry: int) -> None:
        if isinstance(item, Gap):
            if len(self.gaps) < GAP_LIMIT:
                self.gaps.setdefault(item)
            else:
                self._more_gaps += 1
        elif len(self.findings) < FINDING_LIMIT:
            self.findings[item] = entry
        else:
            self._dropped += 1

    def all_gaps(self) -> tuple[Gap, ...]:
        told = list(self.gaps)
        if self._more_gaps:
            told.append(Gap("(layer)", f"{self._more_gaps} more gaps"))
        if self._dropped:
            reason = f"{self._dropped} findings beyond the first {FINDING_LIMIT} are not listed"
            told.append(Gap("(layer)", reason, blocking=True))
        return tuple(told)


class _Pieces:
    """
    Collects files into pieces, hands these out, and takes what came of them, in order.
    """

    def __init__(
        self, runner: Runner, notes: _Notes, search: Search, place: Range | None, seen: Seen
    ) -> None:
        self._runner = runner
        self._notes = notes
        self._search = search
        self._place = place
        """
        Where the layer's tar lies in a file as it is; `None` if its bytes are there only once.
        """
        self._seen = seen
        self._files: list[Item] = []
        self._parts: list[bytes] = []
        self._texts: list[Laid] = []
        self._held = 0
        """
        How much the texts hold that do not lie among the files, in bytes.
        """
        self._size = 0
        """
        How far the files reach from where the piece begins, in bytes.
        """
        self._first = 0
        self._pending: deque[tuple[Task[Piece, Found], Piece]] = deque()

    def add(self, item: File | Text | Gap, entry: int) -> None:
        """
        One thing that the walk came to.
        """
        if isinstance(item, File):
            if item.size is None or item.size > PIECE:
                self._large(item, entry)
            else:
                self._small(item, entry, item.size)
        elif isinstance(item, Text):
            self._text(item, entry)
        else:
            self._notes.add(item, entry)
        if self._size + self._held >= PIECE or len(self._files) + len(self._texts) >= FILES:
            self.flush()

    def _small(self, file: File, entry: int, size: int) -> None:
        if self._place is not None and file.at is not None:
            if not self._files:
                self._first = file.at
            start = file.at - self._first
            self._files.append(Item(entry, file.path, file.inside, start, size))
            # Later files lie behind it.
            self._size = start + size
            return
        data = file.reader.read(size)
        self._files.append(Item(entry, file.path, file.inside, self._size, len(data)))
        self._parts.append(data)
        self._size += len(data)

    def _text(self, text: Text, entry: int) -> None:
        data = text.held
        if self._place is not None or isinstance(data, str) or len(data) < LAID:
            self._texts.append(Laid(entry, text))
            self._held += len(data)
            return
        self._texts.append(Laid(entry, replace(text, held=b""), self._size, len(data)))
        self._parts.append(data)
        self._size += len(data)

    def _large(self, file: File, entry: int) -> None:
        if self._place is not None and file.at is not None and file.size is not None:
            self.flush()
            item = Item(entry, file.path, file.inside, 0, file.size)
            self._submit(Piece(self._place.part(file.at, file.size), (item,), (), self._search))
            return
        watch = packages.watch(file.path, file.reader)
        file = replace(file, reader=Peekable(watch))
        for part in decode(file, self._search.limits, spot()):
            self.add(part, entry)
        if file.inside is None:
            # NOTE: what is found in it is not known yet.
            self._notes.collector.see(file.path, watch, leaky=True)

    def flush(self) -> None:
        """
        Hand out what was collected.
        """
        if not self._files and not self._texts:
            return
        payload: Payload
        if self._place is not None:
            size = max((item.start + item.size for item in self._files), default=0)
            payload = self._place.part(self._first, size)
        else:
            payload = self._laid_down()
        piece = Piece(payload, tuple(self._files), tuple(self._texts), self._search)
        self._files, self._parts, self._texts, self._size, self._held = [], [], [], 0, 0
        self._submit(piece)

    def _laid_down(self) -> Payload:
        """
        What was collected, where tasks can read it. While there is no room, wait for the first.
        """
        laid = self._runner.lay_down(self._parts)
        while laid is None and self._pending:
            self._take()
            laid = self._runner.lay_down(self._parts)
        return b"".join(self._parts) if laid is None else laid

    def _submit(self, piece: Piece) -> None:
        size = sum(item.size for item in piece.files) + sum(text.size for text in piece.texts)
        self._runner.expect(size)
        self._pending.append((self._runner.submit(look, piece), piece))
        while len(self._pending) > self._runner.ahead:
            self._take()

    def finish(self) -> None:
        """
        Hand out the rest, and wait for all.
        """
        self.flush()
        while self._pending:
            self._take()

    def _take(self) -> None:
        task, piece = self._pending.popleft()
        try:
            found = task.result()
            for entry, item in found.items:
                self._notes.add(item, entry)
            self._notes.collector.add(found.known)
        except (BrokenExecutor, OSError, MemoryError) as error:
            self._notes.add(_lost(piece, error), 0)
        self._runner.free(piece.payload)
        if isinstance(piece.payload, Range):
            self._seen(piece.payload.size)


def _lost(piece: Piece, error: Exception) -> Gap:
    """
    What a piece is that could not be looked into.
    """
    paths = [item.path for item in piece.files] + [laid.text.path for laid in piece.texts]
    more = f" with what follows it, {len(paths)} files in all" if len(paths) > 1 else ""
    return Gap(paths[0], f"was not looked into{more}: {_why(error)}", blocking=True)


def _why(error: Exception) -> str:
    if isinstance(error, BrokenExecutor):
        return "the process that did was killed, maybe for want of memory"
    return type(error).__name__


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
    notes = _Notes()
    pieces = _Pieces(runner, notes, search, place, seen)
    with RangeReader(place) as reader:
        walk = LayerWalk(reader, LITTLE)
        for item in walk:
            # NOTE: what is no file of a layer, such as garbage, has no place of its own.
            pieces.add(item, walk.entries)
        pieces.flush()

    def finish() -> LayerScan:
        pieces.finish()
        stored = digest.result()
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
    notes = _Notes()
    pieces = _Pieces(runner, notes, search, None, lambda count: None)
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
    notes: _Notes,
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


def scan_field(field: Field, limits: Limits | None = None) -> Iterator[Finding | Gap]:
    """
    What is found in one value of the metadata, and in what is encoded in it.
    """
    # NOTE: JSON may hold half of a surrogate pair, which no encoder takes.
    value = field.value.encode("utf-8", "replace").decode("utf-8")
    named = field.name is not None and not field.command
    reading = Reading.VARIABLE if named else Reading.DOCUMENT
    is_listing = field.path.startswith(("manifest.", "index."))
    if not named and is_listing:
        # Names and digests: `app-password:latest` gives nobody a password.
        reading = Reading.TOKENS
    text = Text(field.path, value, reading, inside=field.inside, name=field.name)
    # NOTE: what is encoded in an annotation of a manifest is a key that was encrypted, a signature.
    packed = () if is_listing else decode_text(text, limits)
    for part in (text, *packed):
        for found in (part,) if isinstance(part, Gap) else detect(part):
            if isinstance(found, Finding):
                # A value of the metadata has no lines, which makes one place of its parts.
                inside = _LINE.sub("", found.inside) if found.inside else None
                yield replace(found, line=None, inside=inside)
            else:
                yield found
