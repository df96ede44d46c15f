"""
What a command takes: time on the clock, CPU time, memory and disk of all its processes together.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.05
"""
Seconds between two looks at the memory.
"""
SPARING = 20
"""
So many times as long as a look takes, nobody looks: many processes take long to look at.
"""
LEAST = 2
"""
So often commands are run that take long.
"""
_LAUNCHER = Path(__file__).with_name("launcher.py")


class Failed(Exception):
    """
    A command that was to be measured came to another end than it should.
    """


@dataclass(frozen=True, slots=True)
class Command:
    """
    A command to be measured.
    """

    words: tuple[str, ...]
    feed: tuple[str, ...] = ()
    """
    Another command whose output is its standard input; what that takes is not counted.
    """
    codes: tuple[int, ...] = (0,)
    """
    Exit codes with which it has done its work.
    """
    env: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return shlex.join(self.words)


@dataclass(frozen=True, slots=True)
class Run:
    """
    What one run took.
    """

    seconds: float
    """
    On the clock.
    """
    cpu: float
    """
    Seconds of CPU time, of all processes.
    """
    written: int | None
    """
    Bytes written to a disk, deleted again or not; `None` if that is not counted here.
    """
    memory: int = 0
    """
    The most that all processes had at one time, in bytes; 0 if nobody looked. A page that several
    have is counted once (PSS), a page of a mapped file as well.
    """
    anonymous: int = 0
    """
    The most without pages of mapped files, which the system can take back at any time.
    """
    temporary: int = 0
    """
    The most that lay in the folder for temporary files at one time, in bytes.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where measured commands keep things: a cache and a folder for temporary files of their own.
    """

    cache: Path
    temporary: Path

    def env(self) -> dict[str, str]:
        """
        What tells a command to use them.
        """
        return {"XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.temporary)}


def run(command: Command, place: Place, watch: bool = False) -> Run:
    """
    Run a command once. With `watch` its memory and temporary files are looked at too, which slows
    it down: never take the time of such a run. Raises `Failed`.
    """
    asked = {"command": command.words, "feed": command.feed or None, "silent": True}
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(asked)],
        env={**os.environ, **place.env(), **command.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline() or 0)
    watcher = Watcher(pid, place.temporary)
    if watch:
        watcher.start()
    said = launcher.stdout.read()
    launcher.wait()
    watcher.stop()
    if not said:
        raise Failed(f"{command}: did not start")
    told = json.loads(said)
    if told["code"] not in command.codes:
        raise Failed(f"{command}: exit {told['code']}")
    return Run(
        told["seconds"], told["cpu"], told["written"],
        watcher.memory, watcher.anonymous, watcher.temporary,
    )  # fmt: skip


class Watcher(threading.Thread):
    """
    Looks at a process, all that descend from it and a folder, again and again.
    """

    def __init__(self, pid: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self.memory = self.anonymous = self.temporary = 0
        self._pid = pid
        self._folder = folder
        self._done = threading.Event()

    def run(self) -> None:
        """
        Look until told to stop.
        """
        while True:
            began = time.thread_time()
            self._look()
            took = time.thread_time() - began
            if self._done.wait(max(INTERVAL, took * SPARING)):
                return

    def stop(self) -> None:
        """
        The process has ended.
        """
        self._done.set()
        if self.ident is not None:
            self.join()

    def _look(self) -> None:
        found = [memory_of(pid) for pid in family(self._pid)]
        self.memory = max(self.memory, sum(whole for whole, _ in found))
        self.anonymous = max(self.anonymous, sum(own for _, own in found))
        self.temporary = max(self.temporary, size_of(self._folder))


def family(pid: int) -> Iterator[int]:
    """
    A process and all that descend from it.
    """
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [word for one in threads for word in (one / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def memory_of(pid: int) -> tuple[int, int]:
    """
    A process's share of memory in bytes, with and without mapped files. 0 if it has ended.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    return sizes["Pss"], sizes["Pss"] - sizes.get("Pss_File", 0)


def size_of(folder: Path) -> int:
    """
    What the files below a folder take on the disk, in bytes.
    """
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(where) / name).st_blocks * 512
            except OSError:
                continue
    return total


def in_turn(
    commands: Sequence[Command], place: Place, runs: int, enough: float = math.inf
) -> list[list[Run]]:
    """
    Run several commands so often, one after the other, so that a noisy machine slows all of them;
    after `enough` seconds no more than `LEAST` times.
    """
    found: list[list[Run]] = [[] for _ in commands]
    started = time.monotonic()
    for number in range(runs):
        if number >= LEAST and time.monotonic() - started > enough:
            break
        for command, list_ in zip(commands, found, strict=True):
            list_.append(run(command, place))
    return found


def median(runs: Sequence[Run]) -> float:
    """
    Seconds on the clock.
    """
    return statistics.median(one.seconds for one in runs)


def median_cpu(runs: Sequence[Run]) -> float:
    """
    Seconds of CPU time.
    """
    return statistics.median(one.cpu for one in runs)
