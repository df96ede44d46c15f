"""
The `audit` command as its users start it: a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ran:
    """
    What a call of the command came to.
    """

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """
        The JSON report on standard output.
        """
        assert self.out.startswith("{"), f"exit {self.code}, no report: {self.out}{self.err}"
        value: dict[str, Any] = json.loads(self.out)
        return value

    @property
    def image(self) -> dict[str, Any]:
        """
        The one image of the JSON report.
        """
        (image,) = self.report["images"]
        return dict(image)


def audit(*args: object, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> Ran:
    """
    Runs `audit` with the arguments. A traceback is a defect, whatever the call was.
    """
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, args)],
        env={**os.environ, **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=300,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.err, ran.err
    return ran
