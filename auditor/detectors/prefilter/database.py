"""
Compiled patterns, kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from pathlib import Path

import hyperscan

from auditor import __version__
from auditor.detectors.prefilter import expressions, letters, literals, shortened
from auditor.folders import user_cache
from auditor.records import dataclass

_WRITERS = (expressions, letters, literals, shortened)
"""
What decides how a pattern is written; changed, it writes another.
"""
DAY = 24 * 60 * 60
UNUSED = 30 * DAY
"""
Seconds after which a database that nobody loads is dropped: another version, or the user's own
detectors as they were, has others, of up to 5 MB each.
"""
Expression = tuple[bytes, int]
"""
In Hyperscan's own words, with its flags.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What to compile, and what each expression is for.
    """

    sources: dict[Expression, list[tuple[int, int]]] = field(default_factory=dict)
    """
    For each expression the rules that it stands for, with the number of the pattern in the rule:
    several rules may ask for the same.
    """
    left: list[tuple[int, int]] = field(default_factory=list)
    """
    Patterns that have no expression.
    """


@dataclass(frozen=True, slots=True)
class Compiled:
    """
    A database, and what is not in it.
    """

    database: hyperscan.Database
    sources: list[list[tuple[int, int]]]
    """
    By the numbers that the database reports: rules, with the number of the pattern in each.
    """
    left: list[tuple[int, int]]


def compiled(subject: object, plan: Callable[[], Plan]) -> Compiled:
    """
    The compiled plan. From the user's cache, if what was planned for the same `subject` is there:
    planning and compiling take half a second.
    """
    path = _cache_path(subject)
    with suppress(OSError, ValueError, TypeError, hyperscan.error):
        head, _, dump = path.read_bytes().partition(b"\n")
        sources, left = json.loads(head)
        database = hyperscan.loadb(dump, mode=hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        with suppress(OSError):
            _use(path)
        return Compiled(database, [_pairs(one) for one in sources], _pairs(left))
    result = _compiled(plan())
    with suppress(OSError, hyperscan.error):
        head = json.dumps([result.sources, result.left]).encode()
        _keep(path, head + b"\n" + hyperscan.dumpb(result.database))
    return result


def _pairs(found: list[list[int]]) -> list[tuple[int, int]]:
    return [(rule, number) for rule, number in found]


def _compiled(plan: Plan) -> Compiled:
    wanted = list(plan.sources)
    refused: list[tuple[int, int]] = []
    try:
        database = _compile(wanted)
    except hyperscan.error:
        taken = [one for one in wanted if _is_taken(one)]
        refused = [pair for one in set(wanted) - set(taken) for pair in plan.sources[one]]
        wanted = taken
        database = _compile(wanted)
    return Compiled(database, [plan.sources[one] for one in wanted], [*plan.left, *sorted(refused)])


def _compile(expressions: list[Expression]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[text for text, _ in expressions],
        flags=[flags for _, flags in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
    )
    return database


def _is_taken(expression: Expression) -> bool:
    try:
        _compile([expression])
    except hyperscan.error:
        return False
    return True


def _cache_path(subject: object) -> Path:
    # NOTE: a compiled database is for one version and one kind of processor; Hyperscan refuses
    # another, and then it is compiled anew.
    version = getattr(hyperscan, "__version__", None)
    edition = b"".join(path.read_bytes() for path in _sources())
    key = hashlib.sha256(repr((version, __version__, subject)).encode() + edition).hexdigest()
    return user_cache() / f"patterns-{key[:32]}.hs"


def _sources() -> list[Path]:
    # `fast` says what is planned, and imports this module.
    paths = [Path(module.__file__ or "") for module in _WRITERS]
    paths.append(Path(__file__).with_name("fast.py"))
    return [path for path in paths if path.is_file()]


def _keep(path: Path, data: bytes) -> None:
    """
    Write at once or not at all: another process may be reading.
    """
    # Imported here: it is slow to import, and what is kept is written once.
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".patterns-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)
    _drop_unused(path.parent)


def _use(path: Path) -> None:
    """
    Mark a database as used, once a day.
    """
    now = time.time()
    if now - path.stat().st_mtime > DAY:
        os.utime(path, (now, now))


def _drop_unused(folder: Path) -> None:
    last = time.time() - UNUSED
    for path in folder.glob("patterns-*.hs"):
        if path.stat().st_mtime < last:
            path.unlink(missing_ok=True)
