"""
Files of this machine in the mix of an image, the same ones for the same seed.
"""

from __future__ import annotations

import os
import random
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TREES = tuple(map(Path, ("/usr", "/etc", "/var/lib/dpkg", sys.base_prefix)))
LARGEST = 60_000_000
"""
In bytes: one file is not to be most of the image.
"""
TEXT_LARGEST = 1_000_000
"""
In bytes: detect-secrets takes minutes for a larger file.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """
    A file of this machine.
    """

    path: str
    size: int


def found(trees: Iterable[Path] = TREES) -> list[Item]:
    """
    All regular files that can be read, each once, sorted by path.
    """
    items: dict[tuple[int, int], Item] = {}
    for tree in trees:
        for folder, folders, names in os.walk(tree):
            folders.sort()
            for name in sorted(names):
                path = f"{folder}/{name}"
                known = _regular(path)
                if known is not None:
                    items.setdefault((known.st_dev, known.st_ino), Item(path, known.st_size))
    return sorted(items.values(), key=lambda item: item.path)


def _regular(path: str) -> os.stat_result | None:
    try:
        known = os.lstat(path)
    except OSError:
        return None
    is_fit = stat.S_ISREG(known.st_mode) and 0 < known.st_size <= LARGEST
    return known if is_fit and os.access(path, os.R_OK) else None


def chosen(items: list[Item], size: int, count: int, seed: int) -> list[Item]:
    """
    So many files of so many bytes in all, as near as it can be had: a file is taken if the mean
    of all so far is not too large with it, the largest ones as an image has a few.
    """
    order = list(items)
    random.Random(seed).shuffle(order)
    taken: list[Item] = []
    total = 0
    for item in order:
        allowed = min(size, size * (len(taken) + 1) // count + LARGEST)
        if total + item.size <= allowed:
            taken.append(item)
            total += item.size
        if len(taken) == count:
            break
    return taken


def texts(items: list[Item], size: int, seed: int) -> Iterator[Item]:
    """
    Files that are text in UTF-8, up to so many bytes in all.
    """
    order = [item for item in items if item.size <= TEXT_LARGEST]
    random.Random(seed).shuffle(order)
    left = size
    for item in order:
        if left <= 0:
            return
        data = content(item)
        if data and is_text(data):
            left -= len(data)
            yield Item(item.path, len(data))


def is_text(data: bytes) -> bool:
    """
    Whether detect-secrets would read it.
    """
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def content(item: Item, read: Callable[[str], bytes] | None = None) -> bytes:
    """
    Its bytes; none if it went away meanwhile.
    """
    try:
        return read(item.path) if read else Path(item.path).read_bytes()
    except OSError:
        return b""
