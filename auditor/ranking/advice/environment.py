"""
A secret in ENV.
"""

from __future__ import annotations

from auditor.dockerfile import Instruction, pairs
from auditor.patterns import lazy_regex
from auditor.ranking.advice import ways
from auditor.ranking.advice.arguments import rewrite
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.mounts import give_variable, identifier, is_variable
from auditor.ranking.advice.script import Script
from auditor.ranking.lines import declares

_USED = lazy_regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_POSSIBLE = (Way.RUN_TIME, Way.MOUNT)


def _arguments(instruction: Instruction, name: str, script: Script) -> list[str]:
    """
    Build args that gave the variable its value: they are readable as well.
    """
    text = " ".join(text for known, text in pairs(instruction.value) if known.strip("\"'") == name)
    used = dict.fromkeys(_USED.findall(text))
    return [one for one in used if any(declares(step.instruction, one) for step in script.steps)]


class Environment:
    """
    ENV in the history or in the config.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word != "ENV" and ".Env." not in f".{case.cause.path}":
            return None
        called = identifier(case.name)
        remedy = Remedy(
            f"ENV is part of the image. Drop ENV {case.name or ''}".rstrip()
            + ", and give the value when the container starts (docker run --env-file, a secret of "
            "the orchestrator); if only the build needs it, use  "
            f"RUN --mount=type=secret,id={called} …  and build with  --secret id={called},"
            "src=FILE. " + ways.why(Way.RUN_TIME, _POSSIBLE, script.facts),
            Way.RUN_TIME,
        )
        if case.name and is_variable(case.name):
            self._rewrite(case, case.name, script, remedy)
        return remedy

    def _rewrite(self, case: Case, name: str, script: Script, remedy: Remedy) -> None:
        for step in script.steps:
            instruction = step.instruction
            names = [known.strip("\"'") for known, _ in pairs(instruction.value, step.escape)]
            if instruction.keyword != "ENV" or name not in names:
                continue
            draft = script.draft(instruction)
            if draft is not None:
                draft.names.add(name)
                remedy.drafts.append(draft)
                give_variable(script, script.after(instruction), name, remedy)
                for passed in _arguments(instruction, name, script):
                    rewrite(case, script, remedy, passed)
        remedy.run.append(f"--env {name}")
