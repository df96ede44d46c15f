"""
The audit of an archive and of a layout against what does nothing but read them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, audit, megabytes, times
from tests.benchmarks.measuring import Command, Failed, run

HASHED, BY_PEER, INFLATED = 3.0, 60.0, 1.2


def described(bench: Bench) -> str:
    """
    The image of the usual mix, in words.
    """
    size = megabytes(bench.inputs.mix.stat().st_size)
    return f"`audit` of an archive, {size}, {bench.inputs.mix_files:,} files"


def archive(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Against openssl hashing the file.
    """
    path = bench.inputs.mix
    if not shutil.which("openssl"):
        yield LeftOut(described(bench), "openssl is not installed")
        return
    reading = Command(("openssl", "dgst", "-sha256", str(path)))
    ours, theirs = bench.compare("mix", audit(path), reading)
    ratio = ours.seconds / theirs.seconds
    yield Row(
        described(bench), str(ours), "`openssl dgst -sha256`", str(theirs), times(ratio),
        f"≤ {HASHED:g} ×", ratio <= HASHED, ours.cpu_with(theirs), bench.memory("mix"),
    )  # fmt: skip


def kingfisher(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Against a peer that scans images, told to leave nothing out and to ask no network.
    """
    program = shutil.which(bench.options.kingfisher or "kingfisher")
    if program is None:
        yield LeftOut("the same against kingfisher", "kingfisher is not installed")
        return
    path = bench.inputs.mix
    options = ("--no-limits", "--no-validate", "--no-update-check", "--quiet")
    words = (program, "scan", "docker", *options, "--archive")
    # NOTE: 200 and more mean findings.
    peer, small = (
        Command((*words, str(image)), codes=(0, 200, 205))
        for image in (path, bench.inputs.smallest)
    )
    if "mix" not in bench.peaks:
        bench.watched("mix", audit(path))
    try:
        # It compiles its rules once and keeps them, as we do.
        run(small, bench.place)
        ours, theirs = bench.timed(audit(path), peer, runs=bench.options.slow_runs)
    except Failed as error:
        yield LeftOut("the same against kingfisher", str(error))
        return
    ratio = theirs.seconds / ours.seconds
    yield Row(
        described(bench), str(ours), "`kingfisher scan docker --no-limits`", str(theirs),
        f"{ratio:,.0f} × faster", f"≥ {BY_PEER:g} ×", ratio >= BY_PEER, ours.cpu_with(theirs),
        bench.memory("mix"),
    )  # fmt: skip


def layout(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    Against inflating the layers.
    """
    what = "`audit` of the same as an OCI layout in gzip"
    if not shutil.which("gzip"):
        yield LeftOut(what, "gzip is not installed")
        return
    folder, layers = bench.inputs.layout
    inflating = Command(("gzip", "-dc", *map(str, layers)))
    ours, theirs = bench.compare("layout", audit(f"oci:{folder}"), inflating)
    ratio = ours.seconds / theirs.seconds
    yield Row(
        what, str(ours), "`gzip -dc` of its layers", str(theirs), times(ratio),
        f"≤ {INFLATED:g} ×", ratio <= INFLATED, ours.cpu_with(theirs), bench.memory("layout"),
    )  # fmt: skip
