"""
Secret-sounding names that are given a value, wherever a text holds them: one explicit table of
the ways in which that is written.
"""

from __future__ import annotations

from auditor.detectors.assignments.bare import BARE, WORDS
from auditor.detectors.assignments.base import Reader
from auditor.detectors.assignments.blocks import BLOCKS, ELEMENTS, KEYED
from auditor.detectors.assignments.commands import COMMAND_LINES
from auditor.detectors.assignments.headers import HEADERS
from auditor.detectors.assignments.prose import PROSE
from auditor.detectors.assignments.quoted import QUOTED
from auditor.detectors.assignments.structured import (
    AGE,
    AUTHS,
    ENCODED,
    HASHES,
    JWKS,
    KEYS,
    SALTS,
    WIREGUARD,
)
from auditor.detectors.assignments.urls import URLS

READERS: dict[str, Reader] = {
    # The surest first: what two of them see is told by the first.
    "age": AGE,
    "auths": AUTHS,
    "encoded keys": ENCODED,
    "hashes": HASHES,
    "JSON web keys": JWKS,
    "private keys": KEYS,
    "salts": SALTS,
    "WireGuard": WIREGUARD,
    "urls": URLS,
    "headers": HEADERS,
    "command lines": COMMAND_LINES,
    "quoted": QUOTED,
    "bare": BARE,
    "words": WORDS,
    "elements": ELEMENTS,
    "keyed": KEYED,
    "blocks": BLOCKS,
    "prose": PROSE,
}
"""
All readers by name.
"""

__all__ = ["READERS", "Reader"]
