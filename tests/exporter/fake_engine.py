"""
A container engine that answers as told, on a unix socket.
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_VERSIONED = re.compile(r"^(?:/v(?P<version>[\d.]+))?(?P<path>/[^?]*)(?P<query>\?.*)?$")
DOCKER = {"ApiVersion": "1.47", "Version": "27.0.0", "Components": [{"Name": "Engine"}]}
PODMAN = {"ApiVersion": "1.41", "Version": "5.0.0", "Components": [{"Name": "Podman Engine"}]}


@dataclass(frozen=True, slots=True)
class Broken:
    """
    An answer that breaks off behind these bytes.
    """

    data: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """
    An answer that is an error.
    """

    status: int
    message: str


Answer = Broken | Failure | bytes | dict[str, Any] | list[Any]


@dataclass(slots=True)
class FakeEngine:
    """
    Answers by path; a path that is not among them is a 404.
    """

    answers: dict[str, Answer] = field(default_factory=lambda: {"/version": dict(DOCKER)})
    asked: list[str] = field(default_factory=list)
    """
    Every path with its query.
    """
    by_version: dict[str, Answer] = field(default_factory=dict)
    """
    Answers by path with version, tried first.
    """

    def image(
        self,
        name: str,
        archive: Answer,
        *,
        inspect: Answer | None = None,
        history: Answer | None = None,
    ) -> None:
        """
        Have an image.
        """
        self.answers[f"/images/{name}/json"] = inspect if inspect is not None else {"Id": name}
        self.answers[f"/images/{name}/history"] = history if history is not None else []
        self.answers[f"/images/{name}/get"] = archive

    def answer(self, url: str) -> Answer:
        """
        What is said to a request.
        """
        match = _VERSIONED.match(url)
        assert match is not None
        path = match["path"]
        self.asked.append(path + (match["query"] or ""))
        versioned = self.by_version.get(f"/v{match['version']}{path}")
        missing = Failure(404, f"No such image: {path}")
        return versioned if versioned is not None else self.answers.get(path, missing)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    engine: FakeEngine


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        # A client may hang up when it has seen enough.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._give(self.server.engine.answer(self.path))

    do_POST = do_GET

    def _give(self, answer: Answer) -> None:
        if isinstance(answer, Broken):
            self._chunked(answer.data)
            self.close_connection = True
        elif isinstance(answer, bytes):
            self._chunked(answer)
            self.wfile.write(b"0\r\n\r\n")
        elif isinstance(answer, Failure):
            message = json.dumps({"message": answer.message}).encode()
            self._whole(answer.status, "application/json", message)
        else:
            self._whole(200, "application/json", json.dumps(answer).encode())

    def _chunked(self, data: bytes) -> None:
        # As engines send an export: its size is not known before.
        self.send_response(200)
        self.send_header("Content-Type", "application/x-tar")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(data), 1000):
            piece = data[at : at + 1000]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))

    def _whole(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(engine: FakeEngine) -> Iterator[Path]:
    """
    The socket at which the engine answers.
    """
    # A socket's path may have 107 characters: pytest's own folders are deeper.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "engine.sock"
        with _Server(str(path), _Handler) as server:
            server.engine = engine
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield path
            finally:
                server.shutdown()
                thread.join()


def layers(names: Sequence[str]) -> dict[str, Any]:
    """
    What `inspect` tells of an image with these diff_ids.
    """
    return {"Id": "sha256:" + "1" * 64, "RootFS": {"Type": "layers", "Layers": list(names)}}
