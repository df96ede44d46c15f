"""
The table of clean systems: a tree is made once, what is reported of it is counted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation import EVALUATIONS, Options, trees
from tests.images import entry, tar_layer


def _tree(text: bytes, made: list[Path]) -> trees.Made:
    def make(folder: Path) -> bytes:
        made.append(folder)
        return tar_layer([entry("app/settings.py", text)])

    return make


def test_each_tree_is_a_row_and_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: dict[str, str]
) -> None:
    """
    What is invented is counted by severity, and listed when asked for, without its value.
    """
    made: list[Path] = []
    leaky = f'password = "{planted["DB_PASSWORD"]}"\n'.encode()
    monkeypatch.setattr(
        trees, "TREES", {"a": ("Quiet", _tree(b"x = 1\n", made)), "b": ("Loud", _tree(leaky, made))}
    )
    options = Options(trees=tmp_path / "cache", misses=True)
    (first,) = EVALUATIONS["clean"](options)
    (again,) = EVALUATIONS["clean"](options)

    assert first == again
    assert first.rows == (("Quiet", "1", "0", "0", "0"), ("Loud", "1", "1", "0", "0"))
    (told,) = first.details
    assert "/app/settings.py:1" in told
    assert planted["DB_PASSWORD"] not in told
    assert len(made) == 2


def test_a_tree_that_cannot_be_made_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The others stay, and it is said; with none there is no table.
    """

    def absent(folder: Path) -> bytes:
        raise trees.Absent("npm is not installed")

    monkeypatch.setattr(trees, "TREES", {"a": ("Quiet", _tree(b"", [])), "b": ("Node", absent)})
    (table,) = EVALUATIONS["clean"](Options(trees=tmp_path))
    assert [row[0] for row in table.rows] == ["Quiet"]
    assert table.details == ("Node: left out, npm is not installed",)

    monkeypatch.setattr(trees, "TREES", {"b": ("Node", absent)})
    assert list(EVALUATIONS["clean"](Options(trees=tmp_path))) == []
