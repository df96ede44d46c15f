"""
The build as the advice sees it: by its Dockerfile or, where there is none, by the image's history.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from auditor.dockerfile import Instruction, Stage, split
from auditor.dockerfile.instructions import instruction as read_instruction
from auditor.model import HistoryEntry, Image, LayerScan, Origin, Place
from auditor.patterns import lazy_regex
from auditor.ranking.advice.draft import Draft
from auditor.ranking.alignment import steps_of
from auditor.ranking.dialects import Step
from auditor.ranking.lines import Lines
from auditor.records import dataclass

_HISTORY = lazy_regex(r"^history\[(\d{1,6})\]\.")
_CLASSIC = lazy_regex(r"^(COPY|ADD) (?:--\S+?)?(?:file|dir|multi):[0-9a-f]{16,}\S* in (\S+)")
_TEXT_LIMIT = 64 << 10
"""
A longer step of the history is not rewritten, in characters.
"""
_SHELLS = ("ash", "bash", "dash", "ksh", "sh", "zsh")
_WORD = lazy_regex(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What the image shows of how it was built.
    """

    builder: str
    """
    classic, buildkit, buildah, kaniko, or nothing if that cannot be told.
    """
    service: str | None = None
    """
    Of a compose file, if it was built by one.
    """
    system: str | None = None
    """
    The CI system, if one built it.
    """


def facts(image: Image) -> Facts:
    """
    What the history and the labels tell.
    """
    labels = {f.name: f.value for f in image.fields if f.path.startswith("config.Labels.")}
    service = labels.get("com.docker.compose.service")
    known = service is not None and _WORD.match(service) is not None
    return Facts(_builder(image.history), service if known else None, _system(labels))


def _system(labels: Mapping[str | None, str]) -> str | None:
    names = [name or "" for name in labels]
    if any(name.startswith(("com.gitlab.ci", "com.gitlab.job")) for name in names):
        return "GitLab"
    created = labels.get("org.opencontainers.image.source", "")
    # What docker/metadata-action sets, and hardly anybody by hand.
    if created.startswith("https://github.com/") and "org.opencontainers.image.revision" in names:
        return "GitHub"
    return None


def _builder(history: tuple[HistoryEntry, ...]) -> str:
    for entry in reversed(history):
        if entry.comment.startswith("buildkit."):
            return "buildkit"
        if entry.author == "kaniko":
            return "kaniko"
        if "#(nop) ARG" in entry.created_by or entry.comment.startswith("FROM "):
            return "buildah"
        if "#(nop)  " in entry.created_by or "#(nop) COPY" in entry.created_by:
            return "classic"
    return ""


@dataclass(slots=True)
class Script:
    """
    The instructions of a build, and the drafts of what they become.
    """

    image: Image
    facts: Facts
    lines: Lines | None
    steps: tuple[Step, ...]
    """
    In order, of all stages if there is a Dockerfile.
    """
    by_history: Mapping[int, Instruction] = field(default_factory=dict)
    """
    Without a Dockerfile: the instruction of each history entry.
    """
    files: Callable[[int], list[str]] = lambda _: []
    """
    The paths that a layer writes.
    """
    _drafts: dict[Instruction, Draft] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """
        Of the Dockerfile.
        """
        return self.lines.name if self.lines else "Dockerfile"

    @property
    def base(self) -> str | None:
        """
        The image that the Dockerfile begins from, if it is known.
        """
        alignment = self.lines.alignment if self.lines else None
        if alignment is None:
            return None
        stage = alignment.stage
        while stage.parent is not None:
            stage = alignment.dockerfile.stages[stage.parent]
        return stage.base

    def instruction(self, place: Place) -> Instruction | None:
        """
        What put something at a place.
        """
        if self.lines is not None:
            return self.lines.instruction(place, self.image)
        match = _HISTORY.match(place.path)
        if place.layer is not None:
            layer = self.image.layers[place.layer]
            return self.by_history.get(-1 if layer.history is None else layer.history)
        return self.by_history.get(int(match[1])) if match else None

    def step(self, instruction: Instruction) -> Step | None:
        """
        The step of an instruction.
        """
        return next((s for s in self.steps if s.instruction == instruction), None)

    def stage(self, instruction: Instruction) -> Stage | None:
        """
        The stage in which it stands; `None` without a Dockerfile.
        """
        dockerfile = self.lines.dockerfile if self.lines else None
        return dockerfile.stage_of(instruction) if dockerfile else None

    def after(self, instruction: Instruction) -> Iterator[Step]:
        """
        The steps behind an instruction, of its own stage and those that begin from it.
        """
        seen = False
        stages = self._heirs(instruction)
        for step in self.steps:
            if step.instruction == instruction:
                seen = True
            elif seen and (stages is None or self._index(step.instruction) in stages):
                yield step

    def _index(self, instruction: Instruction) -> int | None:
        stage = self.stage(instruction)
        return stage.index if stage else None

    def _heirs(self, instruction: Instruction) -> set[int] | None:
        stage = self.stage(instruction)
        if stage is None or self.lines is None:
            return None
        heirs = {stage.index}
        for other in self.lines.dockerfile.stages:
            if other.parent in heirs:
                heirs.add(other.index)
        return heirs

    def stage_named(self, name: str) -> list[Step]:
        """
        The steps of the stage that `COPY --from=` means.
        """
        if self.lines is None or (stage := self.lines.dockerfile.stage(name)) is None:
            return []
        chain = self.lines.dockerfile.chain(stage)
        return [step for step in self.steps if step.instruction in chain]

    def draft(self, instruction: Instruction) -> Draft | None:
        """
        The draft of an instruction: one for all leaks. `None` if it cannot be written anew.
        """
        known = self._drafts.get(instruction)
        if known is not None:
            return known
        step = self.step(instruction)
        if step is None or not self._is_shell(step):
            return None
        raw = instruction.text
        if self.lines is not None and instruction.line:
            raw = self.lines.dockerfile.raw(instruction)
        made = Draft(instruction, raw, directory(step), step.escape, self._user(step))
        if instruction.keyword == "RUN" and not made.is_script:
            return None
        self._drafts[instruction] = made
        return made

    def _is_shell(self, step: Step) -> bool:
        """
        Whether the RUN is for a shell of which the syntax is known.
        """
        if step.instruction.keyword not in ("RUN", "ONBUILD"):
            return True
        if self.image.platform.startswith("windows"):
            return False
        words = self._setting(step, "SHELL")
        if words is None or not words.words:
            # NOTE: the last SHELL of the base, or none. Its own would have been found.
            told = self._told("config.Shell") if not self._sets("SHELL") else None
            return told is None or told.split(" ", 1)[0].rpartition("/")[2] in _SHELLS
        return words.words[0].rpartition("/")[2] in _SHELLS

    def _user(self, step: Step) -> str | None:
        """
        Who runs a step: a number, or a name; `None` if it is root.
        """
        setting = self._setting(step, "USER")
        if setting is not None:
            name = setting.value.strip("\"'")
        else:
            name = self._told("config.User") or "" if not self._sets("USER") else ""
            name = name or self._below()
        name = name.partition(":")[0]
        return None if name in ("", "0", "root") else name

    def _setting(self, step: Step, keyword: str) -> Instruction | None:
        """
        The instruction of the same stage, or of one that it begins from, that holds at a step.
        """
        chain: Sequence[Instruction] = [one.instruction for one in self.steps]
        stage = self.stage(step.instruction)
        if stage is not None and self.lines is not None:
            chain = self.lines.dockerfile.chain(stage)
        found = None
        for other in chain:
            if other == step.instruction:
                break
            found = other if other.keyword == keyword else found
        return found

    def _sets(self, keyword: str) -> bool:
        return any(step.instruction.keyword == keyword for step in self.steps)

    def _told(self, path: str) -> str | None:
        return next((one.value for one in self.image.fields if one.path == path), None)

    def _below(self) -> str:
        """
        The user that the base image sets, as its history tells it.
        """
        alignment = self.lines.alignment if self.lines else None
        first = alignment.first if alignment else 0
        told = [e.instruction for e in self.image.history[:first]]
        users = [text.partition(" ")[2] for text in told if text.startswith("USER ")]
        return users[-1].strip() if users else ""


def directory(step: Step) -> str | None:
    """
    The working directory; `None` if it depends on what is not known.
    """
    if None in step.workdir:
        return None
    return "".join(piece for piece in step.workdir if piece) or "/"


def script(image: Image, lines: Lines | None, scans: Mapping[str, LayerScan]) -> Script:
    """
    The build of an image.
    """

    def files(layer: int) -> list[str]:
        scan = scans.get(image.layers[layer].blob or "")
        packed = scan.index.files if scan else b""
        return packed.decode("utf-8", "surrogateescape").split("\0")[:-1]

    told = facts(image)
    if lines is not None:
        steps: list[Step] = []
        dockerfile = lines.dockerfile
        for stage in dockerfile.stages:
            chain = dockerfile.chain(stage)
            mine = list(steps_of(chain, image.history, dockerfile.escape))
            steps += mine[len(chain) - len(stage.instructions) :]
        return Script(image, told, lines, tuple(steps), files=files)
    by_history = dict(_of_history(image, files))
    chain = tuple(by_history[index] for index in sorted(by_history))
    return Script(image, told, None, tuple(steps_of(chain, image.history)), by_history, files)


def _of_history(
    image: Image, files: Callable[[int], list[str]]
) -> Iterator[tuple[int, Instruction]]:
    """
    Each step of the history as the instruction it was, as far as that can be told.
    """
    layers = {layer.history: layer for layer in image.layers if layer.history is not None}
    for index, entry in enumerate(image.history):
        text = entry.instruction
        layer = layers.get(index)
        base = layer is not None and layer.origin is Origin.BASE
        if not text or base or len(text) > _TEXT_LIMIT or "\n" in text:
            continue
        match = _CLASSIC.match(text)
        if match:
            source = _source(files(layer.index), match[2]) if layer else "."
            text = f"{match[1]} {source} {match[2]}"
        # NOTE: a line of its own, so that no two instructions are equal.
        found = replace(read_instruction(text), line=0, end=-index - 1)
        yield index, found


def _source(paths: list[str], target: str) -> str:
    """
    What was copied, by what is in the layer: one file by its name, else the folder.
    """
    if len(paths) != 1:
        return "."
    name = posixpath.basename(paths[0])
    return name if len(split(name)) == 1 else "."
