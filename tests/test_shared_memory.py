"""
Memory that processes share: no piece is written over another that is still read.
"""

from __future__ import annotations

import random
from collections import deque

from auditor.runners import Runner
from auditor.shared_memory import SharedMemory, Slot


def test_what_is_laid_down_stays_until_it_is_free() -> None:
    """
    Pieces of all sizes come and go, about in order, and each is read as it was laid down.
    """
    source = random.Random(5)
    memory = SharedMemory(1000)
    held: deque[tuple[Slot, bytes]] = deque()
    laid = refused = 0
    for _ in range(5000):
        data = source.randbytes(source.choice((1, 7, 100, 333, 499, 1000)))
        slot = memory.lay_down([data[:5], data[5:]])
        if slot is None:
            refused += 1
        else:
            laid += 1
            held.append((slot, data))
        for slot, data in held:
            assert memory.taken(slot, 0, slot.size) == data
        while held and (slot is None or source.random() < 0.5):
            # NOTE: some are given free before one that came earlier.
            held.rotate(-1 if source.random() < 0.2 else 0)
            memory.free(held.popleft()[0])
    assert laid > 1000 and refused > 100
    memory.close()


def test_all_of_it_can_be_used() -> None:
    """
    Once everything is free the largest piece fits; what is larger, and nothing at all, never do.
    """
    memory = SharedMemory(100)
    for _ in range(3):
        slots = [memory.lay_down([bytes(40)]) for _ in range(3)]
        assert slots[:2] == [Slot(0, 40), Slot(40, 40)] and slots[2] is None
        memory.free(Slot(40, 40))
        assert memory.lay_down([bytes(100)]) is None
        memory.free(Slot(0, 40))
        whole = memory.lay_down([bytes(100)])
        assert whole == Slot(0, 100)
        memory.free(whole)
    assert memory.lay_down([bytes(101)]) is None
    assert memory.lay_down([]) is None


def test_a_part_ends_with_its_piece() -> None:
    """
    What lies behind is another's.
    """
    memory = SharedMemory(100)
    first, _ = memory.lay_down([b"first"]), memory.lay_down([b"second"])
    assert first is not None
    assert memory.taken(first, 2, 2) == b"rs"
    assert memory.taken(first, 2, 50) == b"rst"


def test_without_processes_bytes_stay_where_they_are() -> None:
    """
    There is always room.
    """
    with Runner(2, lambda: None) as runner:
        assert runner.lay_down([b"a", b"b"]) == b"ab"
        assert runner.lay_down([]) == b""
