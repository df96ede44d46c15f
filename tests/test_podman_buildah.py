"""
The same samples through podman and buildah: other builders, other archives, the same leaks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import samples
from tests.command import audit
from tests.engines import Podman, Workbench
from tests.verdicts import check_silence, check_verdict

pytestmark = pytest.mark.engine
NAMES = ("arg", "copy-rm")
ROUTES = ("socket", "docker-archive", "oci-archive")
Build = Callable[[str, bool], str]


@pytest.fixture(scope="module")
def build(podman: Podman, planted: dict[str, str]) -> Build:
    """
    Builds a sample with buildah, with or without layers, once, and gives its tag.
    """

    @functools.cache
    def built(name: str, layers: bool) -> str:
        with Workbench(samples.load(name), planted) as bench:
            return podman.build(bench, f"{name}:{'many' if layers else 'one'}", layers=layers)

    return built


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", NAMES)
def test_sample_with_a_layer_for_each_instruction(
    name: str, route: str, podman: Podman, build: Build, planted: dict[str, str], tmp_path: Path
) -> None:
    tag = build(name, True)
    if route == "socket":
        ran = audit("-f", "json", "--all", tag, env={"DOCKER_HOST": podman.host})
    else:
        ran = audit("-f", "json", "--all", podman.save(tag, tmp_path / "image.tar", route))
    check_verdict(ran, samples.load(name))
    check_silence(ran, planted)


@pytest.mark.parametrize("route", ROUTES)
def test_arg_in_an_image_of_one_layer(
    route: str, podman: Podman, build: Build, planted: dict[str, str], tmp_path: Path
) -> None:
    tag = build("arg", False)
    if route == "socket":
        ran = audit("-f", "json", "--all", tag, env={"DOCKER_HOST": podman.host})
    else:
        ran = audit("-f", "json", "--all", podman.save(tag, tmp_path / "image.tar", route))
    check_verdict(ran, samples.load("arg"))
    check_silence(ran, planted)


def test_one_layer_for_all_holds_no_deleted_file(
    podman: Podman, build: Build, planted: dict[str, str], tmp_path: Path
) -> None:
    archive = podman.save(build("copy-rm", False), tmp_path / "image.tar", "docker-archive")
    ran = audit("-f", "json", "--all", archive)
    # The file was gone before the only layer was written: this way is clean.
    assert ran.code == 0
    assert ran.image["leaks"] == []
    check_silence(ran, planted)
