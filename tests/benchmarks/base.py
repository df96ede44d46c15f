"""
The seam: what a benchmark is given, and the rows it answers with.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from tests.benchmarks.inputs import Inputs
from tests.benchmarks.measuring import Command, Place, Run, in_turn, median, median_cpu, run

HEADS = ("what", "median", "against", "median", "ratio", "asked", "met", "CPU time", "peak memory")

ENOUGH = 60.0
"""
Seconds of measuring after which a pair is not run again, so that all takes half an hour.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """
    What was asked of `scripts/bench`.
    """

    runs: int = 5
    """
    How often each command of a pair is run.
    """
    slow_runs: int = 1
    """
    How often peers are run that take minutes.
    """
    kingfisher: str | None = None
    """
    The path of kingfisher; `None` for the one that PATH has.
    """
    files: int = 20_000
    """
    How many files are compared with detect-secrets.
    """
    sample: int = 20_000_000
    """
    Bytes of text that detect-secrets is timed on.
    """
    huge: int = 10_000_000_000
    """
    Bytes of the image that is too large for memory.
    """


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row of the table.
    """

    what: str
    ours: str
    against: str = ""
    theirs: str = ""
    ratio: str = ""
    asked: str = ""
    met: bool | None = None
    """
    `None` if nothing is asked.
    """
    cpu: str = ""
    """
    Of ours, and of the other if it is comparable: what a busy machine changes least.
    """
    memory: str = ""
    """
    The peak of ours, of all its processes together.
    """

    def cells(self) -> tuple[str, ...]:
        """
        In the order of `HEADS`.
        """
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return (
            self.what, self.ours, self.against, self.theirs, self.ratio, self.asked, met,
            self.cpu, self.memory,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    What was not measured, and why.
    """

    what: str
    reason: str


@dataclass(slots=True)
class Bench:
    """
    What a benchmark works with.
    """

    options: Options
    inputs: Inputs
    place: Place
    peaks: dict[str, Run] = field(default_factory=dict)
    """
    Watched runs of ours by what they read: memory and disk have rows of their own.
    """

    def watched(self, label: str, command: Command) -> Run:
        """
        Run once and look at memory and disk. Everything is warm after it.
        """
        self.warm()
        found = run(command, self.place, watch=True)
        self.peaks[label] = found
        return found

    def warm(self) -> None:
        """
        Compile all patterns, if nobody has yet.
        """
        if not self.place.cache.exists():
            run(audit(self.inputs.common), self.place)

    def compare(self, label: str, *commands: Command, runs: int | None = None) -> list[Timed]:
        """
        Medians of several commands run in turn; the first one is ours.
        """
        self.watched(label, commands[0])
        return self.timed(*commands, runs=runs)

    def timed(self, *commands: Command, runs: int | None = None) -> list[Timed]:
        """
        The same without a look at memory and disk.
        """
        found = in_turn(commands, self.place, runs or self.options.runs, ENOUGH)
        return [Timed(median(one), median_cpu(one)) for one in found]

    def memory(self, label: str) -> str:
        """
        The peak of a watched run.
        """
        return megabytes(self.peaks[label].memory) if label in self.peaks else ""


@dataclass(frozen=True, slots=True)
class Timed:
    """
    Medians of one command, in seconds.
    """

    seconds: float
    cpu: float

    def __str__(self) -> str:
        return seconds(self.seconds)

    def cpu_with(self, other: Timed) -> str:
        """
        CPU time of both.
        """
        return f"{seconds(self.cpu)} : {seconds(other.cpu)}"


class Benchmark(Protocol):
    """
    Measures one thing.
    """

    def __call__(self, bench: Bench) -> Iterator[Row | LeftOut]:
        """
        Its rows, each as soon as it is there.
        """


def audit(
    *arguments: str | Path,
    feed: Sequence[str] = (),
    cached: bool = False,
    env: Mapping[str, str] | None = None,
) -> Command:
    """
    Our own command. What is known of layers is not used unless `cached`.
    """
    fresh = ("--no-cache",) if has_cache() and not cached else ()
    words = (
        sys.executable, "-m", "auditor", "-q", "--no-config", "--fail-on", "never", *fresh,
        *map(str, arguments),
    )  # fmt: skip
    return Command(words, tuple(feed), env=env or {})


@cache
def has_cache() -> bool:
    """
    Whether this auditor keeps what it knows of layers.
    """
    command = [sys.executable, "-m", "auditor", "--help"]
    return "--no-cache" in subprocess.run(command, capture_output=True, text=True).stdout


def seconds(value: float) -> str:
    """
    With as many digits as mean something.
    """
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def megabytes(value: int) -> str:
    """
    Bytes as megabytes.
    """
    return f"{value / 1e6:,.0f} MB"


def times(value: float) -> str:
    """
    A ratio.
    """
    return f"{value:.2f} ×" if value < 10 else f"{value:,.0f} ×"
