"""
The user's own detectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.detectors import load_plugins
from auditor.detectors.listing import detector_rows
from auditor.errors import UsageError
from tests.evaluation.looking import look

PLUGIN = """
import re
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector

class AcmeDetector(RegexBasedDetector):
    secret_type = "Acme token"
    denylist = (re.compile(r"acme_[a-z]{8}"),)

class ShoutDetector(BasePlugin):
    secret_type = "Shouting"
    def analyze_string(self, string):
        if "HEUREKA" in string:
            yield "HEUREKA"
"""


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Other tests see none of these."""
    yield
    load_plugins([])


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A file with two plugins, one of them without patterns."""
    path = tmp_path / "acme.py"
    path.write_text(PLUGIN)
    return path


def test_a_file_of_plugins_is_used(plugin: Path) -> None:
    """Both find their secrets, with a prefilter made of patterns or shown every line."""
    load_plugins([str(plugin)])

    found = {f.detector: f.secret.reveal() for f in look("/x", b"one\nacme_abcdefgh\nHEUREKA\n")}

    assert found["Acme token"] == "acme_abcdefgh"
    assert found["Shouting"] == "HEUREKA"


def test_a_class_of_a_module_is_used(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`module:Class` takes one class."""
    monkeypatch.syspath_prepend(str(plugin.parent))
    load_plugins(["acme:AcmeDetector"])

    found = [f.detector for f in look("/x", b"acme_abcdefgh HEUREKA\n")]

    assert "Acme token" in found
    assert "Shouting" not in found


def test_they_are_listed_and_can_be_given_up(plugin: Path) -> None:
    """They are among the rows; without them everything is as before."""
    load_plugins([str(plugin)])
    assert ("Acme token", "your own") in [(row.name, row.provider) for row in detector_rows()]

    load_plugins([])
    assert [f for f in look("/x", b"acme_abcdefgh\n") if f.detector == "Acme token"] == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("no/such/file.py", "there is no detector file"),
        ("nocolon", "names no class"),
        ("no_such_module_x:Y", "cannot be loaded"),
        ("json:loads", "is no detector"),
        ("detect_secrets.plugins.base:BasePlugin", "is no detector"),
    ],
)
def test_what_is_no_detector_is_said_with_a_hint(spec: str, said: str) -> None:
    """One line says what is wrong, one what to give."""
    with pytest.raises(UsageError, match=said) as raised:
        load_plugins([spec])
    assert "detect_secrets" in raised.value.hint


def test_a_file_that_fails_or_holds_none_is_said(tmp_path: Path) -> None:
    """The user's own code may fail in any way, and is no traceback."""
    bad, empty = tmp_path / "bad.py", tmp_path / "empty.py"
    bad.write_text("1/0")
    empty.write_text("x = 1")

    with pytest.raises(UsageError, match="ZeroDivisionError"):
        load_plugins([str(bad)])
    with pytest.raises(UsageError, match="holds no detector"):
        load_plugins([str(empty)])
