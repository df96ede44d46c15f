"""
Where the layers of an archive lie.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.writing import BLOCK, Pieces


def layers_of(path: Path) -> Iterator[tuple[tuple[int, int], tarfile.TarFile]]:
    """
    The layers of an archive: where each lies, offset and size in bytes, and what it holds.
    """
    with tarfile.open(path) as outer:
        for member_ in outer:
            if not member_.isfile() or member_.size < BLOCK:
                continue
            inner = outer.extractfile(member_)
            if inner is None or inner.read(BLOCK)[257:262] != b"ustar":
                continue
            inner.seek(0)
            with tarfile.open(fileobj=inner) as tar:
                yield (member_.offset_data, member_.size), tar


def cut(path: Path, offset: int, size: int) -> Pieces:
    """
    A part of a file in pieces.
    """
    with path.open("rb") as file:
        file.seek(offset)
        while size > 0 and (piece := file.read(min(size, 1 << 20))):
            size -= len(piece)
            yield piece
