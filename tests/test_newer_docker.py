"""
Docker of today beside Debian's: provenance, heredocs and compose, for the advice that needs them.

Its programs are in a folder of their own, which `NEWER_DOCKER` names; see CONTRIBUTING.md for the
command that makes one. Without it these tests are skipped: making it takes minutes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.ranking.advice import apply
from tests import samples
from tests.command import Ran, audit
from tests.engines import NewerDocker, newer_engine
from tests.samples import fill
from tests.verdicts import check_silence

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STAGED = """FROM base:local AS build
ARG NPM_TOKEN
RUN <<EOT
test -n "$NPM_TOKEN"
echo made > /made
EOT
FROM base:local
COPY --from=build /made /made
"""


@pytest.fixture(scope="module")
def newer() -> Iterator[NewerDocker]:
    """
    The engine, with the containerd image store.
    """
    root = os.environ.get("NEWER_DOCKER")
    if not root or os.geteuid() != 0:
        pytest.skip("NEWER_DOCKER names no folder with a newer Docker")
    with newer_engine(Path(root)) as engine:
        yield engine


@pytest.fixture
def context(newer: NewerDocker) -> Iterator[Path]:
    """
    A folder that the engine's client sees.
    """
    folder = Path(tempfile.mkdtemp(dir=newer.root / "tmp"))
    yield folder
    shutil.rmtree(folder)


def reported(newer: NewerDocker, tag: str, *options: object) -> Ran:
    """
    The audit of an image of the engine.
    """
    return audit("-f", "json", *options, tag, env={"DOCKER_HOST": newer.host})


def test_build_arg_of_the_provenance(
    newer: NewerDocker, context: Path, planted: dict[str, str]
) -> None:
    """
    A build arg of another stage stands in the provenance alone; the fix leaves it nowhere. The
    line and the Dockerfile are the attestation's own.
    """
    token = planted["NPM_TOKEN"]
    (context / "Dockerfile").write_text(STAGED)
    most = ("--provenance=mode=max", f"--build-arg=NPM_TOKEN={token}", "--tag=staged:1")
    newer.build(context, *most)
    ran = reported(newer, "staged:1")
    assert ran.code == 1
    check_silence(ran, planted)
    (leak,) = ran.image["leaks"]
    assert all(place["path"].startswith("attestation/") for place in leak["places"])
    assert 2 in [place["dockerfile_line"] for place in leak["places"]]
    assert "provenance" in leak["advice"]
    applied = apply(STAGED, [leak["fix"]])
    assert "RUN --mount=type=secret,id=npm_token,required=true <<EOT\nexport " in applied.dockerfile
    assert "--provenance=mode=min" in applied.options
    (context / "Dockerfile").write_text(applied.dockerfile)
    words = [word for option in applied.options for word in option.split(" ")]
    newer.build(context, *words, "--tag=staged:2", NPM_TOKEN=token)
    assert reported(newer, "staged:2", "--all").code == 0
    # Even all of the provenance tells nothing any more.
    words = [word for word in words if not word.startswith("--provenance")]
    newer.build(context, *words, "--provenance=mode=max", "--tag=staged:3", NPM_TOKEN=token)
    assert reported(newer, "staged:3", "--all").code == 0


def test_least_provenance_is_enough(
    newer: NewerDocker, context: Path, planted: dict[str, str]
) -> None:
    """
    What the advice says of `mode=min` is so: it tells no build args of other stages.
    """
    (context / "Dockerfile").write_text(STAGED)
    given = f"--build-arg=NPM_TOKEN={planted['NPM_TOKEN']}"
    newer.build(context, "--provenance=mode=min", given, "--tag=least:1")
    assert reported(newer, "least:1", "--all").code == 0


def test_fix_of_a_compose_build(newer: NewerDocker, context: Path, planted: dict[str, str]) -> None:
    """
    `docker compose build` labels the image; the fix is a compose file that it takes.
    """
    sample = samples.load("compose")
    sample.render(context, planted)
    compose = context / "compose.yaml"
    compose.write_text(
        fill(compose.read_text(), planted).replace("context: .", "context: .\n      network: host")
    )
    newer.compose(context, "build")
    place = ("--dockerfile", context / "Dockerfile")
    ran = reported(newer, "shop-web", *place)
    assert ran.code == 1
    (leak,) = ran.image["leaks"]
    assert "build.secrets" in leak["advice"]
    dockerfile, fix = context / "Dockerfile", leak["fix"]
    dockerfile.write_text(apply(dockerfile.read_text(), [fix]).dockerfile)
    (context / "fix.yaml").write_text(fix.partition("# compose.yaml\n")[2])
    secret = f'        DATABASE_PASSWORD: "{planted["DB_PASSWORD"]}"\n'
    assert secret in compose.read_text()
    compose.write_text(compose.read_text().replace(secret, ""))
    both = ("-f", "compose.yaml", "-f", "fix.yaml")
    newer.compose(context, *both, "build", DATABASE_PASSWORD=planted["DB_PASSWORD"])
    ran = reported(newer, "shop-web", "--all", *place)
    assert ran.code == 0, ran.out
    assert ran.image["ledger"]["gaps"] == []
