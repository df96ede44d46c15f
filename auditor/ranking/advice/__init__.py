"""
What to do about each leak, by what caused it: in words, and as the Dockerfile rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.model import Place, State
from auditor.ranking.advice.arguments import Argument
from auditor.ranking.advice.base import Case, Cause, Remedy, Way
from auditor.ranking.advice.command import Command
from auditor.ranking.advice.copied import Copied
from auditor.ranking.advice.environment import Environment
from auditor.ranking.advice.fix import Applied, apply, write
from auditor.ranking.advice.outside import Attestation, Inherited, Packaged, Spare
from auditor.ranking.advice.script import Script, script
from auditor.ranking.advice.staged import Staged
from auditor.ranking.advice.told import File, Label, Metadata, Note, Told, Trigger

CAUSES: dict[str, Cause] = {
    "inherited": Inherited(),
    "package": Packaged(),
    "attestation": Attestation(),
    "unreferenced": Spare(),
    "note": Note(),
    "label": Label(),
    "trigger": Trigger(),
    "argument": Argument(),
    "environment": Environment(),
    "command": Told(),
    "staged": Staged(),
    "copied": Copied(),
    "run": Command(),
    "metadata": Metadata(),
    "file": File(),
}
"""
In the order in which they are asked; the last one knows something about everything.
"""
_ORDER = ("ARG", "ENV", "LABEL", "COPY", "ADD", "RUN")
_DELETED = (
    "Deleting or overwriting it in a later layer does not help: the older layer still has it."
)
_ROTATE = "If this image was ever pushed or shared, replace the secret: it is known."


def cause(places: Sequence[Place]) -> Place:
    """
    The place that tells best how the secret came in: a declaration, then a step that wrote it.
    """

    def key(place: Place) -> int:
        word = (place.instruction or "").split(" ", 1)[0]
        return _ORDER.index(word) if word in _ORDER else len(_ORDER)

    return min(places, key=key)


def remedy(case: Case, build: Script) -> Remedy:
    """
    What to do about one leak. Changes the drafts of the build, so ask for all before you write.
    """
    found = (known.remedy(case, build) for known in CAUSES.values())
    told = next(one for one in found if one is not None)
    if any(place.state is not State.PRESENT and place.layer is not None for place in case.places):
        told.text += f" {_DELETED}"
    if build.facts.service and told.compose:
        told.text += " In compose.yaml, take it out of build.args and use build.secrets."
    if build.facts.system == "GitHub" and told.options:
        told.text += " In GitHub Actions it goes into `secrets:` of docker/build-push-action."
    elif build.facts.system == "GitLab" and told.options:
        told.text += " In GitLab CI it is a variable that is masked and hidden, given by --secret."
    told.text += f" {_ROTATE}"
    return told


__all__ = [
    "CAUSES",
    "Applied",
    "Case",
    "Cause",
    "Remedy",
    "Script",
    "Way",
    "apply",
    "cause",
    "remedy",
    "script",
    "write",
]
