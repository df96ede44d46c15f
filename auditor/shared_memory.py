"""
Memory that this process and those forked from it see alike: pieces of a stream are laid down in it
once, instead of being sent through a pipe.

It has no name and no file, so nothing of it is left behind when the processes end.
"""

from __future__ import annotations

import mmap
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

SLOT = 5 << 20
"""
The most that one piece may have, in bytes.
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """
    One piece's place in the shared memory.
    """

    number: int
    size: int


class SharedMemory:
    """
    Slots to lay pieces down in. Only the process that made it lays down and gives free.
    """

    def __init__(self, slots: int) -> None:
        self._memory = mmap.mmap(-1, slots * SLOT)
        self._free = deque(range(slots))

    def lay_down(self, parts: Sequence[bytes]) -> Slot | None:
        """
        Put some bytes into a free slot; `None` if none is free, or they are too many.
        """
        size = sum(map(len, parts))
        if size > SLOT or not self._free:
            return None
        number = self._free.popleft()
        self._memory.seek(number * SLOT)
        for part in parts:
            self._memory.write(part)
        return Slot(number, size)

    def free(self, slot: Slot) -> None:
        """
        Let another piece have the slot.
        """
        self._free.append(slot.number)

    def taken(self, slot: Slot) -> bytes:
        """
        What was laid down in a slot.
        """
        start = slot.number * SLOT
        return self._memory[start : start + slot.size]

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


def taken(slot: Slot) -> bytes:
    """
    What the parent process laid down in a slot.
    """
    if _inherited is None:
        raise RuntimeError("this process has no shared memory")
    return _inherited.taken(slot)
