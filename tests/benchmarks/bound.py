"""
What stands in the way of a faster audit, one thing at a time: the patterns matched over the same
bytes, with nothing done for a match and nothing walked, unpacked or judged; and everything walked,
read and unpacked, with nothing looked for in it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.decoders import decode
from auditor.pieces import spot
from auditor.streams.reading import File, Range, RangeReader
from auditor.walker import LayerWalk
from tests.benchmarks.base import Bench, LeftOut, Row, seconds, times
from tests.benchmarks.layers import layers_of
from tests.benchmarks.measuring import Command, median, run
from tests.benchmarks.mixture import is_text
from tests.benchmarks.reading import HASHED


def bound(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Each of them, shared by all cores, against openssl hashing the image.
    """
    if not shutil.which("openssl"):
        yield LeftOut("what stands in the way", "openssl is not installed")
        return
    hashing = Command(("openssl", "dgst", "-sha256", str(bench.inputs.mix)))
    theirs = median([run(hashing, bench.place) for _ in range(bench.options.runs)])
    for what, measure in PARTS.items():
        try:
            taken = measure(bench.inputs.mix)
        except ImportError:
            yield LeftOut(what, "Hyperscan is not installed")
            continue
        ours = taken / (os.cpu_count() or 1)
        yield Row(
            f"{what}, divided by the cores", seconds(ours), "`openssl dgst -sha256`",
            seconds(theirs), times(ours / theirs), f"({HASHED:g} × for all)", cpu=seconds(taken),
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
                begun = time.process_time()
                database.scan(data, match_event_handler=None)  # type: ignore[arg-type]
                taken += time.process_time() - begun
    return taken


def reading(image: Path) -> float:
    """
    Seconds that one process takes to walk the layers of an archive and read their files.
    """
    begun = time.process_time()
    for file in _files(image):
        file.reader.read(file.size or 0)
    return time.process_time() - begun


def decoding(image: Path) -> float:
    """
    The same, and to decode all that lies in them, with nothing looked for.
    """
    begun = time.process_time()
    for file in _files(image):
        for _ in decode(file, spot=spot()):
            pass
    return time.process_time() - begun


def _files(image: Path) -> Iterator[File]:
    for (offset, size), _ in layers_of(image):
        with RangeReader(Range(str(image), offset, size)) as reader:
            for item in LayerWalk(reader):
                if isinstance(item, File):
                    yield item


PARTS: dict[str, Callable[[Path], float]] = {
    "Hyperscan alone over its files": matching,
    "its layers walked and its files read alone": reading,
    "the same, and all in them unpacked and decoded": decoding,
}
"""
What can be measured alone, in seconds of one process.
"""
