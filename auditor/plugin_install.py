"""
Where the docker client finds its plugins, and how this command gets there.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from auditor.errors import UsageError

PROGRAM = "docker-audit.exe" if os.name == "nt" else "docker-audit"


def install() -> Path:
    """
    Put the plugin where the docker client of this user looks for it; where that is. Raises
    `UsageError` if that cannot be.
    """
    program = _program()
    config = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    target = Path(config) / "cli-plugins" / PROGRAM
    if target.exists() and not target.is_symlink() and os.name != "nt":
        raise UsageError(f"{target}: is there already, and no link", "Remove it first.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if os.name == "nt":
            # Links need a privilege there; the program knows its Python by its full path.
            shutil.copyfile(program, target)
        else:
            target.symlink_to(program)
    except OSError as error:
        raise UsageError(
            f"{target}: cannot be made: {error.strerror}", "Set DOCKER_CONFIG to another folder."
        ) from error
    return target


def _program() -> Path:
    """
    The program that was installed with this package.
    """
    near = Path(sys.executable).parent / PROGRAM
    found = near if near.is_file() else shutil.which(PROGRAM)
    if found is None:
        raise UsageError(f"{PROGRAM} is not installed", "Install the package: pip install .")
    return Path(found).absolute()
