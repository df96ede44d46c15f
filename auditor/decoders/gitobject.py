"""
Loose objects of git: `.git/objects/ab/cdef…`, also those of commits that nothing leads to any
more. gitformat-pack(5) and git's objects.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.decoders.unpacked import Unpacked
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File, Peekable

KINDS = ("commit", "tree", "blob", "tag")
_HEAD = lazy_regex(rb"(commit|tree|blob|tag) (\d{1,19})\0")
_HEAD_LIMIT = 32
_LOOSE = lazy_regex(r"objects/([0-9a-f]{2})/([0-9a-f]{38})$")
_TREE_LIMIT = 16 << 20


class GitObjectDecoder:
    """
    One object, compressed with zlib.
    """

    first: bytes | None = b"x"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        if head[:1] != b"x" or len(head) < 8 or int.from_bytes(head[:2], "big") % 31:
            return False
        try:
            first = zlib.decompressobj().decompress(head[:4096], _HEAD_LIMIT)
        except zlib.error:
            return False
        return _HEAD.match(first) is not None

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        content = Peekable(Unpacked(Buffer(file.reader), "zlib"))
        head = _HEAD.match(content.peek(_HEAD_LIMIT))
        kind = head[1].decode() if head else "blob"
        content.read(head.end() if head else 0)
        way = _LOOSE.search(file.path)
        name = f"{kind} {way[1]}{way[2][:8]}" if way else kind
        if kind == "blob":
            # What else it may be is told by its own magic.
            yield File(file.path, content, None, file.inside, encoded=f"git {name}")
            return
        data = content.read(min(_TREE_LIMIT, max(budget.left, 0)))
        budget.spend(len(data))
        inside = file.within(f"git {name}")
        if kind == "tree":
            names = b"\n".join(item for _, item, _ in tree(data))
            yield Text(file.path, names, Reading.TOKENS, inside=inside)
        else:
            yield Text(file.path, data, inside=inside)
        if content.read(1):
            yield Gap(file.place, f"git {kind} is too large: it is read in part")


def tree(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """
    Mode, name and object id (20 bytes) of each line of a tree.
    """
    at = 0
    while 0 <= (end := data.find(b"\0", at)) <= len(data) - 21:
        mode, _, name = data[at:end].partition(b" ")
        yield mode, name, data[end + 1 : end + 21]
        at = end + 21
