"""
What the metadata tells outright: labels, commands, comments.
"""

from __future__ import annotations

import json
import re

from auditor.dockerfile import Instruction
from auditor.model import Secret
from auditor.patterns import lazy_regex
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.command import is_loose
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.mounts import add_mount, identifier, is_variable, secret_mount
from auditor.ranking.advice.script import Script
from auditor.ranking.dialects import Step

_COMMANDS = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
_OF_CONFIG = lazy_regex(r"^(?:container_)?config\.(?:Cmd|Entrypoint|Healthcheck)\b")
_NOTES = lazy_regex(r"^history\[\d+\]\.(?:comment|author)$|^author$|^comment$")


class Label:
    """
    LABEL, and labels given to the build command.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if "Labels" not in case.cause.path and word != "LABEL":
            return None
        remedy = Remedy(
            "Labels are readable by anyone who sees the image: take the value out of the label, "
            "whether LABEL or the build's --label sets it."
        )
        for step in script.steps:
            draft = script.draft(step.instruction) if step.instruction.keyword == "LABEL" else None
            text = step.instruction.value
            if draft and case.name and case.name in text and _can_say(text, case):
                draft.names.add(case.name)
                remedy.drafts.append(draft)
        return remedy


def _can_say(text: str, case: Case) -> bool:
    """
    Whether a LABEL can have given the value, by its own text or by variables: `--label` goes before
    what it says.
    """
    return case.secret.reveal() in text or any(char in text for char in "$\\`")


class Told:
    """
    CMD, ENTRYPOINT and HEALTHCHECK: they run in the container, which can be given a variable.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word not in _COMMANDS and not _OF_CONFIG.match(case.cause.path):
            return None
        name = case.name if case.name and is_variable(case.name) else "SECRET"
        remedy = Remedy(
            "The command is part of the image, and docker inspect shows it. Metadata is readable "
            f"without pulling a layer: let the command read ${name}, and give that when the "
            "container starts (docker run --env-file, a secret of the orchestrator).",
            Way.RUN_TIME,
        )
        for step in script.steps:
            if step.instruction.keyword in _COMMANDS:
                self._rewrite(step, script, case.secret, name.upper(), remedy)
        return remedy

    def _rewrite(
        self, step: Step, script: Script, secret: Secret, name: str, remedy: Remedy
    ) -> None:
        draft = script.draft(step.instruction)
        if draft is None or not secret.is_in(step.instruction.value) or secret.length < 4:
            return
        value = secret.reveal()
        if step.instruction.words is None:
            draft.spoken[value] = f"${{{name}}}"
        elif not self._as_shell(step, draft, value, name):
            return
        remedy.drafts.append(draft)
        remedy.run.append(f"--env {name}")

    def _as_shell(self, step: Step, draft: Draft, value: str, name: str) -> bool:
        """
        The exec form knows no variables: a shell does, and hands over to the program.
        """
        words = step.instruction.words or ()
        if not any(value in word for word in words):
            return False
        quoted = [_quoted(word, value, name) for word in words]
        line = json.dumps(["sh", "-c", f"exec {' '.join(quoted)}"], ensure_ascii=False)
        head = step.instruction.keyword
        if head == "HEALTHCHECK":
            head = " ".join([head, *step.instruction.flags, "CMD"])
        draft.instead = [f"{head} {line}"]
        return True


def _quoted(word: str, value: str, name: str) -> str:
    plain = re.sub(r'([\\"$`])', r"\\\1", word)
    return f'"{plain.replace(value, f"${{{name}}}")}"'


class Trigger:
    """
    ONBUILD: what runs in each build on top of this image.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word != "ONBUILD" and not case.cause.path.startswith("config.OnBuild"):
            return None
        called = identifier(case.name)
        remedy = Remedy(
            "ONBUILD is part of the image, and docker inspect shows it. Let the trigger read a "
            f"mount:  ONBUILD RUN --mount=type=secret,id={called} …  and have whoever builds on "
            f"this image give it:  docker build --secret id={called},src=FILE .",
            Way.MOUNT,
        )
        for step in script.steps:
            draft = script.draft(step.instruction) if is_trigger(step.instruction) else None
            if draft is None or not case.secret.is_in(step.instruction.value):
                continue
            value = case.secret.reveal()
            if is_loose(draft, value):
                draft.spoken[value] = f"$(cat /run/secrets/{called})"
                add_mount(draft, secret_mount(called))
                remedy.drafts.append(draft)
        return remedy


def is_trigger(instruction: Instruction) -> bool:
    """
    Whether it is ONBUILD RUN for a shell.
    """
    value = instruction.value.lstrip()
    is_run = instruction.keyword == "ONBUILD" and value[:4].upper().strip() == "RUN"
    return is_run and not value[4:].lstrip().startswith("[")


class Note:
    """
    Comments and authors of the history: nobody needs a secret there.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if not _NOTES.match(case.cause.path):
            return None
        return Remedy(
            "It stands in a comment of the image's history. Metadata is readable without pulling a "
            "layer: commit again without it (docker commit -m), or build from a Dockerfile."
        )


class Metadata:
    """
    Anything else that the metadata holds.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if case.cause.layer is not None:
            return None
        return Remedy("Metadata is readable without pulling a layer: take the value out of it.")


class File:
    """
    A file of a layer of which nobody knows who wrote it.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        return Remedy(
            f"Build the image so that {case.cause.path} is never written to a layer: a secret "
            "mount, or a first stage of which only the result is copied."
        )
