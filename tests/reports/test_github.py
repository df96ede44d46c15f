"""
Workflow commands and the job summary of GitHub Actions.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model import Report, Secret, Severity
from auditor.reports import github
from tests.reports.given import clean, hostile, leak, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, write

Command = tuple[str, dict[str, str], str]


def commands(*reports: Report) -> list[Command]:
    """
    The commands as the runner reads them: name, properties, message.
    """
    return [_command(line) for line in write("github", *reports).splitlines()]


def _command(line: str) -> Command:
    found = re.fullmatch(r"::([a-z-]+)(?: ([^:]*))?::(.*)", line)
    assert found, line
    name, properties, message = found[1], found[2] or "", found[3]
    told = dict(part.split("=", 1) for part in properties.split(",") if part)
    return name, {key: _back(value) for key, value in told.items()}, _back(message)


def _back(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_each_leak_is_an_annotation() -> None:
    """
    A leak is an error, warning or notice at the line where it can be changed, worst first.
    """
    made = commands(leaky())
    assert [name for name, _, _ in made] == ["error", "error", "warning", "notice"]
    _, at, message = made[0]
    assert at == {
        "file": "build/Dockerfile", "line": "7", "title": "GitHub Token in /app/old:1"
    }  # fmt: skip
    assert message.startswith("CRITICAL: ghp_… in registry.example.com/team/app:1.2, layer 1: ")
    assert "RUN --mount=type=secret" in message
    assert "1 critical, 1 high, 1 medium, 3 low" in made[-1][2]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_make_no_command(text: str) -> None:
    """
    No name ends a line, a property or a message: there are as many commands as with tame names.
    """
    tame = [name for name, _, _ in commands(hostile("tame"))]
    made = commands(hostile(HOSTILE[text]))
    assert [name for name, _, _ in made if name != "add-mask"] == [
        name for name in tame if name != "add-mask"
    ]
    for name, properties, _ in made:
        allowed = {"file", "line", "title"} if name == "error" else {"title"}
        assert set(properties) <= allowed or name == "add-mask"


def test_secrets_are_masked_first() -> None:
    """
    Only with --show-secrets is there something to mask, and then it comes before all else.
    """
    shown = replace(leaky().leaks[0], secret=Secret("line-one-of-it\nline-two-of-it\nab"))
    made = commands(replace(leaky(), leaks=(shown,)))
    assert [message for name, _, message in made if name == "add-mask"] == [
        "line-one-of-it", "line-two-of-it"
    ]  # fmt: skip
    assert [name for name, _, _ in made[:2]] == ["add-mask", "add-mask"]
    text = write("github", replace(leaky(), leaks=(shown,)))
    assert "line-one" not in text.replace("::add-mask::line-one-of-it", "")
    assert "add-mask" not in write("github", leaky())


def test_a_layer_that_was_not_read_is_an_error() -> None:
    """
    It stands before what is less than high.
    """
    both = replace(partial(), leaks=leaky().leaks)
    titles = [properties.get("title", "") for _, properties, _ in commands(both)]
    assert titles.index("Not audited") == 2


def test_the_last_line_tells_how_many() -> None:
    """
    GitHub shows ten annotations of a kind; that there are more is told.
    """
    made = commands(many(100))
    assert len(made) == 101
    order = [name for name, _, _ in made]
    assert order == ["error"] * 50 + ["warning"] * 25 + ["notice"] * 26
    assert "GitHub shows 10 annotations of a kind" in made[-1][2]
    assert "annotations" not in commands(leaky())[-1][2]


def test_long_messages_are_cut() -> None:
    """
    GitHub cuts a message at 4 kB, so it is cut before that.
    """
    for _, _, message in commands(hostile("x" * 50_000)):
        assert len(message) < 4_000 or message.startswith("x" * 50_000)


def test_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    In a job the report is added to its summary as Markdown, behind what is there.
    """
    file = tmp_path / "summary.md"
    file.write_text("# before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    write("github", leaky(), clean())
    assert file.read_text(encoding="utf-8") == "# before\n" + write("markdown", leaky(), clean())


def test_summary_keeps_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A summary of a megabyte is refused; the report takes what is left, and says so if there is none.
    """
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    write("github", many(30_000))
    assert 900_000 < file.stat().st_size <= github.SUMMARY
    made = [command for _ in range(4) for command in commands(many(20))]
    assert file.stat().st_size <= github.SUMMARY
    assert any(name == "warning" and "is full" in message for name, _, message in made)


def test_summary_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The annotations come all the same, with a warning.
    """
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "folder"))
    made = commands(leaky())
    assert len(made) == 5
    assert made[-1][0] == "warning"
    assert "cannot be written" in made[-1][2]


def test_low_leaks_are_notices() -> None:
    """
    A listed leak of low severity is no warning.
    """
    low = leak(Severity.LOW, *leaky().leaks[0].places)
    assert [name for name, _, _ in commands(replace(leaky(), leaks=(low,)))] == ["notice"] * 2
