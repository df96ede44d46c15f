"""
An engine's images, by an engine that answers as told.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.engine import Request, audit
from auditor.errors import AuditError, EngineUnavailable, ExportFailed, ImageNotFound, NotAnImage
from auditor.exporter import SOURCES, contexts
from auditor.exporter.base import Export
from auditor.exporter.docker import DockerSource
from auditor.model import Gap
from tests.exporter.fake_engine import PODMAN, Broken, Failure, FakeEngine, layers, serving
from tests.images import Recipe, docker_members, tar_bytes

RECIPE = (
    Recipe("app:1").step("COPY a /a", files={"a": b"x" * 5000}).step("RUN b", files={"b": b"y"})
)
ARCHIVE = tar_bytes(docker_members(RECIPE))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeEngine]:
    """
    An engine with one image, at the default socket, and nothing else on this machine.
    """
    fake = FakeEngine()
    fake.image("app:1", ARCHIVE, inspect={**layers(RECIPE.diff_ids), "Size": 4711})
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(fake) as path:
        monkeypatch.setattr(contexts, "DOCKER_SOCKETS", (str(path),))
        monkeypatch.setattr(contexts, "PODMAN_SOCKETS", ())
        yield fake


@pytest.fixture
def docker() -> DockerSource:
    """
    The source under test.
    """
    return DockerSource("docker")


def read(export: Export) -> tuple[list[str], list[Gap]]:
    """
    The names of all blobs, and the gaps.
    """
    names: list[str] = []
    gaps: list[Gap] = []
    for item in export.blobs:
        if isinstance(item, Gap):
            gaps.append(item)
        else:
            names.append(item.name)
            while item.reader.read(1 << 16):
                pass
    return names, gaps


def test_an_image_is_exported(engine: FakeEngine, docker: DockerSource) -> None:
    """
    All members of what the engine saves come out, with the size that it tells.
    """
    with docker.open("app:1") as export:
        names, gaps = read(export)
    expected = list(docker_members(RECIPE))
    assert (names, gaps) == (expected, [])
    assert (export.source, export.reference, export.tag, export.size) == (
        ("docker", "app:1", None, 4711)
    )


def test_no_platform_is_asked_for(engine: FakeEngine, docker: DockerSource) -> None:
    """
    An export for one platform would drop the attestations.
    """
    with docker.open("app:1") as export:
        read(export)
    assert "/images/app:1/get" in engine.asked
    assert not any("platform" in url for url in engine.asked)


def test_podman_is_called_podman(engine: FakeEngine, docker: DockerSource) -> None:
    """
    Podman answers for Docker and tells so in its components.
    """
    engine.answers["/version"] = dict(PODMAN)
    with docker.open("app:1") as export:
        assert export.source == "podman"


def test_an_engine_without_components(engine: FakeEngine, docker: DockerSource) -> None:
    """
    Old engines list no components.
    """
    engine.answers["/version"] = {"ApiVersion": "1.41", "Components": None}
    with docker.open("app:1") as export:
        assert export.source == "docker"


def test_the_podman_source_takes_podman_s_socket(
    monkeypatch: pytest.MonkeyPatch, engine: FakeEngine
) -> None:
    """
    `podman:` does not ask a docker engine.
    """
    monkeypatch.setattr(contexts, "PODMAN_SOCKETS", ("/nowhere/podman.sock",))
    with pytest.raises(EngineUnavailable), SOURCES["podman"].open("app:1"):
        pass
    assert engine.asked == []


# --- what engines refuse ---------------------------------------------------------------------


def refusal(docker: DockerSource, reference: str = "app:1") -> AuditError:
    """
    The error that opening and reading gives.
    """
    with pytest.raises(AuditError) as caught, docker.open(reference) as export:
        read(export)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_no_such_image(engine: FakeEngine, docker: DockerSource) -> None:
    """
    A name that the engine does not know is not found.
    """
    error = refusal(docker, "other:1")
    assert isinstance(error, ImageNotFound)
    assert error.message == "other:1: no such image in the engine"


def test_no_valid_name(engine: FakeEngine, docker: DockerSource) -> None:
    """
    A name that the engine cannot parse is not found either.
    """
    engine.answers["/images/App:1/json"] = Failure(400, "invalid reference format")
    error = refusal(docker, "App:1")
    assert isinstance(error, ImageNotFound)
    assert error.message == "App:1: is no valid image name"


@pytest.mark.parametrize("path", ["json", "get"])
def test_an_engine_that_fails(engine: FakeEngine, docker: DockerSource, path: str) -> None:
    """
    An error of the engine is told in the engine's words, on one line.
    """
    engine.answers[f"/images/app:1/{path}"] = Failure(500, "open merged/x: no such file\nmore")
    error = refusal(docker)
    assert isinstance(error, ExportFailed)
    assert "open merged/x: no such file" in error.message


def test_an_image_that_is_gone_before_the_export(engine: FakeEngine, docker: DockerSource) -> None:
    """
    An export that is not found fails, it is no gap.
    """
    del engine.answers["/images/app:1/get"]
    assert isinstance(refusal(docker), ExportFailed)


@pytest.mark.parametrize("data", [b"", b"no tar at all"])
def test_an_export_that_is_no_archive(
    engine: FakeEngine, docker: DockerSource, data: bytes
) -> None:
    """
    What the engine sends must be an archive.
    """
    engine.answers["/images/app:1/get"] = data
    assert isinstance(refusal(docker), NotAnImage)


def test_a_connection_that_breaks_in_mid_export(engine: FakeEngine, docker: DockerSource) -> None:
    """
    What came before is read, and a blocking gap tells that it was not all.
    """
    engine.answers["/images/app:1/get"] = Broken(ARCHIVE[:4000])
    with docker.open("app:1") as export:
        names, gaps = read(export)
    assert names
    assert any(gap.reason.startswith("the export broke off: ") for gap in gaps)
    assert all(gap.blocking for gap in gaps)


def test_a_connection_that_breaks_between_two_members(
    engine: FakeEngine, docker: DockerSource
) -> None:
    """
    Nothing looks cut then: the connection itself has to tell.
    """
    engine.answers["/images/app:1/get"] = Broken(tar_bytes({"a": b"aaa"})[:1024])
    with docker.open("app:1") as export:
        assert read(export) == (
            ["a"],
            [
                Gap("archive", "has no end marker"),
                Gap("archive", export_broke("ChunkedEncodingError"), blocking=True),
            ],
        )


def export_broke(name: str) -> str:
    """
    The reason of the gap.
    """
    return f"the export broke off: {name}"


@pytest.mark.parametrize("size", [0, 100])
def test_a_connection_that_breaks_at_once(
    engine: FakeEngine, docker: DockerSource, size: int
) -> None:
    """
    Nothing that could be an archive came: the export failed.
    """
    engine.answers["/images/app:1/get"] = Broken(ARCHIVE[:size])
    assert isinstance(refusal(docker), ExportFailed)


def test_a_broken_export_loses_no_leak(engine: FakeEngine) -> None:
    """
    An audit whose export broke after `manifest.json` reports what it found, and its gap.
    """
    token = "glpat-" + "aB3dE6gH9jK2mN5pQ8sT"
    recipe = Recipe("app:1").step("COPY a /a", files={"a": f"x = {token}\n".encode()})
    archive = tar_bytes(docker_members(recipe))
    engine.image("app:1", Broken(archive[:-1024]))
    (report,) = audit(Request("app:1"))
    assert [leak.detector for leak in report.leaks] == ["GitLab Token"]
    assert any(gap.blocking and "broke off" in gap.reason for gap in report.ledger.gaps)


# --- no engine -------------------------------------------------------------------------------


def test_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, docker: DockerSource) -> None:
    """
    Without an engine the error names where one was looked for.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(contexts, "DOCKER_SOCKETS", ("/nowhere/docker.sock",))
    monkeypatch.setattr(contexts, "PODMAN_SOCKETS", ("/nowhere/podman.sock",))
    error = refusal(docker)
    assert isinstance(error, EngineUnavailable)
    assert "/nowhere/docker.sock: no such file or directory" in error.message
    assert "/nowhere/podman.sock: no such file or directory" in error.message


def test_nobody_listens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, docker: DockerSource
) -> None:
    """
    A socket that an engine left behind refuses the connection.
    """
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left, pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        left.bind("s")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "unix://s")
    error = refusal(docker)
    assert path.exists()
    assert isinstance(error, EngineUnavailable)
    assert "DOCKER_HOST=unix://s" in error.message


def test_permission_denied(
    monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, docker: DockerSource
) -> None:
    """
    A socket that may not be opened is told as such, with what to do.
    """

    # Root may open any socket, so the refusal is made here.
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    error = refusal(docker)
    assert isinstance(error, EngineUnavailable)
    assert error.message.startswith("the engine does not let us in: ")
    assert "docker group" in error.hint


def test_an_unknown_context(
    monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, docker: DockerSource
) -> None:
    """
    A context that does not exist is an error: no other engine is asked instead.
    """
    monkeypatch.setenv("DOCKER_CONTEXT", "missing")
    error = refusal(docker)
    assert error.message == "docker context missing does not exist"
    assert engine.asked == []


@pytest.mark.parametrize("host", ["nonsense", "unix:///nowhere", "tcp://", "ssh2://x"])
def test_a_host_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, docker: DockerSource, host: str
) -> None:
    """
    A wrong DOCKER_HOST is named, and no other engine is asked instead.
    """
    monkeypatch.setenv("DOCKER_HOST", host)
    error = refusal(docker)
    assert isinstance(error, EngineUnavailable)
    assert f"DOCKER_HOST={host}" in error.message
    assert engine.asked == []


# --- what the engine knows -------------------------------------------------------------------

ARGV = ["|1", "TOKEN=a b /bin/sh -c x", "/bin/sh", "-c", "make"]
STEP = {"Id": "sha256:" + "2" * 64, "CreatedBy": " ".join(ARGV)}
BASE = {"Id": "<missing>", "CreatedBy": "/bin/sh -c #(nop) ADD file:x in / "}


def exact(docker: DockerSource) -> dict[int, list[str]]:
    """
    The argument lists that the engine keeps.
    """
    with docker.open("app:1") as export:
        return {index: list(argv) for index, argv in export.exact.items()}


def test_exact_arguments(engine: FakeEngine, docker: DockerSource) -> None:
    """
    Classic builders keep the arguments of each step: by an API version that still tells them.
    """
    engine.answers["/images/app:1/history"] = [STEP, BASE]
    path = f"/v1.43/images/{STEP['Id']}/json"
    engine.by_version[path] = {"ContainerConfig": {"Cmd": ARGV}}
    assert exact(docker) == {1: ARGV}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ContainerConfig": None},
        {"ContainerConfig": {"Cmd": None}},
        {"ContainerConfig": {"Cmd": [1, 2]}},
        {"ContainerConfig": {"Cmd": ["other"]}},
        Failure(404, "gone"),
        b"no json",
    ],
)
def test_no_exact_arguments(engine: FakeEngine, docker: DockerSource, answer: Any) -> None:
    """
    Arguments that are not told, or not those of the step, are left out.
    """
    engine.answers["/images/app:1/history"] = [STEP]
    engine.by_version[f"/v1.43/images/{STEP['Id']}/json"] = answer
    assert exact(docker) == {}


def test_a_history_that_fails(engine: FakeEngine, docker: DockerSource) -> None:
    """
    The containerd store refuses some histories; the export goes on without.
    """
    engine.answers["/images/app:1/history"] = Failure(500, "unable to find the size of the layer")
    with docker.open("app:1") as export:
        assert read(export)[1] == []
        assert export.exact == {}


def test_describe(engine: FakeEngine, docker: DockerSource) -> None:
    """
    What an image says of itself is had without an export.
    """
    engine.answers["/images/app:1/json"] = {
        **layers(RECIPE.diff_ids),
        "Config": {"Env": ["A=b"], "Labels": {"stage": "final"}},
        "RepoTags": ["app:1"],
    }
    engine.answers["/images/app:1/history"] = [
        {"CreatedBy": "second", "Comment": "c"},
        {"CreatedBy": "first"},
    ]
    (image,) = docker.describe("app:1")
    assert [layer.diff_id for layer in image.layers] == RECIPE.diff_ids
    assert [entry.created_by for entry in image.history] == ["first", "second"]
    assert {(f.name, f.value) for f in image.fields} >= {("A", "b"), ("stage", "final")}
    assert "/images/app:1/get" not in engine.asked


def test_describe_an_image_that_is_not_there(engine: FakeEngine, docker: DockerSource) -> None:
    """
    There is nothing to describe then.
    """
    with pytest.raises(ImageNotFound):
        docker.describe("other:1")
