"""
Names of an engine's images, by an engine that answers as told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor import exporter
from auditor.errors import AuditError, EngineUnavailable
from tests.exporter.fake_engine import Failure, FakeEngine, serving

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeEngine]:
    """
    An engine that DOCKER_HOST names.
    """
    fake = FakeEngine()
    monkeypatch.chdir(tmp_path)
    with serving(fake) as path:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        yield fake


def test_local(engine: FakeEngine) -> None:
    """
    Each image once: by its first tag, or its id if it has none.
    """
    engine.answers["/images/json"] = [
        {"Id": TWO, "RepoTags": ["<none>:<none>"]},
        {"Id": ONE, "RepoTags": ["b:2", "a:1"]},
        {"Id": "sha256:" + "3" * 64, "RepoTags": None},
        {"Id": ONE, "RepoTags": ["b:2", "a:1"]},
    ]
    assert exporter.local() == ["a:1", TWO, "sha256:" + "3" * 64]


def test_local_names_that_look_like_something_else(engine: FakeEngine, tmp_path: Path) -> None:
    """
    An image that is called as a source, or as a file that is here, is still the engine's.
    """
    (tmp_path / "file:1").touch()
    engine.answers["/images/json"] = [
        {"Id": ONE, "RepoTags": [name]} for name in ("oci:1", "file:1", "x.tar", "plain:1")
    ]
    assert sorted(exporter.local()) == ["docker:file:1", "docker:oci:1", "docker:x.tar", "plain:1"]
    assert exporter.choose("docker:oci:1") == (exporter.SOURCES["docker"], "oci:1")


def test_local_without_an_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Without an engine it is an error, and nothing to complete.
    """
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    with pytest.raises(EngineUnavailable):
        exporter.local()
    assert exporter.completions("") == []


def test_completions(engine: FakeEngine) -> None:
    """
    All tags that begin as what was typed, with the prefix that was typed.
    """
    engine.answers["/images/json"] = [{"Id": ONE, "RepoTags": ["app:1", "api:2"]}]
    assert exporter.completions("a") == ["api:2", "app:1"]
    assert exporter.completions("app:") == ["app:1"]
    assert exporter.completions("docker:ap") == ["docker:api:2", "docker:app:1"]
    assert exporter.completions("x") == []


def test_pull_is_for_engines_alone(engine: FakeEngine, tmp_path: Path) -> None:
    """
    For a file there is nothing to pull.
    """
    exporter.pull(str(tmp_path / "x.tar"), None)
    assert engine.asked == []


def test_pull_tells_what_the_engine_says(engine: FakeEngine) -> None:
    """
    A pull that breaks down in its answer's body is an error, though its status is 200.
    """
    engine.answers["/images/create"] = b'{"status": "Pulling"}\r\n{"error": "no such manifest"}\r\n'
    with pytest.raises(AuditError, match="app:1: cannot be pulled: no such manifest"):
        exporter.pull("app:1", None)
    engine.answers["/images/create"] = Failure(500, "the registry is down")
    with pytest.raises(AuditError, match="app:1: cannot be pulled: the registry is down"):
        exporter.pull("app:1", None)


def test_pull(engine: FakeEngine) -> None:
    """
    The engine is asked for the name, its tag and the platform.
    """
    engine.answers["/images/create"] = b'{"status": "Pulled"}\r\n'
    exporter.pull("docker:registry.example.com/app:1", "linux/arm64")
    (asked,) = [path for path in engine.asked if path.startswith("/images/create")]
    assert "fromImage=registry.example.com%2Fapp" in asked
    assert "tag=1" in asked
    assert "platform=linux%2Farm64" in asked
