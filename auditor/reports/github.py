"""
Workflow commands of GitHub Actions: an annotation for each leak, and the summary of the job.

GitHub shows ten errors, ten warnings and ten notices of a step, the first ones, so the worst leak
comes first and the last line says how many there are. The summary (GITHUB_STEP_SUMMARY) has them
all, as far as its megabyte reaches.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from auditor.model import Gap, Leak, Report, Severity
from auditor.reports.markdown import page
from auditor.reports.places import best, sentence, spot, target
from auditor.reports.terminal import plain, plural

SUMMARY = 1_000_000
"""
GitHub refuses a summary of more than 1 MiB for a step, in bytes.
"""
LEAST = 2_000
"""
A shorter summary says nothing, in bytes.
"""
SHOWN = 10
"""
How many annotations of a kind GitHub shows for a step.
"""
MESSAGE = 3_000
"""
The longest message, in characters: GitHub cuts an annotation at 4 kB.
"""
_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def write_github(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    for line in [*_masks(reports), *_annotations(reports), *_summary(reports)]:
        out.write(line + "\n")


def _command(name: str, message: str, **properties: object) -> str:
    """
    A workflow command, in which no text can end the line, the message or a property.
    """
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{name}{' ' if told else ''}{told}::{_data(message)}"


def _data(text: str) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return plain(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _masks(reports: Sequence[Report]) -> Iterator[str]:
    """
    With --show-secrets other reports of this call may print them to the same log.
    """
    leaks = [leak for report in reports for leak in (*report.leaks, *report.accepted_leaks)]
    secrets = [leak.secret.reveal() for leak in leaks if leak.secret]
    lines = [line.strip() for secret in secrets for line in secret.splitlines()]
    for line in dict.fromkeys(lines):
        # NOTE: a mask of a few characters would blot the whole log.
        if len(line) >= 4:
            yield f"::add-mask::{_data(line)}"


def _annotations(reports: Sequence[Report]) -> Iterator[str]:
    leaks = [(report, leak) for report in reports for leak in report.leaks]
    gaps = [(report, gap) for report in reports for gap in report.ledger.gaps if gap.blocking]
    for severity in Severity:
        for report, leak in leaks:
            if leak.severity is severity:
                yield _annotation(report, leak)
        if severity is Severity.HIGH:
            yield from (_gap(report, gap) for report, gap in gaps)
    many = any(sum(leak.severity is s for _, leak in leaks) > SHOWN for s in Severity)
    for report in reports:
        yield _total(report, many)


def _annotation(report: Report, leak: Leak) -> str:
    place = best(report, leak)
    at = target(report, place)
    others = len(leak.places) - 1
    more = f" (and {plural(others, 'more place')})" if others else ""
    told = [
        f"{leak.severity.value.upper()}: {leak.preview} in {report.reference}, "
        f"{sentence(place)}{more}",
        leak.advice,
        *(leak.fix or "").split("\n"),
        f"Replace it at {leak.rotate}" if leak.rotate else "",
    ]
    message = "\n".join(plain(line) for line in told if line)
    return _command(
        _COMMANDS[leak.severity],
        message[:MESSAGE] + ("…" if len(message) > MESSAGE else ""),
        file=plain(at.file),
        line=at.line,
        title=f"{leak.detector} in {'the metadata' if place.layer is None else spot(place)}"[:200],
    )


def _gap(report: Report, gap: Gap) -> str:
    holder = "" if gap.layer is None else f"layer {gap.layer}, "
    text = f"{report.reference}: {holder}{gap.path}: {gap.reason}"
    return _command("error", plain(text)[:MESSAGE], title="Not audited")


def _total(report: Report, many: bool) -> str:
    counts = ", ".join(f"{getattr(report.counts, s.value)} {s.value}" for s in Severity)
    gaps = len(report.ledger.gaps)
    text = f"{report.reference}: {counts}; {len(report.layers)} layers, "
    text += f"{report.ledger.files} files read, {gaps} not looked into"
    if report.accepted:
        text += f", {report.accepted} leaks accepted"
    if many:
        text += f". GitHub shows {SHOWN} annotations of a kind; the log and the summary have all."
    return _command("notice", plain(text)[:MESSAGE], title="Layer auditor")


def _summary(reports: Sequence[Report]) -> Iterator[str]:
    """
    Adds to the job's summary. Nothing is printed if that works.
    """
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as out:
            room = SUMMARY - out.tell()
            if room >= LEAST:
                out.write(page(reports, room))
                return
    except OSError as error:
        text = f"The job summary cannot be written: {error.strerror}"
    else:
        text = "The job summary of this step is full, so the report is not in it."
    yield _command("warning", text, title="Layer auditor")
