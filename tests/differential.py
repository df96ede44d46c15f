"""
Our findings against detect-secrets' own, file by file: the oracle is `scan_file` itself. And our
findings with Hyperscan against those with `re` alone.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from auditor.decoders import decode
from auditor.detectors import detect
from auditor.detectors.library.rules import plugins
from auditor.detectors.prefilter import PLAIN, PlainPrefilter, make
from auditor.model import Finding, Gap
from auditor.streams.reading import File, Kept, Peekable


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One file compared.
    """

    path: str
    size: int
    expected: int
    """
    How many findings detect-secrets has.
    """
    ours: int
    missing: tuple[str, ...]
    """
    Type and line of what we lack; never the value.
    """


def compare(path: str) -> Outcome:
    """
    Scan one file both ways. A finding of detect-secrets is among ours if we have one of the same
    type on the same line whose value holds the other's.
    """
    from detect_secrets.core.scan import scan_file

    plugins()
    expected = [(s.type, s.line_number, s.secret_value or "") for s in scan_file(path)]
    data = Path(path).read_bytes()
    ours = [found for found in findings(path, data) if isinstance(found, Finding)]
    missing = tuple(
        f"{kind} on line {line}"
        for kind, line, value in expected
        if not any(
            f.detector == kind and f.line == line and value in f.secret.reveal() for f in ours
        )
    )
    return Outcome(path, len(data), len(expected), len(ours), missing)


def findings(path: str, data: bytes) -> list[Finding | Gap]:
    """
    All that we find in a file, in order.
    """
    if not data:
        return []
    file = File(path, Peekable(Kept(data)), len(data))
    found: list[Finding | Gap] = []
    for part in decode(file):
        found += [part] if isinstance(part, Gap) else detect(part)
    return found


def files(root: Path, largest: int, part: int = 1) -> Iterator[str]:
    """
    The regular files below `root` of at most `largest` bytes; of these, every `part`-th one,
    chosen by a hash of its name so that the choice is the same everywhere.
    """
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            number = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:4])
            if number % part or path.is_symlink() or not path.is_file():
                continue
            if path.stat().st_size <= largest and os.access(path, os.R_OK):
                yield str(path)


def workers(jobs: int | None = None, plain: bool = False) -> ProcessPoolExecutor:
    """
    Processes in which nothing of the auditor is loaded yet; with `plain` they do without Hyperscan.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(plain,))


def _begin(plain: bool) -> None:
    os.environ.pop(PLAIN, None)
    if plain:
        os.environ[PLAIN] = "1"


def is_plain() -> bool:
    """
    Whether this process does without Hyperscan.
    """
    return isinstance(make([(re.compile("abc"),)]), PlainPrefilter)


def compare_all(
    paths: Iterable[str], jobs: int | None = None, plain: bool = False
) -> Iterator[Outcome]:
    """
    Compare many files on all cores.
    """
    with workers(jobs, plain) as pool:
        yield from pool.map(compare, paths, chunksize=8)
