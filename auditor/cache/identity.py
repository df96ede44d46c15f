"""
Files that were read before, known again by what the file system says of them, as git does it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from auditor.records import dataclass

SETTLED = 50_000_000
"""
Nanoseconds for which a file must have rested before its content is remembered: two changes within
one tick of the file system's clock leave the same time.
"""
SETTLED_COARSE = 2_000_000_000
"""
The same where times are whole seconds.
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """
    A file in one state.
    """

    path: str
    """
    Absolute, without links.
    """
    device: int
    inode: int
    size: int
    changed: int
    """
    When its content was written last, in nanoseconds.
    """
    altered: int
    """
    When anything of it was, its times included, in nanoseconds.
    """

    @property
    def subject(self) -> bytes:
        """
        What tells it apart from any other.
        """
        told = [self.path, self.device, self.inode, self.size, self.changed, self.altered]
        return json.dumps(told).encode()

    def is_settled(self, now: int) -> bool:
        """
        Whether any later change is sure to show.
        """
        last = max(self.changed, self.altered)
        coarse = last % 1_000_000_000 == 0
        return last < now - (SETTLED_COARSE if coarse else SETTLED)


def of(path: str) -> Identity | None:
    """
    A file as it is now; `None` if there is none, or nothing is known of it.
    """
    try:
        whole = Path(path).resolve()
        told = whole.stat()
    except (OSError, RuntimeError):
        return None
    return Identity(
        str(whole), told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns
    )


def settled(path: str) -> Identity | None:
    """
    A file that is about to be read; `None` if a later change of it might not show.
    """
    start = time.time_ns()
    state = of(path)
    return state if state is not None and state.is_settled(start) else None
