"""
A RUN that wrote the secret, or speaks of it in its own text.
"""

from __future__ import annotations

import posixpath
import re

from auditor.ranking.advice import ways
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.mounts import add_mount, identifier, keep_out, secret_mount
from auditor.ranking.advice.script import Script
from auditor.ranking.advice.shell import is_plain

_KINDS = {"Private Key": "private_key"}
_SHORTEST = 8
"""
A shorter value may be any word of the command, in characters.
"""


class Command:
    """
    RUN.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word != "RUN":
            return None
        remedy = Remedy("")
        spoken = self._speak(case, script, remedy)
        for place in case.places:
            if place.layer is not None:
                way = keep_out(script, place, remedy)
                remedy.way = remedy.way or way
        called = _called(case)
        possible = self._possible(remedy, spoken)
        remedy.way = remedy.way or ways.choose(possible, script.facts)
        if case.cause.layer is None or spoken:
            told = (
                "The secret stands in the RUN itself, and docker history shows it. Instead of the "
                f"value use  RUN --mount=type=secret,id={called} …  and build with  "
                f"--secret id={called},src=FILE. "
            )
        else:
            told = _left_behind(case.cause.path, remedy)
        remedy.text = told + ways.why(remedy.way, possible, script.facts)
        return remedy

    def _possible(self, remedy: Remedy, spoken: bool) -> list[Way]:
        if remedy.way is Way.MEMORY:
            return [Way.MEMORY, Way.MOUNT, Way.STAGES]
        return [Way.MOUNT, Way.HOST] if spoken else [Way.MOUNT, Way.HOST, Way.STAGES]

    def _speak(self, case: Case, script: Script, remedy: Remedy) -> bool:
        """
        Let a mounted file say what the RUN's text says now.
        """
        found = False
        called = _called(case)
        for step in script.steps:
            texts = [step.instruction.value, *(h.body for h in step.instruction.heredocs)]
            if step.instruction.keyword != "RUN" or not any(map(case.secret.is_in, texts)):
                continue
            found, value = True, case.secret.reveal()
            draft = script.draft(step.instruction)
            if draft is None or not is_loose(draft, value):
                continue
            draft.spoken[value] = f"$(cat /run/secrets/{called})"
            add_mount(draft, secret_mount(called))
            remedy.drafts.append(draft)
            option = f"--secret id={called},src=FILE"
            remedy.options += [option] if option not in remedy.options else []
            remedy.compose[called] = "file: FILE"
        return found


def _left_behind(path: str, remedy: Remedy) -> str:
    """
    What to do about a file that a RUN wrote, by what the fix does about it.
    """
    called = identifier(posixpath.basename(path), "file")
    target = f",target={path}" if is_plain(path) else ""
    mount = f"RUN --mount=type=secret,id={called}{target} …"
    given = f"build with  --secret id={called},src=FILE"
    if any(path in draft.moves for draft in remedy.drafts):
        return f"This RUN writes {path} to a layer. Let it write to /dev/shm, which is memory. "
    if any(path in draft.cleared for draft in remedy.drafts):
        return (
            f"This RUN leaves {path} behind. Let the same RUN remove it, or write it to /dev/shm; "
            f"if it only reads it, mount it:  {mount}  and {given}. "
        )
    return (
        f"This RUN leaves {path} behind. So that it is never written, use  {mount}  and {given}; "
        "or write it to /dev/shm, or do the step in a first stage and copy only its result. "
    )


def _called(case: Case) -> str:
    default = _KINDS.get(case.detector) or "token"
    if case.name:
        return identifier(case.name, default)
    name = posixpath.basename(case.cause.path) if case.cause.layer is not None else None
    return identifier(name, default)


def is_loose(draft: Draft, value: str) -> bool:
    """
    Whether a shell would put something else in the place of the value: not in single quotes.
    """
    if len(value) < _SHORTEST or "\n" in value:
        return False
    before, _, after = draft.raw.partition(value)
    quoted = re.sub(r'\\.|"[^"]*"', "", before).count("'") % 2
    return not quoted or "'" not in after
