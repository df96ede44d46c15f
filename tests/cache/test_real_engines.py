"""
Real engines: an image that is known is not exported, and another one of that name is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.exporter import contexts
from auditor.exporter import docker as exporter
from auditor.ranking import Policy
from tests.cache.given import FAKES, cached, plain
from tests.engines import Docker, Podman

DOCKERFILE = "FROM base:local\nENV DB_PASSWORD={}\nCOPY .env /app/\nRUN rm /app/.env\n"


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """
    The references that are exported.
    """
    seen: list[str] = []
    stream = exporter._stream

    def watched(client: Any, reference: str) -> Any:
        seen.append(reference)
        return stream(client, reference)

    monkeypatch.setattr(exporter, "_stream", watched)
    yield seen


def context(folder: Path, password: str) -> Path:
    """
    What an image with leaks in metadata and a deleted file is built from.
    """
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(DOCKERFILE.format(password))
    (folder / ".env").write_text(f"TOKEN={FAKES['GITHUB_TOKEN']}\n")
    return folder


def check(reference: str, place: Path, exports: list[str]) -> None:
    """
    Asks twice for all, and once for less.
    """
    expected, short = plain(reference), plain(reference, policy=Policy())
    assert expected[0].leaks
    exports.clear()
    assert cached(reference, place) == expected
    assert len(exports) == 1
    assert cached(reference, place) == expected
    assert cached(reference, place, policy=Policy()) == short
    assert len(exports) == 1


@pytest.mark.engine
def test_docker(
    docker: Docker, tmp_path: Path, exports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The classic builder's image, and what comes under its name afterwards."""
    monkeypatch.setenv("DOCKER_HOST", docker.host)
    for password in (FAKES["DB_PASSWORD"], FAKES["DB_PASSWORD"][::-1]):
        folder = context(tmp_path / "context", password)
        docker("build", "--network=none", "--tag", "cached:1", folder, DOCKER_BUILDKIT="0")
        check("docker:cached:1", tmp_path / "cache", exports)


@pytest.mark.engine
def test_podman(
    podman: Podman, tmp_path: Path, exports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """buildah's image behind podman's socket."""
    folder = context(tmp_path / "context", FAKES["DB_PASSWORD"])
    options = ("--network=host", "--isolation=chroot", "--tag", "cached:1")
    podman("build", *options, str(folder))
    socket = podman.host.removeprefix("unix://")
    monkeypatch.setattr(contexts, "PODMAN_SOCKETS", (socket,))
    check("podman:cached:1", tmp_path / "cache", exports)
