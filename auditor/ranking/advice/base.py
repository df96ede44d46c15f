"""
The seam: a leak's case in, a remedy out.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Protocol

from auditor.model import Origin, Place, Secret
from auditor.ranking.advice.draft import Draft
from auditor.ranking.advice.script import Script
from auditor.records import dataclass


class Way(StrEnum):
    """
    The ways to build without giving the secret away.
    """

    MOUNT = "secret mount"
    SSH = "ssh mount"
    HOST = "done on the host"
    STAGES = "multi-stage build"
    MEMORY = "kept in /dev/shm"
    RUN_TIME = "given at run time"


@dataclass(frozen=True, slots=True)
class Case:
    """
    One leak, as the advice needs to know it.
    """

    places: tuple[Place, ...]
    origin: Origin
    detector: str
    name: str | None
    """
    The variable that held the secret.
    """
    secret: Secret
    cause: Place
    """
    The place that tells best how the secret came in.
    """


@dataclass(slots=True)
class Remedy:
    """
    What is to be done about a leak.
    """

    text: str
    """
    In words, without what holds for every leak.
    """
    way: Way | None = None
    drafts: list[Draft] = field(default_factory=list)
    """
    The instructions that change.
    """
    ignore: list[str] = field(default_factory=list)
    """
    Lines for .dockerignore.
    """
    options: list[str] = field(default_factory=list)
    """
    For the build command.
    """
    run: list[str] = field(default_factory=list)
    """
    For `docker run`.
    """
    compose: dict[str, str] = field(default_factory=dict)
    """
    Build secrets of a compose file: each with where it comes from.
    """


class Cause(Protocol):
    """
    One way in which secrets come into an image.
    """

    def remedy(self, case: Case, script: Script) -> Remedy | None:
        """
        What to do about it; `None` if it is another cause. Changes the drafts of the script.
        """
