"""
What a secret looks like: one explicit table of detectors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache

from auditor.detectors.base import Detector
from auditor.detectors.prefilter.spots import spotter
from auditor.detectors.told import ToldDetector
from auditor.model import Finding, Gap, Reading, Text


@cache
def detectors() -> dict[str, Detector]:
    """
    All detectors by name. Built when first asked for: detect-secrets is slow to import.
    """
    from auditor.detectors.assigned import AssignedDetector
    from auditor.detectors.kept import KeptDetector
    from auditor.detectors.keystores import KeystoreDetector
    from auditor.detectors.library import LibraryDetector
    from auditor.detectors.variables import VariableDetector

    return {
        "assigned": AssignedDetector(),
        "credential files": KeptDetector(),
        "detect-secrets": LibraryDetector(),
        "key stores": KeystoreDetector(),
        "variables": VariableDetector(),
    }


def prepare() -> None:
    """
    Load what detectors need, so that processes which are started now have it from the beginning.
    """
    for reading in Reading:
        for _ in detect(Text("/app/.env", "name=value\n", reading, name="name")):
            pass


@cache
def rotation_pages() -> dict[str, str]:
    """
    Where a secret that a rule of ours finds is replaced, by the detector's name.
    """
    from auditor.detectors.rules import RULES

    return {rule.name: rule.rotate for rule in RULES if rule.rotate}


def load_plugins(specs: Iterable[str]) -> None:
    """
    Use the user's own detectors too, from now on, in this process: files with plugins of
    detect-secrets, or `module:Class`. Once in each process, before anything is scanned; the same
    again does nothing. Raises `UsageError` if one cannot be loaded.
    """
    wanted = tuple(specs)
    if not wanted and "auditor.detectors.library" not in sys.modules:
        # There is none to load or to drop, and detect-secrets is slow to import.
        return
    from auditor.detectors.library import use

    use(wanted)


def detect(text: Text, told: Detector | None = None) -> Iterator[Finding | Gap]:
    """
    What all detectors find in a text, and one more that knows this image's own values. One that
    fails on hostile input is a gap, not an end.
    """
    for name, detector in interested(text.reading):
        yield from _found(name, detector, text)
    if told:
        yield from _found("told", told, text)


@cache
def interested(reading: Reading) -> tuple[tuple[str, Detector], ...]:
    """
    The detectors that find anything in texts which are read so.
    """
    return tuple((name, one) for name, one in detectors().items() if reading in one.readings)


def _found(name: str, detector: Detector, text: Text) -> tuple[Finding | Gap, ...]:
    try:
        found = tuple(detector.scan((text,)))
        return _weighed(text, found) if found else ()
    except Exception as error:
        # NOTE: no text of the exception: it may hold the secret.
        return (Gap(text.path, f"detector {name} failed: {type(error).__name__}"),)


def _weighed(text: Text, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    from auditor.detectors.doubt import weighed

    return tuple(weighed(text, found))


__all__ = [
    "Detector",
    "ToldDetector",
    "detect",
    "detectors",
    "load_plugins",
    "prepare",
    "rotation_pages",
    "spotter",
]
