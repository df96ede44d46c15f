"""
How long it takes until something is done at all.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, Timed, audit, megabytes, seconds, times
from tests.benchmarks.measuring import Command, run

HELP, SMALLEST = 0.15, 0.5


def first(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    The very first run on a machine, which compiles the patterns, against the second one.
    """
    shutil.rmtree(bench.place.cache, ignore_errors=True)
    command = audit(bench.inputs.common)
    # NOTE: it comes only once, so it is timed and looked at in one.
    found = run(command, bench.place, watch=True)
    bench.peaks["first run"] = found
    (again,) = bench.timed(command)
    size = megabytes(bench.inputs.common.stat().st_size)
    yield Row(
        f"`audit` of an archive of {size}, the first run on a machine", seconds(found.seconds),
        "the same from then on", str(again), times(found.seconds / again.seconds),
        cpu=f"{seconds(found.cpu)} : {seconds(again.cpu)}", memory=bench.memory("first run"),
    )  # fmt: skip


def usage(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    `--help`, against Python doing nothing.
    """
    helping = Command((sys.executable, "-m", "auditor", "--help"))
    ours, nothing = bench.compare("help", helping, Command((sys.executable, "-c", "")))
    yield _row("`audit --help`", ours, nothing, HELP, bench.memory("help"))


def smallest(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    An image of one file.
    """
    command = audit(bench.inputs.smallest)
    ours, nothing = bench.compare("smallest", command, Command((sys.executable, "-c", "")))
    yield _row(
        "`audit` of the smallest image, cold process", ours, nothing, SMALLEST,
        bench.memory("smallest"),
    )  # fmt: skip


def _row(what: str, ours: Timed, nothing: Timed, asked: float, memory: str) -> Row:
    return Row(
        what, str(ours), "Python alone", str(nothing), times(ours.seconds / nothing.seconds),
        f"≤ {asked:g} s", ours.seconds <= asked, ours.cpu_with(nothing), memory,
    )  # fmt: skip
