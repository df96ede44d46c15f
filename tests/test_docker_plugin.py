"""
`docker audit`: what the docker client asks of a plugin, and the real client that asks it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor import __version__, docker_plugin, plugin_install
from auditor.errors import UsageError
from tests.command import Ran
from tests.conftest import require
from tests.engines import DOCKER, Docker
from tests.fakes import fakes

PROGRAM = Path(sys.executable).parent / "docker-audit"
HEAVY = ("click", "docker", "detect_secrets", "hyperscan", "auditor.cli", "json")


# --- metadata --------------------------------------------------------------------------------


def test_metadata() -> None:
    """
    The client's question is answered with what it demands.
    """
    done = subprocess.run([PROGRAM, docker_plugin.METADATA], capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert told["SchemaVersion"] == "0.1.0"
    assert told["Version"] == __version__
    assert all(told[key] for key in ("Vendor", "ShortDescription"))


def test_metadata_needs_nothing_heavy() -> None:
    """
    The client asks whenever it shows its help: nothing that takes time is imported for it.
    """
    code = (
        "import sys; before = set(sys.modules); from auditor import docker_plugin;"
        f"print([m for m in {HEAVY!r} if m in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_metadata_comes_at_once() -> None:
    """
    A call takes at most a tenth of a second. Other tests run beside, so the processor's time
    counts; there is nothing else in it to wait for.
    """
    took = []
    for _ in range(5):
        began = os.times()
        subprocess.run([PROGRAM, docker_plugin.METADATA], capture_output=True, check=True)
        ended = os.times()
        took.append(
            ended.children_user + ended.children_system
            - began.children_user - began.children_system
        )  # fmt: skip
    assert min(took) <= 0.1


# --- options of the docker client ------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("audit -H x", {}),
        ("-H unix:///s audit -c", {"host": "unix:///s"}),
        ("-Hunix:///s audit", {"host": "unix:///s"}),
        ("-H=unix:///s audit", {"host": "unix:///s"}),
        ("-DH unix:///s audit", {"debug": "", "host": "unix:///s"}),
        ("--host=unix:///s --debug audit", {"host": "unix:///s", "debug": ""}),
        ("-c ci --config /c audit", {"context": "ci", "config": "/c"}),
        ("--context=ci -l debug audit", {"context": "ci", "level": "debug"}),
        ("--tls --tlsverify=false audit", {"tls": "", "verify": "false"}),
        (
            "--tlscacert a --tlscert=b --tlskey c audit",
            {"ca": "a", "cert": "b", "key": "c"},
        ),
    ],
)
def test_options_of_the_client(words: str, given: dict[str, str]) -> None:
    """
    Options before the plugin's name are the client's, in every way in which they are written.
    """
    told, rest = docker_plugin.split(words.split())
    assert told == given
    assert rest[0] == "audit"


@pytest.mark.parametrize("words", ["--nosuch audit", "-H", "-H a -H b audit", "--host=a -Hb audit"])
def test_options_that_cannot_be(words: str) -> None:
    """
    An option that is not known, without its value or given twice is an error, not passed over.
    """
    with pytest.raises(ValueError, match=r"option|only one"):
        docker_plugin.split(words.split())


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        ({"host": "unix:///s"}, {"DOCKER_CONTEXT": "a"}, {"DOCKER_CONTEXT": "a",
                                                          "DOCKER_HOST": "unix:///s"}),
        ({"host": "h:2375"}, {}, {"DOCKER_HOST": "tcp://h:2375"}),
        ({"context": "ci"}, {"DOCKER_HOST": "unix:///s"}, {"DOCKER_CONTEXT": "ci"}),
        ({"context": "default"}, {"DOCKER_HOST": "s"}, {"DOCKER_CONTEXT": "default",
                                                        "DOCKER_HOST": "s"}),
        ({"config": "/c"}, {}, {"DOCKER_CONFIG": "/c"}),
        ({"verify": ""}, {"DOCKER_CERT_PATH": "/k"}, {"DOCKER_CERT_PATH": "/k",
                                                      "DOCKER_TLS_VERIFY": "1"}),
        ({"tls": "", "config": "/c"}, {}, {"DOCKER_CONFIG": "/c", "DOCKER_CERT_PATH": "/c",
                                           "DOCKER_TLS_VERIFY": ""}),
        ({"tls": "false"}, {}, {}),
    ],
)  # fmt: skip
def test_options_are_obeyed(
    given: dict[str, str], before: dict[str, str], after: dict[str, str]
) -> None:
    """
    Each means what its variable of the environment means; an option goes before a variable.
    """
    environment = dict(before)
    docker_plugin.obey(given, environment)
    assert environment == after


def test_debug_is_verbose() -> None:
    """
    `-D` and `--log-level debug` say what is being done.
    """
    assert docker_plugin.obey({"debug": ""}, {})
    assert docker_plugin.obey({"level": "debug"}, {})
    assert not docker_plugin.obey({"level": "warn"}, {})


def test_host_and_context_exclude_each_other() -> None:
    """
    As for the client itself.
    """
    with pytest.raises(ValueError, match="exclude"):
        docker_plugin.obey({"host": "a", "context": "b"}, {})


def test_certificates_by_file(tmp_path: Path) -> None:
    """
    Files of other names are found where the variable expects them; a missing one is an error.
    """
    for name in ("a", "b", "key.pem"):
        (tmp_path / name).write_text(name)
    environment = {"DOCKER_CERT_PATH": str(tmp_path)}
    given = {"ca": str(tmp_path / "a"), "cert": str(tmp_path / "b"), "verify": "true"}
    docker_plugin.obey(given, environment)
    folder = Path(environment["DOCKER_CERT_PATH"])
    assert [(folder / f"{name}.pem").read_text() for name in ("ca", "cert", "key")] == [
        "a", "b", "key.pem"
    ]  # fmt: skip
    assert all((folder / f"{name}.pem").is_symlink() for name in ("ca", "cert", "key"))
    with pytest.raises(ValueError, match="no such file"):
        docker_plugin.obey({"ca": "/no/such"}, {"DOCKER_CERT_PATH": str(tmp_path)})


def test_wrong_option_is_wrong_usage() -> None:
    """
    It ends with exit 2 and two lines.
    """
    done = subprocess.run([PROGRAM, "--nosuch", "audit"], capture_output=True, text=True)
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["audit", "hint"]


# --- getting there ---------------------------------------------------------------------------


def test_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    One command puts a link where the client looks, again without harm, and over no other file.
    """
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "c"))
    for _ in range(2):
        target = plugin_install.install()
        assert target == tmp_path / "c/cli-plugins/docker-audit"
        assert target.resolve() == PROGRAM.resolve()
    target.unlink()
    target.write_text("somebody else's")
    with pytest.raises(UsageError, match="is there already"):
        plugin_install.install()
    assert target.read_text() == "somebody else's"
    monkeypatch.setenv("DOCKER_CONFIG", str(target))
    with pytest.raises(UsageError, match="cannot be made"):
        plugin_install.install()


# --- the real client -------------------------------------------------------------------------


class Client:
    """
    The docker client with the plugin in its own configuration folder.
    """

    def __init__(self, program: Path, config: Path) -> None:
        self._program = program
        self.config = config

    def __call__(self, *args: str, **env: str) -> Ran:
        # Without DOCKER_HOST, unless a test sets it.
        done = subprocess.run(
            [self._program, *args],
            env={**os.environ, "DOCKER_CONFIG": str(self.config), **env},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def _installed(program: Path, config: Path) -> Iterator[Client]:
    subprocess.run(
        [sys.executable, "-m", "auditor", "--install-docker-plugin"],
        env={**os.environ, "DOCKER_CONFIG": str(config)},
        check=True,
        capture_output=True,
    )
    yield Client(program, config)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """
    Debian's client.
    """
    require(DOCKER)
    with _installed(DOCKER, tmp_path / "config") as made:
        yield made


@pytest.fixture(scope="module")
def built(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """
    An image with a leak, in the engine.
    """
    folder = tmp_path_factory.mktemp("context")
    (folder / "Dockerfile").write_text("FROM base:local\nCOPY .env /app/\nRUN rm /app/.env\n")
    (folder / ".env").write_text(f"TOKEN={fakes()['GITHUB_TOKEN']}\n")
    docker("build", "--network=none", "--tag", "plugin:1", folder, DOCKER_BUILDKIT="0")
    return "plugin:1"


@pytest.mark.engine
def test_client_lists_the_plugin(client: Client) -> None:
    """
    `docker --help` knows it, and both ways to ask for its help show it.
    """
    assert "Find every secret that an image gives away" in client("--help").out
    for words in (("audit", "--help"), ("help", "audit")):
        ran = client(*words)
        assert (ran.code, ran.out.splitlines()[0]) == (
            0, "Usage: docker audit [OPTIONS] IMAGE..."
        )  # fmt: skip


@pytest.mark.engine
@pytest.mark.parametrize("how", ["-H", "--host", "context", "variable"])
def test_client_audits(how: str, client: Client, docker: Docker, built: str) -> None:
    """
    `docker audit` reads the engine that the client was told of, and its exit code comes through.
    """
    options: tuple[str, ...] = ()
    env = {}
    if how == "context":
        client("context", "create", "mine", "--docker", f"host={docker.host}")
        options = ("--context", "mine")
    elif how == "variable":
        env = {"DOCKER_HOST": docker.host}
    else:
        options = (how, docker.host)
    ran = client(*options, "audit", "-f", "json", built, **env)
    assert ran.code == 1, ran.err
    assert ran.image["source"] == "docker"
    (place,) = ran.image["leaks"][0]["places"]
    assert (place["path"], place["state"]) == ("/app/.env", "deleted")


@pytest.mark.engine
def test_client_with_debug(client: Client, docker: Docker, built: str) -> None:
    """
    `docker -D audit` says what is being done.
    """
    ran = client("-D", "-H", docker.host, "audit", "--fail-on", "never", built)
    assert ran.code == 0
    assert f"audit: reading {built} from docker" in ran.err


@pytest.mark.engine
def test_client_passes_errors_on(client: Client, docker: Docker) -> None:
    """
    What is not there is exit 3, wrong usage exit 2.
    """
    assert client("-H", docker.host, "audit", "nosuch:1").code == 3
    assert client("audit", "--nosuch").code == 2


@pytest.mark.engine
def test_client_completes(client: Client, docker: Docker, built: str) -> None:
    """
    The plugin answers the client's completion with options and the engine's images.
    """
    environment = {**os.environ, "DOCKER_HOST": docker.host}

    def complete(*words: str) -> list[str]:
        done = subprocess.run(
            [PROGRAM, *words], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    assert complete("__complete", "audit", "--fail-")[0].startswith("--fail-on\tExit 1")
    assert complete("__completeNoDesc", "audit", "--fail-") == ["--fail-on", ":4"]
    assert complete("__complete", "audit", "--fail-on", "cr") == ["critical", ":4"]
    assert complete("__complete", "audit", "plug") == [built, ":0"]
    assert complete("__complete", "audit", "./x") == [":0"]


# --- all images of an engine -----------------------------------------------------------------


@pytest.mark.engine
def test_local_audits_all_images(client: Client, docker: Docker, built: str) -> None:
    """
    `--local` reads every image of the engine, a dangling one too, each once.
    """
    docker("tag", built, "plugin:other-name")
    folder = client.config.parent / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM base:local\nENV DB_PASSWORD=Tr0ub4dor-3x\n")
    identifier = docker("build", "-q", "--network=none", folder, DOCKER_BUILDKIT="0").strip()
    ran = client("-H", docker.host, "audit", "--local", "-f", "json")
    assert ran.code == 1
    references = [image["reference"] for image in ran.report["images"]]
    assert {"base:local", "plugin:1", identifier} <= set(references)
    assert "plugin:other-name" not in references
    assert len(references) == len(set(references))


@pytest.mark.engine
def test_pull_that_fails(client: Client, docker: Docker, built: str) -> None:
    """
    An image that no registry gives is not audited, though the engine has one of that name.
    """
    ran = client("-H", docker.host, "audit", "--pull", "127.0.0.1:1/nosuch:1")
    assert (ran.code, ran.out) == (3, "")
    assert "127.0.0.1:1/nosuch:1: cannot be pulled" in ran.err
