"""
Fixtures: engines that start once a run, and an environment that changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.engines import (
    BUSYBOX,
    DOCKER,
    DOCKERD,
    Docker,
    Podman,
    docker_engine,
    missing,
    podman_engine,
)
from tests.fakes import fakes

# No test asserts a time: a machine may be busy with anything.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# What the tool, or a library it uses, takes from the environment.
_PREFIXES = ("AUDIT_", "DOCKER_", "CONTAINER_", "GIT_", "XDG_", "GITHUB_", "CI_")
_NAMES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "REGISTRY_AUTH_FILE",
          "SOURCE_DATE_EPOCH")  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    For several workers the files with the longest tests come first: what begins last ends the run.
    """
    if not hasattr(config, "workerinput"):
        return
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    engine = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: (item.path not in slow, item.path not in engine))


@pytest.fixture(autouse=True)
def plain_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """
    Takes away every variable that would change what a test sees, and keeps nothing for the next.
    """
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name in _NAMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def require(*tools: object) -> None:
    """
    Ends a test whose engine is not here: as a failure in CI, as a skip on a laptop.
    """
    reason = missing(*map(str, tools))
    if reason and os.environ.get("CI"):
        pytest.fail(f"CI must have every engine; {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """
    A Docker engine of our own, with the base image.
    """
    require(DOCKERD, DOCKER, BUSYBOX, "skopeo")
    with docker_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """
    A podman and buildah storage of our own, with the base image.
    """
    require("podman", "buildah", BUSYBOX)
    with podman_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def planted() -> dict[str, str]:
    """
    The secrets that stand in the sample images, by the name of their placeholder.
    """
    return fakes()
