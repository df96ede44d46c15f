"""
Starts one command and tells what it took, as the last line of its output, in JSON.

    python launcher.py '{"command": ["audit", "-"], "feed": ["python", "made.py"]}'

A process of its own, and a small one: the kernel adds up CPU time and bytes written of all
descendants for whoever waits for them, and only this command is waited for here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def written() -> int | None:
    """
    Bytes that this process and those it waited for caused to be written to a disk, temporary
    files that were deleted again included; `None` where the kernel does not count them.
    """
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return None
    counted = dict(line.split(": ") for line in lines)
    return int(counted["write_bytes"])


def main() -> None:
    """
    Run it; its output goes nowhere, what it says of errors is passed on.
    """
    asked = json.loads(sys.argv[1])
    fed = asked.get("feed")
    feed = subprocess.Popen(fed, stdout=subprocess.PIPE) if fed else None
    started = time.perf_counter()
    # NOTE: nothing is waited for but the command, so that what feeds it is not counted.
    command = subprocess.Popen(
        asked["command"],
        stdin=feed.stdout if feed else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if asked.get("silent") else None,
    )
    print(command.pid, flush=True)
    if feed and feed.stdout:
        feed.stdout.close()
    _, status, used = os.wait4(command.pid, 0)
    seconds = time.perf_counter() - started
    told = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "written": written(),
    }
    if feed:
        feed.wait()
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
