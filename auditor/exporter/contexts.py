"""
Which engine the user means: DOCKER_HOST, the docker context, or the usual sockets.

The docker SDK falls back to the default socket in silence when a context is unknown, and does
not find contexts where there is no config.json; the docker client does neither, nor do we.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from auditor.errors import EngineUnavailable
from auditor.records import dataclass

PODMAN_SOCKETS = ("/run/podman/podman.sock",)
DOCKER_SOCKETS = ("/var/run/docker.sock",)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    Where an engine listens.
    """

    url: str | None
    """
    `None`: as the environment says.
    """
    told_by: str
    """
    What named it, for messages.
    """
    tls: Path | None = None
    """
    Folder with ca.pem, cert.pem and key.pem.
    """
    verify: bool = True


def endpoints(engine: str) -> list[Endpoint]:
    """
    Where to try, first what the user said. If the user said something, only that is tried.
    """
    if os.environ.get("DOCKER_HOST"):
        return [Endpoint(None, f"DOCKER_HOST={os.environ['DOCKER_HOST']}")]
    podman = [Endpoint(f"unix://{path}", path) for path in _podman_sockets()]
    if engine == "podman":
        return podman
    context = os.environ.get("DOCKER_CONTEXT") or _current_context()
    if context and context != "default":
        return [_context(context)]
    desktop = Path.home() / ".docker/run/docker.sock"
    sockets = [*DOCKER_SOCKETS, str(desktop)]
    if os.name == "nt":
        return [Endpoint("npipe:////./pipe/docker_engine", "the named pipe"), *podman]
    return [Endpoint(f"unix://{path}", path) for path in sockets] + podman


def _podman_sockets() -> list[str]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    own = [f"{runtime}/podman/podman.sock"] if runtime else []
    return [*own, *PODMAN_SOCKETS]


def _config_folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _read(path: Path) -> dict[str, object]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _current_context() -> str | None:
    name = _read(_config_folder() / "config.json").get("currentContext")
    return name if isinstance(name, str) else None


def _context(name: str) -> Endpoint:
    """
    The endpoint of a context by name, from the files that `docker context create` writes.
    """
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = _read(_config_folder() / "contexts/meta" / key / "meta.json")
    kinds = meta.get("Endpoints")
    docker = kinds.get("docker") if isinstance(kinds, dict) else None
    host = docker.get("Host") if isinstance(docker, dict) else None
    if not isinstance(docker, dict) or not isinstance(host, str):
        raise EngineUnavailable(
            f"docker context {name} does not exist", "See docker context ls, or set DOCKER_HOST."
        )
    tls = _config_folder() / "contexts/tls" / key / "docker"
    return Endpoint(
        host,
        f"docker context {name}",
        tls if tls.is_dir() else None,
        verify=docker.get("SkipTLSVerify") is not True,
    )
