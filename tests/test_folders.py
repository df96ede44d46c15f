"""
Where the user's files are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest

from auditor.folders import user_cache

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no XDG folders")


@pytest.mark.parametrize("told", ["", "relative", "/told"])
def test_as_platformdirs_has_it(told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    With and without a folder that the user chose; one that is not absolute is none.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", told)
    assert user_cache() == platformdirs.user_cache_path("layer-auditor")
    assert user_cache().name == "layer-auditor"


def test_platformdirs_knows_other_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    What is no Linux has another place.
    """
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    assert user_cache() == tmp_path / "layer-auditor"
