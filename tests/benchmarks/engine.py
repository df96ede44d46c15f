"""
The audit of an image in a Docker engine against saving it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.base import Bench, LeftOut, Row, audit, seconds, times
from tests.benchmarks.measuring import Command
from tests.engines import DOCKER, DOCKERD, EngineError, docker_engine, missing, run

SAVED = 1.1
WHAT = "`audit IMAGE`, the same image in an engine"


def engine(bench: Bench) -> Iterator[Row | LeftOut]:
    """
    In an engine of our own, which is started for it.
    """
    reason = missing(DOCKER, DOCKERD)
    if reason:
        yield LeftOut(WHAT, reason)
        return
    try:
        with docker_engine() as docker:
            env = {"DOCKER_HOST": docker.host}
            said = run([DOCKER, "load", "--input", bench.inputs.mix], env=env)
            name = said.strip().splitlines()[-1].split(": ", 1)[-1]
            saving = Command((str(DOCKER), "save", name), env=env)
            ours, theirs = bench.compare("engine", audit(name, env=env), saving)
    except EngineError as error:
        yield LeftOut(WHAT, str(error).splitlines()[0])
        return
    ratio = ours.seconds / theirs.seconds
    yield Row(
        WHAT, str(ours), "`docker save IMAGE > /dev/null`", str(theirs), times(ratio),
        f"≤ {SAVED:g} ×", ratio <= SAVED, seconds(ours.cpu), bench.memory("engine"),
    )  # fmt: skip
