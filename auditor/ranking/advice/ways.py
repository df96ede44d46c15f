"""
The ways to build without giving a secret away, weighed against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.ranking.advice.base import Way
from auditor.ranking.advice.script import Facts
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """
    What speaks for a way; the more the better, 3 at most each.
    """

    safety: int
    """
    Whether the secret can end up in a layer, a cache or an image left in the engine.
    """
    clarity: int
    """
    Whether a reader of the Dockerfile sees what happens.
    """
    brevity: int
    """
    How little of the build changes.
    """
    portability: int
    """
    How many builders know it.
    """

    @property
    def sum(self) -> int:
        return self.safety + self.clarity + self.brevity + self.portability


WEIGHTS = {
    Way.MOUNT: Weight(3, 3, 3, 2),
    Way.SSH: Weight(3, 3, 3, 2),
    Way.RUN_TIME: Weight(3, 3, 2, 3),
    Way.HOST: Weight(3, 2, 2, 3),
    # What was fetched may still be printed or copied, but never lies on the disk of the build.
    Way.MEMORY: Weight(2, 2, 3, 3),
    # The builder stage stays in the engine and in every exported cache.
    Way.STAGES: Weight(1, 2, 2, 3),
}
_WHY = {
    Way.MOUNT: "the file is there for one RUN and in no layer",
    Way.SSH: "the key stays with the agent outside",
    Way.RUN_TIME: "the image needs no secret to be built",
    Way.HOST: "it works with every builder",
    Way.MEMORY: "one path changes, and it works with every builder",
    Way.STAGES: "it works with every builder, but the builder stage keeps the secret",
}
_CLASSIC = {Way.MOUNT, Way.SSH}


def choose(possible: Sequence[Way], facts: Facts) -> Way:
    """
    The best of the ways that would do; the first of equal ones.
    """
    return max(possible, key=lambda way: _score(way, facts))


def _score(way: Way, facts: Facts) -> int:
    # The classic builder knows no mounts, but every Docker that still has it has BuildKit too.
    lacking = facts.builder in ("classic", "kaniko") and way in _CLASSIC
    return WEIGHTS[way].sum - (1 if lacking else 0)


def why(way: Way, possible: Sequence[Way], facts: Facts) -> str:
    """
    The choice in a few words, with what else would do.
    """
    others = sorted(set(possible) - {way}, key=lambda other: -_score(other, facts))
    text = f"Chosen: {way}, since {_WHY[way]}"
    if way in _CLASSIC and facts.builder == "classic":
        text += "; this image was built without BuildKit, so set DOCKER_BUILDKIT=1"
    elif way in _CLASSIC and facts.builder == "kaniko":
        text += "; kaniko has no mounts, so build with BuildKit or buildah"
    elif way in _CLASSIC and facts.builder:
        names = {"buildkit": "BuildKit", "buildah": "buildah"}
        text += f", and {names[facts.builder]}, which built this image, has it"
    if others:
        text += f"; else: {others[0]}, since {_WHY[others[0]]}"
    return f"{text}."
