"""
What no audit may take, however large the image: memory and disk.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, audit, megabytes, seconds, times
from tests.benchmarks.measuring import Command, run

MEMORY = 300_000_000
GROWTH = 1.2
"""
What is flat: the memory of the larger image, as a multiple.
"""


def huge(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    An image that is larger than the memory, streamed, against the image that it begins with.
    """
    size, mix = bench.options.huge, bench.inputs.mix
    feed = (sys.executable, "-m", "tests.benchmarks.huge", str(size), str(mix))
    plain = bench.watched("mix, streamed", Command(audit("-").words, ("cat", str(mix))))
    large = bench.watched("huge", audit("-", feed=feed))
    growth = large.memory / max(plain.memory, 1)
    yield Row(
        f"peak memory, an image of {size / 1e9:g} GB on standard input", megabytes(large.memory),
        f"{megabytes(mix.stat().st_size)} of it", megabytes(plain.memory), times(growth),
        "≤ 300 MB, flat", large.memory <= MEMORY and growth <= GROWTH, seconds(large.cpu),
        megabytes(large.memory),
    )  # fmt: skip


def memory(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    The most of all that were watched.
    """
    if not bench.peaks:
        yield LeftOut("peak memory of any of these", "nothing was watched")
        return
    label, most = max(bench.peaks.items(), key=lambda pair: pair[1].memory)
    yield Row(
        f"peak memory of any of these, all processes together ({label})", megabytes(most.memory),
        "without mapped files", megabytes(most.anonymous), "", "≤ 300 MB", most.memory <= MEMORY,
        memory=megabytes(most.memory),
    )  # fmt: skip


def disk(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    What is written beside the cache.
    """
    what = "temporary disk of an audit"
    bench.warm()
    found = [run(audit(bench.inputs.mix), bench.place, watch=True)]
    found.append(run(Command(audit("-").words, ("cat", str(bench.inputs.mix))), bench.place, True))
    if any(one.written is None for one in found):
        yield LeftOut(what, "the kernel does not count what is written (/proc/self/io)")
        return
    written = sum(one.written or 0 for one in found)
    temporary = max(one.temporary for one in found)
    yield Row(
        f"{what}: bytes written to any file (from a file, from a pipe)", f"{written:,} bytes",
        "most at one time in $TMPDIR", f"{temporary:,} bytes", "", "0 bytes",
        written == 0 and temporary == 0,
    )  # fmt: skip
