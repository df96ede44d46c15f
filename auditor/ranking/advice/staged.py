"""
A file that `COPY --from=` took from another stage.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Sequence

from auditor.patterns import lazy_regex
from auditor.ranking.advice import shell, ways
from auditor.ranking.advice.base import Case, Remedy, Way
from auditor.ranking.advice.copied import target
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.script import Script
from auditor.ranking.dialects import Step

LINES = 12
"""
How many COPY may take the place of one.
"""
_PLAIN = lazy_regex(r"^[A-Za-z0-9_@%+:./-]+$")
_POSSIBLE = (Way.STAGES, Way.MOUNT)


class Staged:
    """
    COPY --from.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        See `Cause.remedy`.
        """
        instruction = script.instruction(case.cause)
        if case.cause.layer is None or instruction is None or not instruction.flag("from"):
            return None
        remedy = Remedy("", Way.STAGES)
        step = script.step(instruction)
        draft = script.draft(instruction)
        where = instruction.flag("from") or ""
        exact = step is not None and draft is not None and self._narrow(case, script, step, draft)
        if exact and draft is not None:
            remedy.drafts.append(draft)
        elif step is not None:
            self._in_builder(case, script, step, remedy)
        what = "only what is needed" if not exact else "all but that"
        remedy.text = (
            f"COPY --from takes {case.cause.path} along from the stage {_name(where)}: copy {what} "
            "from there. The builder stage must not be tagged, pushed or exported as a cache. "
            + ways.why(Way.STAGES, _POSSIBLE, script.facts)
        )
        return remedy

    def _narrow(self, case: Case, script: Script, step: Step, draft: Draft) -> bool:
        """
        Copy everything but the leaky file, if that takes few lines.
        """
        found = target(step)
        if found is None or case.cause.layer is None or len(found[0]) != 1:
            return False
        (source,), into = found
        if into.rstrip("/") == case.cause.path or source.rstrip("/").endswith(
            f"/{posixpath.basename(case.cause.path)}"
        ):
            draft.removed = True
            return True
        folder = into.rstrip("/")
        if not case.cause.path.startswith(f"{folder}/"):
            return False
        # NOTE: other leaks may come from the same COPY; `moves` remembers which.
        draft.moves[case.cause.path] = ""
        files = script.files(case.cause.layer)
        inner = [path[len(folder) + 1 :] for path in files if path.startswith(f"{folder}/")]
        leaky = {path[len(folder) + 1 :] for path in draft.moves}
        lines = list(_lines(inner, leaky, source.rstrip("/"), folder, step.instruction.flags))
        if leaky.issuperset(inner):
            draft.removed = True
            return True
        draft.instead = lines if len(lines) <= LINES else []
        return bool(draft.instead)

    def _in_builder(self, case: Case, script: Script, step: Step, remedy: Remedy) -> None:
        """
        The RUNs of the other stage that name the file leave nothing of it behind.
        """
        found = target(step)
        if found is None or len(found[0]) != 1:
            return
        (source,), into = found
        rest = case.cause.path.removeprefix(f"{into.rstrip('/')}/")
        path = posixpath.normpath(posixpath.join("/", source, rest))
        for other in script.stage_named(step.instruction.flag("from") or ""):
            draft = script.draft(other.instruction) if other.instruction.keyword == "RUN" else None
            if draft and shell.mentions(other.instruction.value, path, draft.workdir):
                draft.cleared += [path] if path not in draft.cleared else []
                remedy.drafts.append(draft)


def _name(where: str) -> str:
    return where if _PLAIN.match(where) else "before"


def _lines(
    files: Sequence[str], leaky: set[str], source: str, into: str, flags: Sequence[str]
) -> Iterator[str]:
    """
    The COPYs that bring all of the files but the leaky ones: whole folders where that is possible.
    """
    here = [path for path in files if "/" not in path and path not in leaky]
    if here:
        yield _copy(flags, [f"{source}/{name}" for name in here], f"{into}/")
    for name in dict.fromkeys(path.partition("/")[0] for path in files if "/" in path):
        inner = [path[len(name) + 1 :] for path in files if path.startswith(f"{name}/")]
        bad = {path[len(name) + 1 :] for path in leaky if path.startswith(f"{name}/")}
        if bad:
            yield from _lines(inner, bad, f"{source}/{name}", f"{into}/{name}", flags)
        else:
            yield _copy(flags, [f"{source}/{name}"], f"{into}/{name}")


def _copy(flags: Sequence[str], sources: Sequence[str], into: str) -> str:
    words = [*sources, into]
    text = " ".join(words) if all(_PLAIN.match(word) for word in words) else json.dumps(words)
    return " ".join(["COPY", *flags, text])
