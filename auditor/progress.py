"""
How far the reading has come, on a terminal.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

INTERVAL = 0.2
"""
Seconds between two drawings.
"""


class Progress:
    """
    One line that is drawn over and over, and wiped at the end.
    """

    def __init__(self, out: TextIO, label: str) -> None:
        self._out = out
        self._label = "".join(c if c.isprintable() else "?" for c in label)[:40]
        self._read = 0
        self._started = self._drawn = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._out.write("\r\x1b[K")
        self._out.flush()

    def __call__(self, count: int, total: int | None) -> None:
        """
        So many bytes more were read.
        """
        self._read += count
        now = time.monotonic()
        if now - self._drawn < INTERVAL:
            return
        self._drawn = now
        rate = self._read / max(now - self._started, 0.001)
        text = f"{self._label}: {self._read / 1e6:.1f} MB, {rate / 1e6:.1f} MB/s"
        if total and total > self._read:
            left = (total - self._read) / rate
            text += f", {100 * self._read // total} %, {left:.0f} s left"
        self._out.write(f"\r\x1b[K{text}")
        self._out.flush()
