"""
A remedy as text, and the text put into effect.

    # Dockerfile:2 is left out
    # Dockerfile:5-6
    RUN --mount=type=secret,id=npm_token,required=true \\
        export NPM_TOKEN="$(cat /run/secrets/npm_token)"; \\
        npm ci
    # .dockerignore
    .npmrc
    # build
    docker build --secret id=npm_token,env=NPM_TOKEN .
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.patterns import lazy_regex
from auditor.ranking.advice.base import Remedy
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.script import Script
from auditor.records import dataclass

_HEAD = lazy_regex(r"^# (?P<name>.*):(?P<first>\d+)(?:-(?P<last>\d+))?(?P<gone> is left out)?$")
_SECTIONS = ("# .dockerignore", "# build", "# docker run", "# compose.yaml")
_SECRET = lazy_regex(r"(?<=\s)(?:--secret|--ssh|--provenance)(?:[ =])\S+")


def write(remedy: Remedy, script: Script) -> str | None:
    """
    The fix of one leak; `None` if there is none but the advice.
    """
    lines: list[str] = []
    drafts = {draft.instruction: draft for draft in remedy.drafts if draft.changed}
    for draft in sorted(drafts.values(), key=lambda d: (d.instruction.line, -d.instruction.end)):
        lines += _draft(draft, script)
    if remedy.ignore:
        lines += ["# .dockerignore", *remedy.ignore]
    if remedy.options:
        lines += ["# build", _command(remedy, script)]
    if remedy.compose and script.facts.service:
        lines += ["# compose.yaml", *_compose(remedy, script.facts.service)]
    if remedy.run:
        lines += ["# docker run", " ".join(["docker run", *dict.fromkeys(remedy.run), "IMAGE"])]
    return "\n".join(lines) if lines else None


def _draft(draft: Draft, script: Script) -> Iterator[str]:
    text, first, last = draft.text(), draft.instruction.line, draft.instruction.end
    if not first:
        keyword = draft.instruction.keyword
        step = -draft.instruction.end - 1
        gone = " is left out" if text is None else ""
        yield f"# {keyword} of step {step} in the history{gone}"
    else:
        where = f"{script.name}:{first}" + (f"-{last}" if last != first else "")
        yield f"# {where} is left out" if text is None else f"# {where}"
    if text is not None:
        yield from text.split("\n")


def _command(remedy: Remedy, script: Script) -> str:
    options = list(dict.fromkeys(remedy.options))
    if script.facts.builder == "buildah":
        return " ".join(["podman build", *options, "."])
    setting = "DOCKER_BUILDKIT=1 " if script.facts.builder == "classic" else ""
    return setting + " ".join(["docker build", *options, "."])


def _compose(remedy: Remedy, service: str) -> Iterator[str]:
    """
    Build secrets, in the place of `build.args`.
    """
    yield from ("services:", f"  {service}:", "    build:", "      secrets:")
    for name in remedy.compose:
        yield f"        - {name}"
    yield "secrets:"
    for name, source in remedy.compose.items():
        yield from (f"  {name}:", f"    {source}")
    yield f"# docker compose build {service}"


@dataclass(frozen=True, slots=True)
class Applied:
    """
    A build with its fixes put into effect.
    """

    dockerfile: str
    ignore: tuple[str, ...] = ()
    """
    Lines to add to .dockerignore.
    """
    options: tuple[str, ...] = ()
    """
    Options to add to the build command, each with its value.
    """


def apply(dockerfile: str, fixes: Iterable[str | None]) -> Applied:
    """
    A Dockerfile with the fixes of all its leaks. Raises `ValueError` if two of them do not agree
    on a line.
    """
    edits: dict[tuple[int, int], str | None] = {}
    ignore: dict[str, None] = {}
    options: dict[str, None] = {}
    for fix in fixes:
        for head, body in _sections(fix or ""):
            if match := _HEAD.match(head):
                _edit(edits, match, body)
            elif head == "# .dockerignore":
                ignore |= dict.fromkeys(body)
            elif head == "# build":
                options |= dict.fromkeys(_SECRET.findall("\n".join(body)))
    lines = dockerfile.split("\n")
    for (first, last), text in sorted(edits.items(), reverse=True):
        lines[first - 1 : last] = [] if text is None else text.split("\n")
    return Applied("\n".join(lines), tuple(ignore), tuple(options))


def _edit(edits: dict[tuple[int, int], str | None], match: re.Match[str], body: list[str]) -> None:
    span = int(match["first"]), int(match["last"] or match["first"])
    text = None if match["gone"] else "\n".join(body)
    if edits.setdefault(span, text) != text:
        raise ValueError(f"two fixes for lines {span[0]} to {span[1]}")


def _sections(fix: str) -> Iterator[tuple[str, list[str]]]:
    head = ""
    body: list[str] = []
    for line in fix.split("\n"):
        if line in _SECTIONS or _HEAD.match(line):
            if head:
                yield head, body
            head, body = line, []
        else:
            body.append(line)
    if head:
        yield head, body
