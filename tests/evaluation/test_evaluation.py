"""
The evaluation: a case is counted as what it is.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from tests.evaluation import EVALUATIONS, Options, Table
from tests.evaluation.corpus import cases, ours
from tests.fakes import fakes

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "evaluate"


def _line(text: str, secrets: list[str], label: str = "positive") -> str:
    return json.dumps(
        {"id": "a-1", "source": "a", "rule": "r", "label": label, "text": text,
         "secrets": secrets, "filename": "case.txt", "license": "MIT"}
    )  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three labelled strings: found, not found, and none."""
    token = fakes()["GITHUB_TOKEN"]
    lines = [
        _line(f'token = "{token}"', [token]),
        _line("nothing to see here", ["nothing"]),
        _line("neither here", [], "negative"),
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_only_the_whole_value_is_right(corpus: Path) -> None:
    """A token is found with its value; words are not."""
    found, missed, negative = (ours(case) for case in cases(corpus))

    assert found.right
    assert not missed.right
    assert missed.kind == "nothing likely"
    assert not negative.reported


def test_the_table_counts_each_source_and_all(corpus: Path) -> None:
    """One of two secrets is half of them."""
    positives, negatives = EVALUATIONS["corpus"](Options(corpus, jobs=1, oracle=False))

    assert positives.rows[0][:3] == ["a", "2", "50.0 %"]
    assert negatives.rows[-1][:4] == ["**all**", "1", "0.0 %", "0.0 %"]


def test_what_is_labelled_elsewhere_is_told_apart(tmp_path: Path) -> None:
    """A rule must not see what another one must: one string, two labels."""
    token = fakes()["GITHUB_TOKEN"]
    path = tmp_path / "cases.jsonl"
    path.write_text(
        "\n".join(
            [
                _line(f'token = "{token}"', [token]),
                _line(f'token = "{token}"', [], "negative"),
                _line("password = hunter2" + "xyz!", [], "negative"),
                _line("nothing", [], "negative"),
                _line("nothing at all", [], "negative"),
            ]
        )
    )
    _, negatives = EVALUATIONS["corpus"](Options(path, jobs=1, oracle=False))

    assert negatives.rows[-1][:4] == ["**all**", "4", "50.0 %", "25.0 %"]
    assert "Of 2 that are reported, 1 are" in negatives.note
    assert "1 are values under a name" in negatives.note


def test_without_its_material_a_table_is_left_out() -> None:
    """No corpus, no table."""
    assert list(EVALUATIONS["corpus"](Options())) == []


def test_a_cell_may_hold_the_sign_between_cells() -> None:
    """Build args of Docker begin with it."""
    assert "| RUN \\|1 a=b | 1 |" in Table("T", ("a", "b"), (("RUN |1 a=b", "1"),)).markdown()


def test_tables_are_written_between_the_marks() -> None:
    """What stood there before is gone, the rest stays; marks are made where there are none."""
    written = runpy.run_path(str(SCRIPT))["written"]
    table = Table("T", ("a", "b"), (("x", "1"),))

    new = written("before\n", [table])
    again = written(new.replace("| x | 1 |", "| old | 0 |"), [table])

    assert new.startswith("before\n")
    assert "## What it finds" in new
    assert "| x | 1 |" in again
    assert "old" not in again
    assert again.count("<!-- evaluate -->") == 1
