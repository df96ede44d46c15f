"""
What decides what is found is in the key: nothing stale is ever told.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import auditor
from auditor.cache import identity, rules
from auditor.decoders import Limits
from tests.cache.given import LAYOUTS, Looked, by_layers, cached, looked, plain, recipe, write
from tests.images import Recipe, compress

__all__ = ["looked"]
DETECTOR = """
from detect_secrets.plugins.base import RegexBasedDetector
import re, beside

class Own(RegexBasedDetector):
    secret_type = "Own"
    denylist = [re.compile(beside.PATTERN)]
"""


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The files of these tests change only where a test says so.
    """
    monkeypatch.setattr(identity, "SETTLED", -1_000_000_000)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A copy of the auditor's own programs, which the key is made of.
    """
    copy = tmp_path / "auditor"
    shutil.copytree(Path(auditor.__file__).parent, copy, ignore=shutil.ignore_patterns("__*__"))
    (copy / "__init__.py").write_text("")
    monkeypatch.setattr(auditor, "__file__", str(copy / "__init__.py"))
    return copy


@pytest.mark.parametrize(
    "name", ["detectors/rules/code.py", "decoders/text.py", "scan.py", "ranking/severity.py"]
)
def test_changed_programs(name: str, programs: Path, tmp_path: Path, looked: Looked) -> None:
    """A pattern, a decoder, anything: all is looked into again."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    cached(path, tmp_path / "cache")
    looked.take()
    cached(path, tmp_path / "cache")
    assert looked.take() == []
    with (programs / name).open("a") as file:
        file.write("# changed\n")
    cached(path, tmp_path / "cache")
    assert looked.take()


def test_where_programs_lie_does_not_count(programs: Path) -> None:
    """The cache of one machine serves another on which they lie elsewhere."""
    there = rules.digest((), None)
    moved = programs.with_name("moved")
    programs.rename(moved)
    auditor.__file__ = str(moved / "__init__.py")
    os.utime(moved / "scan.py")
    assert rules.digest((), None) == there


def test_another_version(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does the version."""
    before = rules.digest((), None)
    monkeypatch.setattr(auditor, "__version__", "9.9.9")
    assert rules.digest((), None) != before


def test_another_detect_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So do its programs, whatever version it says it is."""
    place = tmp_path / "detect_secrets"
    place.mkdir()
    (place / "__init__.py").write_text("")
    monkeypatch.setattr(rules, "_package", lambda name: place)
    before = rules.digest((), None)
    (place / "plugin.py").write_text("")
    assert rules.digest((), None) != before


def test_other_limits(tmp_path: Path) -> None:
    """What is opened, and so found, depends on them."""
    token = b"DB_PASSWORD=Zq7-hunter-xy2\n"
    for _ in range(3):
        token = compress(token, "gzip")
    told = Recipe().step("COPY x /", files={"x.gz": token})
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](told))
    found = set()
    for limits in (None, Limits(depth=1), None, Limits(depth=1)):
        expected = plain(path, limits=limits)
        assert cached(path, tmp_path / "cache", limits=limits) == expected
        assert by_layers(path, tmp_path / "cache", limits=limits) == expected
        found.add(len(expected[0].leaks))
    assert found == {0, 1}


def test_own_detectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, and what lies beside it, since it may import that."""
    folder = tmp_path / "own"
    folder.mkdir()
    own = folder / "own.py"
    own.write_text(DETECTOR)
    (folder / "beside.py").write_text("PATTERN = 'a'")
    keys = {rules.digest((), None), rules.digest((str(own),), None)}
    own.write_text(DETECTOR + "# changed")
    keys.add(rules.digest((str(own),), None))
    (folder / "beside.py").write_text("PATTERN = 'b'")
    keys.add(rules.digest((str(own),), None))
    assert len(keys) == 4


def test_own_detectors_that_cannot_be_told(tmp_path: Path, looked: Looked) -> None:
    """Where too much lies around one, or it is nowhere to be seen, nothing is kept."""
    with pytest.raises(rules.Unknown):
        rules.digest(("no_such_package_at_all:Own",), None)
    with pytest.raises(rules.Unknown):
        rules.digest((str(tmp_path / "gone.py"),), None)


def test_an_own_detector_finds_again(tmp_path: Path, looked: Looked) -> None:
    """With it and without it are two questions."""
    own = tmp_path / "own.py"
    own.write_text(DETECTOR.replace(", beside", "").replace("beside.PATTERN", "'own-[0-9]{9}'"))
    told = Recipe().step("COPY x /", files={"x": b"own-123456789\n"})
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](told))
    for detectors in ((), (str(own),), (), (str(own),)):
        reports = cached(path, tmp_path / "cache", detectors=detectors)
        assert [leak.detector for leak in reports[0].leaks] == ["Own"] * len(detectors)
        assert by_layers(path, tmp_path / "cache", detectors=detectors) == reports
