"""
A whole Dockerfile: its stages, and what each is built on.
"""

from __future__ import annotations

from dataclasses import field, replace

from auditor.dockerfile.instructions import Instruction, instruction, read
from auditor.dockerfile.lines import LogicalLines, directives, physical
from auditor.dockerfile.words import Pieces, expand, split
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """
    What stands from one FROM to the next.
    """

    index: int
    base: str
    """
    The image or stage it begins from; variables stand as written if their value is not known.
    """
    name: str | None
    start: Instruction
    """
    The FROM itself.
    """
    instructions: tuple[Instruction, ...]
    parent: int | None = None
    """
    Index of the stage that it begins from; `None` for an image.
    """


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """
    A Dockerfile that was read.
    """

    lines: tuple[str, ...]
    """
    As they stand in the file, without line ends.
    """
    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...] = ()
    """
    The ARGs before the first FROM.
    """
    escape: str = "\\"
    directives: dict[str, str] = field(default_factory=dict)

    def chain(self, stage: Stage) -> tuple[Instruction, ...]:
        """
        All instructions that made a stage, those of the stages it begins from first. What ONBUILD
        of the stage right below says is done where the next one begins.
        """
        found: list[Instruction] = []
        at: Stage | None = stage
        # NOTE: a parent always stands above, so this ends.
        while at is not None:
            found[:0] = at.instructions
            at = self.stages[at.parent] if at.parent is not None else None
            if at is not None:
                found[:0] = _triggers(at)
        return tuple(found)

    def stage(self, name: str) -> Stage | None:
        """
        The stage that `COPY --from=` means, by name or number.
        """
        named = [stage for stage in self.stages if stage.name and stage.name == name.lower()]
        if named:
            return named[-1]
        known = name.isascii() and name.isdigit() and len(name) < 6
        return next((s for s in self.stages if known and s.index == int(name)), None)

    def stage_of(self, one: Instruction) -> Stage | None:
        """
        The stage in which an instruction stands.
        """
        return next((s for s in self.stages if one in s.instructions), None)

    def raw(self, one: Instruction) -> str:
        """
        An instruction as it stands in the file.
        """
        return "\n".join(self.lines[one.line - 1 : one.end])


def _triggers(stage: Stage) -> list[Instruction]:
    return [
        replace(instruction(one.value, one.line, one.end), heredocs=one.heredocs)
        for one in stage.instructions
        if one.keyword == "ONBUILD"
    ]


def parse(text: str) -> Dockerfile:
    """
    Read a Dockerfile. What is none has no stages; nothing is raised.
    """
    lines = physical(text)
    known = directives(lines)
    escape = known.get("escape", "\\")
    escape = escape if escape in ("\\", "`") else "\\"
    logical = LogicalLines(lines, escape)
    arguments: list[Instruction] = []
    groups: list[tuple[Instruction, list[Instruction]]] = []
    for one in logical:
        found = read(one, logical, escape)
        if found.keyword == "FROM":
            groups.append((found, []))
        elif groups:
            groups[-1][1].append(found)
        elif found.keyword == "ARG":
            arguments.append(found)
    defaults = _defaults(arguments, escape)
    stages: list[Stage] = []
    for start, instructions in groups:
        stages.append(_stage(start, tuple(instructions), stages, defaults, escape))
    return Dockerfile(lines, tuple(stages), tuple(arguments), escape, known)


def _defaults(arguments: list[Instruction], escape: str) -> dict[str, Pieces]:
    known: dict[str, Pieces] = {}
    for argument in arguments:
        for word in split(argument.value, escape):
            name, mark, value = word.partition("=")
            known[name] = expand(value, known, escape) if mark else (None,)
    return known


def _stage(
    start: Instruction,
    instructions: tuple[Instruction, ...],
    above: list[Stage],
    known: dict[str, Pieces],
    escape: str,
) -> Stage:
    words = split(start.value, escape)
    pieces = expand(words[0], known, escape) if words else ()
    base = "".join(p for p in pieces if p) if words and None not in pieces else "".join(words[:1])
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else None
    parents = [stage.index for stage in above if stage.name and stage.name == base.lower()]
    return Stage(len(above), base, name, start, instructions, parents[-1] if parents else None)
