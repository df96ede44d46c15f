"""
What a layer holds, handed out in pieces to those who look into it, and what came of that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import replace

from auditor import packages
from auditor.decoders import HEAD, decode, is_text
from auditor.model import Finding, Gap, Text
from auditor.pieces import Found, Item, Laid, Payload, Piece, Search, look, spot
from auditor.runners import Runner, Task
from auditor.streams.reading import File, Peekable, Range

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
SHARED = 32 << 20
"""
A text in a file that is larger than this is looked into by all processes, in bytes.
"""
SENT = 4
"""
A text that is sent along is there so many times: here, packed, in the pipe and at its end.
"""
LAID = 1 << 14
"""
A text of so many bytes is laid down among the files instead of being sent along.
"""
Seen = Callable[[int], None]
"""
Called with the bytes that were just done.
"""


class Notes:
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


class Pieces:
    """
    Collects files into pieces, hands these out, and takes what came of them, in order.
    """

    def __init__(
        self, runner: Runner, notes: Notes, search: Search, place: Range | None, seen: Seen
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
        How much the texts take that do not lie among the files, in bytes.
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
            self._held += SENT * len(data)
            return
        self._texts.append(Laid(entry, replace(text, held=b""), self._size, len(data)))
        self._parts.append(data)
        self._size += len(data)

    def _large(self, file: File, entry: int) -> None:
        """
        A task of its own, if its bytes can be had again; but a text is read here and handed out in
        parts, since there are logs of gigabytes.
        """
        place = self._range(file)
        if place and (place.size <= SHARED or not is_text(file.path, file.reader.peek(HEAD))):
            self.flush()
            item = Item(entry, file.path, file.inside, 0, place.size)
            self._submit(Piece(place, (item,), (), self._search))
            return
        watch = packages.watch(file.path, file.reader, file.size)
        file = replace(file, reader=Peekable(watch))
        for part in decode(file, self._search.limits, spot()):
            self.add(part, entry)
            # NOTE: it may be large, and the next one is made meanwhile.
            del part
        if file.inside is None:
            # NOTE: what is found in it is not known yet.
            self._notes.collector.see(file.path, watch, leaky=True)
        self._seen(place.size if place else 0)

    def _range(self, file: File) -> Range | None:
        """
        Where a file's bytes can be had again; `None` if they pass once.
        """
        if self._place is None or file.at is None or file.size is None:
            return None
        return self._place.part(file.at, file.size)

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
