"""
Giving a RUN its secret by a mount, and taking away what it must not leave behind.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from auditor.model import Place
from auditor.patterns import lazy_regex
from auditor.ranking.advice import shell
from auditor.ranking.advice.base import Remedy, Way
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.script import Script
from auditor.ranking.dialects import Step

MEMORY = "/dev/shm"
_VARIABLE = lazy_regex(r"^[A-Za-z_][A-Za-z0-9_]*$")
_FETCHES = lazy_regex(
    r"(?:^|[\s;&|(])(?:wget|curl|aria2c|vault|aws|gcloud|gsutil|az|op|kubectl|scp|rsync)\s"
)
_MOUNTED = lazy_regex(r"(?<=/run/secrets/)[A-Za-z0-9_.-]+")
_MOUNT = lazy_regex(r"^--mount=(.*)$", re.DOTALL)
IMPLICIT = {
    ".git-credentials": ("git",),
    ".netrc": ("curl", "git", "go", "pip", "wget"),
    ".npmrc": ("npm", "npx", "pnpm", "yarn"),
    ".pypirc": ("twine",),
    ".yarnrc.yml": ("yarn",),
    "auth.json": ("composer",),
    "nuget.config": ("dotnet", "nuget"),
    "pip.conf": ("pip", "pip3"),
    "settings.xml": ("mvn",),
}
"""
Files that tools read without being told to.
"""
SSH_TOOLS = ("git", "go", "npm", "pip", "rsync", "scp", "ssh", "yarn")


def identifier(name: str | None, default: str = "token") -> str:
    """
    A plain word for a mount's id.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", (name or default).lower()).strip("_")
    return plain or default


def is_variable(name: str | None) -> bool:
    """
    Whether a shell takes it as a variable's name.
    """
    return name is not None and _VARIABLE.match(name) is not None


def secret_mount(called: str, target: str | None = None) -> str:
    """
    The flag that mounts a secret for one RUN, which fails if it is not given.
    """
    where = f",target={target}" if target else ""
    return f"--mount=type=secret,id={called}{where},required=true"


def uses_variable(step: Step, name: str) -> bool:
    """
    Whether a RUN speaks of a variable, as the shell's or as a program's.
    """
    texts = [step.instruction.value, *(h.body for h in step.instruction.heredocs)]
    return any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", t) for t in texts)


def give_variable(script: Script, steps: Iterable[Step], name: str, remedy: Remedy) -> list[Draft]:
    """
    Have each RUN that uses a variable read it from a secret mount.
    """
    called, given = identifier(name), []
    for step in steps:
        if step.instruction.keyword != "RUN" or not uses_variable(step, name):
            continue
        draft = script.draft(step.instruction)
        if draft is not None:
            add_mount(draft, secret_mount(called))
            draft.exports[name] = f"/run/secrets/{called}"
            given.append(draft)
    if given:
        remedy.options.append(f"--secret id={called},env={name}")
        remedy.compose[called] = f"environment: {name}"
        remedy.drafts += given
    return given


def give_file(
    script: Script, steps: Iterable[Step], path: str, source: str, remedy: Remedy
) -> list[Draft]:
    """
    Have each RUN that uses a file find it mounted there.
    """
    called, given = identifier(posixpath.basename(path)), []
    for step in steps:
        if step.instruction.keyword != "RUN":
            continue
        draft = script.draft(step.instruction)
        if draft is None or not (_names(step, draft, path) or _reads(step, path)):
            continue
        left, about = without_file(draft, path)
        draft.gone += [part for part in about if part not in draft.gone]
        remedy.drafts.append(draft)
        uses = shell.mentions(left, path, draft.workdir) or (left and _reads(step, path))
        if uses and shell.is_plain(path):
            add_mount(draft, secret_mount(called, path))
            given.append(draft)
    if given:
        remedy.options.append(f"--secret id={called},src={source}")
        remedy.compose[called] = f"file: {source}"
    return given


def without_file(draft: Draft, path: str) -> tuple[str, list[shell.Part]]:
    """
    A RUN's command without what is about a file alone (rm, chmod), and these parts of it.
    """
    about = [p for p in _parts(draft) if shell.is_about(p, [path], draft.workdir)]
    left = shell.without(_command(draft), about) if about else _command(draft)
    return left or "", about


def add_mount(draft: Draft, flag: str) -> None:
    """
    A flag that is not there yet.
    """
    if flag not in draft.flags:
        draft.flags.append(flag)


def _names(step: Step, draft: Draft, path: str) -> bool:
    texts = [step.instruction.value, *(h.body for h in step.instruction.heredocs)]
    return any(shell.mentions(text, path, draft.workdir) for text in texts)


def _reads(step: Step, path: str) -> bool:
    """
    Whether the RUN calls a tool that reads such a file without being told.
    """
    tools = IMPLICIT.get(posixpath.basename(path).lower(), ())
    return any(calls(step, tool) for tool in tools)


def calls(step: Step, tool: str) -> bool:
    """
    Whether a RUN calls a program.
    """
    texts = [step.instruction.value, *(h.body for h in step.instruction.heredocs)]
    pattern = rf"(?:^|[\s;&|(]){re.escape(tool)}(?=\s|$)"
    return any(re.search(pattern, text, re.MULTILINE) for text in texts)


def _command(draft: Draft) -> str:
    bodies = [heredoc.body for heredoc in draft.instruction.heredocs]
    return "\n".join([draft.instruction.value, *bodies])


def _parts(draft: Draft) -> list[shell.Part]:
    return shell.parts(draft.instruction.value) or []


def keep_out(script: Script, place: Place, remedy: Remedy) -> Way | None:
    """
    Have the RUN that wrote a file leave nothing of it behind. Returns the way that fits it.
    """
    instruction = script.instruction(place)
    if instruction is None or instruction.keyword != "RUN":
        return None
    draft = script.draft(instruction)
    if draft is None or "\n" in place.path or not place.path.startswith("/"):
        return None
    remedy.drafts.append(draft)
    path = place.path
    if path in draft.moves or path in draft.cleared or _mounted(draft, path):
        return Way.MOUNT if path not in draft.moves else Way.MEMORY
    command = _command(draft)
    count = shell.mentions(command, path, draft.workdir)
    if count > 1 and _FETCHES.search(command) and shell.is_plain(path):
        draft.moves[path] = f"{MEMORY}/{posixpath.basename(path)}"
        return Way.MEMORY
    draft.cleared.append(path)
    return None


def _mounted(draft: Draft, path: str) -> bool:
    """
    Whether the RUN copied the file out of a secret mount: then it is mounted there at once.
    """
    if not draft.instruction.line and not draft.instruction.flags:
        return _told_mount(draft, path)
    for flag in draft.instruction.flags:
        if flag in draft.remounts:
            if f",target={path}" in draft.remounts[flag]:
                return True
            continue
        options = _options(flag)
        if options.get("type") != "secret" or "env" in options:
            continue
        called = options.get("id") or posixpath.basename(options.get("target", ""))
        source = options.get("target") or options.get("dst") or options.get("destination")
        source = source or f"/run/secrets/{called}"
        found = [p for p in _parts(draft) if shell.copies(p, source, path, draft.workdir)]
        if found and called and shell.is_plain(path):
            draft.remounts[flag] = secret_mount(called, path)
            draft.gone += found
            return True
    return False


def _told_mount(draft: Draft, path: str) -> bool:
    """
    The same by the history, which does not tell the mounts.
    """
    for called in dict.fromkeys(_MOUNTED.findall(draft.instruction.value)):
        source = f"/run/secrets/{called}"
        found = [p for p in _parts(draft) if shell.copies(p, source, path, draft.workdir)]
        if found and shell.is_plain(path):
            draft.gone += found
            add_mount(draft, secret_mount(called, path))
            return True
    return False


def _options(flag: str) -> dict[str, str]:
    match = _MOUNT.match(flag)
    pairs: Sequence[str] = match[1].split(",") if match else ()
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
