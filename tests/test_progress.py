"""
The line that tells how far the reading has come.
"""

from __future__ import annotations

import io

import pytest

from auditor import progress
from auditor.progress import Progress


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
