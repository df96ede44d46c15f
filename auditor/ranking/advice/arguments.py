"""
A secret as a build arg.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.dockerfile import Instruction, pairs
from auditor.patterns import lazy_regex
from auditor.ranking.advice import ways
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.mounts import give_variable, identifier, is_variable, keep_out
from auditor.ranking.advice.script import Script
from auditor.ranking.dialects import Step
from auditor.ranking.lines import declares

FEW = 3
"""
How many RUNs may be given a mount although none of them names the variable.
"""
_HISTORY = lazy_regex(r"^history\[(\d{1,6})\]\.created_by$")
_POSSIBLE = (Way.MOUNT, Way.HOST, Way.STAGES)


class Argument:
    """
    ARG, or a RUN that an ARG gave its value.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        if not self._is(case, script):
            return None
        name = case.name or "the value"
        way = ways.choose(_POSSIBLE, script.facts)
        called = identifier(case.name)
        remedy = Remedy(
            "Build args stay readable in docker history. "
            f"Drop ARG {name if case.name else ''}".rstrip()
            + f" and use  RUN --mount=type=secret,id={called} …  and build with  "
            f"--secret id={called},{_source(case.name)}. " + ways.why(way, _POSSIBLE, script.facts),
            way,
        )
        if is_variable(case.name) and case.name:
            rewrite(case, script, remedy, case.name)
        return remedy

    def _is(self, case: Case, script: Script) -> bool:
        word = (case.cause.instruction or "").split(" ", 1)[0]
        if word == "ARG":
            return True
        match = _HISTORY.match(case.cause.path)
        if word != "RUN" or match is None:
            return False
        history = script.image.history
        entry = history[int(match[1])] if int(match[1]) < len(history) else None
        if entry is None or not entry.build_args:
            return entry is None or not case.secret.is_in(entry.instruction)
        return any(arg.name == case.name for arg in entry.build_args) or (
            not case.secret.is_in(entry.instruction)
        )


def _source(name: str | None) -> str:
    return f"env={name}" if is_variable(name) else "src=FILE"


def rewrite(case: Case, script: Script, remedy: Remedy, name: str) -> None:
    """
    Rewrite a build that gets a secret as the build arg `name`.
    """
    declared = [step for step in script.steps if declares(step.instruction, name)]
    for step in declared:
        _drop(script, step.instruction, name, remedy)
    names = {name}
    users: list[Step] = []
    for step in declared:
        following = list(script.after(step.instruction))
        names |= set(_passed_on(script, following, names, remedy))
        users += [one for one in following if one not in users]
    runs = [step for step in users if step.instruction.keyword == "RUN"]
    given = [give_variable(script, runs, known, remedy) for known in sorted(names)]
    if not any(given) and runs and len(runs) <= FEW:
        _give_all(script, runs, name, remedy)
    for place in case.places:
        if place.layer is not None:
            keep_out(script, place, remedy)


def _give_all(script: Script, runs: list[Step], name: str, remedy: Remedy) -> None:
    """
    Nobody names the variable, so some program reads it by itself.
    """
    called = identifier(name)
    for step in runs:
        draft = script.draft(step.instruction)
        if draft is not None:
            draft.flags.append(f"--mount=type=secret,id={called},required=true")
            draft.exports[name] = f"/run/secrets/{called}"
            remedy.drafts.append(draft)
    remedy.options.append(f"--secret id={called},env={name}")
    remedy.compose[called] = f"environment: {name}"


def _drop(script: Script, instruction: Instruction, name: str, remedy: Remedy) -> None:
    draft = script.draft(instruction)
    if draft is not None:
        draft.names.add(name)
        remedy.drafts.append(draft)


def _passed_on(script: Script, steps: list[Step], names: set[str], remedy: Remedy) -> Iterator[str]:
    """
    Variables of ENV and LABEL that get the value of another one: out they go, too.
    """
    for step in steps:
        if step.instruction.keyword not in ("ENV", "LABEL"):
            continue
        for name, text in pairs(step.instruction.value, step.escape):
            if any(re.search(rf"\$\{{?{re.escape(known)}\b", text) for known in names):
                _drop(script, step.instruction, name, remedy)
                if step.instruction.keyword == "ENV" and is_variable(name):
                    yield name
