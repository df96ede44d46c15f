"""
The gate: audits what the command line asks for, writes the reports, decides the exit code.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import baseline
from auditor.again import audit
from auditor.errors import AuditError, UsageError
from auditor.model import Known, Report, Severity, Standing
from auditor.progress import Progress
from auditor.ranking import Expectation, Ignore, Policy, in_older
from auditor.records import dataclass
from auditor.reports import FORMATS
from auditor.reports.terminal import plain, size
from auditor.request import Request

if TYPE_CHECKING:
    from auditor.decoders import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What was asked for: one field for each option, with the option's default.
    """

    formats: tuple[tuple[str, str | None], ...] = ()
    """
    Names with the file that each goes to; `None` for standard output.
    """
    saved: tuple[str, ...] = ()
    """
    Files with JSON reports that are to be written again.
    """
    output: str | None = None
    fail_on: str = "high"
    base: str | None = None
    dockerfile: str | None = None
    platform: str | None = None
    all_platforms: bool = False
    pull: bool = False
    local: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    against: str | None = None
    list_all: bool = False
    show_secrets: bool = False
    strict: bool = False
    jobs: int | None = None
    no_cache: bool = False
    cache_dir: str | None = None
    quiet: bool = False
    verbose: bool = False
    ignores: tuple[Ignore, ...] = ()
    """
    From the configuration alone, as are the others below.
    """
    detectors: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


def run(images: Sequence[str], settings: Settings) -> int:
    """
    Audit, write, and tell the exit code. Raises `UsageError`.
    """
    if settings.verbose:
        _speak()
    return _Run(settings).run(images)


def _speak() -> None:
    """
    Write to standard error what the auditor says of itself; what libraries say is nobody's.
    """
    log = logging.getLogger("auditor")
    log.setLevel(logging.INFO)
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Plain("audit: %(message)s"))
        log.addHandler(handler)


class _Plain(logging.Formatter):
    """
    For messages that hold names from images and registries.
    """

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


class _Run:
    """
    One call of the command.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._destinations = _destinations(settings.formats, settings.output)
        self._failed = False

    def run(self, images: Sequence[str]) -> int:
        if self._settings.saved:
            reports = self._read(images)
            self._write(reports)
            return self._exit_code(reports)
        known, before = self._known()
        older = self._older()
        requests = self._requests(images, (*known, *older))
        reports = [report for request in requests for report in self._audit(request)]
        whole = not self._failed and not any(map(_is_partial, reports))
        reports = _told_once(reports, whole)
        if reports:
            self._write(reports)
            self._accept(reports, before, whole)
        return self._exit_code(reports)

    def _read(self, images: Sequence[str]) -> list[Report]:
        """
        Reports that were saved. They are final: what says how to audit comes too late.
        """
        told = self._settings
        late = [told.base, told.dockerfile, told.platform, told.baseline, told.write_baseline,
                told.against, told.local, told.list_all, told.show_secrets]  # fmt: skip
        if images or any(late):
            raise UsageError(
                "--from-json takes no IMAGE, and no option that says how to audit",
                "Give --all, --base, --baseline and the like when the image is audited.",
            )
        from auditor.reports.saved import read_report

        reports = [report for file in told.saved for report in read_report(Path(file))]
        for report in reports:
            self._say(_summary(report))
        return reports

    def _known(self) -> tuple[tuple[Known, ...], tuple[Known, ...]]:
        """
        What the baseline accepts, and what a baseline that is to be written accepted until now.
        """
        told = self._settings
        known = baseline.read(Path(told.baseline)) if told.baseline else ()
        target = Path(told.write_baseline) if told.write_baseline else None
        # NOTE: what is no baseline is not written over, unless it is empty.
        old = target is not None and target.is_file() and target.stat().st_size > 0
        return known, (*known, *(baseline.read(target) if target and old else ()))

    def _older(self) -> tuple[Known, ...]:
        """
        What the image of `--against` gives away. Raises an `AuditError` if it cannot be audited.
        """
        reference = self._settings.against
        if reference is None:
            return ()
        policy = Policy(list_all=True, keep_secrets=True)
        reports = self._watched(self._request(reference, policy))
        if any(map(_is_partial, reports)):
            self._say(f"{plain(reference)}: was read in part, so more may seem new than is")
        return tuple(known for report in reports for known in in_older(report.leaks, reference))

    def _requests(self, images: Sequence[str], known: tuple[Known, ...]) -> list[Request]:
        told = self._settings
        everything = told.list_all or bool(told.write_baseline)
        expected = Expectation(known, told.ignores, datetime.now(UTC).date())
        policy = Policy(everything, told.show_secrets, expected)
        named = [*images, *(_local() if told.local else ())]
        if not named:
            self._say("the engine has no image")
        return [self._request(image, policy) for image in named]

    def _request(self, reference: str, policy: Policy) -> Request:
        told = self._settings
        return Request(
            reference,
            told.platform,
            told.base,
            told.jobs,
            policy,
            pull=told.pull,
            all_platforms=told.all_platforms,
            dockerfile=told.dockerfile,
            detectors=told.detectors,
            limits=_limits(told.limits),
            cache=not told.no_cache,
            cache_dir=told.cache_dir,
        )

    def _audit(self, request: Request) -> list[Report]:
        try:
            reports = self._watched(request)
        except UsageError:
            raise
        except AuditError as error:
            complain(error)
            self._failed = True
            return []
        for report in reports:
            self._say(_summary(report))
        return reports

    def _watched(self, request: Request) -> list[Report]:
        shown = sys.stderr.isatty() and not self._settings.quiet
        with Progress(sys.stderr, request.reference) if shown else nullcontext() as progress:
            return audit(request, progress)

    def _write(self, reports: Sequence[Report]) -> None:
        """
        Every format to its place. One that cannot be written keeps none of the others from theirs.
        """
        failed: UsageError | None = None
        for name, file in self._destinations:
            try:
                if file is None:
                    _print(name, reports)
                    continue
                # NOTE: opened late, so that a failed audit leaves no empty file behind.
                with Path(file).open("w", encoding="utf-8", errors="backslashreplace") as out:
                    FORMATS[name](reports, out)
            except OSError as error:
                told = f"{file or 'standard output'}: cannot be written: {error.strerror}"
                failed = failed or UsageError(told, "Choose another file.")
        if failed is not None:
            raise failed

    def _accept(self, reports: Sequence[Report], before: Sequence[Known], whole: bool) -> None:
        target = self._settings.write_baseline
        if not target:
            return
        count = baseline.write(Path(target), reports, before, prune=whole)
        self._say(f"{target}: {count} leaks accepted from now on")
        if not whole:
            self._say(f"{target}: nothing was removed, since not all was read")

    def _exit_code(self, reports: Sequence[Report]) -> int:
        worst = [report.worst for report in reports if report.worst]
        told = self._settings
        limit = None if told.fail_on == "never" else Severity(told.fail_on)
        if limit and any(severity.at_least(limit) for severity in worst):
            return 1
        if self._failed:
            return 3
        gaps = told.strict and any(report.ledger.gaps for report in reports)
        return 4 if gaps or any(map(_is_partial, reports)) else 0

    def _say(self, text: str) -> None:
        if not self._settings.quiet:
            print(text, file=sys.stderr)


def _print(name: str, reports: Sequence[Report]) -> None:
    """
    A report on standard output. Whoever closes it has read enough, and the verdict is the same.
    """
    try:
        FORMATS[name](reports, sys.stdout)
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer is written once more when Python ends.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def _local() -> list[str]:
    # NOTE: an audit whose report is known needs no source of images.
    from auditor import exporter

    return exporter.local()


def _limits(told: Mapping[str, int]) -> Limits | None:
    if not told:
        return None
    from auditor.decoders import Limits

    return Limits(**told)


def _is_partial(report: Report) -> bool:
    return any(gap.blocking for gap in report.ledger.gaps)


def _told_once(reports: Sequence[Report], whole: bool) -> list[Report]:
    """
    A baseline knows no images: what it accepts is gone if no image has it, and is told with the
    first. Of what was not read whole nobody knows what is gone.
    """
    if len(reports) == 1 and whole:
        return list(reports)
    sets = [set(report.standing.gone) for report in reports]
    common = set.intersection(*sets) if sets and whole else set()
    first = tuple(known for known in reports[0].standing.gone if known in common) if sets else ()
    gone = [first, *([()] * len(sets[1:]))]
    return [
        replace(report, standing=replace(report.standing, gone=told))
        for report, told in zip(reports, gone, strict=False)
    ]


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
    counts += _compared(report.standing, report.accepted)
    return (
        f"{plain(report.reference)}: {counts}; {len(report.layers)} layers, "
        f"{report.ledger.files} files, {size(report.ledger.bytes)}, {gaps} gaps"
    )


def _compared(standing: Standing, accepted: int) -> str:
    numbers = {"accepted": accepted, "expired": standing.expired, "gone": len(standing.gone)}
    parts = [f"{number} {word}" for word, number in numbers.items() if number]
    return f" ({', '.join(parts)})" if parts else ""


def complain(error: AuditError) -> None:
    """
    What stopped an audit, in one line, and what to do about it in another.
    """
    print(f"audit: {plain(error.message)}", file=sys.stderr)
    print(f"hint: {plain(error.hint)}", file=sys.stderr)
