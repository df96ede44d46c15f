"""
The table: what people read at a prompt.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from auditor.model import Counts, Place, Severity
from auditor.reports import FORMATS
from tests.reports.given import REPORTS, clean, hostile, leak, leaky, partial, row
from tests.reports.many import many
from tests.reports.written import HOSTILE, write

COPIED = ("  now: ", "       ", "  new: ", "  see: ")
"""
How lines begin that are never broken, so that they can be copied.
"""


@pytest.fixture(params=[60, 80, 200])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """
    The columns of the terminal.
    """
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


@pytest.mark.parametrize("report", REPORTS)
def test_table_keeps_the_width(report: str, width: int) -> None:
    """
    No line of the table is wider than the terminal, but commands and Dockerfile text.
    """
    lines = write("table", REPORTS[report]()).splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith(COPIED)] == []


@pytest.mark.parametrize("text", ["long", "escape", "control", "right to left"])
def test_table_keeps_the_width_for_hostile_names(text: str, width: int) -> None:
    """
    Only a word that cannot be broken is wider than the terminal.
    """
    for line in write("table", hostile(HOSTILE[text])).splitlines():
        assert len(line) <= width or max(map(len, line.split(" "))) > width - 40


def test_table_loses_no_word(width: int) -> None:
    """
    However narrow it is, advice, reasons and paths are there in full.
    """
    text = " ".join(write("table", leaky()).split())
    for one in leaky().leaks:
        assert one.advice in text
        assert "; ".join(one.reasons) in text
    assert "/srv/application/settings/8.yaml:8" in text
    assert "and 4 more places" in text


def test_table_ranks_the_layers() -> None:
    """
    Layers stand worst first, the metadata above them if it leaks.
    """
    found = re.findall(r"^ *(meta|\d+)  ", write("table", leaky()), re.MULTILINE)
    assert found == ["meta", "1", "2", "0"]
    assert re.findall(r"^ *(meta|\d+)  ", write("table", clean()), re.MULTILINE) == ["0", "meta"]


def test_table_tells_the_life() -> None:
    """
    Each place is told with what became of it and the instruction that made it.
    """
    text = write("table", leaky())
    assert "layer 1  /app/.env:4  [deleted by layer 2]  ← COPY .env /app/" in text
    assert "layer 1  /app/old:1  [overwritten by layer 1]" in text
    assert "layer 1  /etc/x (pax comment)  [not in the file system]" in text
    assert "metadata  history[3].created_by  ← ARG TOKEN" in text


def test_table_tells_what_is_not_listed() -> None:
    """
    Leaks that are counted and not listed are told, accepted ones too.
    """
    text = write("table", leaky())
    assert "1 critical, 1 high, 1 medium, 3 low (not listed, see --all)" in text
    assert "2 accepted" in text
    assert "Gone: Secret Keyword  /app/old.env  (was in the baseline)" in text


def test_table_lists_low_leaks_without_a_hint() -> None:
    """
    Where low leaks are listed, nothing points to `--all`.
    """
    report = leaky()
    low = leak(Severity.LOW, Place(1, "/x"))
    with_low = type(report)(
        **{name: getattr(report, name) for name in report.__slots__ if name != "leaks"},
        leaks=(*report.leaks, low),
    )
    assert "--all" not in write("table", with_low)


def test_table_tells_gaps() -> None:
    """
    Gaps that make the audit partial come first; those of a kind share a line.
    """
    text = write("table", partial())
    lines = text[text.index("Not looked into:") :].splitlines()[1:]
    assert lines[0] == "  ! is not in the archive: layer 1 (layer)"
    assert "  - encrypted: layer 0 /archive.zip and 3 more" in lines
    assert lines[-1] == "  - and 5 more kinds of gaps (see --all)"
    assert "missing" in text


def test_table_says_when_nothing_was_left_out() -> None:
    """
    A whole audit says so.
    """
    assert write("table", clean()).endswith("Nothing was left out.\n")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
)
def test_table_colours(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A file gets no colour; NO_COLOR and FORCE_COLOR are obeyed.
    """
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in write("table", leaky())) is coloured


class Terminal(io.StringIO):
    """
    A text stream that says it is a terminal.
    """

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("term", "coloured"), [("xterm", True), ("dumb", False)])
def test_table_on_a_terminal(term: str, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A terminal gets colour, unless it is a dumb one.
    """
    monkeypatch.setenv("TERM", term)
    out = Terminal()
    FORMATS["table"]([leaky()], out)
    assert ("\x1b[" in out.getvalue()) is coloured


def test_colour_changes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without its colours the text is the same.
    """
    plain = write("table", leaky())
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", write("table", leaky())) == plain


def test_table_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Of many clean layers, places and gaps only some are told, and how many are not; those with
    leaks always are.
    """
    monkeypatch.setenv("COLUMNS", "100")
    rows = tuple(row(n, f"COPY {n} /", Counts(high=n > 30), n > 30) for n in range(40))
    text = write("table", replace(leaky(), layers=rows))
    assert len(re.findall(r"^ *\d+  (?:\[base\] )?COPY", text, re.MULTILINE)) == 20
    assert "20 more layers without leaks" in text
    assert all(f"COPY {n} /" in text for n in range(31, 40))


def test_table_is_complete() -> None:
    """
    Where all was asked for, every layer, place and gap is told one by one.
    """
    rows = tuple(row(n, f"COPY {n} /") for n in range(40))
    text = write("table", replace(leaky(), layers=rows, complete=True))
    assert len(re.findall(r"^ *\d+  (?:\[base\] )?COPY", text, re.MULTILINE)) == 40
    assert all(f"/srv/application/settings/{n}.yaml:{n}" in text for n in range(1, 13))
    assert " more" not in text
    text = write("table", replace(partial(), complete=True))
    assert all(gap.path in text and gap.reason in text for gap in partial().ledger.gaps)
    assert " more" not in text


def test_table_tells_the_way_out(width: int) -> None:
    """
    The rewritten instruction, the proof and the page for a new secret stand on lines of their own.
    """
    lines = write("table", leaky()).splitlines()
    at = lines.index("  now: RUN --mount=type=secret,id=env,target=/app/.env \\")
    assert lines[at + 1] == "           make --directory /src"
    assert "  new: https://tokens.example.com/settings" in lines
    assert "  see: docker save app:1.2 | tar -xO 1.tar | tar -xO app/.env" in lines


def test_table_tells_an_instruction_once() -> None:
    """
    Many files of one instruction do not repeat it.
    """
    assert write("table", leaky()).count("← RUN apk add") == 1


def test_table_of_many_leaks_is_short(width: int) -> None:
    """
    Every leak is there, the first in full and the others in a line or two; all in full if asked.
    """
    report = many(1_000)
    text = write("table", report)
    assert [one.id for one in report.leaks if one.id not in text] == []
    assert text.count("  fix: ") == 12
    assert "988 more leaks, in short (in full with --all):" in text
    assert len(text.splitlines()) < 3_200
    short = text.splitlines()[-1_000:]
    told = re.compile(r"LOW       [0-9a-f]{12}  Detector \d+  ghp_…")
    assert any(told.match(line) for line in short)
    assert all(len(line) <= width or line.startswith(COPIED) for line in text.splitlines())
    text = write("table", replace(report, complete=True))
    assert text.count("  fix: ") == 1_000
    assert "in short" not in text


def test_table_tells_a_fix_once() -> None:
    """
    Leaks with one fix name the one that tells it, next to it or not.
    """
    first, second, third = leaky().leaks
    other = replace(second, advice="Rotate it.")
    third = replace(third, advice=first.advice, fix=first.fix)
    text = write("table", replace(leaky(), leaks=(first, other, third)))
    assert text.count("  now: ") == 1
    assert f"  fix: as for {first.id}" in text
    third = replace(third, advice="Another text.")
    text = write("table", replace(leaky(), leaks=(first, third)))
    assert "  fix: Another text." in text
    assert "  now: as above" in text
