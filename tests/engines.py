"""
Real container engines, private to a test run: their own sockets, storage and process ids.

Nothing here touches an engine that was running before, and nothing is left running afterwards.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.images import directory, entry, symlink, tar_layer
from tests.samples import SERVER_URL, Sample, fill, fill_all

BUSYBOX = Path("/bin/busybox")
# Debian's: its client speaks BuildKit by itself, a newer one found first in PATH wants buildx.
DOCKER = Path("/usr/bin/docker")
DOCKERD = Path("/usr/sbin/dockerd")
BASE = "base:local"
START_SECONDS = 60
APPLETS = ("cat", "chmod", "chown", "cp", "echo", "grep", "id", "mkdir", "printf", "rm", "sh",
           "sha256sum", "test", "wget")  # fmt: skip


class EngineError(Exception):
    """
    A command of an engine failed; the message holds what it printed.
    """


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    cwd: Path | None = None,
) -> str:
    """
    Runs a command and gives what it printed; raises with all of it if it failed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(env or {})},
        input=stdin,
        cwd=cwd,
        capture_output=True,
        timeout=300,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise EngineError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{said}")
    return done.stdout.decode()


def missing(*tools: str | Path) -> str | None:
    """
    Why the tools cannot be used here; `None` if they can.
    """
    absent = [str(tool) for tool in tools if shutil.which(tool) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "starting an engine needs root"
    return None


def base_rootfs() -> bytes:
    """
    The root file system of the base image, as a tar: busybox and its names.
    """
    return tar_layer(
        [
            *(directory(name) for name in ("bin", "etc", "root", "tmp")),
            entry("bin/busybox", BUSYBOX.read_bytes(), mode=0o755),
            *(symlink(f"bin/{name}", "busybox") for name in APPLETS),
            entry("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"),
        ]
    )


def _wait(ready: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise EngineError(f"{what} did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.2)


@contextlib.contextmanager
def process(command: Sequence[str | Path], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """
    A daemon in a group of its own, ended with all its children.
    """
    with log.open("wb") as out:
        daemon = subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield daemon
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(daemon.pid, signal.SIGTERM)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """
    A folder whose path is short enough for a unix socket; pytest's own is not always.
    """
    folder = Path(tempfile.mkdtemp(prefix="audit-"))
    try:
        yield folder
    finally:
        _unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _unmount_below(folder: Path) -> None:
    # An engine that was killed leaves its network namespace and overlays mounted.
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed(mounts):
        if Path(mount).is_relative_to(folder):
            run(["umount", "--lazy", mount])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """
        Says nothing.
        """


@contextlib.contextmanager
def serving(files: Mapping[str, str]) -> Iterator[str]:
    """
    A server on the loopback that offers the files; gives its address.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(content)
        handler = functools.partial(_Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Workbench:
    """
    A rendered sample, with files for its secrets and a server for what it fetches.
    """

    def __init__(self, sample: Sample, values: Mapping[str, str]) -> None:
        self.sample = sample
        self.values = dict(values)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Workbench:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.files = folder / "files"
        self.files.mkdir()
        served = fill_all(self.sample.serves, self.values)
        self.values[SERVER_URL] = self._stack.enter_context(serving(served))
        self.context = self.sample.render(folder / "context", self.values)
        return self

    def __exit__(self, *args: object) -> None:
        self._stack.close()

    def plain_options(self) -> list[str]:
        """
        Options that every builder knows.
        """
        options: list[str] = []
        for name, value in fill_all(self.sample.args, self.values).items():
            options += ["--build-arg", f"{name}={value}"]
        for name, value in self.sample.labels.items():
            options += ["--label", f"{name}={value}"]
        if self.sample.target:
            options += ["--target", self.sample.target]
        return options

    def mount_options(self) -> list[str]:
        """
        Options for secret and ssh mounts.
        """
        options: list[str] = []
        for name, content in fill_all(self.sample.secrets, self.values).items():
            path = self.files / name
            path.write_text(content)
            options += ["--secret", f"id={name},src={path}"]
        if self.sample.ssh:
            key = self.files / "ssh-key"
            key.write_text(fill(self.sample.ssh, self.values))
            key.chmod(0o600)
            options += ["--ssh", f"default={key}"]
        return options


class Docker:
    """
    A Docker engine of our own.
    """

    def __init__(self, folder: Path) -> None:
        self.host = f"unix://{folder}/docker.sock"
        self._env = {"DOCKER_HOST": self.host, "DOCKER_CONFIG": str(folder / "config")}

    def __call__(self, *args: str | Path, stdin: bytes | None = None, **env: str) -> str:
        """
        Runs the client.
        """
        return run([DOCKER, *args], env={**self._env, **env}, stdin=stdin)

    def up(self) -> bool:
        """
        Whether the engine answers.
        """
        try:
            self("version")
        except EngineError:
            return False
        return True

    def build(self, bench: Workbench, builder: str, tag: str) -> str:
        """
        Builds a sample with the classic builder or with BuildKit.
        """
        buildkit = builder == "buildkit"
        mounts = bench.mount_options() if buildkit else []
        self(
            "build",
            f"--network={bench.sample.network}",
            *bench.plain_options(),
            *mounts,
            "--tag",
            tag,
            bench.context,
            DOCKER_BUILDKIT="1" if buildkit else "0",
        )
        return tag

    def save(self, tag: str, to: Path) -> Path:
        """
        Writes the archive that `docker save` makes.
        """
        self("save", "--output", to, tag)
        return to

    def to_oci(self, tag: str, to: Path) -> Path:
        """
        Has skopeo write an OCI layout of an image of this engine.
        """
        source = f"docker-daemon:{tag}"
        run(["skopeo", "copy", "--src-daemon-host", self.host, source, f"oci:{to}:{_name(tag)}"])
        return to


def _name(tag: str) -> str:
    # In an oci: reference everything after the first colon is the name.
    return tag.replace(":", "-")


@contextlib.contextmanager
def docker_engine() -> Iterator[Docker]:
    """
    A running Docker engine with the base image in it.
    """
    with short_folder() as folder:
        docker = Docker(folder)
        command: list[str | Path] = [
            *(DOCKERD, "--iptables=false", "--ip6tables=false", "--bridge=none"),
            *("--data-root", folder / "data", "--exec-root", folder / "exec"),
            *("--host", docker.host, "--pidfile", folder / "pid"),
        ]
        log = folder / "log"
        with process(command, log):
            _wait(docker.up, "dockerd", log)
            docker("import", "--change", 'CMD ["sh"]', "-", BASE, stdin=base_rootfs())
            yield docker


class NewerDocker:
    """
    An engine of today, whose programs lie in a Debian folder of their own.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"

    def _run(self, *command: str, cwd: Path | None = None, **env: str) -> str:
        inside = {"DOCKER_HOST": f"unix:///{self.folder.relative_to(self.root)}/docker.sock"}
        there = f"/{cwd.relative_to(self.root)}" if cwd else "/"
        script = 'cd "$0" && exec "$@"'
        return run(
            ["chroot", self.root, "/bin/sh", "-c", script, there, *command], env={**inside, **env}
        )

    def up(self) -> bool:
        """
        Whether the engine answers.
        """
        try:
            self._run("docker", "version")
        except EngineError:
            return False
        return True

    def build(self, context: Path, *options: str, **env: str) -> None:
        """
        Builds a folder below `root` with buildx.
        """
        given = ("--network=host", "--no-cache", *options, ".")
        self._run("docker", "buildx", "build", *given, cwd=context, **env)

    def compose(self, context: Path, *words: str, **env: str) -> None:
        """
        Runs compose in a folder below `root`.
        """
        self._run("docker", "compose", *words, cwd=context, **env)


@contextlib.contextmanager
def newer_engine(root: Path) -> Iterator[NewerDocker]:
    """
    A running engine of today with the base image in it, and its images in containerd's store.
    """
    folder = Path(tempfile.mkdtemp(prefix="engine-", dir=root / "tmp"))
    engine = NewerDocker(root, folder)
    inner = f"/{folder.relative_to(root)}"
    # NOTE: an engine cannot unpack layers below a root that is no mount.
    script = (
        'mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && '
        'mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
    )
    command: list[str | Path] = [
        *("unshare", "--mount", "sh", "-c", script, root),
        *("/usr/sbin/dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none"),
        *("--feature", "containerd-snapshotter=true", "--data-root", f"{inner}/data"),
        *("--exec-root", f"{inner}/exec", "--pidfile", f"{inner}/pid"),
        *("--host", f"unix://{inner}/docker.sock"),
    ]
    log = folder / "log"
    try:
        with process(command, log):
            _wait(engine.up, "the newer dockerd", log)
            archive = folder / "base.tar"
            archive.write_bytes(base_rootfs())
            change = ("--change", 'CMD ["sh"]')
            engine._run("docker", "import", *change, f"{inner}/base.tar", BASE)
            yield engine
    finally:
        _unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)


class Podman:
    """
    podman and buildah on a storage of their own.
    """

    def __init__(self, folder: Path) -> None:
        self.host = f"unix://{folder}/podman.sock"
        self.storage = [
            *("--root", str(folder / "root"), "--runroot", str(folder / "run")),
            "--storage-driver=vfs",
        ]

    def __call__(self, *args: str | Path, stdin: bytes | None = None) -> str:
        """
        Runs podman.
        """
        return run(["podman", *self.storage, *args], stdin=stdin)

    def build(self, bench: Workbench, tag: str, *, layers: bool) -> str:
        """
        Builds a sample with buildah, with a layer for each instruction or one for all.
        """
        run(
            [
                *("buildah", *self.storage, "bud", "--isolation=chroot", "--pull-never"),
                f"--layers={str(layers).lower()}",
                *bench.plain_options(),
                *bench.mount_options(),
                *("--tag", tag, bench.context),
            ]
        )
        return f"localhost/{tag}"

    def save(self, tag: str, to: Path, form: str) -> Path:
        """
        Writes the archive that `podman save` makes: docker-archive or oci-archive.
        """
        self("save", "--format", form, "--output", to, tag)
        return to


@contextlib.contextmanager
def podman_engine() -> Iterator[Podman]:
    """
    A storage with the base image in it, and the service on its socket.
    """
    with short_folder() as folder:
        podman = Podman(folder)
        podman("import", "--change", 'CMD ["sh"]', "-", BASE, stdin=base_rootfs())
        log = folder / "log"
        service = ["podman", *podman.storage, "system", "service", "--time=0", podman.host]
        with process(service, log):
            socket = folder / "podman.sock"
            _wait(socket.exists, "podman system service", log)
            yield podman


class Registry:
    """
    Debian's registry, with a user and a password or open to all.
    """

    def __init__(
        self, host: str, login: tuple[str, str] | None = None, authority: Path | None = None
    ) -> None:
        self.host = host
        self.authority = authority
        """
        The file of whoever vouches for its certificate, if it speaks TLS.
        """
        self._login = ":".join(login) if login else ""

    def push(self, layout: Path, name: str) -> None:
        """
        Copies the one image of an OCI layout with all its platforms; gives it a name and tag.
        """
        login = ("--dest-creds", self._login) if self._login else ()
        options = ("--all", "--dest-tls-verify=false", *login)
        run(["skopeo", "copy", *options, f"oci:{layout}", f"docker://{self.host}/{name}"])

    def up(self) -> bool:
        """
        Whether it answers.
        """
        host, _, port = self.host.partition(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return True
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _certificate(folder: Path) -> dict[str, str]:
    """
    For the loopback, signed by itself.
    """
    made = {"certificate": str(folder / "crt"), "key": str(folder / "pem")}
    run(
        [*("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
         *("-subj", "/CN=r", "-addext", "subjectAltName=IP:127.0.0.1"),
         *("-keyout", made["key"], "-out", made["certificate"])]
    )  # fmt: skip
    return made


@contextlib.contextmanager
def registry_server(
    login: tuple[str, str] | None = None, *, has_tls: bool = False
) -> Iterator[Registry]:
    """
    A running registry without images.
    """
    with short_folder() as folder:
        http: dict[str, Any] = {"addr": f"127.0.0.1:{_free_port()}"}
        if has_tls:
            http["tls"] = _certificate(folder)
        registry = Registry(http["addr"], login, folder / "crt" if has_tls else None)
        config = {
            "version": "0.1",
            "log": {"level": "warn"},
            "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
            "http": http,
        }
        if login is not None:
            # The only hash that the registry takes is bcrypt's.
            salt = "$2b$05$" + "abcdefghijklmnopqrstuu"
            script = "print crypt($ARGV[0], $ARGV[1])"
            hashed = run(["perl", "-e", script, login[1], salt])
            (folder / "htpasswd").write_text(f"{login[0]}:{hashed}\n")
            config["auth"] = {"htpasswd": {"realm": "r", "path": str(folder / "htpasswd")}}
        (folder / "config.yml").write_text(json.dumps(config))
        log = folder / "log"
        with process(["docker-registry", "serve", folder / "config.yml"], log):
            _wait(registry.up, "docker-registry", log)
            yield registry
