"""
Leaks that were looked at and accepted, by fingerprint, in a file for reviewers.

The file is TOML: one block a leak, sorted by what people know it by, so that a difference reads
well. It holds no secret, and no hash that a guess could be tested with: see `fingerprint.py`.
Version 1 was JSON and is still read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.model import Acceptance, AcceptedBy, Known, Leak, Report, Severity

VERSION = 2
LARGEST = 1 << 26
"""
A larger file is none, in bytes.
"""
_HINT = "Write one with --write-baseline FILE."
_HEAD = f"""\
# Leaks that were looked at and are accepted. audit --write-baseline writes this file anew and keeps
# what you add: a reason for each, and the last day on which it holds (expires = 2030-12-31).
version = {VERSION}
"""


def read(path: Path) -> tuple[Known, ...]:
    """
    The leaks that a baseline accepts, in the order of the file. Raises `UsageError` if it is none.
    """
    # Imported here: most audits have no such file.
    import tomllib

    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: is too large for a baseline", _HINT)
        text = path.read_text(encoding="utf-8")
        is_old = text.lstrip().startswith("{")
        data = json.loads(text) if is_old else {"accepted": [], **tomllib.loads(text)}
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such baseline", _HINT) from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as a baseline{_spot(error)}", _HINT) from error
    entries = data.get("accepted") if isinstance(data, dict) else None
    version = 1 if is_old else VERSION
    if not isinstance(entries, list) or data.get("version") != version:
        raise UsageError(f"{path}: is no baseline of version {version}", _HINT)
    if unknown := sorted(set(data) - {"accepted", "version"}):
        raise UsageError(
            f"{path}: is no baseline: unknown key {unknown[0]}", "A leak is one [[accepted]]."
        )
    return tuple(_known(path, number, entry) for number, entry in enumerate(entries, 1))


def _spot(error: Exception) -> str:
    """
    Where the text is wrong, without the text itself.
    """
    # Imported here: most audits have no such file.
    import tomllib

    words = str(error).rpartition("(at ")[2].rstrip(")")
    return f" ({words})" if isinstance(error, tomllib.TOMLDecodeError) and words else ""


def _known(path: Path, number: int, entry: object) -> Known:
    """
    NOTE: an entry that is wrong is an error. One passed over would be a gate that opens or shuts
    for no reason that anybody sees.
    """
    if not isinstance(entry, dict):
        raise UsageError(f"{path}: entry {number} is no table", _HINT)
    known = {"fingerprint", "detector", "severity", "place", "path", "reason", "expires"}
    if unknown := sorted(set(entry) - known):
        raise UsageError(
            f"{path}: entry {number} has an unknown key {unknown[0]}",
            f"Known keys: {', '.join(sorted(known - {'path'}))}.",
        )
    texts = {key: entry.get(key, "") for key in known - {"expires"}}
    if wrong := [key for key, value in texts.items() if not isinstance(value, str)]:
        raise UsageError(f"{path}: entry {number}: {wrong[0]} is no text", "Put it in quotes.")
    if not texts["fingerprint"]:
        raise UsageError(f"{path}: entry {number} has no fingerprint", _HINT)
    severity = texts["severity"]
    return Known(
        texts["fingerprint"],
        Acceptance(AcceptedBy.BASELINE, texts["reason"], _day(path, number, entry)),
        texts["detector"],
        Severity(severity) if severity in list(Severity) else None,
        texts["place"] or texts["path"],
    )


def _day(path: Path, number: int, entry: Mapping[str, Any]) -> date | None:
    value = entry.get("expires")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{path}: entry {number}: expires is no date", "Write expires = 2030-12-31."
        ) from error


def write(path: Path, reports: Iterable[Report], before: Sequence[Known], *, prune: bool) -> int:
    """
    Accept all leaks of the reports; how many there are. What the configuration ignores is not
    written, reasons and dates of `before` are kept. Without `prune` so is what was not found.
    """
    kept = {known.fingerprint: known for known in before}
    leaks = [leak for report in reports for leak in (*report.leaks, *report.accepted_leaks)]
    found = {leak.fingerprint: _entry(leak, kept) for leak in leaks if not _ignored(leak)}
    entries = found if prune else {**kept, **found}
    try:
        path.write_text(_document(entries.values()), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror}", "Choose another file."
        ) from error
    return len(entries)


def _ignored(leak: Leak) -> bool:
    return leak.acceptance is not None and leak.acceptance.by is AcceptedBy.IGNORED


def _entry(leak: Leak, before: Mapping[str, Known]) -> Known:
    known = before.get(leak.fingerprint)
    acceptance = known.acceptance if known else Acceptance(AcceptedBy.BASELINE)
    place = leak.places[0].path
    return Known(leak.fingerprint, acceptance, leak.detector, leak.severity, place)


def _document(entries: Iterable[Known]) -> str:
    ordered = sorted(entries, key=lambda one: (one.place, one.detector, one.fingerprint))
    return "\n".join([_HEAD, *(_block(entry) for entry in ordered)])


def _block(known: Known) -> str:
    lines = [
        "[[accepted]]",
        f"fingerprint = {_quoted(known.fingerprint)}",
        f"detector = {_quoted(known.detector)}",
        f"severity = {_quoted(known.severity or '')}",
        f"place = {_quoted(known.place)}",
        f"reason = {_quoted(known.acceptance.reason)}",
    ]
    if known.acceptance.expires:
        lines.append(f"expires = {known.acceptance.expires.isoformat()}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """
    A basic string of TOML on one line, without anything that a diff or terminal would act on.
    """
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    # NOTE: half a surrogate pair, from a name that is no UTF-8, cannot be in TOML.
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return f"\\\\u{code:04x}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
