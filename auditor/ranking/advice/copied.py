"""
A file that COPY or ADD took from the build context.
"""

from __future__ import annotations

import fnmatch
import posixpath

from auditor.dockerfile import Instruction, split
from auditor.model import Place
from auditor.ranking.advice import shell, ways
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.mounts import (
    SSH_TOOLS,
    add_mount,
    calls,
    give_file,
    identifier,
    keep_out,
    without_file,
)
from auditor.ranking.advice.script import Script, directory
from auditor.ranking.advice.shell import is_plain
from auditor.ranking.dialects import Step

WHOLE = (".aws", ".docker", ".git", ".gnupg", ".hg", ".ssh", ".svn")
"""
Folders that have no place in an image at all.
"""


class Copied:
    """
    COPY and ADD, but for `COPY --from=`.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word not in ("COPY", "ADD") or case.cause.layer is None:
            return None
        path = case.cause.path
        remedy = Remedy("")
        for place in case.places:
            instruction = script.instruction(place) if place.layer is not None else None
            if instruction is not None and instruction.keyword in ("COPY", "ADD"):
                self._drop(script, instruction, place, remedy, case)
        for place in case.places:
            if place.layer is not None and place.path != path:
                keep_out(script, place, remedy)
        possible = self._possible(remedy)
        # NOTE: a file that nobody uses needs no mount: it only has to stay away.
        unused = possible[0] is Way.HOST
        remedy.way = Way.HOST if unused else ways.choose(possible, script.facts)
        remedy.text = (
            f"Keep {path} out of the build: add it to .dockerignore and copy only what is needed. "
            + _words(remedy, path)
            + ways.why(remedy.way, possible, script.facts)
        )
        return remedy

    def _possible(self, remedy: Remedy) -> list[Way]:
        if any("--ssh" in option for option in remedy.options):
            return [Way.SSH, Way.MOUNT, Way.HOST]
        if remedy.options:
            return [Way.MOUNT, Way.HOST, Way.STAGES]
        return [Way.RUN_TIME, Way.HOST] if remedy.run else [Way.HOST, Way.MOUNT, Way.STAGES]

    def _drop(
        self, script: Script, instruction: Instruction, place: Place, remedy: Remedy, case: Case
    ) -> None:
        step = script.step(instruction)
        draft = script.draft(instruction)
        if step is None or draft is None or instruction.flag("from") or instruction.heredocs:
            return
        source, whole = _source(step, place.path)
        if source is None or (not instruction.line and instruction.value.startswith("/")):
            # The history does not tell whether it came from another stage.
            return
        remedy.ignore += [ignored(source)] if ignored(source) not in remedy.ignore else []
        if whole:
            draft.sources.add(whole)
            remedy.drafts.append(draft)
        following = list(script.after(instruction))
        is_key = case.detector == "Private Key" and "/.ssh/" in place.path
        if is_key and _by_agent(script, following, place.path, remedy):
            return
        if not give_file(script, following, place.path, source, remedy) and whole:
            remedy.run.append(f"--mount type=bind,source={source},target={place.path},readonly")


def _words(remedy: Remedy, path: str) -> str:
    if any("--ssh" in option for option in remedy.options):
        return "The RUN reaches the key through the agent: RUN --mount=type=ssh, built with --ssh. "
    if remedy.run:
        return "If the running container needs it, mount it when it starts. "
    called = identifier(posixpath.basename(path), "file")
    target = f",target={path}" if is_plain(path) else ""
    return (
        f"If the build needs it, use  RUN --mount=type=secret,id={called}{target} …  or copy in a "
        "first stage and take only the result from there (COPY --from=…). "
    )


def _by_agent(script: Script, steps: list[Step], path: str, remedy: Remedy) -> bool:
    """
    A key that only lets git or ssh in: the agent does that, and the key stays outside.
    """
    runs = [step for step in steps if step.instruction.keyword == "RUN"]
    users = [step for step in runs if any(calls(step, tool) for tool in SSH_TOOLS)]
    if not users:
        return False
    drafts = [draft for step in runs if (draft := script.draft(step.instruction)) is not None]
    left = {draft.instruction: without_file(draft, path) for draft in drafts}
    if any(shell.mentions(left[d.instruction][0], path, d.workdir) for d in drafts):
        # Whoever needs the file itself gets no agent.
        return False
    for draft in drafts:
        draft.gone += [part for part in left[draft.instruction][1] if part not in draft.gone]
        remedy.drafts.append(draft)
    for draft in drafts:
        if any(draft.instruction == step.instruction for step in users):
            add_mount(draft, "--mount=type=ssh")
    remedy.options.append("--ssh default")
    return True


def target(step: Step) -> tuple[list[str], str] | None:
    """
    Sources and destination of a COPY or ADD, the destination from the root; `None` if variables
    hide it.
    """
    words = step.instruction.words or tuple(split(step.instruction.value, step.escape))
    known = [step.word(word) for word in words]
    workdir = directory(step)
    if len(words) < 2 or any(None in pieces for pieces in known) or workdir is None:
        return None
    *sources, last = ["".join(piece for piece in pieces if piece) for pieces in known]
    into = posixpath.join(workdir, last)
    trailing = "/" if last.endswith(("/", "/.")) or last in (".", "..") else ""
    return sources, posixpath.normpath(into).rstrip("/") + trailing or "/"


def _source(step: Step, path: str) -> tuple[str | None, str | None]:
    """
    The file of the context that came to `path`, and the word of the instruction that names just
    this file, if one does.
    """
    found = target(step)
    if found is None:
        return None, None
    sources, into = found
    words = step.instruction.words or tuple(split(step.instruction.value, step.escape))
    folder = into.rstrip("/")
    for word, source in zip(words, sources, strict=False):
        name = posixpath.basename(source.rstrip("/"))
        if into == path or (name == posixpath.basename(path) and path == f"{folder}/{name}"):
            return _clean(source), word
    rest = path.removeprefix(f"{folder}/")
    if rest == path:
        return None, None
    for source in sources:
        if any(char in source for char in "*?["):
            if fnmatch.fnmatch(rest, posixpath.basename(source)):
                return _clean(posixpath.join(posixpath.dirname(source), rest)), None
            continue
        if len(sources) == 1:
            return _clean(posixpath.join(source, rest)), None
    return None, None


def _clean(source: str) -> str:
    return posixpath.normpath(source).lstrip("/")


def ignored(source: str) -> str:
    """
    The line for .dockerignore: the file, or the folder that never belongs into an image.
    """
    parts = source.split("/")
    for number, part in enumerate(parts):
        if part in WHOLE:
            return "/".join(parts[: number + 1])
    return source
