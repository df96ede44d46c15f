"""
Where an expression matches, for who looks for something else than secrets: at the same speed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from auditor.detectors.prefilter import PLAIN

Spot = Callable[[bytes], list[int]]
"""
The offsets behind all matches in some bytes, ascending.
"""


def spotter(expression: bytes) -> Spot | None:
    """
    Finds an expression in Hyperscan's words, with `^` at each line and dots for all bytes. `None`
    where there is no Hyperscan: then another way must do.
    """
    if os.environ.get(PLAIN):
        return None
    try:
        import hyperscan

        from auditor.detectors.prefilter.database import Plan, compiled
    except ImportError:
        return None
    flags = int(hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE)
    plan = Plan({(expression, flags): [(0, 0)]})
    try:
        database = compiled((expression, flags), lambda: plan).database
    except hyperscan.error:
        return None

    def spot(data: bytes) -> list[int]:
        found: list[int] = []
        database.scan(data, match_event_handler=_seen, context=found)
        found.sort()
        return found

    return spot


def _seen(number: int, start: int, end: int, flags: int, found: Any) -> None:
    found.append(end)
