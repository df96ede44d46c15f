"""
What every format must keep, and how each writes the same reports.

`UPDATE_GOLDEN=1` writes the golden files anew: look at the difference before you keep it.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import __version__
from auditor.model import Place, Report, Severity
from auditor.reports import FORMATS
from tests.reports.given import REPORTS, clean, hostile, leak, leaky, partial

GOLDEN = Path(__file__).with_name("golden")
HOSTILE = {
    "escape": "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "newline": "line\nINJECTED\r\nINJECTED",
    "separators": "a\u2028INJECTED\u2029INJECTED\x85INJECTED\x0b\x0c",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "surrogate": "caf\udce9 \ud800",
    "control": "".join(map(chr, [*range(32), *range(127, 160)])),
    "workflow command": "\n::error file=x::INJECTED",
    "markup": "<script>alert(1)</script> | `x` **b** [l](javascript:x) &amp; ]]>",
    "long": "x" * 5000,
    "empty": "",
    "blank": " \t ",
}


def write(name: str, *reports: Report) -> str:
    """
    What a format writes.
    """
    out = io.StringIO()
    FORMATS[name](reports, out)
    return out.getvalue()


@pytest.fixture(params=[60, 80, 200])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """
    The columns of the terminal.
    """
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


# --- every format ----------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The leaky, the clean and the partial report are written as they were agreed on.
    """
    monkeypatch.setenv("COLUMNS", "100")
    text = write(name, REPORTS[report]()).replace(f'"{__version__}"', '"VERSION"')
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
    Whatever an image calls its things, no character of it moves a cursor or begins a line.
    """
    report = hostile(HOSTILE[text])
    written = write(name, report)
    assert not [c for c in written if not c.isprintable() and c != "\n"]
    assert not [line for line in written.split("\n") if line.startswith(("INJECTED", "::"))]
    written.encode("utf-8")
    assert len(written.split("\n")) == len(written.splitlines()) + 1


@pytest.mark.parametrize("name", FORMATS)
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


# --- json ------------------------------------------------------------------------------------

KEYS = {
    "": ["version", "tool", "images"],
    "tool": ["name", "version"],
    "images": ["reference", "id", "platform", "source", "layers", "leaks", "ledger", "summary",
               "gone"],
    "layers": ["index", "diff_id", "digest", "size", "created_by", "origin", "score", "leaks"],
    "layers.leaks": ["critical", "high", "medium", "low"],
    "leaks": ["id", "fingerprint", "detector", "severity", "confidence", "exposure", "origin",
              "preview", "secret", "places", "reasons", "advice", "acceptance"],
    "places": ["layer", "path", "inside", "line", "instruction", "dockerfile_line", "state",
               "removed_by"],
    "ledger": ["files", "bytes", "gaps"],
    "gaps": ["layer", "path", "reason"],
    "summary": ["critical", "high", "medium", "low", "accepted", "worst", "new", "known",
                "expired", "ignored", "gone"],
    "gone": ["fingerprint", "detector", "severity", "place", "acceptance"],
    "acceptance": ["by", "reason", "expires"],
}  # fmt: skip
"""
DESIGN.md §6, word for word and in its order, with what was added since.
"""


def as_json(*reports: Report) -> Any:
    """
    The JSON document.
    """
    return json.loads(write("json", *reports))


def check(items: Sequence[Any], kind: str) -> None:
    """
    Each item has just these keys.
    """
    assert items, kind
    for item in items:
        assert list(item) == KEYS[kind]


def test_json_keys() -> None:
    """
    The document has the keys of DESIGN.md §6, no more and no less.
    """
    document = as_json(leaky(), clean(), partial())
    images = document["images"]
    check([document], "")
    check([document["tool"]], "tool")
    check(images, "images")
    check([layer for image in images for layer in image["layers"]], "layers")
    check([layer["leaks"] for image in images for layer in image["layers"]], "layers.leaks")
    check([one for image in images for one in image["leaks"]], "leaks")
    check([p for image in images for one in image["leaks"] for p in one["places"]], "places")
    check([image["ledger"] for image in images], "ledger")
    check([gap for image in images for gap in image["ledger"]["gaps"]], "gaps")
    check([image["summary"] for image in images], "summary")
    check([known for image in images for known in image["gone"]], "gone")
    check([known["acceptance"] for image in images for known in image["gone"]], "acceptance")


def test_json_values() -> None:
    """
    Values are what the report holds: words in lower case, numbers, and null for what is none.
    """
    document = as_json(leaky())
    assert (document["version"], document["tool"]["name"]) == (1, "layer-auditor")
    (image,) = document["images"]
    assert image["summary"] == {
        "critical": 1, "high": 1, "medium": 1, "low": 3, "accepted": 2, "worst": "critical",
        "new": 6, "known": 2, "expired": 1, "ignored": 1, "gone": 1,
    }  # fmt: skip
    assert [layer["origin"] for layer in image["layers"]] == ["base", "own", "own"]
    first = image["leaks"][0]
    assert (first["severity"], first["confidence"], first["exposure"], first["secret"]) == (
        "critical", "likely", "layer", None
    )  # fmt: skip
    assert first["places"][0] == {
        "layer": 1, "path": "/app/.env", "inside": None, "line": 4,
        "instruction": "COPY .env /app/", "dockerfile_line": None, "state": "deleted",
        "removed_by": 2,
    }  # fmt: skip
    assert as_json(clean())["images"][0]["summary"]["worst"] is None


def test_json_of_nothing() -> None:
    """
    Without images the document is whole nevertheless.
    """
    assert as_json()["images"] == []


def test_json_holds_names_as_they_are() -> None:
    """
    Hostile names come back from JSON character for character.
    """
    for text in HOSTILE.values():
        assert as_json(hostile(text))["images"][0]["reference"] == text


def test_json_shows_secrets_when_asked() -> None:
    """
    A secret that the report holds is in `secret`.
    """
    report = hostile("plain-secret")
    assert as_json(report)["images"][0]["leaks"][0]["secret"] == "plain-secret"


# --- table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
def test_table_keeps_the_width(report: str, width: int) -> None:
    """
    No line of the table is wider than the terminal.
    """
    lines = write("table", REPORTS[report]()).splitlines()
    assert [line for line in lines if len(line) > width] == []


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
    assert lines[-1] == "  - and 5 more kinds of gaps (see -f json)"
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
