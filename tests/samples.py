"""
The sample images: what each is, how it is built, and what an audit must find in it.

A sample in the repository holds placeholders such as `@NPM_TOKEN@`. `Sample.render` makes a
working copy with fakes in their place, and `.git` where the repository can only hold `dot-git`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "sample_images"
SERVER_URL = "SECRETS_URL"
"""
The placeholder for the address of the server that a build fetches from.
"""
_PLACEHOLDER = re.compile(r"@([A-Z0-9_]+)@")


@dataclass(frozen=True, slots=True)
class ExpectedPlace:
    """
    Where a leak must show, in the words of the JSON report.
    """

    path: str
    """
    `[*]` stands for any index.
    """
    state: str
    instruction: str | None = None
    """
    A pattern that the instruction must hold; the builders word it differently.
    """

    def matches(self, place: Mapping[str, Any]) -> bool:
        """
        Whether a place of the report is this one.
        """
        path = re.escape(self.path).replace(r"\[\*\]", r"\[\d+\]")
        return (
            re.fullmatch(path, place["path"]) is not None
            and place["state"] == self.state
            and re.search(self.instruction or "", place["instruction"] or "") is not None
        )


@dataclass(frozen=True, slots=True)
class ExpectedLeak:
    """
    One secret that an audit must find.
    """

    secret: str
    """
    The name of its placeholder.
    """
    severity: str
    """
    At least.
    """
    exposure: str
    places: tuple[ExpectedPlace, ...]


@dataclass(frozen=True, slots=True)
class RunEffect:
    """
    What one RUN does to the disk, for those who have no engine to find out.
    """

    writes: Mapping[str, str]
    deletes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """
    One sample image.
    """

    name: str
    title: str
    explanation: str
    verdict: str
    builders: tuple[str, ...]
    base: str | None
    target: str | None
    network: str
    ssh: str | None
    args: Mapping[str, str]
    labels: Mapping[str, str]
    secrets: Mapping[str, str]
    serves: Mapping[str, str]
    runs: tuple[RunEffect, ...]
    leaks: tuple[ExpectedLeak, ...]

    @property
    def folder(self) -> Path:
        """
        Where it lies in the repository.
        """
        return FOLDER / self.name

    @property
    def tag(self) -> str:
        """
        The tag it is built under; other samples name it in their FROM.
        """
        return f"{self.name}:local"

    def render(self, into: Path, values: Mapping[str, str]) -> Path:
        """
        Writes the build context with the values in place of their placeholders.
        """
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if path.is_dir() or relative == Path("sample.toml"):
                continue
            # git refuses to keep a folder of that name.
            parts = [".git" if part == "dot-git" else part for part in relative.parts]
            target = into.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fill(path.read_text(), values))
        return into


def names() -> list[str]:
    """
    Of all samples, sorted.
    """
    return sorted(path.parent.name for path in FOLDER.glob("*/sample.toml"))


def load(name: str) -> Sample:
    """
    One sample by its name.
    """
    data = tomllib.loads((FOLDER / name / "sample.toml").read_text())
    build = data.get("build", {})
    return Sample(
        name=name,
        title=data["title"],
        explanation=data["explanation"],
        verdict=data["verdict"],
        builders=tuple(data["builders"]),
        base=data.get("base"),
        target=build.get("target"),
        network=build.get("network", "none"),
        ssh=build.get("ssh"),
        args=build.get("args", {}),
        labels=build.get("labels", {}),
        secrets=build.get("secrets", {}),
        serves=build.get("serves", {}),
        runs=tuple(
            RunEffect(run.get("writes", {}), tuple(run.get("deletes", ())))
            for run in data.get("run", ())
        ),
        leaks=tuple(_leak(leak) for leak in data.get("leak", ())),
    )


def _leak(data: dict[str, Any]) -> ExpectedLeak:
    places = tuple(ExpectedPlace(**place) for place in data["places"])
    return ExpectedLeak(data["secret"], data["severity"], data["exposure"], places)


def fill(text: str, values: Mapping[str, str]) -> str:
    """
    The text with every placeholder replaced. One without a value is a mistake in the sample.
    """
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def fill_all(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """
    The same for every value of a mapping.
    """
    return {key: fill(text, values) for key, text in texts.items()}
