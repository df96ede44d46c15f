"""
A registry that answers as told, on the loopback.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.images import Members, Recipes, oci_members, sha256

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(slots=True)
class Answer:
    """
    What is said to a request.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    """
    The connection ends behind so many bytes of what was promised.
    """
    cuts: int = 1
    """
    How many connections do so.
    """
    has_ranges: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A request that came.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""


Gate = Callable[[Asked], Answer | None]
"""
Looks at each request first, and may answer it.
"""


@dataclass(slots=True)
class FakeRegistry:
    """
    Answers by path; a path that is not among them is a 404.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    gate: Gate | None = None
    host: str = ""
    """
    Known while it is served.
    """

    def push(
        self, recipes: Recipes, tag: str = "1", *, name: str = "app", compression: str = "gzip"
    ) -> Members:
        """
        Have an image, or one for several platforms; gives it as a layout.
        """
        members = oci_members(recipes, compression=compression)
        root = json.loads(_bytes(members["index.json"]))["manifests"][0]
        for path, data in members.items():
            if path.startswith("blobs/"):
                self.blob(_bytes(data), name)
        self.manifest(_bytes(members[f"blobs/sha256/{root['digest'][7:]}"]), tag, name)
        return members

    def blob(self, data: bytes, name: str = "app") -> str:
        """
        Have a blob, under its digest; gives that.
        """
        digest = f"sha256:{sha256(data)}"
        self.answers[f"/v2/{name}/blobs/{digest}"] = Answer(data)
        if data.startswith(b"{"):
            self.answers[f"/v2/{name}/manifests/{digest}"] = Answer(data)
        return digest

    def manifest(self, data: bytes, tag: str = "1", name: str = "app") -> str:
        """
        Have a manifest under a tag and its digest.
        """
        self.answers[f"/v2/{name}/manifests/{tag}"] = Answer(data)
        return self.blob(data, name)

    def paths(self, part: str = "") -> list[str]:
        """
        What was asked for, of which `part` is one.
        """
        return [asked.path for asked in self.asked if part in asked.path]

    def answer(self, asked: Asked) -> Answer:
        """
        What is said to a request.
        """
        self.asked.append(asked)
        told = self.gate(asked) if self.gate else None
        return told or self.answers.get(asked.path.partition("?")[0]) or Answer(status=404)


def _bytes(data: object) -> bytes:
    assert isinstance(data, bytes)
    return data


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    registry: FakeRegistry

    def process_request(self, request: Any, client_address: Any) -> None:
        """
        Counts connections.
        """
        self.registry.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """
        Says nothing of a client that hangs up.
        """


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is sent as one: its end would wait for the client's word that the beginning came.
    wbufsize = 1 << 20
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        # A client may hang up when it has seen enough.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._give(self.server.registry.answer(asked))

    do_POST = do_GET

    def _give(self, answer: Answer) -> None:
        begin = self._begin() if answer.has_ranges and answer.status == 200 else 0
        body = answer.body[begin:]
        self.send_response(206 if begin else answer.status)
        if begin:
            whole = len(answer.body)
            self.send_header("Content-Range", f"bytes {begin}-{whole - 1}/{whole}")
        headers = {"Content-Length": str(len(body)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.cut is not None and answer.cuts:
            answer.cuts -= 1
            body = body[: answer.cut]
            self.close_connection = True
        self.wfile.write(body)

    def _begin(self) -> int:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        return int(match[1]) if match else 0


@contextmanager
def serving(
    registry: FakeRegistry, context: ssl.SSLContext | None = None
) -> Iterator[FakeRegistry]:
    """
    The registry while it answers, by https if there is a `context`.
    """
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.registry = registry
        registry.host = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()
