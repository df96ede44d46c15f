"""
A Dockerfile beside an image: which instruction made which step of its history.

The whole stage must fit, from its last instruction to its first, or nothing is mapped at all: a
wrong line is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from auditor.dockerfile import Dockerfile, Instruction, Pieces, Stage, expand, pairs, split
from auditor.model import HistoryEntry, Image
from auditor.ranking.dialects import METADATA, Step, matches
from auditor.records import dataclass

HISTORY_LIMIT = 5_000
"""
Longer histories are not mapped; images have at most some hundred steps.
"""


@dataclass(frozen=True, slots=True)
class Alignment:
    """
    A stage of a Dockerfile that fits an image.
    """

    dockerfile: Dockerfile
    stage: Stage
    steps: dict[int, Step] = field(default_factory=dict)
    """
    By the index of the history entry.
    """

    @property
    def first(self) -> int:
        """
        Index of the first history entry that is the Dockerfile's own.
        """
        return min(self.steps)


def align(dockerfile: Dockerfile, image: Image) -> Alignment | None:
    """
    The stage that the image is, with its steps: the last one if it fits, else the only other one
    that does. `None` if none does, or it cannot be told which.
    """
    if not dockerfile.stages or len(image.history) > HISTORY_LIMIT:
        return None
    *others, last = dockerfile.stages
    whole = _fit(dockerfile, last, image)
    if whole is not None:
        return whole
    found = [one for stage in others if (one := _fit(dockerfile, stage, image)) is not None]
    return found[0] if len(found) == 1 else None


def _fit(dockerfile: Dockerfile, stage: Stage, image: Image) -> Alignment | None:
    history = image.history
    steps = list(steps_of(dockerfile.chain(stage), history, dockerfile.escape))
    at = _end(history, steps)
    found: dict[int, Step] = {}
    for step in reversed(steps):
        if at >= 0 and matches(step, history[at]):
            found[at] = step
            at -= 1
        elif not _may_be_absent(step.instruction, history):
            return None
    return Alignment(dockerfile, stage, found) if found else None


def _end(history: Sequence[HistoryEntry], steps: Sequence[Step]) -> int:
    """
    The last entry that an instruction can have made: `--label` and `--squash` add some of theirs.
    """
    at = len(history) - 1
    labels = any(step.instruction.keyword == "LABEL" for step in steps[-1:])
    while at >= 0:
        entry = history[at]
        added = entry.instruction.startswith("LABEL ") and not labels
        merged = not entry.instruction and entry.comment.startswith(("merge ", "create new from "))
        if not added and not merged:
            break
        at -= 1
    return at


def _may_be_absent(instruction: Instruction, history: Sequence[HistoryEntry]) -> bool:
    """
    Whether the builder at work leaves such an instruction out of the history.
    """
    if any(entry.author == "kaniko" for entry in history):
        return instruction.keyword in METADATA or instruction.keyword == "WORKDIR"
    buildkit = any(entry.comment.startswith("buildkit.") for entry in history)
    return buildkit and instruction.keyword == "ONBUILD"


def steps_of(
    chain: Sequence[Instruction], history: Sequence[HistoryEntry], escape: str = "\\"
) -> Iterator[Step]:
    """
    The instructions, each with the variables that are known there.
    """
    told = _told(history)
    known: dict[str, Pieces] = {}
    workdir: Pieces = ("",)
    for instruction in chain:
        step = Step(instruction, dict(known), workdir, escape)
        yield step
        if instruction.keyword == "ENV":
            for name, value in pairs(instruction.value, escape):
                known[name] = expand(value, step.known, escape)
        elif instruction.keyword == "ARG":
            for word in split(instruction.value, escape):
                name = word.partition("=")[0]
                # NOTE: a default may be overruled without a trace, so only what is told is sure.
                known[name] = (told[name],) if name in told else (None,)
        elif instruction.keyword == "WORKDIR":
            workdir = _within(workdir, step.word(instruction.value))


def _told(history: Sequence[HistoryEntry]) -> dict[str, str]:
    """
    Values of build args as the history tells them.
    """
    told: dict[str, str] = {}
    for entry in history:
        told |= {variable.name: variable.value for variable in entry.build_args}
    return told


def _within(workdir: Pieces, word: Pieces) -> Pieces:
    first = word[0] if word else ""
    if first is None or first.startswith("/"):
        return tuple(
            piece.rstrip("/") if piece and at == len(word) - 1 else piece
            for at, piece in enumerate(word)
        )
    joined = [*workdir, "/", *word]
    if None not in joined:
        return ("".join(piece for piece in joined if piece).rstrip("/"),)
    return tuple(joined)
