"""
Each cause of a leak in a build of its own: the fix of the report, put into effect, gives a
Dockerfile that a real engine builds, and the image audits clean.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from auditor.ranking.advice import Applied, apply
from tests.command import Ran, audit
from tests.engines import Docker, serving
from tests.samples import fill
from tests.verdicts import check_silence

_GIT = r"""RUN printf '#!/bin/sh\ntest -S "$SSH_AUTH_SOCK" || test -s /root/.ssh/id_ed25519\n' \
    > /bin/git && chmod 755 /bin/git"""


@dataclass(frozen=True)
class Build:
    """
    A build that leaks; `@NAME@` stands for a secret, `@SERVER@` for a server on the loopback.
    """

    dockerfile: str
    shows: str
    """
    A pattern that the fixed Dockerfile must hold.
    """
    files: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, str] = field(default_factory=dict)
    serves: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    """
    What the advice must tell.
    """


BUILDS = {
    "arg": Build(
        "FROM base:local\nARG NPM_TOKEN\nARG LEVEL=info\n"
        'RUN test -n "$NPM_TOKEN" && echo "$LEVEL" > /level\n',
        r"^FROM base:local\nARG LEVEL=info\nRUN --mount=type=secret,id=npm_token,required=true ",
        args={"NPM_TOKEN": "@NPM_TOKEN@"},
        says="docker history",
    ),
    "arg before FROM": Build(
        "ARG NPM_TOKEN\nFROM base:local\nARG NPM_TOKEN\n"
        'RUN test -n "$NPM_TOKEN" && echo made > /made\n',
        r"--mount=type=secret,id=npm_token",
        args={"NPM_TOKEN": "@NPM_TOKEN@"},
        says="docker history",
    ),
    "arg with a default": Build(
        'FROM base:local\nARG NPM_TOKEN=@NPM_TOKEN@\nRUN test -n "$NPM_TOKEN" && echo m > /made\n',
        r"--mount=type=secret,id=npm_token",
        says="docker history",
    ),
    "env": Build(
        'FROM base:local\nENV LEVEL=info DB_PASSWORD="@DB_PASSWORD@"\nCMD ["sh", "/serve"]\n',
        r"^FROM base:local\nENV LEVEL=info\nCMD",
        says="when the container starts",
    ),
    "env of the old form": Build(
        "FROM base:local\nENV DB_PASSWORD @DB_PASSWORD@\nRUN echo made > /made\n",
        r"^FROM base:local\nRUN echo made",
    ),
    "copy": Build(
        "FROM base:local\nCOPY main.sh .env /app/\nRUN . /app/.env && echo made > /app/made\n",
        r"COPY main.sh /app/\nRUN --mount=type=secret,id=env,target=/app/.env,required=true",
        files={"main.sh": "echo hi\n", ".env": "GITHUB_TOKEN=@GITHUB_TOKEN@\n"},
        says=".dockerignore",
    ),
    "copy of a folder": Build(
        "FROM base:local\nCOPY . /app\n",
        r"COPY \. /app",
        files={"main.sh": "echo hi\n", "conf/.env": "GITHUB_TOKEN=@GITHUB_TOKEN@\n"},
        says=".dockerignore",
    ),
    "copy under another name": Build(
        "FROM base:local\nWORKDIR /app\nCOPY local.env settings\nRUN . ./settings; echo m > made\n",
        r"--mount=type=secret,id=settings,target=/app/settings",
        files={"local.env": "export GITHUB_TOKEN=@GITHUB_TOKEN@\n"},
    ),
    "add": Build(
        'FROM base:local\nADD ["key.pem", "/etc/app/key.pem"]\nRUN test -s /etc/app/key.pem\n',
        r"--mount=type=secret,id=key_pem,target=/etc/app/key.pem",
        files={"key.pem": "@PRIVATE_KEY@\n"},
        says=".dockerignore",
    ),
    "run that writes": Build(
        'FROM base:local\nARG NPM_TOKEN\nRUN echo "//r.example.com/:_authToken=$NPM_TOKEN" '
        "> /root/.npmrc && \\\n    cat /root/.npmrc | sha256sum > /made\n",
        r"--mount=type=secret,id=npm_token[\s\S]*rm -f /root/.npmrc",
        args={"NPM_TOKEN": "@NPM_TOKEN@"},
    ),
    "run that says": Build(
        'FROM base:local\nRUN echo "Authorization: token @GITHUB_TOKEN@" | sha256sum > /made\n',
        r"--mount=type=secret,id=(\w+),required=true \\\n    echo .*\$\(cat /run/secrets/\1\)",
    ),
    "run that fetches": Build(
        "FROM base:local\nRUN wget -q -O /tmp/key.pem @SERVER_URL@/key.pem && \\\n"
        "    sha256sum /tmp/key.pem > /made\n",
        r"-O /dev/shm/key.pem .*\\\n    sha256sum /dev/shm/key.pem",
        serves={"key.pem": "@PRIVATE_KEY@\n"},
        says="/dev/shm",
    ),
    "key for git": Build(
        f"FROM base:local\n{_GIT}\nCOPY id_ed25519 /root/.ssh/id_ed25519\n"
        "RUN chmod 600 /root/.ssh/id_ed25519 && git clone git@example.com:a/b.git\n",
        r"\nRUN --mount=type=ssh \\\n    git clone git@example.com:a/b.git\n",
        files={"id_ed25519": "@PRIVATE_KEY@\n"},
        says="through the agent",
    ),
    "builder stage": Build(
        "FROM base:local AS build\nCOPY .npmrc /src/.npmrc\nRUN echo made > /src/made\n"
        "FROM base:local\nCOPY --from=build /src /app\n",
        r"COPY --from=build /src/made /app/",
        files={".npmrc": "//r.example.com/:_authToken=@NPM_TOKEN@\n"},
        says="from the stage",
    ),
    "label": Build(
        'FROM base:local\nLABEL org.example.token="@GITLAB_TOKEN@" org.example.team="web"\n',
        r'^FROM base:local\nLABEL org.example.team="web"\n$',
        says="Labels are readable",
    ),
    "label alone": Build(
        "FROM base:local\nLABEL token=@GITLAB_TOKEN@\nRUN echo made > /made\n",
        r"^FROM base:local\nRUN",
    ),
    "cmd": Build(
        "FROM base:local\nCMD serve --token @GITHUB_TOKEN@\n",
        r"CMD serve --token \$\{\w+\}\n",
        says="when the container starts",
    ),
    "cmd of the exec form": Build(
        'FROM base:local\nCMD ["serve", "--token=@GITHUB_TOKEN@"]\n',
        r'CMD \["sh", "-c", "exec .*--token=\$\{\w+\}',
    ),
    "entrypoint": Build(
        'FROM base:local\nENTRYPOINT ["serve", "--token=@GITHUB_TOKEN@"]\n',
        r'ENTRYPOINT \["sh", "-c", "exec .*\$\{\w+\}',
    ),
    "health check": Build(
        "FROM base:local\nHEALTHCHECK --interval=30s CMD wget -q "
        "--header 'X: @GITHUB_TOKEN@' -O- http://127.0.0.1/\n",
        r"HEALTHCHECK --interval=30s CMD",
    ),
    "on build": Build(
        "FROM base:local\nRUN echo made > /made\nONBUILD RUN echo @GITHUB_TOKEN@ | sha256sum\n",
        r"ONBUILD RUN --mount=type=secret,id=\w+,required=true echo \$\(cat /run/secrets/\w+\) \|",
        says="ONBUILD is part of the image",
    ),
    "user of a number": Build(
        "FROM base:local\nWORKDIR /home/app\nRUN chown 7 /home/app\nUSER 7:7\nARG NPM_TOKEN\n"
        'RUN test -n "$NPM_TOKEN" && echo m > made\n',
        r"--mount=type=secret,id=npm_token,required=true,uid=7 ",
        args={"NPM_TOKEN": "@NPM_TOKEN@"},
    ),
    "user of a name": Build(
        "FROM base:local\nRUN echo 'app:x:7:7::/:/bin/sh' >> /etc/passwd && echo 'app:x:7:' >> "
        '/etc/group\nUSER app\nARG NPM_TOKEN\nRUN test -n "$NPM_TOKEN" && test $(id -u) = 7\n',
        r"--mount=type=secret,id=npm_token,required=true,mode=0444 ",
        args={"NPM_TOKEN": "@NPM_TOKEN@"},
    ),
}


@contextmanager
def folder_of(build: Build, planted: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """
    Writes the build's files; gives what stands for its placeholders.
    """
    with serving({name: fill(text, planted) for name, text in build.serves.items()}) as url:
        values = {**planted, "SERVER_URL": url}
        for name, text in {"Dockerfile": build.dockerfile, **build.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fill(text, values))
        yield values


def reported(docker: Docker, folder: Path, tag: str) -> Ran:
    """
    The audit of an image with its Dockerfile.
    """
    given = ("--dockerfile", folder / "Dockerfile")
    return audit("-f", "json", "--all", *given, tag, env={"DOCKER_HOST": docker.host})


def built(
    docker: Docker, folder: Path, tag: str, *options: str, env: Mapping[str, str] | None = None
) -> str:
    """
    An image of BuildKit.
    """
    more = ("--network=host", "--no-cache", *options, "--tag", tag)
    docker("build", *more, folder, stdin=None, **{**(env or {}), "DOCKER_BUILDKIT": "1"})
    return tag


def put_in(ran: Ran, folder: Path) -> Applied:
    """
    The folder with the fixes of a report.
    """
    dockerfile = folder / "Dockerfile"
    applied = apply(dockerfile.read_text(), [leak["fix"] for leak in ran.image["leaks"]])
    dockerfile.write_text(applied.dockerfile)
    if applied.ignore:
        # A secret that is mounted is named by its path, whatever the context leaves out.
        (folder / ".dockerignore").write_text("\n".join(applied.ignore) + "\n")
    return applied


def as_given(applied: Applied, folder: Path) -> list[str]:
    """
    The options of the fix, with the files where they are.
    """
    words: list[str] = []
    for option in applied.options:
        word, _, value = option.partition(" ")
        words += [word, re.sub(r"(?<=,src=)", f"{folder}/", value)]
    return words


@contextmanager
def agent(key: Path) -> Iterator[dict[str, str]]:
    """
    An ssh agent that holds a key.
    """
    socket = str(key.with_name("agent"))
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent is not installed")
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as running:
        try:
            yield {"SSH_AUTH_SOCK": socket}
        finally:
            running.terminate()


@pytest.mark.engine
@pytest.mark.parametrize("name", BUILDS)
def test_fix_of_a_cause(name: str, docker: Docker, planted: dict[str, str], tmp_path: Path) -> None:
    """
    The fix fits the line, and the image made of it gives nothing away.
    """
    build, folder = BUILDS[name], tmp_path / "context"
    folder.mkdir()
    tag = re.sub(r"\W", "-", name.lower())
    with folder_of(build, planted, folder) as values:
        words = [f"--build-arg={key}={fill(text, values)}" for key, text in build.args.items()]
        ran = reported(docker, folder, built(docker, folder, f"{tag}:leaky", *words))
        assert ran.code == 1, ran.out
        check_silence(ran, planted)
        assert ran.image["ledger"]["gaps"] == []
        advice = [leak["advice"] for leak in ran.image["leaks"]]
        assert any(build.says in text for text in advice), advice
        before = (folder / "Dockerfile").read_text()
        applied = put_in(ran, folder)
        assert applied.dockerfile != before or applied.ignore
        assert re.search(build.shows, applied.dockerfile), applied.dockerfile
        with agent(tmp_path / "key") as env:
            words = as_given(applied, folder)
            given = {**planted, **env} if words else env
            if any(word.endswith("/FILE") for word in words):
                # The FILE of the advice is the user's own.
                (folder / "FILE").write_text(values["GITHUB_TOKEN"])
            built(docker, folder, f"{tag}:fixed", *words, env=given)
        again = reported(docker, folder, f"{tag}:fixed")
    assert again.code == 0, applied.dockerfile + again.out
    assert [one for one in again.image["leaks"] if one["severity"] != "low"] == []


@pytest.mark.engine
@pytest.mark.parametrize("builder", ["0", "1"])
def test_label_of_the_command_line(
    builder: str, docker: Docker, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    `--label` goes before the Dockerfile's LABEL of that name, which is then no leak's line.
    """
    token = planted["GITHUB_TOKEN"]
    (tmp_path / "Dockerfile").write_text(
        'FROM base:local\nLABEL a.token=none b.token="@"\nRUN echo a\n'.replace("@", token)
    )
    docker("build", "--network=none", "--label", f"a.token={planted['GITLAB_TOKEN']}",
           "--tag=labels:1", tmp_path, DOCKER_BUILDKIT=builder)  # fmt: skip
    ran = reported(docker, tmp_path, "labels:1")
    lines = {
        place["path"]: (place["dockerfile_line"], leak["fix"])
        for leak in ran.image["leaks"]
        for place in leak["places"]
    }
    assert lines["config.Labels.a.token"] == (None, None)
    line, fix = lines["config.Labels.b.token"]
    assert line == 2
    assert fix.endswith(":2\nLABEL a.token=none")
