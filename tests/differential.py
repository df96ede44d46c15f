"""
Our findings against detect-secrets' own, file by file: the oracle is `scan_file` itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from auditor.decoders import decode
from auditor.detectors import detect
from auditor.detectors.library.rules import plugins
from auditor.model import Finding
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
    file = File(path, Peekable(Kept(data)), len(data))
    found = [f for text in decode(file) for f in detect(text)] if data else []  # type: ignore[arg-type]
    ours = [f for f in found if isinstance(f, Finding)]
    missing = tuple(
        f"{kind} on line {line}"
        for kind, line, value in expected
        if not any(
            f.detector == kind and f.line == line and value in f.secret.reveal() for f in ours
        )
    )
    return Outcome(path, len(data), len(expected), len(ours), missing)


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


def compare_all(paths: Iterable[str], jobs: int | None = None) -> Iterator[Outcome]:
    """
    Compare many files on all cores.
    """
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(compare, paths, chunksize=8)
