"""
The login for a registry, from where docker and podman keep it.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from auditor.exporter.registry import credentials
from auditor.exporter.registry.credentials import Login
from auditor.exporter.registry.place import Place, parse
from auditor.exporter.registry.tokens import challenges

HOST = "registry.example.com:5000"
PLACE = parse(f"{HOST}/team/app:1")
PASSWORD = "wonder" + "land"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A home without logins.
    """
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def packed(user: str = "alice", password: str = PASSWORD) -> str:
    """
    What docker login writes.
    """
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def write(path: Path, value: object) -> None:
    """
    A file of logins, or of something else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


def of(name: str) -> dict[str, object]:
    """
    A file with a login of that user.
    """
    return {"auths": {HOST: {"auth": packed(name)}}}


def login(place: Place = PLACE) -> Login | None:
    """
    What is found.
    """
    return credentials.login(place)[0]


def user(place: Place = PLACE) -> str | None:
    """
    Whose login is found.
    """
    found = login(place)
    return found.user if found else None


@pytest.mark.parametrize(
    "key",
    [HOST, f"https://{HOST}", f"https://{HOST}/", f"https://{HOST}/v1/", f"http://{HOST}/v2/",
     f"{HOST}/team", f"{HOST}/team/app", HOST.title(), f"https://{HOST.upper()}/v1/"],
)  # fmt: skip
def test_keys(home: Path, key: str) -> None:
    """
    Hosts, whole URLs, and podman's parts of a registry.
    """
    write(home / ".docker/config.json", {"auths": {key: {"auth": packed()}}})
    assert login() == Login("alice", PASSWORD)


@pytest.mark.parametrize(
    "key",
    ["registry.example.com", "example.com:5000", f"{HOST}/other", f"{HOST}/team/ap", f"a.{HOST}"],
)
def test_keys_of_others(home: Path, key: str) -> None:
    """
    Nobody is shown the login for another.
    """
    write(home / ".docker/config.json", {"auths": {key: {"auth": packed()}}})
    assert login() is None


def test_the_nearest_key(home: Path) -> None:
    """
    A login for the repository comes before that for its registry.
    """
    auths = {HOST: {"auth": packed()}, f"{HOST}/team/app": {"auth": packed("bob")}}
    write(home / ".config/containers/auth.json", {"auths": auths})
    assert user() == "bob"
    assert user(parse(f"{HOST}/team/other")) == "alice"


def test_which_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What was named, docker's, podman's of this session, podman's own.
    """
    assert user() is None
    write(home / ".config/containers/auth.json", of("own"))
    assert user() == "own"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    write(home / "run/containers/auth.json", of("session"))
    assert user() == "session"
    write(home / ".docker/config.json", of("docker"))
    assert user() == "docker"
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "other"))
    assert user() == "session"
    write(home / "other/config.json", of("other"))
    assert user() == "other"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(home / "named"))
    write(home / "named", of("named"))
    assert user() == "named"


@pytest.mark.parametrize(
    "value",
    ["{}", {"auths": []}, {"auths": {HOST: 5}}, {"auths": {HOST: {}}},
     {"auths": {HOST: {"auth": "%"}}}, {"auths": {HOST: {"auth": 5}}}, {"credsStore": "../x"},
     {"credHelpers": [], "credsStore": 5}, {"credsStore": "nosuch"}],
)  # fmt: skip
def test_files_without_a_login(home: Path, value: object) -> None:
    """
    Broken ones too: the next is tried.
    """
    write(home / ".docker/config.json", value)
    assert login() is None
    write(home / ".config/containers/auth.json", of("alice"))
    assert user() == "alice"


@pytest.mark.parametrize("value", ["", "{", "[]", "[" * 100_000, b"\xff{}"])
def test_broken_files(home: Path, value: str | bytes) -> None:
    """
    Are passed over, and told where no login is found.
    """
    path = home / ".docker/config.json"
    path.parent.mkdir()
    path.write_bytes(value if isinstance(value, bytes) else value.encode())
    assert credentials.login(PLACE) == (None, f"{path} is broken")
    write(home / ".config/containers/auth.json", of("alice"))
    assert user() == "alice"


def test_a_byte_order_mark(home: Path) -> None:
    """
    Is no reason not to read a file.
    """
    write(home / ".docker/config.json", "\ufeff" + json.dumps(of("alice")))
    assert user() == "alice"


def test_nobody_has_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nor a login: a container may run as a user that its system does not know.
    """
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", dict[int, object]().__getitem__)
    assert credentials.login(PLACE) == (None, None)


@pytest.mark.parametrize(
    "entry",
    [{"username": "\ud800", "password": PASSWORD}, {"identitytoken": "\ud800"},
     {"registrytoken": "\udcff"}],
)  # fmt: skip
def test_what_cannot_be_sent(home: Path, entry: dict[str, str]) -> None:
    """
    Is no login.
    """
    write(home / ".docker/config.json", {"auths": {HOST: entry}})
    found = login()
    assert found is None or found.basic is None


def test_colons_in_a_password(home: Path) -> None:
    """
    The first one ends the user's name.
    """
    write(home / ".docker/config.json", {"auths": {HOST: {"auth": packed(password="a:b")}}})
    assert login() == Login("alice", "a:b")


def test_tokens(home: Path) -> None:
    """
    What is kept in a password's place.
    """
    entry = {"identitytoken": "i" + PASSWORD, "registrytoken": "r" + PASSWORD}
    write(home / ".docker/config.json", {"auths": {HOST: entry}})
    assert login() == Login("", "", "i" + PASSWORD, "r" + PASSWORD)


def helper(home: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """
    A program that keeps logins.
    """
    path = home / "bin/docker-credential-ours"
    write(path, f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    "how",
    [{"credHelpers": {HOST: "ours"}}, {"credHelpers": {HOST.upper(): "ours"}},
     {"credsStore": "ours"}],
)  # fmt: skip
def test_helpers(home: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, object]) -> None:
    """
    Are asked for the host, and come before the file.
    """
    answer = json.dumps({"Username": "helped", "Secret": PASSWORD})
    helper(home, monkeypatch, f"test $1 = get && test $(cat) = {HOST} && echo '{answer}'")
    write(home / ".docker/config.json", {**how, **of("file")})
    assert login() == Login("helped", PASSWORD)
    assert user(parse("other.example.com/app")) is None


def test_a_helper_with_a_token(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Says so by the user's name.
    """
    answer = json.dumps({"Username": "<token>", "Secret": PASSWORD})
    helper(home, monkeypatch, f"echo '{answer}'")
    write(home / ".docker/config.json", {"credsStore": "ours"})
    assert login() == Login(identity=PASSWORD)


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("exit 1", None),
        ("echo []", None),
        ("echo '{}'", None),
        ("echo x", "docker-credential-ours gives no JSON"),
        ("printf '\\377'", "docker-credential-ours gives no JSON"),
        ("exec sleep 100", "docker-credential-ours gave no answer in 1 s"),
        (None, "docker-credential-ours cannot be run"),
    ],
)
def test_a_helper_that_knows_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, trouble: str | None
) -> None:
    """
    The file is read; what is wrong with the helper is told where that has no login either.
    """
    monkeypatch.setattr(credentials, "HELPER_SECONDS", 1)
    if script is not None:
        helper(home, monkeypatch, script)
    write(home / ".docker/config.json", {"credsStore": "ours"})
    assert credentials.login(PLACE) == (None, trouble)
    write(home / ".docker/config.json", {"credsStore": "ours", **of("file")})
    assert user() == "file"


def test_a_login_shows_nothing() -> None:
    """
    Not where it is printed by mistake either.
    """
    shown = f"{Login('alice', PASSWORD, PASSWORD, PASSWORD)!r}"
    assert PASSWORD not in shown and "alice" not in shown


@pytest.mark.parametrize(
    ("header", "offered"),
    [
        ("", {}),
        ("Negotiate", {}),
        ("Basic realm=r", {"basic": {"realm": "r"}}),
        ('bearer Realm="https://a/t",service="a,b"',
         {"bearer": {"realm": "https://a/t", "service": "a,b"}}),
        ('Basic realm="x", Bearer realm="y",scope="repository:a:pull,push"',
         {"basic": {"realm": "x"}, "bearer": {"realm": "y", "scope": "repository:a:pull,push"}}),
    ],
)  # fmt: skip
def test_challenges(header: str, offered: dict[str, dict[str, str]]) -> None:
    """
    Several may be offered, and values may hold commas.
    """
    assert challenges(header) == offered


@pytest.mark.parametrize("rest", ["a" * 2_000_000, " realm=" * 500_000, ', a="' * 500_000])
def test_challenges_without_end(rest: str) -> None:
    """
    Take no time that grows with the square of their length.
    """
    assert set(challenges(f"Bearer {rest}")) == {"bearer"}
