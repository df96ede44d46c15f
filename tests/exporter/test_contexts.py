"""
Which engine is meant, by the rules of the docker client.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import EngineUnavailable
from auditor.exporter.contexts import DOCKER_SOCKETS, PODMAN_SOCKETS, Endpoint, endpoints

HOST = "tcp://engine.example.com:2376"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A home folder with nothing in it.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(path: Path, value: object) -> None:
    """
    A JSON file, or the bytes as they are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())


def make_context(folder: Path, name: str, meta: object, *, tls: bool = False) -> Path:
    """
    What `docker context create` writes; gives the folder of certificates.
    """
    key = hashlib.sha256(name.encode()).hexdigest()
    write(folder / "contexts/meta" / key / "meta.json", meta)
    certificates = folder / "contexts/tls" / key / "docker"
    if tls:
        certificates.mkdir(parents=True)
    return certificates


def docker_at(host: str, **keys: object) -> dict[str, Any]:
    """
    The meta data of a context.
    """
    return {"Name": "remote", "Endpoints": {"docker": {"Host": host, **keys}}}


def urls(engine: str = "docker") -> list[str | None]:
    """
    Where is looked, in order.
    """
    return [endpoint.url for endpoint in endpoints(engine)]


def test_the_usual_sockets(home: Path) -> None:
    """
    Nobody said anything: docker's sockets come first, then podman's.
    """
    expected = [*DOCKER_SOCKETS, f"{home}/.docker/run/docker.sock", *PODMAN_SOCKETS]
    assert urls() == [f"unix://{path}" for path in expected]


def test_podman_alone() -> None:
    """
    `podman:` looks for podman only.
    """
    assert urls("podman") == [f"unix://{path}" for path in PODMAN_SOCKETS]


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_the_socket_of_a_user(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A user's own podman comes before the system's.
    """
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    own = "unix:///run/user/1000/podman/podman.sock"
    assert own in urls(engine)
    assert urls(engine).index(own) < urls(engine).index(f"unix://{PODMAN_SOCKETS[0]}")


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_docker_host_decides(engine: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """
    DOCKER_HOST is stronger than any context, and nothing else is tried.
    """
    monkeypatch.setenv("DOCKER_HOST", HOST)
    monkeypatch.setenv("DOCKER_CONTEXT", "missing")
    assert endpoints(engine) == [Endpoint(None, f"DOCKER_HOST={HOST}")]


def test_an_empty_docker_host_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A variable without a value is none.
    """
    monkeypatch.setenv("DOCKER_HOST", "")
    monkeypatch.setenv("DOCKER_CONTEXT", "")
    assert f"unix://{DOCKER_SOCKETS[0]}" in urls()


def test_a_context_by_name(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """
    DOCKER_CONTEXT names a context, which need not be in config.json.
    """
    make_context(home / ".docker", "remote", docker_at(HOST))
    monkeypatch.setenv("DOCKER_CONTEXT", "remote")
    assert endpoints("docker") == [Endpoint(HOST, "docker context remote")]


def test_the_current_context(home: Path) -> None:
    """
    `docker context use` writes the name to config.json.
    """
    make_context(home / ".docker", "remote", docker_at(HOST))
    write(home / ".docker/config.json", {"currentContext": "remote"})
    assert urls() == [HOST]


def test_the_variable_is_stronger_than_the_file(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """
    DOCKER_CONTEXT counts before the current context; `default` means none.
    """
    write(home / ".docker/config.json", {"currentContext": "missing"})
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert f"unix://{DOCKER_SOCKETS[0]}" in urls()


def test_another_folder_of_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    DOCKER_CONFIG moves config.json and contexts.
    """
    make_context(tmp_path / "other", "remote", docker_at(HOST))
    write(tmp_path / "other/config.json", {"currentContext": "remote"})
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "other"))
    assert urls() == [HOST]


def test_certificates(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """
    A context's certificates are taken with it, and whether the engine's is to be verified.
    """
    meta = docker_at(HOST, SkipTLSVerify=True)
    folder = make_context(home / ".docker", "remote", meta, tls=True)
    monkeypatch.setenv("DOCKER_CONTEXT", "remote")
    expected = Endpoint(HOST, "docker context remote", folder, verify=False)
    assert endpoints("docker") == [expected]


@pytest.mark.parametrize(
    "meta",
    [
        None,
        [],
        {},
        {"Endpoints": None},
        {"Endpoints": {}},
        {"Endpoints": {"docker": None}},
        {"Endpoints": {"docker": {}}},
        {"Endpoints": {"docker": {"Host": 1}}},
        b"no json",
        b"\xff\xfe",
    ],
)
def test_a_damaged_context(meta: object, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """
    A context without a host is as good as none: no other engine is taken in silence.
    """
    make_context(home / ".docker", "remote", meta)
    monkeypatch.setenv("DOCKER_CONTEXT", "remote")
    with pytest.raises(EngineUnavailable) as caught:
        endpoints("docker")
    assert caught.value.message == "docker context remote does not exist"


@pytest.mark.parametrize("name", ["missing", "../../etc", "a/b"])
def test_an_unknown_context(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A name is not a path: it leads to no file but its own.
    """
    monkeypatch.setenv("DOCKER_CONTEXT", name)
    with pytest.raises(EngineUnavailable):
        endpoints("docker")


@pytest.mark.parametrize("config", [b"no json", b"[]", b'{"currentContext": 1}', b"\xff", b"{}"])
def test_a_damaged_configuration(config: bytes, home: Path) -> None:
    """
    A config.json that cannot be read says nothing.
    """
    write(home / ".docker/config.json", config)
    assert f"unix://{DOCKER_SOCKETS[0]}" in urls()
