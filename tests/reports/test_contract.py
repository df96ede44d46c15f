"""
What every format must keep, and how each writes the same reports.

`UPDATE_GOLDEN=1` writes the golden files anew: look at the difference before you keep it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import __version__
from auditor.reports import FORMATS
from tests.reports.given import REPORTS, clean, hostile, leaky, partial
from tests.reports.written import HOSTILE, write

GOLDEN = Path(__file__).with_name("golden")
COMMAND = re.compile(
    r"::(?:add-mask|(?:error|warning|notice) [a-z]+=[^:,]*(?:,[a-z]+=[^:,]*)*)::.*"
)


@pytest.fixture(autouse=True)
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The one format that must tell a time gets one.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def steady(text: str) -> str:
    """
    A text without what changes with the tool and not with the report.
    """
    text = re.sub(r"(<style>|<script>).*?(</)", r"\1…\2", text, flags=re.DOTALL)
    text = re.sub(r"'sha256-[^']*'", "'sha256-…'", text)
    text = re.sub(rf'"{re.escape(__version__)}"', '"VERSION"', text)
    return text.replace(f"layer-auditor {__version__}", "layer-auditor VERSION")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The leaky, the clean and the partial report are written as they were agreed on.
    """
    monkeypatch.setenv("COLUMNS", "100")
    text = steady(write(name, REPORTS[report]()))
    file = GOLDEN / f"{report}.{name}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_text_ends_with_a_newline(name: str) -> None:
    """
    The last line is a whole one.
    """
    for make in REPORTS.values():
        assert write(name, make()).endswith("\n")
        assert not write(name, make()).endswith("\n\n")


@pytest.mark.parametrize("name", FORMATS)
def test_several_reports(name: str) -> None:
    """
    The reports of several images are all written, in their order.
    """
    text = write(name, leaky(), clean(), partial())
    at = [text.index(r.reference) for r in (leaky(), clean(), partial())]
    assert at == sorted(at)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names(name: str, text: str) -> None:
    """
    Whatever an image calls its things, no character of it moves a cursor, begins a line, or makes
    a line that a CI system takes for a command.
    """
    written = write(name, hostile(HOSTILE[text]))
    assert not [c for c in written if not c.isprintable() and c != "\n"]
    written.encode("utf-8")
    assert len(written.split("\n")) == len(written.splitlines()) + 1
    lines = [line.strip() for line in steady(written).split("\n")]
    assert not [line for line in written.split("\n") if line.startswith("INJECTED")]
    assert not [line for line in lines if re.search(r"##(vso|teamcity)?\[", line)]
    commands = [line for line in lines if re.match("::[a-z-]+(?: |::)", line, re.IGNORECASE)]
    if name == "github":
        assert commands == lines[:-1]
        commands = [line for line in commands if not COMMAND.fullmatch(line)]
    assert commands == []


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=[])))
def test_any_names(name: str, text: str) -> None:
    """
    So it is for any text at all.
    """
    written = write(name, hostile(text))
    assert not [c for c in written if not c.isprintable() and c != "\n"]
    written.encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_same_report_is_written_the_same(name: str) -> None:
    """
    No time, no order of chance is in a report.
    """
    assert write(name, leaky()) == write(name, leaky())
