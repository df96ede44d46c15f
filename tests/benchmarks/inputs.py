"""
What is measured on: images made from this machine's own files, each made when first asked for.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from tests.benchmarks.layers import cut, layers_of
from tests.benchmarks.mixture import TREES, Item, chosen, content, found, texts
from tests.benchmarks.writing import BLOCK, END, Pieces, archive, header, layer, layout

LAYERS = 8
SEED = 7
COMMON = 20_000_000
"""
Bytes of a small image with files of all kinds.
"""
COMMON_FILES = 1000
SMALL_FILE = 10
"""
Bytes in each of very many files.
"""


class Inputs:
    """
    Images in a folder. What is there already is taken as it is.
    """

    def __init__(
        self,
        folder: Path,
        size: int = 1_200_000_000,
        count: int = 70_000,
        text: int = 200_000_000,
        small: int = 1_000_000,
        given: Path | None = None,
        trees: Sequence[Path] = TREES,
    ) -> None:
        """
        `size` bytes in `count` files for the image of the usual mix, or the archive that was
        given; `text` bytes for texts and for the one line; `small` files for very many of them.
        Files are taken from `trees`.
        """
        self._folder = folder
        self._size = size
        self._count = count
        self._text = text
        self._small = small
        self._given = given
        self._trees = trees
        folder.mkdir(parents=True, exist_ok=True)

    @cached_property
    def items(self) -> list[Item]:
        """
        All files of this machine that may be taken.
        """
        return found(self._trees)

    @cached_property
    def mix(self) -> Path:
        """
        A `docker save` archive of the usual mix, in several layers.
        """
        if self._given is not None:
            return self._given.resolve()
        items = chosen(self.items, self._size, self._count, SEED)
        parts = [sorted(items[n::LAYERS], key=lambda item: item.path) for n in range(LAYERS)]
        return self._archive("mix", (layer(_files(part)) for part in parts if part))

    @cached_property
    def common(self) -> Path:
        """
        A small archive with files of all kinds.
        """
        size = min(COMMON, self._size // 4)
        items = chosen(self.items, size, COMMON_FILES, SEED + 1)
        return self._archive("common", [layer(_files(items))])

    @cached_property
    def mix_files(self) -> int:
        """
        How many files are in it.
        """
        return sum(1 for _, tar in layers_of(self.mix) for member in tar if member.isfile())

    @cached_property
    def layout(self) -> tuple[Path, list[Path]]:
        """
        The same as an OCI layout with layers in gzip, and these layers' paths.
        """
        folder = self._folder / "layout"
        blobs = folder / "blobs" / "sha256"
        if not (folder / "index.json").exists():
            places = (place for place, _ in layers_of(self.mix))
            layout((cut(self.mix, *place) for place in places), "bench", folder)
        return folder, [path for path in sorted(blobs.iterdir()) if _is_gzip(path)]

    @cached_property
    def text_items(self) -> list[Item]:
        """
        Texts of this machine.
        """
        return list(texts(self.items, self._text, SEED))

    @cached_property
    def texts(self) -> Path:
        """
        An archive with these texts as they are.
        """
        return self._archive("texts", [layer(_files(self.text_items))])

    @cached_property
    def line(self) -> Path:
        """
        An archive with the same texts as one line in one file.
        """
        size = sum(item.size for item in self.text_items)
        return self._archive("line", [_one_line(self.text_items, size)])

    @cached_property
    def many(self) -> Path:
        """
        An archive with very many very small files.
        """
        source = random.Random(SEED)
        files = (
            (f"srv/{n // 1000}/{n}", source.randbytes(SMALL_FILE // 2).hex().encode())
            for n in range(self._small)
        )
        return self._archive("many", [layer(files)])

    @property
    def small(self) -> int:
        """
        How many files that has.
        """
        return self._small

    @cached_property
    def smallest(self) -> Path:
        """
        An archive of an image with one file of one line.
        """
        return self._archive("smallest", [layer([("etc/hostname", b"app\n")])])

    def _archive(self, name: str, layers: Iterable[Pieces]) -> Path:
        path = self._folder / f"{name}.tar"
        if not path.exists():
            part = path.with_suffix(".part")
            with part.open("wb") as out:
                archive(layers, f"{name}:1", out)
            part.rename(path)
        return path


def _files(items: Iterable[Item]) -> Iterator[tuple[str, bytes]]:
    for item in items:
        yield item.path.lstrip("/"), content(item)


def _one_line(items: Iterable[Item], size: int) -> Pieces:
    yield header("srv/line.json", size)
    left = size
    for item in items:
        # NOTE: what went away or changed meanwhile must not change the size that was promised.
        data = content(item)[:left].replace(b"\n", b" ").replace(b"\r", b" ")
        left -= len(data)
        yield data
    yield b" " * left
    yield bytes(-size % BLOCK)
    yield END


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"
