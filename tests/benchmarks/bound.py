"""
What no audit with these rules can be faster than: their patterns matched over the same bytes, with
nothing done for a match, and nothing walked, unpacked or judged.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.base import Bench, LeftOut, Row, seconds, times
from tests.benchmarks.layers import layers_of
from tests.benchmarks.measuring import Command, median, run
from tests.benchmarks.mixture import is_text
from tests.benchmarks.reading import HASHED


def bound(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Hyperscan over the files of the usual mix, shared by all cores, against openssl hashing them.
    """
    what = "Hyperscan alone over its files, divided by the cores: a bound"
    if not shutil.which("openssl"):
        yield LeftOut(what, "openssl is not installed")
        return
    try:
        taken = matching(bench.inputs.mix)
    except ImportError:
        yield LeftOut(what, "Hyperscan is not installed")
        return
    reading = Command(("openssl", "dgst", "-sha256", str(bench.inputs.mix)))
    theirs = median([run(reading, bench.place) for _ in range(bench.options.runs)])
    ours = taken / (os.cpu_count() or 1)
    yield Row(
        what, seconds(ours), "`openssl dgst -sha256`", seconds(theirs), times(ours / theirs),
        f"({HASHED:g} × for all)", cpu=seconds(taken),
    )  # fmt: skip


def matching(image: Path) -> float:
    """
    Seconds that Hyperscan takes in one process for the files of an archive's layers, texts and
    others each with the patterns for these. Raises `ImportError` where there is none.
    """
    from auditor.detectors.library.rules import rules
    from auditor.detectors.prefilter.fast import FastPrefilter

    texts = FastPrefilter([rule.patterns for rule in rules()])
    strings = FastPrefilter([() if r.generic else r.patterns for r in rules()], strings=True)
    taken = 0.0
    for _, tar in layers_of(image):
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                data = file.read()
                database = (texts if is_text(data) else strings).database
                begun = time.perf_counter()
                database.scan(data, match_event_handler=None)  # type: ignore[arg-type]
                taken += time.perf_counter() - begun
    return taken
