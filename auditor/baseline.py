"""
Leaks that were looked at and accepted, by fingerprint, in a file for reviewers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.model import Leak, Report

VERSION = 1


def read(path: Path) -> frozenset[str]:
    """
    The fingerprints that a baseline accepts. Raises `UsageError` if it is none.
    """
    hint = "Write one with --write-baseline FILE."
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such baseline", hint) from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as a baseline", hint) from error
    accepted = data.get("accepted") if isinstance(data, dict) else None
    if not isinstance(accepted, list) or data.get("version") != VERSION:
        raise UsageError(f"{path}: is no baseline of version {VERSION}", hint)
    return frozenset(
        entry["fingerprint"]
        for entry in accepted
        if isinstance(entry, dict) and isinstance(entry.get("fingerprint"), str)
    )


def write(path: Path, reports: Iterable[Report]) -> int:
    """
    Accept all leaks of the reports, and those accepted before; how many there are.
    """
    leaks = {
        leak.fingerprint: leak
        for report in reports
        for leak in (*report.leaks, *report.accepted_leaks)
    }
    entries = sorted((_entry(leak) for leak in leaks.values()), key=lambda e: e["fingerprint"])
    document = {"version": VERSION, "accepted": entries}
    try:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror}", "Choose another file."
        ) from error
    return len(entries)


def _entry(leak: Leak) -> dict[str, Any]:
    return {
        "fingerprint": leak.fingerprint,
        "detector": leak.detector,
        "severity": leak.severity,
        "path": leak.places[0].path,
        "reason": "",
    }
