"""
When Python's collector looks for circles among objects.
"""

from __future__ import annotations

import gc

RARELY = 100_000
"""
So many new objects make the collector look. Importing and scanning make hundreds of thousands, of
modules and findings, which stay or have no circles: looking as often as Python does by itself is
work for nothing. A small audit makes 60,000 in all, and ends before the first look.
"""


def collect_rarely() -> None:
    """
    From now on, in this process and in those that are forked from it.
    """
    gc.set_threshold(RARELY, *gc.get_threshold()[1:])


def leave_all() -> None:
    """
    At the end of the process: whatever is there goes with it, and nobody need look at it before.
    """
    gc.freeze()
