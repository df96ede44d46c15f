"""
The command line: options and their variables of the environment, and the entry point.

What the options ask for is done in `gate.py`; an option is one row here and one field there.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Any, NoReturn

import click

from auditor import __version__
from auditor.errors import AuditError

FORMATS = ("json", "table")
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


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AUDIT"},
    epilog=EPILOG,
)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "-f",
    "--format",
    "formats",
    type=_FormatOption(),
    multiple=True,
    # NOTE: click derives the variable from the parameter's name, not from the option's.
    envvar="AUDIT_FORMAT",
    help="table (default) or json; several times as FORMAT=FILE.",
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
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is being done.")
@click.version_option(__version__, prog_name="audit")
def command(images: tuple[str, ...], **options: Any) -> None:
    """
    Find every secret that a built container image gives away, layer by layer, also those that a
    later layer deleted, in history and build args too.
    """
    # Imported here: --help and --version must not wait for it.
    from auditor.gate import Settings, run

    sys.exit(run(images, Settings(**options)))


def main() -> NoReturn:
    """
    The entry point: `audit`.
    """
    started = time.monotonic()
    try:
        command.main(standalone_mode=False)
        code = 0
    except AuditError as error:
        from auditor.gate import complain

        complain(error)
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
