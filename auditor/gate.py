"""
The gate: audits what the command line asks for, writes the reports, decides the exit code.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from auditor import baseline
from auditor.engine import Request, audit
from auditor.errors import AuditError, UsageError
from auditor.model import Report, Severity
from auditor.progress import Progress
from auditor.ranking import Policy
from auditor.reports import FORMATS
from auditor.reports.terminal import plain, size


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What was asked for: one field for each option, with the option's default.
    """

    formats: tuple[tuple[str, str | None], ...] = ()
    """
    Names with the file that each goes to; `None` for standard output.
    """
    output: str | None = None
    fail_on: str = "high"
    base: str | None = None
    platform: str | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    list_all: bool = False
    show_secrets: bool = False
    strict: bool = False
    quiet: bool = False
    verbose: bool = False


def run(images: Sequence[str], settings: Settings) -> int:
    """
    Audit, write, and tell the exit code. Raises `UsageError`.
    """
    if settings.verbose:
        logging.basicConfig(stream=sys.stderr, format="audit: %(message)s")
        logging.getLogger("auditor").setLevel(logging.INFO)
    return _Run(settings).run(images)


class _Run:
    """
    One call of the command.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._destinations = _destinations(settings.formats, settings.output)
        self._failed = False

    def run(self, images: Sequence[str]) -> int:
        target = self._settings.write_baseline
        reports: list[Report] = []
        for request in self._requests(images):
            reports += self._audit(request)
        if reports:
            self._write(reports)
        if target and reports:
            count = baseline.write(Path(target), reports)
            self._say(f"{target}: {count} leaks accepted from now on")
        return self._exit_code(reports)

    def _requests(self, images: Iterable[str]) -> list[Request]:
        told = self._settings
        accepted = baseline.read(Path(told.baseline)) if told.baseline else frozenset()
        everything = told.list_all or bool(told.write_baseline)
        policy = Policy(everything, told.show_secrets, accepted)
        return [Request(image, told.platform, told.base, policy) for image in images]

    def _audit(self, request: Request) -> list[Report]:
        shown = sys.stderr.isatty() and not self._settings.quiet
        try:
            with Progress(sys.stderr, request.reference) if shown else nullcontext() as progress:
                reports = audit(request, progress)
        except UsageError:
            raise
        except AuditError as error:
            complain(error)
            self._failed = True
            return []
        for report in reports:
            self._say(_summary(report))
        return reports

    def _write(self, reports: Sequence[Report]) -> None:
        for name, file in self._destinations:
            if file is None:
                FORMATS[name](reports, sys.stdout)
                continue
            try:
                # NOTE: opened late, so that a failed audit leaves no empty file behind.
                with Path(file).open("w", encoding="utf-8", errors="backslashreplace") as out:
                    FORMATS[name](reports, out)
            except OSError as error:
                raise UsageError(
                    f"{file}: cannot be written: {error.strerror}", "Choose another file."
                ) from error

    def _exit_code(self, reports: Sequence[Report]) -> int:
        worst = [report.worst for report in reports if report.worst]
        told = self._settings
        limit = None if told.fail_on == "never" else Severity(told.fail_on)
        if limit and any(severity.at_least(limit) for severity in worst):
            return 1
        if self._failed:
            return 3
        gaps = [gap for report in reports for gap in report.ledger.gaps]
        partial = any(gap.blocking for gap in gaps) or (told.strict and bool(gaps))
        return 4 if partial else 0

    def _say(self, text: str) -> None:
        if not self._settings.quiet:
            print(text, file=sys.stderr)


def _destinations(
    formats: Sequence[tuple[str, str | None]], output: str | None
) -> list[tuple[str, str | None]]:
    """
    Where each format goes. Only one can have standard output or the file of `-o`.
    """
    chosen = list(formats) or [("table", None)]
    if sum(file is None for _, file in chosen) > 1:
        raise UsageError(
            "only one format can go to standard output", "Write -f FORMAT=FILE for the others."
        )
    return [(name, file or output) for name, file in chosen]


def _summary(report: Report) -> str:
    counts = ", ".join(f"{getattr(report.counts, s.value)} {s.value}" for s in Severity)
    gaps = len(report.ledger.gaps)
    return (
        f"{plain(report.reference)}: {counts}; {len(report.layers)} layers, "
        f"{report.ledger.files} files, {size(report.ledger.bytes)}, {gaps} gaps"
    )


def complain(error: AuditError) -> None:
    """
    What stopped an audit, in one line, and what to do about it in another.
    """
    print(f"audit: {plain(error.message)}", file=sys.stderr)
    print(f"hint: {plain(error.hint)}", file=sys.stderr)
