"""
An engine's image of which all layers are known is not exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ImageNotFound
from auditor.exporter import contexts
from auditor.ranking import Policy
from tests.cache.given import Looked, cached, looked, plain, recipe
from tests.exporter.fake_engine import FakeEngine, layers, serving
from tests.images import (
    Members,
    Recipe,
    docker25_members,
    docker_members,
    podman_members,
    tar_bytes,
)

__all__ = ["looked"]
WRITERS: dict[str, Callable[[Recipe], Members]] = {
    "docker 24": docker_members,
    "docker 25": docker25_members,
    "podman": podman_members,
    "containerd": lambda told: docker25_members(told, compression="gzip"),
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeEngine]:
    """
    An engine without images, and nothing else on this machine.
    """
    fake = FakeEngine()
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(fake) as path:
        monkeypatch.setattr(contexts, "DOCKER_SOCKETS", (str(path),))
        monkeypatch.setattr(contexts, "PODMAN_SOCKETS", ())
        yield fake


def put(engine: FakeEngine, told: Recipe, writer: str = "docker 25", **more: Any) -> None:
    """
    The image as `app:1`.
    """
    config = {"Env": told._config["Env"], "Labels": told._config.get("Labels")}
    history = [
        {"CreatedBy": step["created_by"], "Id": "<missing>"}
        for step in reversed(told._history or [])
    ]
    inspect = {**layers(told.diff_ids), "Id": told.id, "Config": config, "Size": 1, **more}
    archive = tar_bytes(WRITERS[writer](told))
    engine.image("app:1", archive, inspect=inspect, history=history)


def exports(engine: FakeEngine) -> int:
    """
    How often an image was exported since the last call.
    """
    count = sum(url.startswith("/images/app:1/get") for url in engine.asked)
    engine.asked.clear()
    return count


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_exported_again(
    writer: str, engine: FakeEngine, tmp_path: Path, looked: Looked
) -> None:
    """Neither for the same question, nor for another one about the same image."""
    put(engine, recipe(), writer)
    less = Policy()
    expected, short = plain("app:1"), plain("app:1", policy=less)
    assert exports(engine) == 2

    assert cached("app:1", tmp_path / "cache") == expected
    assert exports(engine) == 1
    looked.take()
    assert cached("app:1", tmp_path / "cache") == expected
    assert cached("app:1", tmp_path / "cache", policy=less) == short
    assert exports(engine) == 0
    assert looked.take() == []


def test_another_image_of_that_name_is_exported(
    engine: FakeEngine, tmp_path: Path, looked: Looked
) -> None:
    """Its layers that are known pass, and only the new one is looked into."""
    put(engine, recipe())
    cached("app:1", tmp_path / "cache")
    other = recipe().step("COPY x /", files={"x": b"password = Hu8-nter2xyz\n"})
    put(engine, other)
    expected = plain("app:1")
    exports(engine)
    looked.take()

    assert cached("app:1", tmp_path / "cache") == expected
    assert exports(engine) == 1
    assert [name for name in looked.take() if "blobs" in name] == [
        f"blobs/sha256/{other.diff_ids[-1].removeprefix('sha256:')}"
    ]


def test_a_layer_that_is_not_what_it_is_called(
    engine: FakeEngine, tmp_path: Path, looked: Looked
) -> None:
    """A name that is known does not let other bytes pass: all is read again and looked into."""
    put(engine, recipe())
    cached("app:1", tmp_path / "cache")
    evil = recipe().env("X", "y")
    members = docker25_members(evil)
    known = f"blobs/sha256/{evil.diff_ids[4].removeprefix('sha256:')}"
    lies = Recipe().step("COPY", files={"lie": b"password = Lie8-nter2xyz\n"}).layers[0].tar
    put(engine, evil)
    engine.answers["/images/app:1/get"] = tar_bytes({**members, known: lies})
    expected = plain("app:1")
    assert "/lie" in str(expected)

    assert cached("app:1", tmp_path / "cache") == expected
    assert cached("app:1", tmp_path / "cache") == expected


def test_all_that_an_engine_says_counts(engine: FakeEngine, tmp_path: Path) -> None:
    """A containerd store that does not tell which platforms it has is asked for all of them."""
    put(engine, recipe(), Descriptor={"mediaType": "application/vnd.oci.image.index.v1+json"})
    cached("app:1", tmp_path / "cache")
    cached("app:1", tmp_path / "cache")
    assert exports(engine) == 2


def test_an_image_that_is_gone(engine: FakeEngine, tmp_path: Path) -> None:
    """What is known of it does not stand for it."""
    put(engine, recipe())
    cached("app:1", tmp_path / "cache")
    for path in [path for path in engine.answers if "app:1" in path]:
        del engine.answers[path]

    with pytest.raises(ImageNotFound):
        cached("app:1", tmp_path / "cache")
