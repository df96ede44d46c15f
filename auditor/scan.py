"""
One blob of an archive → what it holds: inflate, hash, walk, decode, detect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.decoders import decode
from auditor.detectors import Detector, detect
from auditor.model import Field, Finding, Gap, LayerScan, Reading, Text
from auditor.streams import inflate
from auditor.streams.header import BLOCK, is_header
from auditor.streams.reading import File, Hashing, Kept, Peekable, Reader, drain
from auditor.walker import LayerWalk

FINDING_LIMIT = 50_000
"""
Findings kept of one layer; more are a gap.
"""
GAP_LIMIT = 10_000


HEAD = 1 << 16
"""
Bytes in which a tar shows its first header, even if some before it are damaged.
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


def scan_blob(name: str, reader: Reader, told: Detector | None = None) -> LayerScan:
    """
    Read a blob to its end, whatever it is. Damage is in the gaps of the result. `told` looks for
    what is known already.
    """
    stored = Hashing(reader)
    source = Peekable(stored)
    kind = inflate.compression(source.peek(inflate.MAGIC_SIZE))
    inflated = inflate.Inflated(source, kind) if kind else None
    content = Hashing(inflated) if inflated else stored
    plain = Peekable(content) if inflated else source
    notes = _Notes()
    is_tar = _looks_like_tar(plain.peek(HEAD))
    walk = LayerWalk(plain)
    for item, entry in _items(walk) if is_tar else _opaque(name, plain):
        for found in _look(item, told):
            notes.add(found, entry)
    drain(plain)
    diff_id = content.digest if is_tar else None
    if inflated:
        if inflated.damage:
            diff_id = None
            notes.add(Gap("(layer)", inflated.damage, blocking=True), 0)
        for rest in _tail(inflated, source, kind or ""):
            for found in _look(rest, told):
                notes.add(found, 0)
    drain(source)
    index = walk.index
    return LayerScan(
        name=name,
        digest=stored.digest,
        size=stored.size,
        is_tar=is_tar,
        diff_id=diff_id,
        findings=tuple(notes.findings),
        superseded=_superseded(notes.findings, index.files),
        gaps=notes.all_gaps(),
        index=index,
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


def _items(walk: LayerWalk) -> Iterator[tuple[File | Text | Gap, int]]:
    for item in walk:
        yield item, walk.entries


def _opaque(name: str, plain: Peekable) -> Iterator[tuple[File, int]]:
    """
    A blob that is no tar is one file.
    """
    yield File(f"(blob {name})", plain), 0


def _look(item: File | Text | Gap, told: Detector | None) -> Iterator[Finding | Gap]:
    if isinstance(item, Gap):
        yield item
        return
    texts: Iterable[Text | Gap] = decode(item) if isinstance(item, File) else (item,)
    for text in texts:
        if isinstance(text, Gap):
            yield text
        else:
            yield from detect(text, told)


def _tail(inflated: inflate.Inflated, source: Peekable, kind: str) -> Iterator[File]:
    """
    Bytes after the compressed data: loaders pass over them in silence.
    """
    rest = inflated.tail
    if not rest.strip(b"\0") and not source.peek(1):
        return
    yield File(f"(after the end of the {kind} data)", Peekable(_Joined(rest, source)))


class _Joined:
    """
    Some bytes, then a reader.
    """

    def __init__(self, first: bytes, then: Reader) -> None:
        self._first = Kept(first)
        self._then = then

    def read(self, n: int, /) -> bytes:
        data = self._first.read(n)
        return data + self._then.read(n - len(data)) if len(data) < n else data


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


def scan_field(field: Field) -> Iterator[Finding | Gap]:
    """
    What is found in one value of the metadata.
    """
    # NOTE: JSON may hold half of a surrogate pair, which no encoder takes.
    value = field.value.encode("utf-8", "replace").decode("utf-8")
    named = field.name is not None and not field.command
    reading = Reading.VARIABLE if named else Reading.DOCUMENT
    if not named and field.path.startswith(("manifest.", "index.")):
        # Names and digests: `app-password:latest` gives nobody a password.
        reading = Reading.TOKENS
    text = Text(field.path, value, reading, inside=field.inside, name=field.name)
    for found in detect(text):
        if isinstance(found, Finding):
            yield replace(found, line=None)
        else:
            yield found
