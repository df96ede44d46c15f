"""
The line that tells how far the reading has come.
"""

from __future__ import annotations

import io
import os
import pty
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor import progress
from auditor.exporter import SOURCES
from auditor.progress import Progress
from tests.images import Recipe, docker_archive


def drawn(label: str, *counts: int, total: int | None) -> list[str]:
    """
    What is drawn for so many bytes.
    """
    out = io.StringIO()
    with Progress(out, label) as line:
        for count in counts:
            line(count, total)
    return out.getvalue().split("\r\x1b[K")


def test_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Megabytes, rate and share are told, and the line is wiped at the end.
    """
    monkeypatch.setattr(progress, "INTERVAL", 0)
    first, one, two, last = drawn("app:1", 1_000_000, 1_000_000, total=4_000_000)
    assert (first, last) == ("", "")
    assert one.startswith("app:1: 1.0 MB, ") and ", 25 %, " in one
    assert two.startswith("app:1: 2.0 MB, ") and ", 50 %, " in two


@pytest.mark.parametrize("total", [None, 0, 500_000])
def test_no_share_of_an_unknown_whole(total: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where the whole is not known, or turned out too small, no share is told.
    """
    monkeypatch.setattr(progress, "INTERVAL", 0)
    assert "%" not in drawn("x", 1_000_000, total=total)[1]


def test_seldom() -> None:
    """
    Not every byte is worth a line.
    """
    assert drawn("x", *[1] * 1000, total=1000) == ["", ""]


def test_hostile_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A name moves no cursor, and does not fill the line.
    """
    monkeypatch.setattr(progress, "INTERVAL", 0)
    line = drawn("\x1b[2Ja\r\n" + "x" * 500, 1, total=None)[1]
    assert line.isprintable()
    assert len(line) < 80


def image() -> bytes:
    """
    An archive that comes in several reads.
    """
    out = io.BytesIO()
    files = {"noise": random.Random(1).randbytes(3_000_000)}
    docker_archive(Recipe(tag="a:1").step("COPY noise /", files=files), out)
    return out.getvalue()


def told(stderr: int, *options: str) -> None:
    """
    Audit the image on standard input, from somebody slow.
    """
    command = [sys.executable, "-m", "auditor", "--fail-on", "never", *options, "-"]
    # NOTE: a pause is what makes a line due, however fast the machine is.
    pause = 3 * progress.INTERVAL
    data = image()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr
    ) as audit:
        assert audit.stdin is not None
        for half in (data[:1_500_000], data[1_500_000:]):
            audit.stdin.write(half)
            audit.stdin.flush()
            time.sleep(pause)
        audit.stdin.close()
    assert audit.returncode == 0


def seen_on_terminal(*options: str) -> str:
    """
    What stands on the terminal, all that was wiped included.
    """
    ours, theirs = pty.openpty()
    try:
        told(theirs, *options)
        os.set_blocking(ours, False)
        return os.read(ours, 1 << 16).decode()
    except BlockingIOError:
        return ""
    finally:
        os.close(ours)
        os.close(theirs)


def test_bytes_and_rate_on_a_terminal() -> None:
    """
    How much of a pipe is to come nobody knows, so no time is told; the line is wiped.
    """
    text = seen_on_terminal()
    lines = text.split("\r\x1b[K")

    assert any(" MB, " in line and " MB/s" in line for line in lines[:-1])
    assert "left" not in text and "%" not in text
    assert "MB/s" not in lines[-1]


def test_nothing_if_it_is_to_be_quiet() -> None:
    """
    -q silences it on a terminal too.
    """
    assert seen_on_terminal("-q") == ""


def test_nothing_without_a_terminal(tmp_path: Path) -> None:
    """
    A log keeps the summary alone.
    """
    with (tmp_path / "log").open("wb") as log:
        told(log.fileno())
    text = (tmp_path / "log").read_text()

    assert "MB/s" not in text and "\x1b" not in text and "\r" not in text
    assert text.startswith("-: ")


def test_the_size_of_a_file_on_standard_input_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    `audit - < image.tar` can tell how long it takes; a pipe cannot.
    """
    path = tmp_path / "image.tar"
    path.write_bytes(image())
    read, write = os.pipe()
    with path.open() as file, os.fdopen(read) as pipe, os.fdopen(write, "w"):
        for source, size in ((file, path.stat().st_size), (pipe, None)):
            monkeypatch.setattr(sys, "stdin", source)
            with SOURCES["stdin"].open("-") as export:
                assert export.size == size
