"""
The fixes put into effect: each leaky sample is built again by a real engine, and audits clean.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from auditor.ranking.advice import Applied, apply
from tests import samples
from tests.command import Ran, audit
from tests.engines import Docker, Podman, Workbench, run
from tests.verdicts import check_silence

LEAKY = [name for name in samples.names() if samples.load(name).verdict == "leak"]
BUILDS = [(name, b) for name in LEAKY for b in samples.load(name).builders]
FIXED_BELOW = ("inherited",)
"""
Samples whose Dockerfile is innocent: the remedy is in their base.
"""

Build = Callable[[str, str], str]


@pytest.fixture(scope="module")
def build(docker: Docker, planted: dict[str, str]) -> Build:
    """
    Builds a sample with a builder, once, and gives its tag.
    """

    @functools.cache
    def built(name: str, builder: str) -> str:
        sample = samples.load(name)
        if sample.base:
            docker("tag", built(sample.base, builder), samples.load(sample.base).tag)
        with Workbench(sample, planted) as bench:
            return docker.build(bench, builder, f"{name}:{builder}")

    return built


def fixed(ran: Ran, bench: Workbench) -> Applied:
    """
    The Dockerfile of the bench with every fix of the report, written down with its .dockerignore.
    """
    path = bench.context / "Dockerfile"
    applied = apply(path.read_text(), [leak["fix"] for leak in ran.image["leaks"]])
    path.write_text(applied.dockerfile)
    if applied.ignore:
        ignore = bench.context / ".dockerignore"
        before = ignore.read_text() if ignore.exists() else ""
        ignore.write_text(before + "".join(f"{line}\n" for line in applied.ignore))
    return applied


def options(applied: Applied, bench: Workbench) -> list[str]:
    """
    The options of the fix as the user would give them: values in the environment, files at hand.
    """
    words: list[str] = []
    for option in applied.options:
        word, _, value = option.partition(" ")
        words += [word, re.sub(r"(?<=,src=)", f"{bench.context}/", value)]
    return words


def rebuilt(
    docker: Docker, bench: Workbench, applied: Applied, tag: str, values: Mapping[str, str]
) -> str:
    """
    The image of the fixed Dockerfile, built by BuildKit.
    """
    plain = bench.plain_options()
    given = {re.sub(r".*,env=", "", o) for o in applied.options if ",env=" in o}
    secrets = {n: v for o, n, v in _args(plain) if n in given}
    left = [word for o, n, v in _args(plain) if n not in given for word in (o, f"{n}={v}")]
    left += [word for word in plain if word.startswith("--target")] and plain[-2:]
    docker(
        "build",
        f"--network={bench.sample.network}",
        *left,
        *bench.mount_options(),
        *options(applied, bench),
        "--tag",
        tag,
        bench.context,
        stdin=None,
        **{"DOCKER_BUILDKIT": "1", **secrets},
    )
    return tag


def _args(words: list[str]) -> list[tuple[str, str, str]]:
    pairs = zip(words[0::2], words[1::2], strict=True)
    found = [(option, *value.partition("=")[::2]) for option, value in pairs]
    return [(o, n, v) for o, n, v in found if o in ("--build-arg", "--label")]


@pytest.mark.engine
@pytest.mark.parametrize(("name", "builder"), [b for b in BUILDS if b[0] not in FIXED_BELOW])
def test_fixed_sample_audits_clean(
    name: str, builder: str, docker: Docker, build: Build, planted: dict[str, str]
) -> None:
    """
    The fixes of the report, applied to the Dockerfile, give one that builds and audits clean.
    """
    tag = build(name, builder)
    env = {"DOCKER_HOST": docker.host}
    with Workbench(samples.load(name), planted) as bench:
        given = ("--dockerfile", bench.context / "Dockerfile")
        ran = audit("-f", "json", *given, tag, env=env)
        assert ran.code == 1
        check_silence(ran, planted)
        applied = fixed(ran, bench)
        again = rebuilt(docker, bench, applied, f"{name}-{builder}:fixed", planted)
        ran = audit("-f", "json", "--all", *given, again, env=env)
    assert ran.code == 0, ran.out
    assert [g["reason"] for g in ran.image["ledger"]["gaps"]] == []


@pytest.mark.engine
@pytest.mark.parametrize("builder", ["classic", "buildkit"])
def test_inherited_leak_is_mended_in_the_base(
    builder: str, docker: Docker, build: Build, planted: dict[str, str]
) -> None:
    """
    The advice names the base; once that is fixed, the image built on it again is clean.
    """
    env = {"DOCKER_HOST": docker.host}
    base = build("private-key", builder)
    with Workbench(samples.load("inherited"), planted) as bench:
        given = ("--dockerfile", bench.context / "Dockerfile")
        ran = audit("-f", "json", *given, build("inherited", builder), env=env)
        (leak,) = ran.image["leaks"]
        assert leak["advice"].startswith("It comes from the base image private-key:local: rebuild")
        assert leak["fix"] is None
        with Workbench(samples.load("private-key"), planted) as below:
            place = ("--dockerfile", below.context / "Dockerfile")
            applied = fixed(audit("-f", "json", *place, base, env=env), below)
            rebuilt(docker, below, applied, samples.load("private-key").tag, planted)
        try:
            again = docker.build(bench, "buildkit", f"inherited-{builder}:fixed")
        finally:
            docker("tag", base, samples.load("private-key").tag)
        assert audit("-f", "json", "--all", *given, again, env=env).code == 0


@pytest.mark.engine
@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("arg-npmrc", True),
        ("arg-npmrc", False),
        # In one layer for all the file that is removed was never stored.
        ("copy-rm", True),
        ("env", False),
        ("secret-mount-copied", False),
    ],
)
def test_fixed_with_buildah(
    name: str, layers: bool, podman: Podman, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    Lines and fixes hold for what buildah writes, too, a layer for each step or one for all.
    """
    with Workbench(samples.load(name), planted) as bench:
        tag = podman.build(bench, f"{name}-{layers}:leaky".lower(), layers=layers)
        archive = podman.save(tag, tmp_path / "leaky.tar", "oci-archive")
        given = ("--dockerfile", bench.context / "Dockerfile")
        ran = audit("-f", "json", *given, archive)
        assert ran.code == 1
        assert ran.image["ledger"]["gaps"] == []
        places = [place for leak in ran.image["leaks"] for place in leak["places"]]
        assert all(place["dockerfile_line"] for place in places)
        applied = fixed(ran, bench)
        secret_args = {re.sub(r".*,env=", "", o) for o in applied.options if ",env=" in o}
        plain = [(o, n, v) for o, n, v in _args(bench.plain_options()) if n not in secret_args]
        words = [word for option, n, v in plain for word in (option, f"{n}={v}")]
        run(
            [
                *("buildah", *podman.storage, "bud", "--isolation=chroot", "--pull-never"),
                *(f"--layers={str(layers).lower()}", *words, *bench.mount_options()),
                *options(applied, bench),
                *("--tag", f"{name}-{layers}:fixed".lower(), bench.context),
            ],
            env=planted,
        )
        again = podman.save(
            f"localhost/{name}-{layers}:fixed".lower(), tmp_path / "fixed.tar", "oci-archive"
        )
        ran = audit("-f", "json", "--all", again)
    assert ran.code == 0, ran.out
