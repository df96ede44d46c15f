"""
Processes that scan: none outlives the one that started it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from auditor.runners import WORTH, Runner

_AUDIT = """
import os, sys, time
from auditor.runners import WORTH, Runner
with Runner(3, lambda: None) as runner:
    runner.expect(WORTH + 1)
    started = [runner.submit(time.sleep, 0.2) for _ in range(6)]
    found = {runner.submit(process, 0).result() for _ in range(20)}
    print(*found, flush=True)
    time.sleep(600)
"""
_TASK = "def process(_):\n    import os, time\n    time.sleep(0.02)\n    return os.getpid()\n"
PATIENCE = 60
"""
Seconds for which somebody may still be there: only a defect needs them all.
"""


def is_there(pid: int) -> bool:
    """
    Whether a process runs; one that nobody waited for does not.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def die_or_double(number: int) -> int:
    """A task of which some kill their process."""
    if number % 4 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so")
def test_only_the_task_that_is_to_blame_is_lost() -> None:
    """Those that were under way in the same processes are done again, and so are later ones."""
    with Runner(2, lambda: None) as runner:
        runner.expect(WORTH + 1)
        tasks = [runner.submit(die_or_double, number) for number in range(8)]
        for number, task in enumerate(tasks):
            if number % 4 == 3:
                with pytest.raises(BrokenExecutor):
                    task.result()
            else:
                assert task.result() == 2 * number
        assert runner.submit(die_or_double, 8).result() == 16


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are told by /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_first(tmp_path: Path, how: signal.Signals) -> None:
    """Whatever ended it, and also if nobody could be told."""
    (tmp_path / "work.py").write_text(_TASK + _AUDIT)
    with subprocess.Popen(
        [sys.executable, tmp_path / "work.py"], stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        others = [int(word) for word in first.stdout.readline().split()]
        assert others and first.pid not in others and all(map(is_there, others))
        os.kill(first.pid, how)
    until = time.monotonic() + PATIENCE
    while any(map(is_there, others)) and time.monotonic() < until:
        time.sleep(0.1)
    left = [pid for pid in others if is_there(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)

    assert left == []
