"""
Images of an uncommon shape against the same bytes in a common one.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, audit, megabytes, seconds, times
from tests.benchmarks.inputs import SMALL_FILE
from tests.benchmarks.reading import described

LINEAR = 3.0


def line(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    All texts as one line in one file.
    """
    inputs = bench.inputs
    whole, plain = audit(inputs.line), audit(inputs.texts)
    bench.watched("texts", plain)
    ours, common = bench.compare("line", whole, plain)
    ratio = ours.seconds / common.seconds
    size = megabytes(inputs.line.stat().st_size)
    yield Row(
        f"`audit` of one line of {size}", str(ours),
        f"the same text in {len(inputs.text_items):,} files", str(common), times(ratio),
        f"≤ {LINEAR:g} ×", ratio <= LINEAR, ours.cpu_with(common), bench.memory("line"),
    )  # fmt: skip


def many(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Very many very small files. What counts is the size of the tar, in which each takes 1 KB.
    """
    inputs = bench.inputs
    ours, common = bench.compare("many", audit(inputs.many), audit(inputs.mix))
    size, other = inputs.many.stat().st_size, inputs.mix.stat().st_size
    same = common.seconds * size / other
    ratio = ours.seconds / same
    yield Row(
        f"`audit` of {inputs.small:,} files of {SMALL_FILE} bytes, a tar of {megabytes(size)}",
        str(ours), f"as much of {described(bench).removeprefix('`audit` of ')}", seconds(same),
        times(ratio), f"≤ {LINEAR:g} ×", ratio <= LINEAR, seconds(ours.cpu), bench.memory("many"),
    )  # fmt: skip
