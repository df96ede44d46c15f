"""
Compiled patterns, kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import hyperscan
import platformdirs

Expression = tuple[bytes, int]


def compiled(expressions: list[Expression]) -> tuple[hyperscan.Database, list[int]]:
    """
    The compiled patterns, and the numbers of those that Hyperscan does not take. From the user's
    cache if they are there: compiling takes half a second.
    """
    path = _cache_path(expressions)
    with suppress(OSError, ValueError, hyperscan.error):
        head, _, dump = path.read_bytes().partition(b"\n")
        refused = json.loads(head)
        database = hyperscan.loadb(dump, mode=hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return database, refused
    refused = []
    try:
        database = _compile(expressions, refused)
    except hyperscan.error:
        refused = [n for n, expression in enumerate(expressions) if not _is_taken(expression)]
        database = _compile(expressions, refused)
    with suppress(OSError, hyperscan.error):
        _keep(path, json.dumps(refused).encode() + b"\n" + hyperscan.dumpb(database))
    return database, refused


def _compile(expressions: list[Expression], refused: list[int]) -> hyperscan.Database:
    taken = [n for n in range(len(expressions)) if n not in refused]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expressions[n][0] for n in taken],
        flags=[expressions[n][1] for n in taken],
        ids=taken,
        elements=len(taken),
    )
    return database


def _is_taken(expression: Expression) -> bool:
    try:
        _compile([expression], [])
    except hyperscan.error:
        return False
    return True


def _cache_path(expressions: list[Expression]) -> Path:
    # NOTE: a compiled database is for one version and one kind of processor; Hyperscan refuses
    # another, and then it is compiled anew.
    key = hashlib.sha256(
        repr((importlib.metadata.version("hyperscan"), expressions)).encode()
    ).hexdigest()
    return platformdirs.user_cache_path("layer-auditor") / f"patterns-{key[:32]}.hs"


def _keep(path: Path, data: bytes) -> None:
    """
    Write at once or not at all: another process may be reading.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".patterns-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)
