"""
An image too large for memory, written to standard output: no disk is needed for it.

    python -m tests.benchmarks.huge BYTES ARCHIVE

First the layers of the archive as they are, then layers of a gigabyte: logs and random bytes in
files of 64 MB, no two of them alike.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.inputs import SEED
from tests.benchmarks.layers import cut, layers_of
from tests.benchmarks.writing import BLOCK, END, Pieces, header, streamed

BLOB = 16 << 20
FILE = 4 * BLOB
"""
Bytes in each file of the made layers.
"""
FILES = 16
"""
Files in each of them.
"""


def logs(source: random.Random) -> bytes:
    """
    Lines as a server writes them, `BLOB` bytes.
    """
    lines = []
    for number in range(1000):
        address = ".".join(str(source.randrange(256)) for _ in range(4))
        lines.append(
            f'{address} - - [{number:05d}] "GET /item/{source.randbytes(8).hex()} HTTP/1.1" 200 '
            f'{source.randrange(9999)} "https://www.example.com/{source.randrange(99)}"\n'
        )
    text = "".join(lines).encode()
    return (text * (BLOB // len(text) + 1))[:BLOB]


def made(number: int, kinds: tuple[bytes, bytes], count: int = FILES) -> Pieces:
    """
    One layer.
    """
    for n in range(count):
        blob = kinds[n % 2]
        mark = f"\n# {number} {n}\n".encode()
        yield header(f"srv/{number}/{n}", FILE)
        yield mark
        yield blob[len(mark) :]
        for turn in range(1, FILE // BLOB):
            at = (number * 31 + n * 17 + turn) * 4099 % BLOB
            yield blob[at:]
            yield blob[:at]
    yield END


def layers(size: int, archive: Path) -> Iterator[tuple[int, Pieces]]:
    """
    Layers of so many bytes in all.
    """
    for (offset, length), _ in layers_of(archive):
        if length > size:
            break
        size -= length
        yield length, cut(archive, offset, length)
    source = random.Random(SEED)
    kinds = logs(source), source.randbytes(BLOB)
    number = 0
    while size >= FILE:
        count = min(FILES, size // FILE)
        whole = count * (BLOCK + FILE) + len(END)
        yield whole, made(number, kinds, count)
        size -= whole
        number += 1


def main() -> None:
    """
    Write it, until nobody reads any more.
    """
    size, archive = int(sys.argv[1]), Path(sys.argv[2])
    try:
        for piece in streamed(layers(size, archive), "huge:1"):
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
