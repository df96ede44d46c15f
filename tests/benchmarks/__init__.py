"""
What `scripts/bench` measures: one explicit table. One more is one function here and one row.
"""

from __future__ import annotations

from tests.benchmarks.base import HEADS, Bench, Benchmark, LeftOut, Options, Row
from tests.benchmarks.bound import bound
from tests.benchmarks.engine import engine
from tests.benchmarks.inputs import Inputs
from tests.benchmarks.known import again
from tests.benchmarks.library import lost, throughput
from tests.benchmarks.limits import disk, huge, memory
from tests.benchmarks.measuring import LEAST, Place
from tests.benchmarks.reading import archive, kingfisher, layout
from tests.benchmarks.shapes import line, many
from tests.benchmarks.startup import first, smallest, usage

# In the order in which they are run: the first run is the first, and what all had is told last.
BENCHMARKS: dict[str, Benchmark] = {
    "first": first,
    "help": usage,
    "smallest": smallest,
    "archive": archive,
    "bound": bound,
    "kingfisher": kingfisher,
    "layout": layout,
    "engine": engine,
    "again": again,
    "line": line,
    "many": many,
    "throughput": throughput,
    "lost": lost,
    "huge": huge,
    "memory": memory,
    "disk": disk,
}

__all__ = [
    "BENCHMARKS", "HEADS", "LEAST", "Bench", "Benchmark", "Inputs", "LeftOut", "Options", "Place",
    "Row",
]  # fmt: skip
