"""
Builds a sample image without any engine: what its Dockerfile says, as BuildKit would write it.

It knows the instructions that the samples use and refuses the rest. What a RUN does to the disk
cannot be known without running it; the sample declares it. A test holds the result against the
image that a real engine builds.
"""

from __future__ import annotations

import json
import shlex
import string
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.images import Recipe, directory
from tests.samples import RunEffect, Sample, fill_all, load

BASE = "base:local"
COMMENT = "buildkit.dockerfile.v0"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def build(sample: Sample, values: Mapping[str, str]) -> Recipe:
    """
    The image of a sample, its secrets filled in.
    """
    with tempfile.TemporaryDirectory() as folder:
        context = sample.render(Path(folder), values)
        return _Build(sample, values, _context_files(context)).run()


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """
    Each instruction as its keyword and the rest, continued lines joined as BuildKit joins them.
    """
    pending = ""
    for line in dockerfile.splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        keyword, _, rest = pending.strip().partition(" ")
        yield keyword.upper(), rest.strip()
        pending = ""


def _context_files(context: Path) -> dict[str, bytes]:
    ignore_file = context / ".dockerignore"
    ignored = ignore_file.read_text().split() if ignore_file.exists() else []
    files = {}
    for path in sorted(context.rglob("*")):
        name = str(path.relative_to(context))
        if path.is_file() and not any(_within(name, pattern) for pattern in ignored):
            files[name] = path.read_bytes()
    return files


def _within(name: str, folder: str) -> bool:
    return folder in ("", ".", name) or name.startswith(f"{folder.rstrip('/')}/")


def _base(tag: str) -> Recipe:
    files = {"etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n", "bin/sh": b"#!/bin/true\n"}
    recipe = Recipe(tag).step("", files=files, comment="Imported from -")
    return recipe.config(Env=[f"PATH={PATH}"])


@dataclass(slots=True)
class _Stage:
    """
    One stage while it is built.
    """

    recipe: Recipe
    files: dict[str, bytes] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"

    def resolve(self, path: str) -> str:
        """
        A path of the image without its first slash, as layers hold it.
        """
        parts = PurePosixPath(self.workdir, path).parts
        return "/".join(part for part in parts if part not in ("/", "."))


class _Build:
    def __init__(
        self, sample: Sample, values: Mapping[str, str], context: Mapping[str, bytes]
    ) -> None:
        self._sample = sample
        self._values = values
        self._context = context
        self._build_args = fill_all(sample.args, {"SECRETS_URL": "http://127.0.0.1", **values})
        self._effects = iter(sample.runs)
        self._stages: dict[str, _Stage] = {}
        self._stage = _Stage(Recipe())

    def run(self) -> Recipe:
        """
        Builds every stage and gives the one that was asked for.
        """
        known = {
            "FROM": self._from,
            "ARG": self._arg,
            "ENV": self._env,
            "LABEL": self._label,
            "WORKDIR": self._workdir,
            "COPY": self._copy,
            "CMD": self._cmd,
            "RUN": self._run,
        }
        for keyword, rest in instructions(self._context["Dockerfile"].decode()):
            known[keyword](rest)
        if next(self._effects, None) is not None:
            raise ValueError(f"{self._sample.name}: declares more RUN than the Dockerfile has")
        stage = self._stages[self._sample.target] if self._sample.target else self._stage
        for name, value in self._sample.labels.items():
            stage.recipe.set_label(name, value)
        return stage.recipe

    def _from(self, rest: str) -> None:
        image, *alias = rest.split()
        if image == BASE:
            recipe = _base(self._sample.tag)
        elif self._sample.base and image == load(self._sample.base).tag:
            recipe = build(load(self._sample.base), self._values)
            recipe.tag = self._sample.tag
        else:
            raise ValueError(f"{self._sample.name}: no such base: {image}")
        self._stage = _Stage(recipe)
        self._stages[alias[-1] if alias else str(len(self._stages))] = self._stage

    def _arg(self, rest: str) -> None:
        name, _, default = rest.partition("=")
        if name in self._build_args or default:
            self._stage.args[name] = self._build_args.get(name, default)
        self._stage.recipe.history_only(f"ARG {rest}", comment=COMMENT)

    def _env(self, rest: str) -> None:
        self._stage.recipe.envs(_pairs(self._expand(rest)))

    def _label(self, rest: str) -> None:
        for name, value in _pairs(self._expand(rest)).items():
            self._stage.recipe.label(name, value)

    def _workdir(self, rest: str) -> None:
        stage = self._stage
        stage.workdir = "/" + stage.resolve(self._expand(rest))
        stage.recipe.config(WorkingDir=stage.workdir).step(
            f"WORKDIR {rest}", entries=[directory(stage.workdir.strip("/"))], comment=COMMENT
        )

    def _copy(self, rest: str) -> None:
        words = self._expand(rest).split()
        origin = self._context
        if words[0].startswith("--from="):
            origin = self._stages[words.pop(0).partition("=")[2]].files
        *sources, target = words
        copied: dict[str, bytes] = {}
        for source in sources:
            copied |= self._copied(origin, source.strip("/"), target)
        text = " ".join([*sources, target])
        self._write(f"COPY {text} # buildkit", RunEffect({}, ()), copied)

    def _copied(self, origin: Mapping[str, bytes], source: str, target: str) -> dict[str, bytes]:
        into = self._stage.resolve(target)
        if source in origin:
            as_folder = target.endswith("/") or target == "."
            name = f"{into}/{PurePosixPath(source).name}" if as_folder else into
            return {name.strip("/"): origin[source]}
        skip = 0 if source in ("", ".") else len(source) + 1
        found = {
            f"{into}/{name[skip:]}": data for name, data in origin.items() if _within(name, source)
        }
        if not found:
            raise ValueError(f"{self._sample.name}: nothing to copy: {source}")
        return found

    def _cmd(self, rest: str) -> None:
        command = json.loads(rest)
        quoted = " ".join(json.dumps(word) for word in command)
        self._stage.recipe.config(Cmd=command).history_only(f"CMD [{quoted}]", comment=COMMENT)

    def _run(self, rest: str) -> None:
        while rest.startswith("--"):
            rest = rest.partition(" ")[2].lstrip()
        args = [f"{name}={value}" for name, value in self._stage.args.items()]
        prefix = f"|{len(args)} {' '.join(args)} " if args else ""
        effect = next(self._effects)
        written = {
            name.strip("/"): text.encode()
            for name, text in fill_all(effect.writes, self._values).items()
        }
        self._write(f"RUN {prefix}/bin/sh -c {rest} # buildkit", effect, written)

    def _write(self, created_by: str, effect: RunEffect, files: Mapping[str, bytes]) -> None:
        gone = [path.strip("/") for path in effect.deletes]
        self._stage.recipe.step(created_by, files=files, delete=gone, comment=COMMENT)
        self._stage.files |= files
        for path in gone:
            del self._stage.files[path]

    def _expand(self, text: str) -> str:
        return string.Template(text).safe_substitute(self._stage.args)


def _pairs(text: str) -> dict[str, str]:
    words = (word.partition("=") for word in shlex.split(text))
    return {name: value for name, _, value in words}
