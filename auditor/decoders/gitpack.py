"""
Packs of git: every object in them, whether anything leads to it or not.

A version of a file that is told as a difference to another gives the lines that differ, so that a
secret that stays through a hundred versions is told once and not a hundred times.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget
from auditor.decoders.gitobject import tree
from auditor.decoders.names import member_name
from auditor.decoders.packfile import Object, Pack
from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File, Held

MAGIC = b"PACK"
PATHS_LIMIT = 500_000
"""
The most files of a pack that are told by their path.
"""


class GitPackDecoder:
    """
    `.git/objects/pack/*.pack`.
    """

    first: bytes | None = MAGIC[:1]

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head[:4] == MAGIC and head[4:8] in (b"\0\0\0\2", b"\0\0\0\3")

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        limit = budget.limits.held
        data = file.reader.read(limit + 1)
        if len(data) > limit:
            # The objects at its beginning are whole.
            yield Gap(file.place, f"pack larger than {limit >> 20} MiB: it is read in part")
        pack = Pack(data, budget)
        paths = _Paths()
        for found in pack.objects():
            if found.kind in ("commit", "tag"):
                paths.commit(found)
                name = f"{found.kind} {found.id[:12]}"
                yield Text(file.path, found.content, inside=file.within(name))
            elif found.kind == "tree":
                paths.tree(found)
        paths.resolve()
        for odd in paths.odd_names():
            yield Text(file.path, odd, Reading.TOKENS, inside=file.within("tree"))
        for found in pack.objects("blob"):
            budget.member()
            yield from _blob(file, found, paths)
        yield from pack.gaps(file)
        if len(data) > limit:
            yield from BinaryDecoder().decode(file, budget)


def _blob(file: File, found: Object, paths: _Paths) -> Iterator[File | Text]:
    path = paths.path(found.id)
    name = f"blob {found.id[:12]} {path}" if path else f"blob {found.id[:12]}"
    inside = file.within(name)
    if found.changed is None or b"\0" in found.content[:8192]:
        yield File(file.path, Held(found.content), len(found.content), inside)
        return
    for line, piece in found.changed:
        yield Text(file.path, piece, inside=inside, first_line=line)


class _Paths:
    """
    The paths of blobs, by what the trees of commits say: the first one of each.
    """

    def __init__(self) -> None:
        self._roots: list[bytes] = []
        self._trees: dict[bytes, list[tuple[bytes, bytes, bool]]] = {}
        self._found: dict[bytes, bytes] = {}
        self._count = 0

    def commit(self, found: Object) -> None:
        """
        Note the tree of a commit.
        """
        line = found.content.split(b"\n", 1)[0]
        if line.startswith(b"tree ") and len(line) == 45:
            try:
                self._roots.append(bytes.fromhex(line[5:].decode("ascii")))
            except ValueError:
                return

    def tree(self, found: Object) -> None:
        """
        Note a tree.
        """
        if self._count < PATHS_LIMIT:
            lines = [(name, item, mode[:1] == b"4") for mode, name, item in tree(found.content)]
            self._count += len(lines)
            self._trees[bytes.fromhex(found.id)] = lines

    def resolve(self) -> None:
        """
        Walk from the roots, then from trees that no commit leads to. Each tree is passed once.
        """
        todo = [(root, b"") for root in reversed(self._roots)]
        for start in (todo, [(item, b"") for item in self._trees]):
            while start:
                item, way = start.pop()
                for name, inner, is_tree in self._trees.pop(item, ()):
                    path = way + b"/" + name if way else name
                    if is_tree and len(path) < 4096:
                        start.append((inner, path))
                    self._found.setdefault(inner, path)

    def path(self, identity: str) -> str:
        """
        The path of a blob; empty if nothing tells it.
        """
        found = self._found.get(bytes.fromhex(identity))
        return member_name(found) if found else ""

    def odd_names(self) -> Iterator[bytes]:
        """
        Names that may hold a secret themselves.
        """
        for path in self._found.values():
            name = path.rpartition(b"/")[2]
            if len(name) >= 40:
                yield name
