"""
The command: options in, report out, exit code.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from auditor import __version__
from auditor.errors import AuditError, UsageError

if TYPE_CHECKING:
    from auditor.engine import Request
    from auditor.model import Report

FORMATS = ("github", "gitlab", "html", "json", "junit", "markdown", "sarif", "table")
LEVELS = ("critical", "high", "medium", "low", "never")
EPILOG = """
\b
IMAGE is one of
  myimage:tag, name@sha256:…    in the Docker or podman engine
  ./image.tar, ./layout         an archive or OCI layout (any producer)
  docker-archive:x.tar[:tag], oci-archive:x.tar, oci:dir[:tag], dir:dir
  docker:name, podman:name      one engine and no other
  -                             an archive on standard input

\b
Exit codes
  0    audited, no leak at or above --fail-on
  1    audited, leaks at or above --fail-on
  2    wrong usage
  3    not audited: image not found, engine not reachable, not an image
  4    audited in part: a layer or blob could not be read (with --strict: any gap)
  130  interrupted
"""


class _FormatOption(click.ParamType[tuple[str, str | None]]):
    """
    `FORMAT` or `FORMAT=FILE`.
    """

    name = "FORMAT[=FILE]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str | None]:
        if isinstance(value, tuple):
            return value
        name, _, file = str(value).partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is not one of {', '.join(FORMATS)}", param, ctx)
        return name, file or None


def _list_detectors(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """
    `--list-detectors`: what is looked for, instead of an audit.
    """
    if not value or ctx.resilient_parsing:
        return
    from auditor.detectors.listing import detector_rows
    from auditor.reports.table import columns

    rows = [
        (row.provider, row.name, row.example, row.confidence, row.needs) for row in detector_rows()
    ]
    heads = ("provider", "detector", "example", "confidence", "needs")
    click.echo(columns(heads, rows))
    ctx.exit()


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AUDIT"},
    epilog=EPILOG,
)
@click.argument("images", metavar="IMAGE...", nargs=-1)
@click.option(
    "-f",
    "--format",
    "formats",
    type=_FormatOption(),
    multiple=True,
    # NOTE: click derives the variable from the parameter's name, not from the option's.
    envvar="AUDIT_FORMAT",
    help=f"{', '.join(FORMATS)}; several times as FORMAT=FILE.  [default: table]",
)
@click.option(
    "--from-json",
    "saved",
    metavar="FILE",
    type=click.Path(),
    multiple=True,
    envvar="AUDIT_FROM_JSON",
    help="Write a report saved with -f json again; takes no IMAGE.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="File instead of stdout.")
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="high",
    show_default=True,
    help="Exit 1 for leaks of this severity or worse.",
)
@click.option("--base", metavar="IMAGE", help="The base image: its layers are reported apart.")
@click.option(
    "--dockerfile",
    type=click.Path(dir_okay=False),
    help="The image's Dockerfile: leaks are mapped to its lines.",
)
@click.option("--platform", metavar="OS/ARCH", help="Only this platform of an index.")
@click.option(
    "--baseline", type=click.Path(dir_okay=False), help="Accept the leaks listed in this file."
)
@click.option(
    "--write-baseline", type=click.Path(dir_okay=False), help="Write all leaks to this file."
)
@click.option(
    "--all", "list_all", is_flag=True, envvar="AUDIT_ALL", help="List leaks of low severity too."
)
@click.option("--show-secrets", is_flag=True, help="Show the secrets in plain text.")
@click.option("--strict", is_flag=True, help="Exit 4 for anything that was not looked into.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that scan. [default: all cores]",
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is being done.")
@click.option(
    "--list-detectors",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_detectors,
    help="Show what is looked for and exit.",
)
@click.version_option(__version__, prog_name="audit")
def command(images: tuple[str, ...], **options: Any) -> None:
    """
    Find every secret that a built container image gives away, layer by layer, also those that a
    later layer deleted, in history and build args too.
    """
    if not images and not options["saved"]:
        raise click.UsageError("Missing argument 'IMAGE...'.")
    _Run(**options).run(images)


class _Run:
    """
    One call of the command.
    """

    def __init__(
        self,
        formats: Sequence[tuple[str, str | None]],
        saved: Sequence[str],
        output: str | None,
        fail_on: str,
        base: str | None,
        dockerfile: str | None,
        platform: str | None,
        baseline: str | None,
        write_baseline: str | None,
        list_all: bool,
        show_secrets: bool,
        strict: bool,
        jobs: int | None,
        quiet: bool,
        verbose: bool,
    ) -> None:
        self._formats = _destinations(formats, output)
        self._saved = saved
        self._fail_on = fail_on
        self._base = base
        self._dockerfile = dockerfile
        self._platform = platform
        self._baseline = baseline
        self._write_baseline = write_baseline
        self._list_all = list_all
        self._show_secrets = show_secrets
        self._strict = strict
        self._jobs = jobs
        self._quiet = quiet
        self._failed = False
        if verbose:
            logging.basicConfig(stream=sys.stderr, format="audit: %(message)s")
            logging.getLogger("auditor").setLevel(logging.INFO)

    def run(self, images: Sequence[str]) -> NoReturn:
        """
        Audit, write, and leave with the exit code.
        """
        # Imported here: --help and --version must not wait for it.
        from auditor import baseline

        reports = self._read(images)
        for request in self._requests(images):
            reports += self._audit(request)
        if reports:
            self._write(reports)
        if self._write_baseline and reports:
            count = baseline.write(Path(self._write_baseline), reports)
            self._say(f"{self._write_baseline}: {count} leaks accepted from now on")
        sys.exit(self._exit_code(reports))

    def _read(self, images: Sequence[str]) -> list[Report]:
        """
        Reports that were saved. They are final: what says how to audit comes too late.
        """
        if not self._saved:
            return []
        late = [self._base, self._platform, self._baseline, self._list_all, self._show_secrets]
        if images or any(late):
            raise UsageError(
                "--from-json takes no IMAGE, and none of --all, --base, --baseline, --platform, "
                "--show-secrets",
                "Give them when the image is audited.",
            )
        from auditor.reports.saved import read_report

        reports = [report for file in self._saved for report in read_report(Path(file))]
        for report in reports:
            self._say(_summary(report))
        return reports

    def _requests(self, images: Iterable[str]) -> list[Request]:
        from auditor import baseline
        from auditor.engine import Request
        from auditor.ranking import Policy

        accepted = baseline.read(Path(self._baseline)) if self._baseline else frozenset()
        everything = self._list_all or bool(self._write_baseline)
        policy = Policy(everything, self._show_secrets, accepted)
        return [
            Request(
                image, self._platform, self._base, self._jobs, policy, dockerfile=self._dockerfile
            )
            for image in images
        ]

    def _audit(self, request: Request) -> list[Report]:
        from auditor.engine import audit
        from auditor.progress import Progress

        shown = sys.stderr.isatty() and not self._quiet
        try:
            with Progress(sys.stderr, request.reference) if shown else nullcontext() as progress:
                reports = audit(request, progress)
        except UsageError:
            raise
        except AuditError as error:
            _complain(error)
            self._failed = True
            return []
        for report in reports:
            self._say(_summary(report))
        return reports

    def _write(self, reports: Sequence[Report]) -> None:
        from auditor.reports import FORMATS as WRITERS

        for name, file in self._formats:
            if file is None:
                WRITERS[name](reports, sys.stdout)
                continue
            try:
                # NOTE: opened late, so that a failed audit leaves no empty file behind.
                with Path(file).open("w", encoding="utf-8", errors="backslashreplace") as out:
                    WRITERS[name](reports, out)
            except OSError as error:
                raise UsageError(
                    f"{file}: cannot be written: {error.strerror}", "Choose another file."
                ) from error

    def _exit_code(self, reports: Sequence[Report]) -> int:
        from auditor.model import Severity

        worst = [report.worst for report in reports if report.worst]
        limit = None if self._fail_on == "never" else Severity(self._fail_on)
        if limit and any(severity.at_least(limit) for severity in worst):
            return 1
        if self._failed:
            return 3
        gaps = [gap for report in reports for gap in report.ledger.gaps]
        partial = any(gap.blocking for gap in gaps) or (self._strict and bool(gaps))
        return 4 if partial else 0

    def _say(self, text: str) -> None:
        if not self._quiet:
            click.echo(text, err=True)


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
    from auditor.model import Severity
    from auditor.reports.terminal import plain, size

    counts = ", ".join(f"{getattr(report.counts, s.value)} {s.value}" for s in Severity)
    gaps = len(report.ledger.gaps)
    return (
        f"{plain(report.reference)}: {counts}; {len(report.layers)} layers, "
        f"{report.ledger.files} files, {size(report.ledger.bytes)}, {gaps} gaps"
    )


def _complain(error: AuditError) -> None:
    from auditor.reports.terminal import plain

    click.echo(f"audit: {plain(error.message)}", err=True)
    click.echo(f"hint: {plain(error.hint)}", err=True)


def main() -> NoReturn:
    """
    The entry point: `audit`.
    """
    started = time.monotonic()
    try:
        command.main(standalone_mode=False)
        code = 0
    except AuditError as error:
        _complain(error)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("audit: interrupted", err=True)
        code = 130
    except BrokenPipeError:
        # Whoever read the report has enough; there is nobody left to tell.
        sys.stderr.close()
        code = 0
    logging.getLogger("auditor").info("took %.1f s", time.monotonic() - started)
    sys.exit(code)
