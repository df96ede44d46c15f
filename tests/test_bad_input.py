"""
Bad input: one line that says what happened, one that says what to do, the right exit code.
"""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.engine import Request, audit
from auditor.errors import AuditError
from tests.called import Call, archive, caller
from tests.command import Ran
from tests.command import audit as command
from tests.fakes import fakes
from tests.images import (
    COMPRESSIONS,
    Members,
    Recipe,
    Symlink,
    compress,
    docker25_members,
    docker_members,
    entry,
    oci_members,
    skopeo_dir_members,
    tar_bytes,
    tar_layer,
    write_folder,
)

TOKEN = fakes()["GITHUB_TOKEN"]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    Calls the command in this process.
    """
    return caller(monkeypatch, capsys)


def check_error(ran: Ran, code: int, message: str) -> None:
    """
    Exactly one line of error and one of hint, both for people, and nothing else.
    """
    lines = ran.err.split("\n")
    assert len(lines) == 3 and lines[2] == "", ran.err
    assert lines[0].startswith("audit: ") and message in lines[0]
    assert lines[1].startswith("hint: ") and len(lines[1]) > len("hint: ")
    assert all(line.isprintable() for line in lines)
    assert ran.out == ""
    assert ran.code == code


def leaky() -> Recipe:
    """
    A leak in each of two layers.
    """
    return (
        Recipe()
        .step("COPY a /a", files={"a": f"TOKEN={TOKEN}\n".encode(), "big": bytes(5000)})
        .step("COPY b /b", files={"b": b"DB_PASSWORD=s3cr3t-value-1\n", "c/.env": b"x"})
    )


def reasons(ran: Ran) -> list[str]:
    """
    Of all gaps.
    """
    return [gap["reason"] for gap in ran.image["ledger"]["gaps"]]


# --- the engine ------------------------------------------------------------------------------


@contextmanager
def engine(path: Path, status: int, body: object) -> Iterator[str]:
    """
    A socket that answers every question but the version's in one way.
    """
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=_serve, args=(server, status, body), daemon=True)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, status: int, body: object) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            asked = client.recv(65536)
            known = {"ApiVersion": "1.41", "Components": []}
            code, value = (200, known) if b"/version" in asked else (status, body)
            data = json.dumps(value).encode()
            head = f"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nConnection: close\r\n"
            client.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)


@pytest.fixture
def short() -> Iterator[Path]:
    """
    A folder whose path is short enough for a socket.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_no_such_image(call: Call, short: Path) -> None:
    """
    An image that the engine does not know.
    """
    with engine(short / "s", 404, {"message": "No such image: nosuch:1"}) as host:
        ran = call("nosuch:1", env={"DOCKER_HOST": host})
    check_error(ran, 3, "nosuch:1: no such image in the engine")
    assert "docker pull nosuch:1" in ran.err


def test_name_that_is_none(call: Call, short: Path) -> None:
    """
    A name that the engine refuses.
    """
    with engine(short / "s", 400, {"message": "invalid reference format"}) as host:
        ran = call("UPPER:1", env={"DOCKER_HOST": host})
    check_error(ran, 3, "UPPER:1: is no valid image name")


@pytest.mark.parametrize("message", ["something broke", "two\nlines\x1b[31m", "", None])
def test_engine_that_fails(message: str | None, call: Call, short: Path) -> None:
    """
    An engine that answers with an error of its own, however it words it.
    """
    with engine(short / "s", 500, {"message": message}) as host:
        ran = call("app:1", env={"DOCKER_HOST": host})
    check_error(ran, 3, "the engine failed: ")


def test_engine_down(call: Call, tmp_path: Path) -> None:
    """
    No socket where the engine should be.
    """
    ran = call("app:1", env={"DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"})
    check_error(ran, 3, "no container engine answers")
    assert "no such file or directory" in ran.err


def test_engine_gone(call: Call, short: Path) -> None:
    """
    A socket on which nobody listens any more.
    """
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short / "s"))
    ran = call("app:1", env={"DOCKER_HOST": f"unix://{short}/s"})
    check_error(ran, 3, "connection refused")


@pytest.mark.parametrize("host", ["", "nonsense", "tcp://", "ftp://example.com", "unix://"])
def test_docker_host_that_is_none(host: str, call: Call, tmp_path: Path) -> None:
    """
    A DOCKER_HOST that leads nowhere.
    """
    env = {"DOCKER_HOST": host or "unix:///nowhere", "HOME": str(tmp_path)}
    check_error(call("app:1", env=env), 3, "no container engine answers")


def test_permission_denied_on_the_socket(
    call: Call, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An engine that does not let the user in.
    """
    real = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        # Root may open every socket, so the kernel's answer is given for it.
        if address == str(short / "s"):
            raise PermissionError(13, "Permission denied")
        real(self, address)

    with engine(short / "s", 200, {}) as host:
        monkeypatch.setattr(socket.socket, "connect", refuse)
        ran = call("app:1", env={"DOCKER_HOST": host})
    check_error(ran, 3, "the engine does not let us in")
    assert "docker group" in ran.err


def test_context_that_does_not_exist(call: Call, tmp_path: Path) -> None:
    """
    A docker context that nobody made.
    """
    env = {"DOCKER_CONTEXT": "nosuch", "DOCKER_CONFIG": str(tmp_path)}
    check_error(call("app:1", env=env), 3, "docker context nosuch does not exist")


def test_nobody_has_a_home(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Nor a name: whoever runs a container as any number.
    """
    for name in ("HOME", "DOCKER_CONFIG", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", dict[int, object]().__getitem__)
    env = {"DOCKER_HOST": "", "DOCKER_CONTEXT": "nosuch"}
    check_error(call("--no-cache", "app:1", env=env), 3, "docker context nosuch does not exist")


def test_registry(call: Call) -> None:
    """
    A registry that is not named, and one that is not there.
    """
    check_error(call("registry:app:1"), 2, "names no registry; none is assumed")
    check_error(call("registry:127.0.0.1:1/app:1"), 3, "connection refused")


# --- no archive ------------------------------------------------------------------------------

NO_ARCHIVE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "text": (b"this is a text\n" * 100, "is not a tar archive"),
    "json": (b'{"a": 1}', "is not a tar archive"),
    "zeros": (bytes(10240), "is not a tar archive"),
    "random": (bytes(range(1, 256)) * 10, "is not a tar archive"),
    "short": (b"x", "is not a tar archive"),
    "gzip of text": (compress(b"text", "gzip"), "is not a tar archive"),
    "gzip of nothing": (compress(b"", "gzip"), "is empty"),
    "broken gzip": (b"\x1f\x8b\x08\x00garbage", ""),
    "plain tar": (tar_layer([entry("a", b"a")]), "no image in it"),
    "docker export": (tar_layer([entry("etc/passwd", b"root")]), "no image in it"),
    "cut header": (tar_layer([entry("a", b"a")])[:300], ""),
}


@pytest.mark.parametrize("what", NO_ARCHIVE)
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_what_is_no_archive(what: str, way: str, call: Call, tmp_path: Path) -> None:
    """
    A file, or standard input, that is no image archive.
    """
    data, message = NO_ARCHIVE[what]
    (tmp_path / "x.tar").write_bytes(data)
    ran = call(tmp_path / "x.tar") if way == "file" else call("-", stdin=data)
    check_error(ran, 3, message)


@pytest.mark.parametrize(
    "reference", ["{}/nosuch.tar", "docker-archive:{}/nosuch.tar", "oci:{}/nosuch", "{}/a\nb.tar"]
)
def test_no_such_file(reference: str, call: Call, tmp_path: Path) -> None:
    """
    A path that is not there.
    """
    check_error(call(reference.format(tmp_path)), 3, "no such f")


@pytest.mark.parametrize(
    "content", [{}, {"x": b"x"}, {"oci-layout": b"{}"}, {"sub/index.json": b"{}"}]
)
def test_folder_that_is_no_layout(content: Members, call: Call, tmp_path: Path) -> None:
    """
    A folder without an index or manifest.
    """
    write_folder(content, tmp_path / "x")
    check_error(call(tmp_path / "x"), 3, "is no image layout")


def test_wrong_kind_of_path(call: Call, tmp_path: Path) -> None:
    """
    A folder where an archive was promised, and the reverse.
    """
    path = archive(tmp_path / "x.tar", leaky())
    check_error(call(f"docker-archive:{tmp_path}"), 3, "is a folder, not an archive")
    check_error(call(f"oci:{path}"), 3, "is a file, not a folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_that_may_not_be_read(call: Call, tmp_path: Path) -> None:
    """
    A file of somebody else.
    """
    path = archive(tmp_path / "x.tar", leaky())
    path.chmod(0)
    check_error(call(path), 3, "permission denied")


def test_terminal_as_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    `-` without a pipe.
    """
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    check_error(call("-"), 2, "standard input is a terminal")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"manifest.json": b"[]"}, "no image in it"),
        ({"manifest.json": b"{broken"}, "no image in it"),
        ({"index.json": b"{}", "oci-layout": b"{}"}, "no image in it"),
        ({"index.json": b'{"manifests":[{"digest":"sha256:' + b"ab" * 32 + b'"}]}'},
         "no image in it"),
        ({"a": Symlink("b"), "b": Symlink("a"), "manifest.json": Symlink("a")}, "no image in it"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["archive", "folder"])
def test_archive_without_an_image(
    members: Members, message: str, way: str, call: Call, tmp_path: Path
) -> None:
    """
    An index that points nowhere, no manifest, a loop of links.
    """
    if way == "archive":
        ran = call(archive(tmp_path / "x.tar", members))
    else:
        write_folder(members, tmp_path / "x")
        ran = call(f"oci:{tmp_path / 'x'}")
        message = "" if "b" in members else message
    check_error(ran, 3, message)


def test_tag_that_is_not_there(call: Call, tmp_path: Path) -> None:
    """
    A tag that the archive does not hold.
    """
    path = archive(tmp_path / "x.tar", leaky())
    check_error(call(f"docker-archive:{path}:nosuch:1"), 3, "holds no image nosuch:1")


# --- options ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"3", b"{}", b"version = 1", b"version = 3", b"accepted = []",
     b"version = 2\naccepted = 3", b"version = 2\nx = 3", b'{"version": 2, "accepted": []}',
     b'{"version": 1}', b'{"version": 1, "accepted": 3}', b"\xff\xfe", b"[" * 100_000],
)  # fmt: skip
def test_broken_baseline(data: bytes, call: Call, tmp_path: Path) -> None:
    """
    A baseline that is none.
    """
    (tmp_path / "b").write_bytes(data)
    ran = call("--baseline", tmp_path / "b", archive(tmp_path / "x.tar", leaky()))
    check_error(ran, 2, "baseline")


@pytest.mark.parametrize("entry", [None, 3, "x", [], {}, {"fingerprint": 3}])
def test_odd_entry_of_a_baseline(entry: object, call: Call, tmp_path: Path) -> None:
    """
    An entry without a fingerprint is an error: a gate must not pass over what it does not know.
    """
    (tmp_path / "b").write_text(json.dumps({"version": 1, "accepted": [entry]}))
    ran = call("--baseline", tmp_path / "b", archive(tmp_path / "x.tar", leaky()))
    check_error(ran, 2, "entry 1")


@pytest.mark.parametrize(
    "options",
    [["-o", "{}/no/x"], ["-f", "json={}/no/x"], ["-f", "json={}"], ["--write-baseline", "{}/no/x"]],
)
def test_unwritable_output(options: list[str], call: Call, tmp_path: Path) -> None:
    """
    A file that cannot be written.
    """
    path = archive(tmp_path / "x.tar", Recipe().step("COPY a /", files={"a": b"a"}))
    ran = call("-q", *(option.format(tmp_path) for option in options), path)
    message = "is a directory" if options[1] == "json={}" else "no such file or directory"
    lines = ran.err.splitlines()
    assert ran.code == 2
    assert len(lines) == 2
    assert message in lines[0].lower()
    assert lines[1] == "hint: Choose another file."


def test_two_formats_on_standard_output(call: Call) -> None:
    """
    Two reports that would be mixed up.
    """
    check_error(call("-f", "json", "-f", "table", "x.tar"), 2, "only one format")


# --- damaged archives ------------------------------------------------------------------------


def damaged(data: bytes, at: int) -> bytes:
    """
    The bytes with some of them spoilt.
    """
    return data[:at] + b"\xff" * 8 + data[at + 8 :]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("writer", [docker_members, docker25_members, oci_members])
def test_cut_archive(share: float, writer: Any, call: Call, tmp_path: Path) -> None:
    """
    A cut archive is told: as a gap that makes the audit partial, or as an error.
    """
    data = tar_bytes(writer(leaky()))
    (tmp_path / "x.tar").write_bytes(data[: int(len(data) * share)])
    ran = call("-f", "json", "--fail-on", "never", tmp_path / "x.tar")
    if ran.out:
        # Where only the end mark is cut off, everything was read.
        assert ran.code == 4 or reasons(ran) == ["has no end marker"]
        assert reasons(ran)
    else:
        check_error(ran, 3, "x.tar: ")


@pytest.mark.parametrize("compression", [c for c in COMPRESSIONS if c != "none"])
def test_cut_compressed_archive(compression: str, call: Call, tmp_path: Path) -> None:
    """
    So is one that was compressed as a whole.
    """
    data = compress(tar_bytes(docker_members(leaky())), compression)
    (tmp_path / "x.tar").write_bytes(data[: len(data) // 2])
    ran = call("-f", "json", "--fail-on", "never", tmp_path / "x.tar")
    assert ran.code in (3, 4)
    if not ran.out:
        check_error(ran, 3, "x.tar: ")


def test_damaged_header_in_mid_layer(call: Call, tmp_path: Path) -> None:
    """
    What stands behind a damaged header is still found, and the damage makes the audit partial.
    """
    layer = tar_layer(
        [entry("a", b"a"), entry("b", b"b"), entry("app/.env", f"TOKEN={TOKEN}\n".encode())]
    )
    recipe = Recipe().raw_layer("COPY . /", damaged(layer, 1024 + 148))
    path = archive(tmp_path / "x.tar", recipe)
    ran = call("-f", "json", "--show-secrets", path)
    assert [leak["secret"] for leak in ran.image["leaks"]] == [TOKEN]
    assert ran.code == 1
    assert reasons(ran)
    assert call("--fail-on", "never", path).code == 4


@pytest.mark.parametrize("data", [b"{broken", b"no JSON", b"[]"])
@pytest.mark.parametrize("writer", [docker_members, oci_members])
def test_config_that_is_no_json(data: bytes, writer: Any, call: Call, tmp_path: Path) -> None:
    """
    A config that cannot be read leaves the layers, and makes the audit partial.
    """
    path = archive(tmp_path / "x.tar", writer(leaky().config_json(data)))
    ran = call("-f", "json", "--fail-on", "never", path)
    assert ran.code == 4
    assert len(ran.image["leaks"]) == 2
    assert any("config" in reason for reason in reasons(ran))


@pytest.mark.parametrize("writer", [docker_members, oci_members])
def test_layer_that_is_missing(writer: Any, call: Call, tmp_path: Path) -> None:
    """
    A layer that is not in the archive makes the audit partial.
    """
    members = writer(leaky())
    blobs = [name for name, data in members.items() if isinstance(data, bytes) and data[:1] != b"{"]
    name = next(n for n in blobs if n.endswith("layer.tar") or n.startswith("blobs/"))
    del members[name]
    ran = call("-f", "json", "--fail-on", "never", archive(tmp_path / "x.tar", members))
    assert ran.code == 4
    assert reasons(ran) == ["is not in the archive"]
    assert len(ran.image["layers"]) == 2


def test_loop_of_layer_links(call: Call, tmp_path: Path) -> None:
    """
    Layers that are links to each other are missing, not endless.
    """
    members = docker_members(leaky())
    names = [name for name in members if name.endswith("layer.tar")]
    for name, other in zip(names, reversed(names), strict=True):
        members[name] = Symlink(f"../{other}")
    ran = call("-f", "json", archive(tmp_path / "x.tar", members))
    assert ran.code == 4
    assert reasons(ran) == ["is not in the archive"] * 2


def test_loop_of_links_in_a_folder(call: Call, tmp_path: Path) -> None:
    """
    Links of a layout that lead around or out of it are not followed.
    """
    write_folder(skopeo_dir_members(leaky()), tmp_path / "x")
    (tmp_path / "x" / "loop").symlink_to("loop")
    (tmp_path / "x" / "up").symlink_to("..")
    (tmp_path / "x" / "out").symlink_to("/etc/passwd")
    ran = call("-f", "json", f"dir:{tmp_path / 'x'}")
    assert (ran.code, len(ran.image["leaks"])) == (1, 2)
    assert "root:" not in ran.out


def test_names_with_escape_sequences(call: Call, tmp_path: Path) -> None:
    """
    Names from the image, in either format and in the errors, move no cursor.
    """
    name = "a\x1b[2J\r\n::error::x\u202e"
    recipe = Recipe(f"{name}:1").step(
        f"COPY {name} /", files={f"{name}/.env": f"TOKEN={TOKEN}\n".encode()}
    )
    path = archive(tmp_path / "x.tar", recipe.env(name, "s3cr3t-pass-word-1").label(name, name))
    folder = tmp_path / name
    for ran in (call(path), call("-f", "json", path), call(f"{folder}.tar"), call("-v", path)):
        text = ran.out + ran.err
        assert not [c for c in text if not c.isprintable() and c != "\n"]
        assert not [line for line in text.splitlines() if line.startswith("::")]


def test_process_gives_no_traceback(tmp_path: Path) -> None:
    """
    As a process of its own the command says the same two lines.
    """
    (tmp_path / "x.tar").write_bytes(b"no tar")
    check_error(command(tmp_path / "x.tar"), 3, "is not a tar archive")


# --- any bytes -------------------------------------------------------------------------------

GOOD = tar_bytes(docker_members(leaky()))
"""
An archive to be spoilt.
"""


def reported(data: bytes, path: Path) -> None:
    """
    An archive gives reports or a clear error, whatever its bytes are.
    """
    path.write_bytes(data)
    try:
        reports = audit(Request(str(path)))
    except AuditError as error:
        assert error.message and error.hint
    else:
        assert reports


SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(st.binary(max_size=3000))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """
    Any bytes at all.
    """
    reported(data, tmp_path / "x.tar")


@SETTINGS
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=20), st.booleans())
def test_any_damage(tmp_path: Path, at: int, data: bytes, cut: bool) -> None:
    """
    A good archive with some bytes changed, or cut.
    """
    reported(GOOD[:at] + (b"" if cut else data + GOOD[at + len(data) :]), tmp_path / "x.tar")


@SETTINGS
@given(st.binary(max_size=2000), st.sampled_from(COMPRESSIONS))
def test_any_layer(tmp_path: Path, data: bytes, compression: str) -> None:
    """
    Any bytes as a layer, compressed or not.
    """
    recipe = leaky().raw_layer("x", data)
    reported(tar_bytes(oci_members(recipe, compression=compression)), tmp_path / "x.tar")
