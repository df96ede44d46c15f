"""
The audit against detect-secrets: what it finds, and how fast.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tests.benchmarks.base import Bench, LeftOut, Row, audit, megabytes, seconds
from tests.benchmarks.inputs import SEED
from tests.benchmarks.measuring import Command, median, run
from tests.benchmarks.mixture import TEXT_LARGEST
from tests.differential import compare_all

FASTER = 500.0
_SCAN = """
import json, sys
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
with default_settings():
    for path in json.load(open(sys.argv[1])):
        list(scan_file(path))
"""


def lost(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    What it finds in real files and the auditor does not.
    """
    items = [item for item in bench.inputs.items if item.size <= TEXT_LARGEST]
    random.Random(SEED).shuffle(items)
    paths = [item.path for item in islice(items, bench.options.files)]
    expected = missing = size = 0
    for outcome in compare_all(paths):
        expected += outcome.expected
        missing += len(outcome.missing)
        size += outcome.size
        for what in outcome.missing:
            print(f"LOST {outcome.path}: {what}", file=sys.stderr)
    yield Row(
        f"findings of detect-secrets that are lost, {len(paths):,} files, {megabytes(size)}",
        f"{missing:,}", "its own findings there", f"{expected:,}", "", "0 of ≥ 20,000 files",
        missing == 0 and len(paths) >= 20_000,
    )  # fmt: skip


def throughput(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Texts per second. It is timed on a part of them, chosen by chance, as all would take an hour.
    """
    items = list(bench.inputs.text_items)
    whole = sum(item.size for item in items)
    random.Random(SEED).shuffle(items)
    taken: list[str] = []
    size = 0
    for item in items:
        if size < bench.options.sample:
            taken.append(item.path)
            size += item.size
    ours = bench.compare("texts", audit(bench.inputs.texts))[0]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "paths.json"
        listed.write_text(json.dumps(taken))
        peer = Command((sys.executable, "-c", _SCAN, str(listed)))
        theirs = [run(peer, bench.place) for _ in range(bench.options.slow_runs)]
    expected = median(theirs) * whole / size
    ratio = expected / ours.seconds
    row = Row(
        f"`audit` of {len(bench.inputs.text_items):,} texts, {megabytes(whole)}", str(ours),
        f"detect-secrets (`scan_file`, one process), timed on {megabytes(size)} of them",
        seconds(expected), f"{ratio:,.0f} × faster", f"≥ {FASTER:g} ×", ratio >= FASTER,
        seconds(ours.cpu), bench.memory("texts"),
    )  # fmt: skip
    yield replace(row, ours=f"{ours}, {whole / ours.seconds / 1e6:.0f} MB/s")
