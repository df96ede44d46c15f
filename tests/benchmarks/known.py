"""
The audit of an image whose layers are all known already.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, audit, has_cache
from tests.benchmarks.reading import described

AGAIN, SHARE = 0.5, 0.02


def again(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Against the same audit that knows nothing.
    """
    what = f"{described(bench)}, again"
    if not has_cache():
        yield LeftOut(what, "there is no cache of layers yet (`--no-cache` is no option)")
        return
    path = bench.inputs.mix
    bench.watched("mix, kept", audit(path, cached=True))
    ours, cold = bench.compare("mix, again", audit(path, cached=True), audit(path))
    share = ours.seconds / cold.seconds
    yield Row(
        what, str(ours), "the same with `--no-cache`", str(cold), f"{100 * share:.1f} %",
        f"≤ {AGAIN:g} s, ≤ {100 * SHARE:g} %", ours.seconds <= AGAIN and share <= SHARE,
        ours.cpu_with(cold), bench.memory("mix, again"),
    )  # fmt: skip
