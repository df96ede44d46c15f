"""
What decides what is found: programs, patterns, limits, the user's own detectors. The same digest,
the same findings.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import auditor

FILES = 5000
"""
With more files around a detector of the user's own nothing is kept.
"""
_LIBRARIES = ("detect_secrets",)
"""
Those of which another version finds other things. Compression and Hyperscan find the same ones.
"""


class Unknown(Exception):
    """
    What decides cannot be told.
    """


def digest(detectors: Sequence[str], settings: object) -> bytes:
    """
    Of all of it, with the user's own detectors and anything that has a telling `repr`. Raises
    `Unknown`.
    """
    found = blake2b(digest_size=32)
    told = (auditor.__version__, sys.version_info, sys.byteorder, tuple(detectors), settings)
    found.update(repr(told).encode("utf-8", "surrogateescape"))
    try:
        for path in _files(detectors):
            found.update(os.fsencode(path.name))
            found.update(path.read_bytes())
    except OSError as error:
        raise Unknown from error
    return found.digest()


def _files(detectors: Sequence[str]) -> Iterator[Path]:
    yield from _sources(Path(auditor.__file__).parent)
    for name in _LIBRARIES:
        yield from _sources(_package(name))
    for spec in detectors:
        yield from _own(spec)


def _own(spec: str) -> Iterable[Path]:
    """
    All programs beside one of the user's detectors, since it may import them.
    """
    path = Path(spec)
    if path.suffix == ".py" or path.is_file():
        return [path, *_sources(path.parent)]
    return _sources(_package(spec.partition(":")[0].partition(".")[0]))


def _package(name: str) -> Path:
    # NOTE: finds a package and does not import it.
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError) as error:
        raise Unknown from error
    if spec is None or spec.origin is None:
        raise Unknown
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def _sources(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = []
    for root, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [Path(root) / name for name in sorted(names) if name.endswith(".py")]
        if len(found) > FILES:
            raise Unknown
    return found
