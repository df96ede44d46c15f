"""
A Docker engine, or podman behind the same API, by the docker SDK.

The image is streamed as `docker save` writes it; nothing is stored. No platform is passed on: on
the containerd store that would drop the attestations and flatten the index.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from auditor import oci
from auditor.errors import AuditError, EngineUnavailable, ExportFailed, ImageNotFound, NotAnImage
from auditor.exporter.archive import read_archive
from auditor.exporter.base import Blob, Export
from auditor.exporter.contexts import Endpoint, endpoints
from auditor.model import Gap, Image
from auditor.streams.reading import CHUNK, Chunks

if TYPE_CHECKING:
    import docker

CONTAINER_CONFIG_API = "1.43"
"""
The last but one API version that tells `ContainerConfig`; 1.45 dropped it.
"""
MANIFESTS_API = (1, 48)
"""
The first API version that tells which manifests of an index are there.
"""
_PASSING = ("GraphDriver", "Metadata")
TIMEOUT = 60
"""
Seconds to wait for an answer; an export itself may take as long as it takes.
"""


class DockerSource:
    """
    An image in an engine's own store.
    """

    def __init__(self, engine: str) -> None:
        self.engine = engine

    @contextmanager
    def open(self, reference: str, platform: str | None = None) -> Iterator[Export]:
        """
        See `Source.open`.
        """
        with session(self.engine) as client:
            name = _name(client, self.engine)
            details = _inspect(client, reference)
            steps = _steps(client, reference)
            exact = _exact(client, steps)
            state = _state(client, name, reference, details, steps)
            blobs = _blobs(client, reference)
            size = details.get("Size")
            yield Export(name, reference, blobs, None, size, exact, is_engine=True, state=state)

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        See `Source.describe`.
        """
        with session(self.engine) as client:
            details = _inspect(client, reference)
            history = [_step(step) for step in _history(client, reference)]
        config = {
            "config": details.get("Config"),
            "history": history,
            "rootfs": {"diff_ids": (details.get("RootFS") or {}).get("Layers") or []},
        }
        documents = oci.Documents()
        documents.add("config.json", json.dumps(config).encode())
        entry: dict[str, Any] = {
            "Config": "config.json",
            "RepoTags": details.get("RepoTags"),
            "Layers": [],
        }
        documents.add("manifest.json", json.dumps([entry]).encode())
        return oci.assemble(documents, reference)

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        See `Source.files`.
        """
        return ()

    def state(self, reference: str) -> bytes | None:
        """
        See `Export.state`.
        """
        with session(self.engine) as client:
            name = _name(client, self.engine)
            details = _inspect(client, reference)
            return _state(client, name, reference, details, _steps(client, reference))


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {"created_by": step.get("CreatedBy"), "comment": step.get("Comment")}


@contextmanager
def session(engine: str, timeout: int = TIMEOUT) -> Iterator[docker.APIClient]:
    """
    A client of the first engine that answers, closed at the end. Seconds to wait for an answer.
    """
    import requests.exceptions
    from docker.errors import APIError, DockerException

    client = _connect(engine, timeout)
    try:
        yield client
    except AuditError:
        raise
    except (APIError, DockerException, requests.exceptions.RequestException) as error:
        raise ExportFailed(
            f"the engine failed: {_explain(error)}",
            "See the engine's log; an archive (docker save -o) or a registry copy may still work.",
        ) from error
    finally:
        client.close()


def _connect(engine: str, timeout: int) -> docker.APIClient:
    tried: list[str] = []
    for endpoint in endpoints(engine):
        client = _client(endpoint, tried, timeout)
        if client is not None:
            return client
    denied = next((reason for reason in tried if "ermission denied" in reason), None)
    if denied:
        raise EngineUnavailable(
            f"the engine does not let us in: {denied}",
            "Join the docker group, use sudo, or point DOCKER_HOST to your own engine.",
        )
    raise EngineUnavailable(
        f"no container engine answers ({'; '.join(tried) or 'no socket is known'})",
        "Start it, set DOCKER_HOST, or audit an archive (docker save -o x.tar NAME; audit x.tar) "
        "or what a registry has: audit registry:HOST/NAME:TAG",
    )


def _client(endpoint: Endpoint, tried: list[str], timeout: int) -> docker.APIClient | None:
    import docker
    import requests.exceptions
    from docker.errors import DockerException
    from docker.tls import TLSConfig
    from docker.utils import kwargs_from_env

    try:
        if endpoint.url is None:
            settings: dict[str, Any] = {**kwargs_from_env()}
        else:
            settings = {"base_url": endpoint.url}
            if endpoint.tls is not None:
                settings["tls"] = TLSConfig(
                    client_cert=(str(endpoint.tls / "cert.pem"), str(endpoint.tls / "key.pem")),
                    ca_cert=str(endpoint.tls / "ca.pem"),
                    verify=endpoint.verify,
                )
        client = docker.APIClient(version="auto", timeout=timeout, **settings)
    except (DockerException, requests.exceptions.RequestException, OSError) as error:
        tried.append(f"{endpoint.told_by}: {_cause(error)}")
        return None
    return client


def _cause(error: BaseException) -> str:
    """
    The innermost reason in plain words: the SDK wraps it five times.
    """
    text = str(error)
    for words in ("Permission denied", "No such file or directory", "Connection refused"):
        if words in text:
            return words.lower()
    return text.splitlines()[0][:200] if text else type(error).__name__


def _explain(error: BaseException) -> str:
    explanation = getattr(error, "explanation", None) or str(error)
    return str(explanation).strip().splitlines()[0][:300] if str(explanation) else "no reason given"


def _name(client: docker.APIClient, engine: str) -> str:
    """
    Podman answers under Docker's API and tells so in its version.
    """
    components = client.version().get("Components") or []
    names = [str(component.get("Name")) for component in components]
    return "podman" if any(name.startswith("Podman") for name in names) else engine


def _inspect(client: docker.APIClient, reference: str) -> Mapping[str, Any]:
    from docker.errors import APIError, NotFound

    try:
        details: Mapping[str, Any] = client.inspect_image(reference)  # type: ignore[no-untyped-call]
    except NotFound as error:
        raise ImageNotFound(
            f"{reference}: no such image in the engine",
            f"See docker images, or fetch it: docker pull {reference}",
        ) from error
    except APIError as error:
        if error.status_code == 400:
            raise ImageNotFound(
                f"{reference}: is no valid image name", "Write NAME:TAG, or ./FILE for a file."
            ) from error
        raise
    return details


def _history(client: docker.APIClient, reference: str) -> list[Mapping[str, Any]]:
    """
    The engine's own history, oldest first.
    """
    steps: list[Mapping[str, Any]] = client.history(reference)  # type: ignore[no-untyped-call]
    return steps[::-1]


def _steps(client: docker.APIClient, reference: str) -> list[Mapping[str, Any]]:
    """
    The same, or nothing where the engine does not tell it.
    """
    from docker.errors import APIError

    try:
        return _history(client, reference)
    except APIError:
        # NOTE: the containerd store refuses where history and layers disagree; the config in the
        # export tells the same.
        return []


def _exact(
    client: docker.APIClient, steps: Sequence[Mapping[str, Any]]
) -> dict[int, Sequence[str]]:
    """
    Argument lists of RUN steps: classic builders keep an image, and so a config, for each step.
    """
    found: dict[int, Sequence[str]] = {}
    for index, step in enumerate(steps):
        created_by, known = str(step.get("CreatedBy") or ""), str(step.get("Id") or "")
        if created_by.startswith("|") and known.startswith("sha256:") and "<" not in known:
            argv = _container_command(client, known)
            if argv and " ".join(argv) == created_by:
                found[index] = argv
    return found


def _container_command(client: docker.APIClient, image: str) -> list[str]:
    # NOTE: asked for by hand, because the SDK has one API version for all calls.
    url = f"{client.base_url}/v{CONTAINER_CONFIG_API}/images/{image}/json"
    with suppress(Exception):
        answer = client.get(url, timeout=TIMEOUT)
        container = answer.json().get("ContainerConfig") if answer.ok else None
        argv = container.get("Cmd") if isinstance(container, dict) else None
        if isinstance(argv, list) and all(isinstance(word, str) for word in argv):
            return argv
    return []


def _state(
    client: docker.APIClient,
    engine: str,
    reference: str,
    details: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
) -> bytes | None:
    """
    See `Export.state`. What changes without the image does not count: where the engine keeps it,
    and when it got its name.
    """
    told = {key: value for key, value in details.items() if key not in _PASSING}
    manifests: object = None
    if "Descriptor" in details:
        # The containerd store exports all platforms that are there, and one image's details do
        # not tell which.
        manifests = _manifests(client, reference)
        if manifests is None:
            return None
    version = client.version()
    told_by = [engine, version.get("Version"), version.get("Components")]
    everything = [reference, told_by, told, list(steps), manifests]
    return json.dumps(everything, sort_keys=True).encode()


def _manifests(client: docker.APIClient, reference: str) -> object:
    if tuple(map(int, client.api_version.split("."))) < MANIFESTS_API:
        return None
    url = f"{client.base_url}/v{client.api_version}/images/{quote(reference, '/:@')}/json"
    with suppress(Exception):
        answer = client.get(url, params={"manifests": "1"}, timeout=TIMEOUT)
        found = answer.json().get("Manifests") if answer.ok else None
        return found if isinstance(found, list) else None
    return None


def _blobs(client: docker.APIClient, reference: str) -> Iterator[Blob | Gap]:
    """
    The export, which begins when its first blob is asked for.
    """
    pieces = _Pieces(_stream(client, reference))
    yield from _told(read_archive(Chunks(pieces), reference), pieces, reference)


def _stream(client: docker.APIClient, reference: str) -> Iterator[bytes]:
    from docker.errors import APIError

    try:
        pieces = iter(client.get_image(reference, chunk_size=CHUNK))
        # NOTE: the SDK looks at the answer's status when the first piece is asked for.
        first = next(pieces, b"")
    except APIError as error:
        raise ExportFailed(
            f"{reference}: the engine cannot export it: {_explain(error)}",
            "Audit it from a registry copy or an archive instead: skopeo copy … oci:folder.",
        ) from error
    return chain([first], pieces)


class _Pieces:
    """
    The bytes of an export, to where it ends or the connection breaks: what came must not be lost.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.broken: str | None = None
        """
        Why it ended early, once it did.
        """

    def __iter__(self) -> Iterator[bytes]:
        import requests.exceptions
        import urllib3.exceptions

        errors = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)
        try:
            yield from self._pieces
        except errors as error:
            self.broken = f"the export broke off: {type(error).__name__}"


def _told(blobs: Iterator[Blob | Gap], pieces: _Pieces, reference: str) -> Iterator[Blob | Gap]:
    """
    The blobs, and whether they are all.
    """
    try:
        yield from blobs
    except NotAnImage as error:
        if pieces.broken is None:
            raise
        raise ExportFailed(f"{reference}: {pieces.broken}", "See the engine's log.") from error
    if pieces.broken is not None:
        yield Gap("archive", pieces.broken, blocking=True)
