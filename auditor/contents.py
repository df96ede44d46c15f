"""
Everything that comes out of an export: JSON is kept, all else is scanned as it passes.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import field, replace
from functools import partial
from typing import Any

from auditor import exporter, oci
from auditor.cache.exports import Exported, Member
from auditor.cache.layers import Layers
from auditor.exporter import Blob, Export
from auditor.model import Field, Gap, Image, Layer, LayerScan, Origin
from auditor.pieces import Search
from auditor.ranking import Evidence
from auditor.ranking.lives import in_metadata
from auditor.records import dataclass
from auditor.runners import Runner
from auditor.scan import begin_blob, hash_of
from auditor.streams.reading import Kept, Peekable, Range, Reader

log = logging.getLogger("auditor")

Progress = Callable[[int, int | None], None]
"""
Called with the bytes that were just read, and the bytes in all if that is known.
"""


BEGUN = 3
"""
How many blobs in a file may be waited for while the next is begun: no process is idle at the end
of a layer, nor while one of the small members between two layers is looked into.
"""
SHARES = 3
"""
A compressed blob that is no larger than such a part of one process' share of the export is inflated
and looked into by one process, while others do the same with others; a larger one is shared.
"""
Finish = Callable[[], LayerScan]
"""
Waits for a scan that was begun.
"""


@dataclass(slots=True)
class Contents:
    """
    An archive or layout that was read to its end.
    """

    documents: oci.Documents = field(default_factory=oci.Documents)
    scans: dict[str, LayerScan] = field(default_factory=dict)
    """
    By the blob's name.
    """
    gaps: list[Gap] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    """
    Names of blobs as the archive writes them, where they are others.
    """

    begun: set[str] = field(default_factory=set)
    """
    Names of blobs that are being scanned.
    """
    members: list[Member] = field(default_factory=list)
    """
    All of it, to be gone through again without an export.
    """
    recalled: set[str] = field(default_factory=set)
    """
    Names of blobs that were known already and not looked into.
    """

    @property
    def exported(self) -> Exported | None:
        """
        All of it to be kept; `None` if something was left out, is there twice, or is not what its
        name says.
        """
        documents = self.documents.by_name.values()
        names = {member.name for member in self.members}
        if self.gaps or len(names) < len(self.members) or any(d.data is None for d in documents):
            return None
        if any(_is_misnamed(member) for member in self.members):
            return None
        return Exported(tuple(self.members))

    @property
    def is_cut(self) -> bool:
        """
        Whether something of it is missing, so that a manifest may be missing as well.
        """
        return bool(self.gaps)


def read(
    export: Export,
    runner: Runner,
    progress: Progress | None = None,
    search: Search | None = None,
    layers: Layers | None = None,
) -> Contents:
    """
    Every blob once, in the order in which they come. What `layers` knows is not looked into.
    Raises `Untrue` if that cannot be had of a stream.
    """

    def seen(count: int) -> None:
        if progress:
            progress(count, export.size)

    contents = Contents()
    share = (export.size or 0) // (runner.jobs * SHARES) if runner.jobs > 1 else 0
    begin = partial(
        _known_or_begun, layers, contents, runner=runner, search=search, seen=seen, share=share
    )
    recall = partial(_recalled, layers, contents, seen)
    waiting: deque[Callable[[], None]] = deque()
    for blob in export.blobs:
        if not _is_free(blob, contents):
            _wait(waiting)
        if isinstance(blob, Gap):
            contents.gaps.append(blob)
        elif blob.link is not None:
            contents.documents.link(blob.name, blob.link)
            contents.members.append(Member(blob.name, link=blob.link))
        elif (begun := _take(blob, contents, begin, recall)) is not None:
            waiting.append(begun)
            # What comes as a stream is there only once.
            _wait(waiting, max(BEGUN, runner.jobs) if blob.place is not None else 0)
    _wait(waiting)
    return contents


def _is_misnamed(member: Member) -> bool:
    """
    Whether it is named by a digest that its bytes do not have: the next time it may be another.
    """
    folder, _, stated = member.name.rpartition("/")
    return folder == "blobs/sha256" and member.digest not in (None, f"sha256:{stated}")


def _wait(waiting: deque[Callable[[], None]], most: int = 0) -> None:
    """
    In order, until no more than `most` are left.
    """
    while len(waiting) > most:
        waiting.popleft()()


def _is_free(blob: Blob | Gap, contents: Contents) -> bool:
    """
    Whether it is a blob in a file, under a name that none had before: what was begun may go on.
    """
    if isinstance(blob, Gap) or blob.link is not None or blob.place is None:
        return False
    known = (contents.scans, contents.documents.by_name, contents.begun)
    return not any(blob.name in names for names in known)


def _take(
    blob: Blob,
    contents: Contents,
    begin: Callable[..., Finish],
    recall: Callable[[Blob], Finish | None],
) -> Callable[[], None] | None:
    """
    Read a document, or begin to scan what is none; what waits for the scan.
    """
    known = recall(blob)
    if known is not None:
        return _begin(blob, contents, known)
    reader = Peekable(blob.reader)
    head = reader.peek(exporter.HEAD)
    if blob.digest is not None and not head and blob.size != 0:
        # It did not come: who asked for it tells why.
        return None
    _make_room(blob.name, contents)
    if blob.stored is not None:
        contents.stored[blob.name] = blob.stored
    is_document = oci.looks_like_json(head)
    if not is_document or blob.size < 0 or not contents.documents.has_room(blob.size):
        source = blob.place or reader
        return _begin(blob, contents, begin(blob.name, source, is_new=blob.digest is not None))
    raw = reader.read(blob.size)
    contents.members.append(Member(blob.name, blob.stored, raw=raw))
    document = contents.documents.add(blob.name, raw)
    if document.data is None:
        # Ciphertext and broken JSON begin like that too: nothing in it is to be lost.
        contents.scans[blob.name] = begin(blob.name, Kept(raw))()
    _compare(blob, len(raw), document.digest, contents)
    return None


def _begin(blob: Blob, contents: Contents, finish: Finish) -> Callable[[], None]:
    contents.begun.add(blob.name)

    def wait() -> None:
        scan = finish()
        contents.begun.discard(blob.name)
        contents.scans[blob.name] = scan
        contents.documents.saw(blob.name, scan.digest)
        told = Member(blob.name, blob.stored, digest=scan.digest, size=scan.size)
        contents.members.append(told)
        _compare(blob, scan.size, scan.digest, contents)

    return wait


def _recalled(
    layers: Layers | None, contents: Contents, seen: Callable[[int], None], blob: Blob
) -> Finish | None:
    """
    What is known of a blob that would be asked for by its digest: it need not be.
    """
    if layers is None or blob.digest is None or blob.size < 0:
        return None
    known = layers.recall(blob.digest, blob.name, blob.size)
    if known is None:
        return None
    contents.recalled.add(blob.name)
    seen(blob.size)
    return lambda: known


def _known_or_begun(
    layers: Layers | None,
    contents: Contents,
    name: str,
    source: Reader | Range,
    seen: Callable[[int], None],
    is_new: bool = False,
    **how: Any,
) -> Finish:
    """
    A scan that is known already, or one that is begun; in any case that if the blob is new.
    """
    place = source if isinstance(source, Range) else None
    known = layers.find(name, source, hash_of) if layers and not is_new else None
    if known is not None:
        contents.recalled.add(name)
        if place is not None:
            seen(place.size)
        return lambda: known
    log.info("scanning %s", name)
    state = layers.state(place) if layers else None
    finish = begin_blob(name, source, seen=seen, **how)

    def finished() -> LayerScan:
        scan = finish()
        if layers is not None:
            layers.saw(scan, place, state)
        return scan

    return finished


def replay(exported: Exported, layers: Layers) -> Contents | None:
    """
    An export that was read before, without the export; `None` if a blob of it is not known.
    """
    contents = Contents()
    for member in exported.members:
        if member.stored is not None:
            contents.stored[member.name] = member.stored
        if member.link is not None:
            contents.documents.link(member.name, member.link)
        elif member.raw is not None:
            contents.documents.add(member.name, member.raw)
        elif member.digest is not None:
            scan = layers.recall(member.digest, member.name, member.size)
            if scan is None:
                return None
            contents.scans[member.name] = scan
            contents.documents.saw(member.name, scan.digest)
            contents.recalled.add(member.name)
    return contents


def _compare(blob: Blob, size: int, digest: str, contents: Contents) -> None:
    """
    What came with what was to come. Other algorithms than SHA-256 are told where layers are.
    """
    if 0 <= size < blob.size:
        contents.gaps.append(Gap(blob.name, "is cut", blocking=True))
    elif (blob.digest or "").startswith("sha256:") and digest != blob.digest:
        contents.gaps.append(Gap(blob.name, "is not what its digest says", blocking=True))


def _make_room(name: str, contents: Contents) -> None:
    """
    Of two members of one name loaders take the last. The first is still given away, so it is
    kept under another name.
    """
    other, number = name, 1
    while other in contents.scans or other in contents.documents.by_name:
        number += 1
        other = f"{name} ({number})"
    if other == name:
        return
    contents.documents.rename(name, other)
    if name in contents.scans:
        contents.scans[other] = contents.scans.pop(name)
    if name in contents.recalled:
        contents.recalled.remove(name)
        contents.recalled.add(other)


def unreferenced(contents: Contents) -> list[Evidence | Gap]:
    """
    What lies in the archive and is a layer of no image: still given away with it.
    """
    used = oci.referenced(contents.documents)
    found: list[Evidence | Gap] = []
    for name, scan in contents.scans.items():
        if name not in used:
            found += _of_spare(name, scan)
    return found


def _of_spare(name: str, scan: LayerScan) -> Iterator[Evidence | Gap]:
    for finding in scan.findings:
        inside = finding.path if finding.inside is None else f"{finding.path}!{finding.inside}"
        place = Field(f"unreferenced/{name}", "", inside=inside)
        yield from in_metadata(place, [finding], Origin.OWN)
    for gap in scan.gaps:
        yield replace(gap, path=f"unreferenced/{name}!{gap.path}")


def remains(contents: Contents, reference: str) -> Image:
    """
    An image of what could be read of an archive that was cut before it named its images: every
    tar in it as a layer, in the order in which they came.
    """
    tars = [scan for scan in contents.scans.values() if scan.is_tar]
    layers = tuple(
        Layer(index, scan.name, scan.diff_id, None, instruction="(unknown instruction)")
        for index, scan in enumerate(tars)
    )
    gap = Gap("manifest.json", "was not reached: which layers make an image is unknown", None, True)
    return Image(reference, "", "", layers, gaps=(gap,))
