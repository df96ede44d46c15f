"""
Places → lines of the Dockerfile: exactly by provenance, else by alignment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field, replace

from auditor.dockerfile import Dockerfile, Instruction, fits, pairs, parse, split
from auditor.model import BuildSource, Gap, Image, Layer, Origin, Place
from auditor.patterns import lazy_regex
from auditor.ranking.alignment import Alignment, align
from auditor.ranking.dialects import METADATA
from auditor.ranking.lives import Evidence
from auditor.records import dataclass

SEVERAL = "one of "
"""
How the instruction of a layer begins that stands for many steps.
"""
_HISTORY = lazy_regex(r"^history\[(\d{1,6})\]\.")
_VARIABLE = lazy_regex(r"^(?:container_)?config\.(Env|Labels)\.(.+)$", re.DOTALL)
_OF_CONFIG = lazy_regex(
    r"^(?:container_)?config\.(Cmd|Entrypoint|Healthcheck|Shell|User|WorkingDir)\b"
)
_PASSED = lazy_regex(r"^attestation/.*\bbuild-arg:([A-Za-z_][A-Za-z0-9_]*)$", re.DOTALL)
_KEYWORDS = {
    "Cmd": "CMD",
    "Entrypoint": "ENTRYPOINT",
    "Healthcheck": "HEALTHCHECK",
    "Shell": "SHELL",
    "User": "USER",
    "WorkingDir": "WORKDIR",
}


@dataclass(frozen=True, slots=True)
class Lines:
    """
    What is known of an image's Dockerfile.
    """

    name: str
    dockerfile: Dockerfile
    alignment: Alignment | None = None
    layers: dict[int, Instruction] = field(default_factory=dict)
    """
    By the layer's index, where an attestation tells it exactly.
    """

    @property
    def own(self) -> tuple[Instruction, ...]:
        """
        The instructions that made the image, in order.
        """
        steps = self.alignment.steps if self.alignment else {}
        return tuple(steps[index].instruction for index in sorted(steps))

    def instruction(self, place: Place, image: Image) -> Instruction | None:
        """
        The instruction that put something at a place.
        """
        if place.layer is not None:
            return self._of_layer(image.layers[place.layer], place)
        steps = self.alignment.steps if self.alignment else {}
        if match := _HISTORY.match(place.path):
            step = steps.get(int(match[1]))
            return step.instruction if step else None
        if place.path.startswith("container_config.Cmd"):
            # NOTE: the classic builder's last step, whatever it was, and no CMD.
            last = steps.get(len(image.history) - 1)
            return last.instruction if last else None
        return self._of_config(place.path, image)

    def _of_layer(self, layer: Layer, place: Place) -> Instruction | None:
        if layer.origin is Origin.BASE:
            return None
        if layer.index in self.layers:
            return self.layers[layer.index]
        if self.alignment is None or layer.history is None:
            return None
        step = self.alignment.steps.get(layer.history)
        if step is not None and step.instruction.keyword not in METADATA:
            return step.instruction
        return self._of_many(layer.history, place) if step else None

    def _of_many(self, maker: int, place: Place) -> Instruction | None:
        """
        Where one layer stands for many steps: the only one that names the file.
        """
        name = place.path.rpartition("/")[2]
        writers = [
            instruction
            for instruction in self.own
            if instruction.keyword not in METADATA and instruction.keyword != "WORKDIR"
        ]
        naming = [one for one in writers if name and name in _whole(one)]
        found = naming if naming else writers
        return found[0] if len(found) == 1 else None

    def _of_config(self, path: str, image: Image) -> Instruction | None:
        if match := _VARIABLE.match(path):
            keyword = "ENV" if match[1] == "Env" else "LABEL"
            values = [one.value for one in image.fields if one.path == path and one.name]
            return self._setting(keyword, match[2], values)
        if match := _OF_CONFIG.match(path):
            return _last(i for i in self.own if i.keyword == _KEYWORDS[match[1]])
        if path.startswith("config.OnBuild"):
            return self._only_trigger()
        if match := _PASSED.match(path):
            return self._declaring(match[1])
        return _last(i for i in self.own if i.keyword == "MAINTAINER" and path == "author")

    def _only_trigger(self) -> Instruction | None:
        """
        The only ONBUILD of the stage, which BuildKit leaves out of the history.
        """
        stage = self.alignment.stage if self.alignment else None
        chain = self.dockerfile.chain(stage) if stage else ()
        found = [one for one in chain if one.keyword == "ONBUILD"]
        return found[0] if len(found) == 1 else None

    def _setting(self, keyword: str, name: str, values: list[str]) -> Instruction | None:
        """
        The last ENV or LABEL of that name, if it can have given that value: `--label` goes before
        what the Dockerfile says.
        """
        steps = self.alignment.steps if self.alignment else {}
        for index in sorted(steps, reverse=True):
            step = steps[index]
            if step.instruction.keyword != keyword:
                continue
            for known, text in reversed(pairs(step.instruction.value, step.escape)):
                if known.strip("\"'") == name:
                    pieces = step.word(text)
                    able = not values or any(fits(pieces, value) for value in values)
                    return step.instruction if able else None
        return None

    def _declaring(self, name: str) -> Instruction | None:
        """
        The only ARG of that name, in whichever stage.
        """
        stages = [i for stage in self.dockerfile.stages for i in stage.instructions]
        found = [one for one in (*self.dockerfile.arguments, *stages) if declares(one, name)]
        return found[0] if len(found) == 1 else None


def declares(instruction: Instruction, name: str) -> bool:
    """
    Whether it is an ARG of that name.
    """
    return instruction.keyword == "ARG" and name in [
        word.partition("=")[0] for word in split(instruction.value)
    ]


def _whole(instruction: Instruction) -> str:
    return "\n".join([instruction.value, *(heredoc.body for heredoc in instruction.heredocs)])


def _last(found: Iterable[Instruction]) -> Instruction | None:
    return next(reversed(list(found)), None)


def read(image: Image, given: BuildSource | None) -> tuple[Lines | None, list[Gap]]:
    """
    The Dockerfile that fits the image: the given one, else that of the provenance. A given one
    that does not fit is a gap.
    """
    gaps = []
    told = _by_provenance(image)
    if given is not None:
        dockerfile = parse(given.text)
        alignment = align(dockerfile, image)
        if alignment is not None:
            same = told is not None and told.dockerfile.lines == dockerfile.lines
            return Lines(
                given.name, dockerfile, alignment, told.layers if told and same else {}
            ), []
        reason = "does not fit the image's history: no leak is mapped to its lines"
        gaps.append(Gap(given.name, reason))
    return told, gaps


def _by_provenance(image: Image) -> Lines | None:
    source = image.source
    if source is None:
        return None
    dockerfile = parse(source.text)
    starts = {i.line: i for stage in dockerfile.stages for i in stage.instructions}
    makers = dict(source.lines)
    layers = {
        layer.index: starts[line]
        for layer in image.layers
        if layer.digest and (line := makers.get(layer.digest)) in starts
    }
    alignment = align(dockerfile, image)
    if alignment is not None and not _agree(alignment, layers, image):
        alignment = None
    return Lines(source.name, dockerfile, alignment, layers) if alignment or layers else None


def _agree(alignment: Alignment, layers: dict[int, Instruction], image: Image) -> bool:
    """
    Whether the alignment says nothing against what the attestation tells.
    """
    for index, instruction in layers.items():
        history = image.layers[index].history
        step = alignment.steps.get(history) if history is not None else None
        if step is not None and step.instruction.line != instruction.line:
            return False
    return True


def placed(evidence: Iterable[Evidence], lines: Lines | None, image: Image) -> list[Evidence]:
    """
    The evidence with the Dockerfile's line at each place that an instruction made.
    """
    if lines is None:
        return list(evidence)
    result = []
    for item in evidence:
        found = lines.instruction(item.place, image)
        if found is not None and found.line and item.origin is not Origin.BASE:
            place = replace(item.place, dockerfile_line=found.line)
            known = place.instruction or ""
            bare = found.keyword == "RUN" and bool(known) and not known.startswith("RUN ")
            if bare or known.startswith(SEVERAL):
                place = replace(place, instruction=found.text)
            item = replace(item, place=place)
        result.append(item)
    return result
