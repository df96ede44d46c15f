"""
What max-mode provenance tells of the Dockerfile: its text, and the line of each layer.

Specification: BuildKit's docs/attestations/slsa-definitions.md; SLSA provenance v0.2 and v1 keep
the same object in different places.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from auditor.model import BuildSource

TEXT_LIMIT = 1 << 20
"""
The longest Dockerfile that is taken, in characters.
"""
_V02 = ("predicate", "metadata", "https://mobyproject.org/buildkit@v1#metadata")
_V1 = ("predicate", "runDetails", "metadata", "buildkit_metadata")


def source(statement: object) -> BuildSource | None:
    """
    The Dockerfile of a provenance statement; `None` if it holds none, as in mode=min.
    """
    told = _at(statement, *_V1) or _at(statement, *_V02)
    infos = _at(told, "source", "infos")
    for number, info in enumerate(infos if isinstance(infos, list) else ()):
        name, text = _at(info, "filename"), _text(_at(info, "data"))
        if isinstance(name, str) and text is not None:
            return BuildSource(name, text, tuple(sorted(_lines(told, number))))
    return None


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(data: object) -> str | None:
    if not isinstance(data, str) or len(data) > TEXT_LIMIT * 4 // 3:
        return None
    try:
        return base64.b64decode(data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _lines(told: object, info: int) -> set[tuple[str, int]]:
    """
    Each layer that one step made. What two steps claim is nobody's.
    """
    makers: dict[str, set[int]] = {}
    layers, locations = _at(told, "layers"), _at(told, "source", "locations")
    for output, chains in layers.items() if isinstance(layers, dict) else ():
        line = _line(_at(locations, str(output).partition(":")[0]), info)
        for digest in _last(chains) if line else ():
            makers.setdefault(digest, set()).add(line)
    return {(digest, min(lines)) for digest, lines in makers.items() if len(lines) == 1}


def _last(chains: object) -> Iterator[str]:
    """
    The top of each chain of layers: what the step itself added.
    """
    for chain in chains if isinstance(chains, list) else ():
        digest = _at(chain[-1], "digest") if isinstance(chain, list) and chain else None
        if isinstance(digest, str):
            yield digest


def _line(step: object, info: int) -> int:
    """
    The first line of the step's instruction in that source; 0 if it has none, or several.
    """
    found = _at(step, "locations")
    starts = []
    for location in found if isinstance(found, list) else ():
        ranges = _at(location, "ranges")
        lines = [_at(one, "start", "line") for one in (ranges if isinstance(ranges, list) else ())]
        known = [line for line in lines if isinstance(line, int) and line > 0]
        if known and (_at(location, "sourceIndex") or 0) == info:
            starts.append(min(known))
    return starts[0] if len(starts) == 1 else 0
