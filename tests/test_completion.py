"""
Completion in the real shells: what they offer for a line that ends where TAB is pressed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.exporter.fake_engine import FakeEngine, serving

BIN = Path(sys.executable).parent
IMAGES = [
    {"Id": "sha256:" + "1" * 64, "RepoTags": ["app:1", "app:latest"]},
    {"Id": "sha256:" + "2" * 64, "RepoTags": ["registry.example.com:5000/team/api:2.0"]},
    {"Id": "sha256:" + "3" * 64, "RepoTags": None},
]
BASH = r"""
source <(audit --completion bash)
COMP_LINE=$1 COMP_POINT=${#1}
_audit_completion audit 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""
ZSH = r"""
autoload -Uz compinit && compinit -u -d "$2/dump"
source <(audit --completion zsh)
# What the completion system would show: zsh can only be asked from within a key press.
compadd() { local -a shown; shown=("${(@P)@[-1]}"); print -rl -- $shown; }
_describe() { local -a shown; shown=("${(@P)3}"); print -rl -- "${(@)shown%%:*}"; }
_path_files() { print -rl -- FILES; }
words=("${(@Q)${(z)1}}"); [[ $1 == *' ' ]] && words+=("")
CURRENT=$#words
_audit_completion
"""
FISH = """
audit --completion fish | source
complete --do-complete "$argv[1]" | string split -f1 \\t; or true
"""


@pytest.fixture
def engine() -> Iterator[str]:
    """
    An engine with some images.
    """
    fake = FakeEngine()
    fake.answers["/images/json"] = list(IMAGES)
    with serving(fake) as path:
        yield f"unix://{path}"


def offered(shell: str, line: str, engine: str, folder: Path) -> list[str]:
    """
    What a shell offers.
    """
    require(shell)
    commands = {
        "bash": ["bash", "--norc", "-c", BASH, "bash", line],
        "zsh": ["zsh", "-f", "-c", ZSH, "zsh", line, str(folder)],
        "fish": ["fish", "--no-config", "-c", FISH, line],
    }
    environment = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "DOCKER_HOST": engine,
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        commands[shell], env=environment, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return sorted({one.strip() for one in done.stdout.splitlines() if one.strip()} - {"FILES"})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_options(shell: str, engine: str, tmp_path: Path) -> None:
    """
    Options and the values of those that have a choice.
    """
    assert offered(shell, "audit --fail-", engine, tmp_path) == ["--fail-on"]
    assert offered(shell, "audit --fail-on ", engine, tmp_path) == [
        "critical", "high", "low", "medium", "never"
    ]  # fmt: skip
    assert "json" in offered(shell, "audit -f ", engine, tmp_path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_images(shell: str, engine: str, tmp_path: Path) -> None:
    """
    All names of the engine's images, behind options that name one too.
    """
    assert offered(shell, "audit app", engine, tmp_path) == ["app:1", "app:latest"]
    assert offered(shell, "audit -q --base app", engine, tmp_path) == ["app:1", "app:latest"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_images_with_a_colon(shell: str, engine: str, tmp_path: Path) -> None:
    """
    A name whose tag was begun is completed as a whole.
    """
    assert offered(shell, "audit app:l", engine, tmp_path) == ["app:latest"]
    line = "audit registry.example.com:50"
    assert offered(shell, line, engine, tmp_path) == ["registry.example.com:5000/team/api:2.0"]


def test_bash_ends_a_word_at_a_colon(engine: str, tmp_path: Path) -> None:
    """
    For bash what lies before the last colon is there already.
    """
    assert offered("bash", "audit app:l", engine, tmp_path) == ["latest"]
    line = "audit registry.example.com:50"
    assert offered("bash", line, engine, tmp_path) == ["5000/team/api:2.0"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_engine(shell: str, tmp_path: Path) -> None:
    """
    Without an engine there is no error, only files: fish lists them itself.
    """
    (tmp_path / "image.tar").touch()
    found = offered(shell, "audit ima", f"unix://{tmp_path}/none", tmp_path)
    assert found == (["image.tar"] if shell == "fish" else [])
