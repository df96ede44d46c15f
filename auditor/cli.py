"""
The command line: options and their variables of the environment, and the entry point.

What the options ask for is done in `gate.py`; an option is one row here and one field there.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from auditor import __version__
from auditor.errors import AuditError
from auditor.garbage import collect_rarely, leave_all

if TYPE_CHECKING:
    from auditor.config import Option

PROGRAM = "audit"
COMPLETION = "_AUDIT_COMPLETE"
FORMATS = ("github", "gitlab", "html", "json", "junit", "markdown", "sarif", "table")
SHELLS = ("bash", "fish", "zsh")
NOT_IN_FILES = ("help", "version", "no_config", "saved")
LEVELS = ("critical", "high", "medium", "low", "never")
EPILOG = """
\b
IMAGE is one of
  myimage:tag, name@sha256:…    in the Docker or podman engine
  ./image.tar, ./layout         an archive or OCI layout (any producer)
  docker-archive:x.tar[:tag], oci-archive:x.tar, oci:dir[:tag], dir:dir
  docker:name, podman:name      one engine and no other
  registry:host/name:tag        a registry, without an engine (or name@sha256:…)
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


_F = TypeVar("_F", bound=Callable[..., Any])


class _BashComplete(BashComplete):
    """
    Bash takes a colon for the end of a word, and no image name is without one.
    """

    source_template = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" word="" there="" type item
    [[ $line == *[[:space:]] ]] || word="${line##*[[:space:]]}"
    [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && there="${word%%"${word##*:}"}"
    COMPREPLY=()
    while IFS=, read -r type item; do
        case $type in
            plain) COMPREPLY+=("${item#"$there"}") ;;
            file) compopt -o default ;;
        esac
    done < <(COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)[1:]
        return (words, "") if line[-1:].isspace() or not words else (words[:-1], words[-1])


add_completion_class(_BashComplete)


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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


class _Image(click.ParamType[str]):
    """
    A reference; the shell completes the engine's names, and files.
    """

    name = "IMAGE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        files = [CompletionItem(incomplete, type="file")]
        if incomplete.startswith(("/", ".", "~")):
            return files
        from auditor.exporter import completions

        return [*(CompletionItem(name) for name in completions(incomplete)), *files]


def _flag(*names: str, **more: Any) -> Callable[[_F], _F]:
    return click.option(*names, is_flag=True, **more)


def _file(*names: str, **more: Any) -> Callable[[_F], _F]:
    return click.option(*names, type=click.Path(dir_okay=False), metavar="FILE", **more)


def _image(*names: str, **more: Any) -> Callable[[_F], _F]:
    return click.option(*names, type=_Image(), metavar="IMAGE", **more)


def _print_completion(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is None or ctx.resilient_parsing:
        return
    kind = get_completion_class(value)
    if kind is not None:
        click.echo(kind(ctx.command, {}, PROGRAM, COMPLETION).source())
    ctx.exit()


def _install_plugin(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from auditor import plugin_install

    click.echo(f"{plugin_install.install()}: docker audit is there from now on")
    ctx.exit()


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


def _configure(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """
    Defaults from the project's configuration: they stand behind the environment.
    """
    if ctx.resilient_parsing or ctx.params.get("no_config"):
        return
    # NOTE: it is read before all other options, as its values are their defaults.
    from pathlib import Path

    from auditor import config

    path = Path(value) if value is not None else config.find(Path.cwd())
    if path is not None:
        ctx.obj = config.load(path, _keys(ctx.command.params))
        ctx.default_map = dict(ctx.obj.options)


def _keys(parameters: Sequence[click.Parameter]) -> dict[str, Option]:
    """
    The options that may be keys of a configuration, by their long name.
    """
    from auditor.config import Option

    keys = {}
    for one in parameters:
        if isinstance(one, click.Option) and one.name not in NOT_IN_FILES and one.expose_value:
            long = max(one.opts, key=len).removeprefix("--")
            kind = (
                bool
                if one.is_flag
                else int
                if isinstance(one.type, click.types.IntParamType)
                else str
            )
            is_file = isinstance(one.type, click.Path)
            keys[long] = Option(one.name or long, _converter(one), kind, one.multiple, is_file)
    return keys


def _converter(option: click.Option) -> Callable[[Any], object]:
    def convert(value: Any) -> object:
        try:
            return option.type.convert(value, option, None)
        except click.BadParameter as error:
            raise ValueError(error.message) from error

    return convert


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AUDIT"},
    epilog=EPILOG,
)
@click.argument("images", metavar="IMAGE...", nargs=-1, type=_Image(), envvar="AUDIT_IMAGES")
# --- the report
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
@_file("-o", "--output", help="File instead of stdout.")
@_flag("--all", "list_all", envvar="AUDIT_ALL", help="List leaks of low severity too.")
@_flag("--show-secrets", help="Show the secrets in plain text.")
# --- the gate
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="high",
    show_default=True,
    help="Exit 1 for leaks of this severity or worse.",
)
@_flag("--strict", help="Exit 4 for anything that was not looked into.")
@_file("--baseline", help="Accept the leaks listed in this file.")
@_file("--write-baseline", help="Write all leaks to this file, keeping its reasons and dates.")
@_image("--against", help="An older image: only what it does not give away counts.")
@_image("--base", help="The base image: its layers are reported apart.")
@_file("--dockerfile", help="The image's Dockerfile: leaks are mapped to its lines.")
# --- where images come from
@click.option("--platform", metavar="OS/ARCH", help="Only this platform of an index.")
@_flag("--all-platforms", help="Exit 4 if a platform that an index names is not there.")
@_flag("--pull", help="Have the engine pull the image first.")
@_flag("--local", help="All images of the engine, dangling ones too, beside IMAGE.")
# --- the command itself
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that scan. [default: all cores]",
)
@_flag("--no-cache", help="Look into every layer, and keep nothing of it.")
@click.option(
    "--cache-dir",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Where what is known of layers is kept. [default: the user's cache]",
)
@_flag("--no-config", is_eager=True, help="Read no configuration file.")
@_file(
    "--config",
    is_eager=True,
    expose_value=False,
    callback=_configure,
    help="Instead of auditor.toml or pyproject.toml here or above.",
)
@_flag("-q", "--quiet", help="Nothing on standard error but errors.")
@_flag("-v", "--verbose", help="Say on standard error what is being done.")
@click.option(
    "--completion",
    type=click.Choice(SHELLS),
    is_eager=True,
    expose_value=False,
    callback=_print_completion,
    help="Print what makes this shell complete options and images.",
)
@_flag(
    "--list-detectors",
    is_eager=True,
    expose_value=False,
    callback=_list_detectors,
    help="Show what is looked for and exit.",
)
@_flag(
    "--install-docker-plugin",
    is_eager=True,
    expose_value=False,
    callback=_install_plugin,
    help="Make this command available as docker audit.",
)
@click.version_option(__version__, prog_name="audit")
@click.pass_context
def command(ctx: click.Context, /, images: tuple[str, ...], **options: Any) -> None:
    """
    Find every secret that a built container image gives away, layer by layer, also those that a
    later layer deleted, in history and build args too.
    """
    both = (ctx.get_parameter_source(name) for name in ("config", "no_config"))
    if options.pop("no_config") and all(one is ParameterSource.COMMANDLINE for one in both):
        raise click.UsageError("--config and --no-config exclude each other.", ctx)
    if not images and not options["local"] and not options["saved"]:
        raise click.UsageError("Missing argument 'IMAGE...'.", ctx)
    # Imported here: --help and --version must not wait for it.
    from auditor.gate import Settings, run

    names = ("ignores", "detectors", "limits") if ctx.obj else ()
    more = {name: getattr(ctx.obj, name) for name in names}
    sys.exit(run(images, Settings(**options, **more)))


def complete(arguments: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """
    What may stand where `incomplete` stands, behind these arguments.
    """
    shell = ShellComplete(command, {}, PROGRAM, COMPLETION)
    return shell.get_completions(list(arguments), incomplete)


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> NoReturn:
    """
    The entry point: `audit`. The arguments of the process by default.
    """
    started = time.monotonic()
    _have_a_home()
    heard = _listen()
    collect_rarely()
    words = None if arguments is None else list(arguments)
    try:
        command.main(words, program, COMPLETION, standalone_mode=False)
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    except AuditError as error:
        _complain(error)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        heard.append(signal.SIGINT)
        code = 130
    except BrokenPipeError:
        # Whoever read the report has enough; there is nobody left to tell.
        sys.stderr.close()
        code = 0
    if heard:
        # NOTE: Python loses an interrupt that comes while it imports or cleans up.
        click.echo("audit: interrupted", err=True)
        code = 130
    _tell_time(time.monotonic() - started)
    leave_all()
    sys.exit(code)


def _tell_time(seconds: float) -> None:
    # NOTE: whoever is to hear of it has imported `logging`; `--help` need not wait for that.
    if "logging" in sys.modules:
        import logging

        logging.getLogger("auditor").info("took %.1f s", seconds)


def _have_a_home() -> None:
    """
    A container may run as a user that its system does not know.
    """
    if os.path.expanduser("~") == "~":  # noqa: PTH111 - Path.home() raises then
        # As container engines do.
        os.environ["HOME"] = os.sep


def _listen() -> list[int]:
    """
    A list that is no longer empty once Ctrl-C was pressed, whatever became of the exception.
    """
    heard: list[int] = []

    def hear(number: int, frame: object) -> NoReturn:
        heard.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, hear)
    return heard


def _complain(error: AuditError) -> None:
    from auditor.reports.terminal import plain

    click.echo(f"audit: {plain(error.message)}", err=True)
    click.echo(f"hint: {plain(error.hint)}", err=True)
