"""
A tar in a file; and if it is an image archive, what that image says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget, OverBudget
from auditor.decoders.names import member_name
from auditor.decoders.saved import Saved
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.header import BLOCK, is_header
from auditor.streams.reading import Buffered, File, Peekable
from auditor.streams.tar import Damage, Entry, Kind, Stray, Tar

DAMAGE_LIMIT = 5
"""
How many damaged places of one archive are told one by one.
"""
_PLAIN_RECORDS = lazy_regex(
    r"(?:path|linkpath|size|[amc]time|[ug]id|[ug]name|hdrcharset|charset"
    r"|(?:GNU\.sparse|LIBARCHIVE\.creationtime|SCHILY\.(?:dev|ino|nlink)|MSWINDOWS)\b.*)"
)


class TarDecoder:
    """
    Archives of tar.
    """

    first: bytes | None = None

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return is_header(head[:BLOCK])

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        reader = Buffered(file.reader)
        tar = Tar(reader)
        saved = Saved()
        damages = 0
        for member in tar:
            try:
                budget.member()
            except OverBudget:
                # It is not compressed: what follows can be looked at as it is.
                rest = File(file.path, Peekable(reader), None, file.inside)
                yield from BinaryDecoder(opens=False).decode(rest, budget)
                raise
            if isinstance(member, Damage):
                damages += 1
                if damages <= DAMAGE_LIMIT:
                    yield Gap(file.place, member.reason)
            elif isinstance(member, Stray):
                inside = file.within(f"({member.label})")
                yield File(file.path, Peekable(member.reader), None, inside)
            else:
                yield from _entry(file, member, saved)
        if damages > DAMAGE_LIMIT:
            yield Gap(file.place, f"{damages - DAMAGE_LIMIT} more damaged places")
        yield from saved.read(file)


def _entry(file: File, entry: Entry, saved: Saved) -> Iterator[File | Text]:
    name = member_name(entry.name)
    inside = file.within(name)
    for key, value in entry.extended.items():
        if not _PLAIN_RECORDS.fullmatch(key):
            told = value.encode("utf-8", "surrogateescape")
            yield Text(file.path, told, Reading.TOKENS, inside=f"{inside} (pax {key})")
    if entry.kind is Kind.SYMLINK:
        saved.link(name, entry.link)
    elif entry.kind is Kind.FILE and entry.size:
        reader = Peekable(entry.reader)
        if not saved.takes(name, entry.size, reader):
            yield File(file.path, reader, entry.size, inside)
