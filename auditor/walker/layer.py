"""
One layer, entry by entry, every entry: also those that a loader would refuse or pass over.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from auditor.model import Gap, PathIndex, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import CHUNK, Buffered, File, Peekable, Reader
from auditor.streams.tar import Damage, Entry, Kind, Stray, Tar
from auditor.walker.whiteouts import PREFIX, Mark, meaning, normalise

ODD_LIMIT = 10_000
"""
How many names of a layer are remembered that are written unlike the others.
"""
DAMAGE_LIMIT = 20
"""
How many damaged places of one layer are told one by one.
"""
AFTER_END = "after the end of the tar"

TELLING = 20
"""
So many letters in a name may be a token.
"""
_TELLING_NAME = lazy_regex(rf"[A-Za-z0-9_\-]{{{TELLING}}}|://|(?i:passw|secret|token)[^/]*[=:]")
_PLAIN_RECORDS = frozenset(
    {"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname",
     "hdrcharset", "charset"}
)  # fmt: skip
_PLAIN_PREFIXES = ("GNU.sparse.", "LIBARCHIVE.creationtime", "SCHILY.dev", "SCHILY.ino",
                   "SCHILY.nlink", "MSWINDOWS.rawsd", "MSWINDOWS.fileattr")  # fmt: skip


class _Paths:
    """
    A growing list of paths in one piece of memory.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def add(self, path: str) -> None:
        self._held += path.encode("utf-8", "surrogateescape")
        self._held += b"\0"

    def packed(self) -> bytes:
        return bytes(self._held)


class LayerWalk:
    """
    The files of a layer, in order. `index`, `files` and `bytes` are complete once it ended.

    `piece` is how much is read at once, in bytes: little from a source that passes over content.
    """

    def __init__(self, source: Reader, piece: int = CHUNK) -> None:
        self._tar = Tar(Buffered(source, piece))
        self._files = _Paths()
        self._directories = _Paths()
        self._whiteouts = _Paths()
        self._opaque = _Paths()
        self._hard_links = _Paths()
        self._owners: set[str] = set()
        self._damages = 0
        self.entries = 0
        """
        How many paths `index.files` holds so far.
        """
        self._prefix: str | None = None
        """
        What most names of the layer begin with: nothing, `./` or `/`.
        """
        self._odd: dict[str, str] = {}
        self.files = 0
        self.bytes = 0

    @property
    def index(self) -> PathIndex:
        """
        Which paths the layer writes and hides.
        """
        return PathIndex(
            files=self._files.packed(),
            directories=self._directories.packed(),
            whiteouts=self._whiteouts.packed(),
            opaque=self._opaque.packed(),
            hard_links=self._hard_links.packed(),
        )

    def __iter__(self) -> Iterator[File | Text | Gap]:
        for member in self._tar:
            if isinstance(member, Entry):
                # NOTE: no generator for each: there are as many as files.
                path = self._seen(member)
                if _is_telling(member, path):
                    yield from self._words(member, path)
                if member.kind is Kind.FILE and member.size:
                    inside = AFTER_END if member.after_end else None
                    yield File(path, Peekable(member.reader), member.size, inside, member.at)
            elif isinstance(member, Stray):
                yield File(f"({member.label})", Peekable(member.reader))
            else:
                yield from self._damage(member)
        if self._damages > DAMAGE_LIMIT:
            more = self._damages - DAMAGE_LIMIT
            yield Gap("(layer)", f"{more} more damaged places", blocking=True)

    def _damage(self, damage: Damage) -> Iterator[Gap]:
        self._damages += 1
        if self._damages <= DAMAGE_LIMIT:
            yield Gap("(layer)", damage.reason, blocking=True)

    def _seen(self, entry: Entry) -> str:
        """
        Count an entry and keep its name; its path.
        """
        path = normalise(entry.name)
        self._remember(entry, path)
        if not entry.after_end:
            self._note(entry, path)
        if entry.kind is Kind.FILE:
            self.files += 1
            self.bytes += entry.size
        return path

    def stored(self, path: str) -> str:
        """
        The name of a file's entry as the tar writes it.
        """
        return self._odd.get(path, (self._prefix or "") + path[1:])

    def _remember(self, entry: Entry, path: str) -> None:
        """
        Keep a name that cannot be told from the path. Tools write all names of a layer alike.
        """
        if entry.kind is Kind.DIRECTORY:
            return
        name, rest = entry.name, path[1:]
        if self._prefix is None:
            prefix = name.removesuffix(rest)
            self._prefix = prefix if prefix in ("./", "/") else ""
        if name != self._prefix + rest and len(self._odd) < ODD_LIMIT:
            self._odd[path] = name

    def _note(self, entry: Entry, path: str) -> None:
        """
        Keep what the entry means for the layers below.
        """
        # NOTE: most entries are asked no further, since there are as many as files.
        means = meaning(path) if PREFIX in path else None
        if means is None or means.mark is Mark.NONE:
            if entry.kind is Kind.DIRECTORY:
                self._directories.add(path)
            else:
                self._files.add(path)
                self.entries += 1
            if entry.kind is Kind.HARD_LINK:
                self._hard_links.add(path)
                self._hard_links.add(normalise(entry.link))
        elif means.mark is Mark.WHITEOUT:
            self._whiteouts.add(means.path)
        elif means.mark is Mark.OPAQUE:
            self._opaque.add(means.path)

    def _words(self, entry: Entry, path: str) -> Iterator[Text]:
        """
        What a header says besides the content: names, link targets, comments, attributes.
        """
        name = path.rpartition("/")[2]
        if _TELLING_NAME.search(name):
            yield Text(path, name, Reading.TOKENS, inside="file name")
        if entry.kind is Kind.SYMLINK and _TELLING_NAME.search(entry.link):
            yield Text(path, entry.link, Reading.TOKENS, inside="link target")
        # NOTE: a name that is long enough for a token has a character there.
        for owner in entry.owner if entry.header[284] or entry.header[316] else ():
            if len(owner) >= 20 and owner not in self._owners:
                self._owners.add(owner)
                yield Text(path, owner, Reading.TOKENS, inside="owner")
        for key, value in entry.extended.items():
            if key not in _PLAIN_RECORDS and not key.startswith(_PLAIN_PREFIXES):
                yield from _record(path, key, value)


def _is_telling(entry: Entry, path: str) -> bool:
    """
    Whether its header may say anything: of most it does not.
    """
    header = entry.header
    if entry.extended or header[284] or header[316] or entry.kind is Kind.SYMLINK:
        return True
    start = path.rfind("/") + 1
    # NOTE: a shorter name is only telling with one of these in it.
    if len(path) - start < TELLING and ":" not in path and "=" not in path:
        return False
    return _TELLING_NAME.search(path, start) is not None


def _record(path: str, key: str, value: str) -> Iterator[Text]:
    inside = f"pax {key}"
    yield Text(path, _printable(value), inside=inside)
    if key.startswith("LIBARCHIVE.xattr."):
        try:
            decoded = base64.b64decode(value.encode("ascii", "replace"), validate=True)
        except binascii.Error:
            return
        yield Text(path, decoded.decode("utf-8", "replace"), inside=inside)


def _printable(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
