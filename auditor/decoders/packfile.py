"""
The objects of a git pack in memory, differences applied: gitformat-pack(5).
"""

from __future__ import annotations

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.deltas import OBJECT_LIMIT, borders, lines, patched
from auditor.model import Gap
from auditor.records import dataclass
from auditor.streams.reading import File

CACHE = 32 << 20
"""
How much of the objects that others differ from is kept, in bytes.
"""
CHAIN_LIMIT = 4096
"""
The longest row of differences, as git has it.
"""
ROUNDS = 50
"""
How often bases are looked for that are named by their id.
"""
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_BY_OFFSET = 6
_BY_ID = 7


@dataclass(frozen=True, slots=True)
class Object:
    """
    One object, whole.
    """

    kind: str
    id: str
    content: bytes
    changed: tuple[tuple[int, bytes], ...] | None
    """
    The lines in which it differs from the object that it is told by, with the number of the first
    of each piece; `None` if it is told whole.
    """


@dataclass(slots=True)
class _Stored:
    """
    An object as it lies in the pack.
    """

    kind: int
    start: int
    """
    Where its compressed bytes begin.
    """
    size: int
    base: int | bytes | None
    """
    Offset or id of the object that it differs from.
    """
    root: str = ""
    """
    What it is at the end of its chain, once that is known.
    """


class Pack:
    """
    A pack, of which every object is found by reading it from front to back: no index is needed.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._stored: dict[int, _Stored] = {}
        self._ids: dict[bytes, int] = {}
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._cached = 0
        self._missing = 0
        self._large = 0
        self._is_cut = False
        self._scan()

    def objects(self, kind: str = "") -> Iterator[Object]:
        """
        All blobs, or everything else: in the order of the pack.
        """
        for offset, stored in self._stored.items():
            if (self._root(offset) == "blob") is (kind == "blob"):
                found = self._object(offset, stored)
                if found:
                    yield found

    def gaps(self, file: File) -> Iterator[Gap]:
        """
        What could not be read of it.
        """
        if self._is_cut:
            yield Gap(file.place, "damaged pack: the objects behind the damage are not opened")
        if self._missing:
            reason = f"{self._missing} objects differ from one that is not in the pack"
            yield Gap(file.place, reason)
        if self._large:
            yield Gap(file.place, f"{self._large} objects are larger than {OBJECT_LIMIT >> 20} MiB")

    def _scan(self) -> None:
        """
        Where every object begins.
        """
        count = int.from_bytes(self._data[8:12], "big")
        at = 12
        # NOTE: what the pack claims to hold counts for nothing; its bytes do.
        while len(self._stored) < count and at < len(self._data) - 20:
            self._budget.member()
            offset = at
            try:
                stored = self._header(offset)
                at = self._end(stored)
            except (IndexError, ValueError, zlib.error):
                self._is_cut = True
                return
            self._stored[offset] = stored
        self._is_cut = len(self._stored) < count

    def _header(self, offset: int) -> _Stored:
        byte, at = self._data[offset], offset + 1
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte, at = self._data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > 70:
                raise ValueError("size")
        base: int | bytes | None = None
        if kind == _BY_OFFSET:
            base, at = self._offset(offset, at)
        elif kind == _BY_ID:
            base, at = self._data[at : at + 20], at + 20
        elif kind not in _KINDS:
            raise ValueError("kind")
        return _Stored(kind, at, size, base)

    def _offset(self, offset: int, at: int) -> tuple[int, int]:
        """
        The offset of a base, which is told as a distance, and where its number ends.
        """
        byte, at = self._data[at], at + 1
        back = byte & 0x7F
        while byte & 0x80:
            byte, at = self._data[at], at + 1
            back = back + 1 << 7 | byte & 0x7F
            if back > offset:
                raise ValueError("offset")
        return offset - back, at

    def _end(self, stored: _Stored) -> int:
        """
        Where the compressed bytes end. Small ones are inflated at once.
        """
        state = zlib.decompressobj()
        at, step = stored.start, 4096
        while not state.eof:
            piece = state.unconsumed_tail
            if not piece:
                piece = self._data[at : at + step]
                at += len(piece)
                step = min(step * 4, 1 << 18)
                if not piece:
                    raise ValueError("cut")
            self._budget.spend(len(state.decompress(piece, 1 << 20)))
        return at - len(state.unused_data)

    def _inflate(self, stored: _Stored) -> bytes | None:
        if stored.size > OBJECT_LIMIT:
            self._large += 1
            return None
        state = zlib.decompressobj()
        # NOTE: the end is known to be there, so no copy of the rest of the pack is made.
        window = memoryview(self._data)[stored.start : stored.start + stored.size + 65536]
        data = state.decompress(window, stored.size + 1)
        return data if len(data) == stored.size else None

    def _root(self, offset: int) -> str:
        """
        What an object is, by the end of its chain.
        """
        chain: list[_Stored] = []
        found = self._stored.get(offset)
        while found is not None and not found.root and len(chain) < CHAIN_LIMIT:
            chain.append(found)
            if found.kind in _KINDS:
                found.root = _KINDS[found.kind]
                break
            found = self._base(found)
        root = found.root if found else ""
        for stored in chain:
            # A base that was not seen yet may still come, so nothing is noted then.
            stored.root = root
        return root

    def _base(self, stored: _Stored) -> _Stored | None:
        offset = self._base_offset(stored)
        return self._stored.get(offset) if offset is not None else None

    def _base_offset(self, stored: _Stored) -> int | None:
        if isinstance(stored.base, bytes):
            if not self._ids:
                self._identify()
            return self._ids.get(stored.base)
        return stored.base

    def _identify(self) -> None:
        """
        The ids of all objects, for differences that name their base by it. A base may be told by
        a difference itself, so it takes some rounds.
        """
        self._ids[b""] = -1
        todo = list(self._stored)
        for _ in range(ROUNDS):
            left = []
            for offset in todo:
                root = self._root(offset)
                content = self._content(offset) if root else None
                if content is None:
                    left.append(offset)
                else:
                    self._ids[_id(root, content)] = offset
            if not left or len(left) == len(todo):
                return
            todo = left

    def _object(self, offset: int, stored: _Stored) -> Object | None:
        root = self._root(offset)
        content = self._content(offset) if root else None
        if content is None:
            self._missing += not root
            return None
        changed = None
        if stored.kind not in _KINDS and root == "blob":
            changed = self._changed(stored, content)
        identity = _id(root, content)
        self._ids.setdefault(identity, offset)
        return Object(root, identity.hex(), content, changed)

    def _content(self, offset: int) -> bytes | None:
        """
        An object whole, by way of those that it differs from.
        """
        chain: list[int] = []
        known: bytes | None = None
        at: int | None = offset
        seen: set[int] = set()
        while at is not None and at not in seen and (stored := self._stored.get(at)):
            if at in self._cache:
                known = self._cache[at]
                self._cache.move_to_end(at)
                break
            seen.add(at)
            chain.append(at)
            if stored.kind in _KINDS:
                break
            at = self._base_offset(stored)
        else:
            return None
        for item in reversed(chain):
            known = self._apply(self._stored[item], known)
            if known is None:
                return None
            self._keep(item, known)
        return known

    def _apply(self, stored: _Stored, base: bytes | None) -> bytes | None:
        try:
            data = self._inflate(stored)
            if data is None or stored.kind in _KINDS:
                return data
            if base is None:
                return None
            result = patched(base, data)
        except (IndexError, ValueError, zlib.error):
            self._is_cut = True
            return None
        self._budget.spend(len(result))
        return result

    def _keep(self, offset: int, content: bytes) -> None:
        if offset in self._cache or len(content) > CACHE:
            return
        self._cache[offset] = content
        self._cached += len(content)
        while self._cached > CACHE:
            _, dropped = self._cache.popitem(last=False)
            self._cached -= len(dropped)

    def _changed(self, stored: _Stored, content: bytes) -> tuple[tuple[int, bytes], ...]:
        data = self._inflate(stored) or b""
        pieces = []
        line, counted = 1, 0
        for start, end in lines(content, list(borders(data))):
            line += content.count(b"\n", counted, start)
            counted = start
            pieces.append((line, content[start:end]))
        return tuple(pieces)


def _id(kind: str, content: bytes) -> bytes:
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).digest()
