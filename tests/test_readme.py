"""
Every `$ …` of the README prints what the README shows. `UPDATE_README=1` rewrites it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def run(command: str, folder: Path) -> str:
    """
    What a command of the README prints.
    """
    bin_ = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "PYTHONIOENCODING": "utf-8",
    }
    line = command.replace("scripts/", f"{ROOT}/scripts/")
    ran = subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.stdout


def shown(block: str, folder: Path) -> str:
    """
    A block with the real output of its commands.
    """
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{command}\n{run(command[2:], folder)}".rstrip() for command in commands)


@pytest.mark.skipif(sys.version_info[:2] > (3, 14), reason="help texts differ between versions")
def test_the_readme_shows_what_its_commands_print(tmp_path: Path) -> None:
    """A README that lies is a defect."""
    text = README.read_text(encoding="utf-8")

    real = _BLOCK.sub(lambda match: f"```console\n{shown(match[1], tmp_path)}\n```", text)

    if os.environ.get("UPDATE_README"):
        README.write_text(real, encoding="utf-8")
    assert real == text


def test_the_readme_names_every_exit_code_and_option() -> None:
    """What the command can do is told."""
    text = README.read_text(encoding="utf-8")

    for option in ("--fail-on", "--base", "--platform", "--baseline", "--strict", "--show-secrets"):
        assert option in text
    for code in (0, 1, 2, 3, 4, 130):
        assert f"\n| {code} |" in text
