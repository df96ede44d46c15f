"""
How a registry is talked to: errors, redirects, tokens, connections that break.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import (
    AuditError,
    ImageNotFound,
    RegistryDenied,
    RegistryUnavailable,
)
from auditor.exporter import SOURCES
from auditor.exporter.base import Blob
from auditor.exporter.registry import download
from auditor.exporter.registry.client import PIECE, Client, pieces
from auditor.exporter.registry.place import parse
from auditor.model import Gap
from tests.exporter.fake_registry import Answer, Asked, FakeRegistry, serving
from tests.images import Recipe

RECIPE = Recipe("app:1").raw_layer("ADD x", bytes(range(256)) * 4000)
USER, PASSWORD = "alice", "wonder" + "land"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """
    A registry with an image.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(download, "WAITS", (0.0, 0.0, 0.0))
    with serving(FakeRegistry()) as fake:
        fake.push(RECIPE, compression="none")
        yield fake


@pytest.fixture
def elsewhere() -> Iterator[FakeRegistry]:
    """
    Another server.
    """
    with serving(FakeRegistry()) as fake:
        yield fake


def log_in(registry: FakeRegistry, home: Path, **entry: str) -> None:
    """
    Does what docker login does.
    """
    told = entry or {"auth": BASIC.partition(" ")[2]}
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"auths": {registry.host: told}}))


def blobs(host: str) -> tuple[list[bytes], list[Gap]]:
    """
    The content of every blob, and the gaps.
    """
    found: list[bytes] = []
    gaps: list[Gap] = []
    with SOURCES["registry"].open(f"{host}/app:1") as export:
        for item in export.blobs:
            if isinstance(item, Blob):
                found.append(item.reader.read(1 << 24))
            else:
                gaps.append(item)
    return found, gaps


def layer(registry: FakeRegistry) -> Answer:
    """
    The answer with the image's layer.
    """
    return registry.answers[f"/v2/app/blobs/{RECIPE.diff_ids[0]}"]


def json_of(registry: FakeRegistry) -> dict[str, Any]:
    """
    The manifest.
    """
    value: dict[str, Any] = json.loads(registry.answers["/v2/app/manifests/1"].body)
    return value


def refusal(host: str) -> AuditError:
    """
    The error that opening gives.
    """
    with pytest.raises(AuditError) as caught:
        blobs(host)
    error = caught.value
    assert error.exit_code == 3
    assert "\n" not in error.message and error.hint
    assert PASSWORD not in f"{error.message} {error.hint}"
    return error


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "words", "hint"),
    [
        (401, RegistryDenied, "wants a login", "docker login 127.0.0.1"),
        (403, RegistryDenied, "wants a login", "docker login 127.0.0.1"),
        (404, ImageNotFound, "no such image: app:1", "Check name"),
        (429, RegistryUnavailable, "too many requests", "in 17 s"),
        (500, RegistryUnavailable, "status 500", "later"),
        (302, RegistryUnavailable, "status 302", "Check"),
    ],
)
def test_refusals(
    registry: FakeRegistry, status: int, kind: type[AuditError], words: str, hint: str
) -> None:
    """
    Each tells what happened and what to do.
    """
    answer = Answer(b"{}", status, {"Retry-After": "17"})
    registry.answers["/v2/app/manifests/1"] = answer
    error = refusal(registry.host)
    assert type(error) is kind
    assert words in error.message and hint in error.hint


@pytest.mark.parametrize("wait", ["9" * 3000, "-5", "²", "Fri, 27 Nov 2026 00:00:00 GMT"])
def test_a_wait_that_is_none(registry: FakeRegistry, wait: str) -> None:
    """
    What is no short number of seconds is not repeated.
    """
    answer = Answer(status=429, headers={"Retry-After": wait})
    registry.answers["/v2/app/manifests/1"] = answer
    error = refusal(registry.host)
    assert "later" in error.hint and wait not in error.hint


def test_connection_refused(registry: FakeRegistry) -> None:
    """
    Nobody listens there.
    """
    assert "connection refused" in refusal("127.0.0.1:1").message


def test_unknown_host(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A name that is nobody's.
    """

    def refuse(*args: object, **kwargs: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert refusal("nosuch.example.com").message == "registry nosuch.example.com: unknown host"


@pytest.mark.parametrize("host", ["a..b", "a" * 70 + ".example.com"])
def test_hosts_that_cannot_be(host: str) -> None:
    """
    Names that no resolver takes.
    """
    assert "unknown host" in refusal(host).message


@pytest.mark.parametrize(
    ("name", "is_trusted", "why"),
    [
        ("registry.example.com", True, None),
        ("registry.example.com", False, "self.signed"),
        ("other.example.com", True, "mismatch"),
    ],
)
def test_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_trusted: bool, why: str | None
) -> None:
    """
    One that nobody vouches for is refused, and REQUESTS_CA_BUNDLE vouches; so is another's.
    """
    pem = tmp_path / "pem"
    subprocess.run(
        [*("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
         *("-subj", "/CN=r", "-addext", "subjectAltName=DNS:registry.example.com"),
         *("-keyout", pem, "-out", tmp_path / "crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("HOME", str(tmp_path))
    if is_trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", pem)
    with serving(FakeRegistry(), context=context) as fake:
        fake.push(RECIPE)
        port = int(fake.host.partition(":")[2])
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more)
        )
        if why is None:
            assert blobs(f"{name}:{port}")[1] == []
        else:
            error = refusal(f"{name}:{port}")
            assert re.search(rf"certificate is not trusted \(.*{why}", error.message)


def test_no_tls(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A registry elsewhere that speaks no TLS is not asked without it.
    """
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more)
    )
    port = registry.host.partition(":")[2]
    error = refusal(f"registry.example.com:{port}")
    assert "TLS failed" in error.message
    assert registry.asked == []


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"Client sent an HTTP request to an HTTPS server.", "TLS failed"), (b"no", "status 400")],
)
def test_tls_on_this_machine(registry: FakeRegistry, body: bytes, words: str) -> None:
    """
    Is spoken with who asks for it.
    """
    registry.answers["/v2/app/manifests/1"] = Answer(body, status=400)
    assert words in refusal(registry.host).message


def test_no_proxy_for_this_machine(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whatever the environment says.
    """
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert blobs(registry.host)[1] == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("https_proxy", "127.0.0.1", "the proxy does not let us through"),
        ("https_proxy", "nosuch://127.0.0.1:1", "the proxy's address is of no use"),
        ("https_proxy", "http://127.0.0.1:1", "the proxy does not let us through"),
        ("REQUESTS_CA_BUNDLE", "/nosuch", "the file of certificates cannot be read"),
    ],
)
def test_a_wrong_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """
    Is not the network's fault.
    """
    monkeypatch.setenv(name, value)
    error = refusal("registry.example.com")
    assert words in error.message and name.upper() in error.hint


# --- redirects -------------------------------------------------------------------------------


def basic(realm: str = "r") -> Callable[[Asked], Answer | None]:
    """
    A gate that wants a user and a password.
    """

    def gate(asked: Asked) -> Answer | None:
        if asked.headers.get("Authorization") == BASIC:
            return None
        return Answer(status=401, headers={"WWW-Authenticate": f'Basic realm="{realm}"'})

    return gate


def test_a_login_stays_with_its_registry(
    registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path
) -> None:
    """
    Blobs may be elsewhere; who keeps them is not told our password.
    """
    log_in(registry, tmp_path)
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login bob password {PASSWORD}\n")
    elsewhere.answers["/x"] = Answer(layer(registry).body)
    registry.answers[f"/v2/app/blobs/{RECIPE.diff_ids[0]}"] = Answer(
        status=307, headers={"Location": f"http://{elsewhere.host}/x?sig=1"}
    )
    registry.gate = basic()
    found, gaps = blobs(registry.host)
    assert gaps == [] and elsewhere.answers["/x"].body in found
    assert [asked.path for asked in elsewhere.asked] == ["/x?sig=1"]
    assert "Authorization" not in elsewhere.asked[0].headers
    assert {"Authorization"} <= set(registry.asked[-1].headers)


def test_a_redirect_in_the_registry(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    A relative one stays there, login included.
    """
    log_in(registry, tmp_path)
    registry.answers["/moved"] = registry.answers["/v2/app/manifests/1"]
    registry.answers["/v2/app/manifests/1"] = Answer(status=302, headers={"Location": "/moved"})
    registry.gate = basic()
    assert blobs(registry.host)[1] == []


@pytest.mark.parametrize(
    "target", ["http://cdn.example.com/x", "file:///etc/passwd", "//x.example.com/", "http://[zz/",
     "http://cdn.example.com\\@127.0.0.1/x"],
)  # fmt: skip
def test_a_redirect_into_the_clear(registry: FakeRegistry, target: str) -> None:
    """
    Is not followed.
    """
    moved = Answer(status=302, headers={"Location": target})
    registry.answers["/v2/app/manifests/1"] = moved
    assert "not asked by https" in refusal(registry.host).message


def test_a_redirect_to_nobody(registry: FakeRegistry) -> None:
    """
    The error names who did not answer.
    """
    moved = Answer(status=307, headers={"Location": "http://127.0.0.2:1/x"})
    registry.answers["/v2/app/manifests/1"] = moved
    told = f"registry {registry.host} (sends us on to 127.0.0.2): connection refused"
    assert refusal(registry.host).message == told


def test_what_is_told_of_a_redirect(
    registry: FakeRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    """
    No signature, no password, and nothing that moves a cursor.
    """
    caplog.set_level("INFO", "auditor")
    target = f"http://bob:{PASSWORD}@127.0.0.1:1/a\x1b[31mb?sig=c#d"
    moved = Answer(status=307, headers={"Location": target})
    registry.answers["/v2/app/manifests/1"] = moved
    refusal(registry.host)
    assert "GET http://127.0.0.1:1/a%1B%5B31mb" in caplog.messages


def test_redirects_in_circles(registry: FakeRegistry) -> None:
    """
    End.
    """
    moved = Answer(status=302, headers={"Location": "/v2/app/manifests/1"})
    registry.answers["/v2/app/manifests/1"] = moved
    assert "again and again" in refusal(registry.host).message
    assert len(registry.asked) < 10


# --- logins ----------------------------------------------------------------------------------


def test_basic(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    With the login that is kept, and once it was asked for.
    """
    log_in(registry, tmp_path)
    registry.gate = basic()
    assert blobs(registry.host)[1] == []
    assert "Authorization" not in registry.asked[0].headers


def test_basic_with_a_wrong_password(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    The error says that there was a login.
    """
    log_in(registry, tmp_path, username=USER, password="other" + PASSWORD)
    registry.gate = basic()
    error = refusal(registry.host)
    assert "does not let this login read" in error.message


def test_basic_without_a_login(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Nothing is sent; not what ~/.netrc holds either.
    """
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
    registry.gate = basic()
    assert "wants a login" in refusal(registry.host).message


def test_why_there_is_no_login(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    A file that is broken is told to whom is not let in.
    """
    log_in(registry, tmp_path)
    (tmp_path / ".docker/config.json").write_text("{")
    registry.gate = basic()
    error = refusal(registry.host)
    assert error.hint.startswith(f"{tmp_path}/.docker/config.json is broken; else docker login")


class Tokens:
    """
    A token server, and the gate of a registry that trusts it.
    """

    def __init__(self, host: str, *, uses: int = 1000, key: str = "token") -> None:
        self.host = host
        self.uses = uses
        self.key = key
        self.given: dict[str, int] = {}

    def gate(self, asked: Asked) -> Answer | None:
        """
        Lets in who has a token, so often as it may be used.
        """
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.given.get(token, 0) > 0:
            self.given[token] -= 1
            return None
        realm = f'realm="http://{self.host}/token",service="s, of ours",scope="repository:app:pull"'
        return Answer(status=401, headers={"WWW-Authenticate": f"Bearer {realm}"})

    def give(self, asked: Asked) -> Answer | None:
        """
        A new token for whoever asks.
        """
        token = f"t{len(self.given)}"
        self.given[token] = self.uses
        return Answer(json.dumps({self.key: token}).encode())


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_an_anonymous_token(registry: FakeRegistry, elsewhere: FakeRegistry, key: str) -> None:
    """
    One token for all requests.
    """
    tokens = Tokens(elsewhere.host, key=key)
    registry.gate, elsewhere.gate = tokens.gate, tokens.give
    assert blobs(registry.host)[1] == []
    (asked,) = elsewhere.asked
    assert asked.path == "/token?scope=repository%3Aapp%3Apull&service=s%2C+of+ours"
    assert "Authorization" not in asked.headers


def test_a_token_for_a_login(
    registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path
) -> None:
    """
    The token server is shown the password, the registry the token alone.
    """
    log_in(registry, tmp_path)
    tokens = Tokens(elsewhere.host)
    registry.gate, elsewhere.gate = tokens.gate, tokens.give
    assert blobs(registry.host)[1] == []
    assert [asked.headers["Authorization"] for asked in elsewhere.asked] == [BASIC]
    assert BASIC not in {asked.headers.get("Authorization") for asked in registry.asked}


def test_a_token_that_grows_old(registry: FakeRegistry, elsewhere: FakeRegistry) -> None:
    """
    Another one is asked for, and nothing is lost.
    """
    tokens = Tokens(elsewhere.host, uses=1)
    registry.gate, elsewhere.gate = tokens.gate, tokens.give
    assert blobs(registry.host)[1] == []
    assert len(elsewhere.asked) == 3


def test_an_identity_token(registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path) -> None:
    """
    Is sent in a form, and in no URL.
    """
    identity = "identity" + PASSWORD
    log_in(registry, tmp_path, identitytoken=identity)
    tokens = Tokens(elsewhere.host, key="access_token")
    registry.gate, elsewhere.gate = tokens.gate, tokens.give
    assert blobs(registry.host)[1] == []
    (asked,) = elsewhere.asked
    assert (asked.method, asked.path) == ("POST", "/token")
    assert f"refresh_token={identity}" in asked.body and "grant_type=refresh_token" in asked.body


def test_a_registry_token(registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path) -> None:
    """
    Is shown as it is.
    """
    log_in(registry, tmp_path, registrytoken="mine")
    tokens = Tokens(elsewhere.host)
    tokens.given["mine"] = 100
    registry.gate = tokens.gate
    assert blobs(registry.host)[1] == []
    assert elsewhere.asked == []


@pytest.mark.parametrize("token", ["a\r\nX: y", "mine€"])
def test_a_registry_token_that_is_none(
    registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path, token: str
) -> None:
    """
    Is not sent: another is asked for.
    """
    log_in(registry, tmp_path, registrytoken=token)
    tokens = Tokens(elsewhere.host)
    registry.gate, elsewhere.gate = tokens.gate, tokens.give
    assert blobs(registry.host)[1] == []


def test_a_token_server_without_a_name(registry: FakeRegistry) -> None:
    """
    There is nobody to ask.
    """
    registry.gate = lambda asked: Answer(status=401, headers={"WWW-Authenticate": "Bearer"})
    assert "wants a login" in refusal(registry.host).message


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_token_that_is_refused(
    registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path, status: int
) -> None:
    """
    The login is wrong.
    """
    log_in(registry, tmp_path)
    registry.gate = Tokens(elsewhere.host).gate
    elsewhere.gate = lambda asked: Answer(status=status)
    assert "does not let this login read" in refusal(registry.host).message


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": "a\\r\\nX: y"}', b'{"token": 5}'])
def test_a_token_that_is_none(registry: FakeRegistry, elsewhere: FakeRegistry, body: bytes) -> None:
    """
    Is not used.
    """
    registry.gate = Tokens(elsewhere.host).gate
    elsewhere.gate = lambda asked: Answer(body)
    assert isinstance(refusal(registry.host), RegistryDenied)


def test_a_token_server_in_the_clear(registry: FakeRegistry, tmp_path: Path) -> None:
    """
    Is shown no login.
    """
    log_in(registry, tmp_path)
    registry.gate = Tokens("auth.example.com").gate
    assert "not asked by https" in refusal(registry.host).message


def test_a_token_server_that_sends_us_on(
    registry: FakeRegistry, elsewhere: FakeRegistry, tmp_path: Path
) -> None:
    """
    Nobody else is shown the login.
    """
    log_in(registry, tmp_path)
    registry.gate = Tokens(elsewhere.host).gate
    moved = Answer(status=302, headers={"Location": f"http://{registry.host}/stolen"})
    elsewhere.gate = lambda asked: moved
    refusal(registry.host)
    assert registry.paths("stolen") == []


# --- connections that break ------------------------------------------------------------------


def test_a_broken_connection_is_resumed(registry: FakeRegistry) -> None:
    """
    From where it broke, as often as something comes.
    """
    answer = layer(registry)
    answer.cut, answer.cuts = 100_000, 7
    found, gaps = blobs(registry.host)
    assert gaps == [] and found[-1] == answer.body
    ranges = [asked.headers.get("Range") for asked in registry.asked if "Range" in asked.headers]
    assert ranges[0] == "bytes=100000-" and len(ranges) == 7


def test_resumed_from_the_beginning(registry: FakeRegistry) -> None:
    """
    A registry that knows no ranges sends all again: what came is passed over.
    """
    answer = layer(registry)
    answer.cut, answer.has_ranges = 100_000, False
    found, gaps = blobs(registry.host)
    assert gaps == [] and found[-1] == answer.body


def test_broken_for_good(registry: FakeRegistry) -> None:
    """
    What came is given out, and the gap blocks.
    """
    answer = layer(registry)
    answer.cut, answer.cuts, answer.has_ranges = 100_000, 1000, False
    found, (gap,) = blobs(registry.host)
    assert found[-1] == answer.body[:100_000]
    assert gap.blocking and "100000 bytes" in gap.reason


def test_a_registry_that_is_gone(registry: FakeRegistry) -> None:
    """
    Is waited for once, and not at each layer anew; all of them are gaps.
    """
    recipe = Recipe("app:1")
    for number in range(4):
        recipe.step(f"ADD {number}", files={f"{number}": b"x"})
    registry.push(recipe)
    for one in json_of(registry)["layers"]:
        registry.answers[f"/v2/app/blobs/{one['digest']}"] = Answer(status=500)
    registry.asked.clear()
    assert [gap.blocking for gap in blobs(registry.host)[1]] == [True] * 4
    assert len(registry.asked) == 2 + 4 + 3


def test_refused_in_the_middle(registry: FakeRegistry) -> None:
    """
    The same where the registry will not go on; the first reason is told.
    """
    answer = layer(registry)
    answer.cut = 100_000
    registry.gate = lambda asked: Answer(status=403) if "Range" in asked.headers else None
    found, (gap,) = blobs(registry.host)
    assert found[-1] == answer.body[:100_000]
    assert gap.blocking and "connection broke" in gap.reason


def test_shorter_than_stated(registry: FakeRegistry) -> None:
    """
    A blob that ends before its size is cut.
    """
    answer = layer(registry)
    answer.body = answer.body[:5000]
    found, (gap,) = blobs(registry.host)
    assert found[-1] == answer.body
    assert gap.blocking and "ended early" in gap.reason


def test_longer_than_stated(registry: FakeRegistry) -> None:
    """
    What the manifest's size leaves out is read too, across breaks; the gap blocks.
    """
    answer = layer(registry)
    answer.body += b"more" * 100_000
    answer.cut, answer.cuts = 1_200_000, 1
    found, (gap,) = blobs(registry.host)
    assert found[-1] == answer.body
    assert gap.blocking and gap.reason == "is longer than the manifest says"


def test_longer_than_stated_and_without_an_end(registry: FakeRegistry) -> None:
    """
    A blob that has no end is read to where it must have one.
    """
    answer = layer(registry)
    whole = answer.body
    sent = whole + b"more" * 100_000
    answer.body = f"{len(sent):x}\r\n".encode() + sent
    answer.headers, answer.has_ranges = (
        {"Transfer-Encoding": "chunked", "Content-Length": ""},
        False,
    )
    found, (gap,) = blobs(registry.host)
    assert found[-1] == whole
    assert gap.blocking and gap.reason == "is longer than the manifest says"


def test_a_manifest_that_breaks_off(registry: FakeRegistry) -> None:
    """
    There is nothing to audit.
    """
    registry.answers["/v2/app/manifests/1"].cut = 10
    assert "connection broke" in refusal(registry.host).message


@pytest.mark.parametrize(
    ("size", "comes"), [("-1", True), ("-5", True), ("zz", False), ("f" * 24, True)]
)
def test_chunks_of_impossible_sizes(registry: FakeRegistry, size: str, comes: bool) -> None:
    """
    Are a connection that broke; what comes is taken piece by piece, and not all of it at once.
    """
    body = f"{size}\r\n".encode() + b"x" * 1_000_000
    answer = Answer(body, headers={"Transfer-Encoding": "chunked"}, cut=len(body))
    registry.answers["/v2/app/manifests/1"] = answer
    sizes: list[int] = []
    with (
        closing(Client(parse(f"{registry.host}/app:1"))) as client,
        client._get("manifests/1", {}) as answered,
        pytest.raises(RegistryUnavailable, match="connection broke"),
    ):
        sizes.extend(len(piece) for piece in pieces(client.place, answered))
    assert bool(sizes) is comes and max(sizes, default=0) <= PIECE


def test_one_connection_for_all(registry: FakeRegistry) -> None:
    """
    It is kept from one request to the next.
    """
    blobs(registry.host)
    assert len(registry.asked) == 3 and registry.connections == 1
