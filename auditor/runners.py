"""
Where layers are scanned: in this process as long as there is little to do, else in several.

The seam is the standard library's own, `concurrent.futures.Executor`.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Self, TypeVar

from auditor.garbage import collect_rarely
from auditor.shared_memory import SharedMemory, Slot, inherit

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


class Runner:
    """
    Runs tasks in `jobs` processes, once there is enough to do. Leave it as a context.
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
        self._jobs = jobs
        self._prepare = prepare
        self._begin = begin
        self._executor: Executor = Here()
        self._memory: SharedMemory | None = None
        self._work = 0

    @property
    def ahead(self) -> int:
        """
        How many tasks may be under way.
        """
        return self._jobs * AHEAD

    def expect(self, size: int) -> None:
        """
        So many bytes more are to be looked into.
        """
        self._work += size
        if self._jobs > 1 and self._work > WORTH and isinstance(self._executor, Here):
            self._start()

    def submit(self, task: Callable[[A], R], argument: A) -> Future[R]:
        """
        Run a task with its argument, now or later.
        """
        return self._executor.submit(task, argument)

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
        # Imported here: little work is done before these modules are loaded.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self._prepare()
        # What is loaded now stays to the end: the collector passes over it from here on, and does
        # not write to its pages, which all processes share.
        gc.freeze()
        context = multiprocessing.get_context(_method())
        if context.get_start_method() == "fork":
            self._memory = SharedMemory((self.ahead + 1) * SHARED)
            inherit(self._memory)
        self._executor = ProcessPoolExecutor(
            self._jobs, context, initializer=_begin, initargs=(self._begin,)
        )

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
