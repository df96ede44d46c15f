"""
Memory that this process and those forked from it see alike: pieces of a stream are laid down in it
once, instead of being sent through a pipe.

It has no name and no file, so nothing of it is left behind when the processes end.
"""

from __future__ import annotations

import mmap
from collections import deque
from collections.abc import Sequence

from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """
    One piece's place in the shared memory, in bytes.
    """

    start: int
    size: int


class SharedMemory:
    """
    A ring to lay pieces down in: they are given free in about the order in which they came. Only
    the process that made it lays down and gives free.
    """

    def __init__(self, size: int) -> None:
        """
        `size` is what all pieces may have together, in bytes.
        """
        self._memory = mmap.mmap(-1, size)
        self._size = size
        self._held: deque[Slot] = deque()
        self._freed: set[Slot] = set()

    def lay_down(self, parts: Sequence[bytes]) -> Slot | None:
        """
        Put some bytes where nobody reads any more; `None` if there is no such place.
        """
        size = sum(map(len, parts))
        start = self._start(size)
        if start is None:
            return None
        self._memory.seek(start)
        for part in parts:
            self._memory.write(part)
        slot = Slot(start, size)
        self._held.append(slot)
        return slot

    def _start(self, size: int) -> int | None:
        """
        Where so many bytes fit. No slot is cut in two, and none is empty: two would be one.
        """
        if not 0 < size <= self._size:
            return None
        if not self._held:
            # NOTE: from the front, so that no more memory is touched than is needed.
            return 0
        first, last = self._held[0].start, self._held[-1]
        end = last.start + last.size
        if last.start < first:
            return end if size <= first - end else None
        if size <= self._size - end:
            return end
        return 0 if size <= first else None

    def free(self, slot: Slot) -> None:
        """
        Let other pieces have the place.
        """
        self._freed.add(slot)
        while self._held and self._held[0] in self._freed:
            self._freed.remove(self._held.popleft())

    def taken(self, slot: Slot, start: int, size: int) -> bytes:
        """
        A part of what was laid down in a slot.
        """
        start += slot.start
        return self._memory[start : min(start + size, slot.start + slot.size)]

    def close(self) -> None:
        """
        Give the memory back.
        """
        self._memory.close()


_inherited: SharedMemory | None = None


def inherit(memory: SharedMemory) -> None:
    """
    Make it what `taken` reads from, in this process and those that are forked from now on.
    """
    global _inherited
    _inherited = memory


def taken(slot: Slot, start: int, size: int) -> bytes:
    """
    A part of what the parent process laid down in a slot.
    """
    if _inherited is None:
        raise RuntimeError("this process has no shared memory")
    return _inherited.taken(slot, start, size)
