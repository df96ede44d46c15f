"""
The `audit` command called within this process: the same as a process of its own, but fast.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor import cli
from tests.command import Ran
from tests.images import Members, Recipe, docker_members, tar_bytes

Call = Callable[..., Ran]


class _Stdin:
    """
    Standard input that is no terminal.
    """

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


def caller(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    A function that calls the command.
    """

    def call(
        *args: object, env: Mapping[str, str] | None = None, stdin: bytes | None = None
    ) -> Ran:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["audit", *map(str, args)])
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            if stdin is not None:
                patch.setattr(sys, "stdin", _Stdin(stdin))
            with _unheard(), pytest.raises(SystemExit) as left:
                cli.main()
        said = capsys.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 0, said.out, said.err)

    return call


@contextmanager
def _unheard() -> Iterator[None]:
    """
    What -v sets up ends with the process elsewhere.
    """
    log = logging.getLogger("auditor")
    level, handlers = log.level, list(log.handlers)
    try:
        yield
    finally:
        log.setLevel(level)
        log.handlers[:] = handlers


def archive(path: Path, recipes: Recipe | list[Recipe] | Members) -> Path:
    """
    Writes recipes, or members, as an archive.
    """
    members = recipes if isinstance(recipes, dict) else docker_members(recipes)
    path.write_bytes(tar_bytes(members))
    return path
