"""
Where layers are scanned: in this process as long as there is little to do, else in several.

The seam is the standard library's own, `concurrent.futures.Executor`.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from typing import Any, Generic, Self, TypeVar

from auditor.garbage import collect_rarely
from auditor.shared_memory import SharedMemory, Slot, inherit

log = logging.getLogger("auditor")

WORTH = 12 << 20
"""
How much work starts processes, in bytes: less is done sooner than they are up.
"""
AHEAD = 3
"""
Pieces that may wait for each process.
"""

SHARED = 4 << 20
"""
What these may have in shared memory, in bytes each.
"""

A = TypeVar("A")
R = TypeVar("R")


def cores() -> int:
    """
    How many processors this process may use.
    """
    if sys.platform != "win32" and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Here(Executor):
    """
    Everything at once, in this process.
    """

    def submit(self, task: Callable[..., R], /, *args: object, **more: object) -> Future[R]:
        """
        See `Executor.submit`. What the task raises is in the future.
        """
        future: Future[R] = Future()
        try:
            future.set_result(task(*args, **more))
        except Exception as error:
            future.set_exception(error)
        return future


class Task(Generic[A, R]):
    """
    A task that was handed out.
    """

    def __init__(self, runner: Runner, call: Callable[[A], R], argument: A) -> None:
        self._runner = runner
        self._call = call
        self._argument = argument
        self._future = runner.hand_out(call, argument)

    def result(self) -> R:
        """
        What came of it, once it is done; what it raised is raised. `BrokenExecutor` means that its
        process was killed, and once more when nothing else ran.
        """
        try:
            return self._future.result()
        except BrokenExecutor:
            return self._runner.again(self._call, self._argument)


class Runner:
    """
    Runs tasks in `jobs` processes, once there is enough to do. Leave it as a context.

    A process may be killed, most often for want of memory. All tasks that are under way then are
    done again, each alone, so that only the one that is to blame is lost.
    """

    def __init__(
        self,
        jobs: int,
        prepare: Callable[[], object],
        begin: Callable[[], object] | None = None,
    ) -> None:
        """
        `prepare` is called before processes are started, and leaves behind what they inherit;
        `begin` is called in each of them first.
        """
        self.jobs = jobs
        """
        How many processes there may be.
        """
        self._prepare = prepare
        self._begin = begin
        self._executor: Executor = Here()
        self._memory: SharedMemory | None = None
        self._work = 0
        self._out: list[Future[Any]] = []
        """
        What may be under way.
        """

    @property
    def ahead(self) -> int:
        """
        How many tasks may be under way.
        """
        return self.jobs * AHEAD

    def expect(self, size: int) -> None:
        """
        So many bytes more are to be looked into.
        """
        self._work += size
        if self.jobs > 1 and self._work > WORTH and isinstance(self._executor, Here):
            self._start()

    def submit(self, call: Callable[[A], R], argument: A) -> Task[A, R]:
        """
        Run a task with its argument, now or later.
        """
        return Task(self, call, argument)

    def hand_out(self, call: Callable[[A], R], argument: A) -> Future[R]:
        """
        The same without a second try.
        """
        try:
            future = self._executor.submit(call, argument)
        except BrokenExecutor:
            self._replace()
            future = self._executor.submit(call, argument)
        self._out = [*(one for one in self._out if not one.done()), future]
        return future

    def again(self, call: Callable[[A], R], argument: A) -> R:
        """
        Run a task with nothing beside it. Raises `BrokenExecutor` if that kills its process.
        """
        wait(self._out)
        return self.hand_out(call, argument).result()

    def _replace(self) -> None:
        """
        New processes for those that are gone.
        """
        log.info("a process was killed: starting others")
        # NOTE: its threads end with it; nobody may fork beside them.
        self._executor.shutdown()
        self._executor = self._processes()

    def lay_down(self, parts: Sequence[bytes]) -> bytes | Slot | None:
        """
        Some bytes, as cheap as they can be handed to a task; `None` if there is no room before
        something is given free. Give a slot free after use.
        """
        if self._memory is None or not any(parts):
            return b"".join(parts)
        return self._memory.lay_down(parts)

    def free(self, payload: object) -> None:
        """
        Nobody reads it any more.
        """
        if self._memory is not None and isinstance(payload, Slot):
            self._memory.free(payload)

    def _start(self) -> None:
        self._prepare()
        # What is loaded now stays to the end: the collector passes over it from here on, and does
        # not write to its pages, which all processes share.
        gc.freeze()
        if _method() == "fork":
            self._memory = SharedMemory((self.ahead + 1) * SHARED)
            inherit(self._memory)
        self._executor = self._processes()

    def _processes(self) -> Executor:
        # Imported here: little work is done before these modules are loaded.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # NOTE: what lies in shared memory can be read by forked processes alone.
        context = multiprocessing.get_context("fork" if self._memory else _method())
        return ProcessPoolExecutor(self.jobs, context, initializer=_begin, initargs=(self._begin,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._executor.shutdown(wait=not any(error), cancel_futures=True)
        if self._memory is not None:
            self._memory.close()


def _method() -> str:
    """
    How to start processes. Forking is quickest, and safe while there is one thread.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return "spawn"


def _begin(begin: Callable[[], object] | None) -> None:
    # The first process hears the interrupt and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    if begin is not None:
        begin()


def _end_with_the_first() -> None:
    """
    End this process once the one that started it is gone: killed, it can tell nobody, and whoever
    waits for work would wait for ever.
    """
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    first = parent_process()
    if first is not None:
        wait([first.sentinel])
        os._exit(1)
