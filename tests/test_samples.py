"""
Every sample image: built by a real engine and without one, audited by every route.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import dockerfile, samples
from tests.command import Ran, audit
from tests.engines import Docker, Workbench
from tests.fakes import BASE62, fakes
from tests.images import docker_archive, docker_members, oci_folder, tar_bytes
from tests.verdicts import check_secrets, check_silence, check_verdict

NAMES = samples.names()
BUILDS = [(name, builder) for name in NAMES for builder in samples.load(name).builders]
ROUTES = ("engine", "archive", "oci")
SCRIPT = samples.FOLDER.parent / "scripts" / "sample"

Build = Callable[[str, str], str]
Archive = Callable[[str, str], Path]


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


@pytest.fixture(scope="module")
def archive(docker: Docker, build: Build, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """
    Gives the `docker save` archive of a sample, saved once.
    """
    folder = tmp_path_factory.mktemp("archives")

    @functools.cache
    def saved(name: str, builder: str) -> Path:
        return docker.save(build(name, builder), folder / f"{name}-{builder}.tar")

    return saved


# --- the samples themselves ------------------------------------------------------------------


def test_every_way_of_the_readme_has_its_sample() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` ", (samples.FOLDER / "README.md").read_text(), re.M)
    assert sorted(listed) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_sample_holds_no_secret_itself(name: str) -> None:
    sample = samples.load(name)
    token = re.compile(r"gh[a-z]_\w{30}|npm_\w{36}|glpat-\w{20}|AKIA\w{16}|BEGIN [A-Z ]*PRIVATE")
    for path in filter(Path.is_file, sample.folder.rglob("*")):
        assert not token.search(path.read_text()), path
    if sample.verdict == "leak" and not sample.base:
        assert sample.leaks
        used = "".join(p.read_text() for p in sample.folder.rglob("*") if p.is_file())
        assert all(f"@{leak.secret}@" in used for leak in sample.leaks)


def test_fakes_are_repeatable_and_well_formed() -> None:
    once, again, other = fakes(), fakes(), fakes(7)
    assert once == again
    assert not set(once.values()) & set(other.values())
    assert all(c in BASE62 for c in once["GITHUB_TOKEN"].removeprefix("ghp_"))


def test_compose_passes_the_args_of_its_file() -> None:
    sample = samples.load("compose")
    text = (sample.folder / "compose.yaml").read_text().replace('"', "")
    assert all(f"{name}: {value}\n" in text for name, value in sample.args.items())


# --- without an engine -----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_generated_archive(name: str, planted: dict[str, str], tmp_path: Path) -> None:
    sample = samples.load(name)
    path = tmp_path / "image.tar"
    with path.open("wb") as out:
        docker_archive(dockerfile.build(sample, planted), out)
    ran = audit("-f", "json", "--all", path)
    check_verdict(ran, sample)
    check_silence(ran, planted)
    check_secrets(audit("-f", "json", "--all", "--show-secrets", path), sample, planted)


@pytest.mark.parametrize("name", NAMES)
def test_generated_layout(name: str, planted: dict[str, str], tmp_path: Path) -> None:
    sample = samples.load(name)
    oci_folder(dockerfile.build(sample, planted), tmp_path / "layout", compression="zstd")
    ran = audit("-f", "json", "--all", f"oci:{tmp_path / 'layout'}")
    check_verdict(ran, sample)
    check_silence(ran, planted)


@pytest.mark.parametrize("way", ["file", "stdin", "cut"])
def test_nothing_left_behind_holds_a_secret(
    way: str, planted: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    data = tar_bytes(docker_members(dockerfile.build(samples.load("copy-rm"), planted)))
    path = tmp_path / "image.tar"
    path.write_bytes(data[: len(data) // 2] if way == "cut" else data)
    given: tuple[object, bytes | None] = ("-", data) if way == "stdin" else (path, None)
    env = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME"), str(home))
    check_silence(audit("-v", given[0], env=env, stdin=given[1]), planted)
    left = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert not [name for name, value in planted.items() if value.encode() in left]


def test_script_writes_the_same_image_each_time(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "copy-rm"]
    subprocess.run([*command, "-o", str(tmp_path / "a.tar")], check=True, capture_output=True)
    piped = subprocess.run([*command, "-o", "-"], check=True, capture_output=True)
    assert piped.stdout == (tmp_path / "a.tar").read_bytes()


def test_script_writes_a_layout_too(tmp_path: Path) -> None:
    path = tmp_path / "layout.tar"
    command = [sys.executable, str(SCRIPT), "env", "--format", "oci", "-o", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    check_verdict(audit("-f", "json", "--all", path), samples.load("env"))


def test_script_lists_every_sample() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--list"], check=True, capture_output=True)
    assert [line.split()[0] for line in done.stdout.decode().splitlines()] == NAMES


# --- with the engine -------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.parametrize("name", [name for name, builder in BUILDS if builder == "buildkit"])
def test_generated_equals_built(
    name: str, archive: Archive, planted: dict[str, str], tmp_path: Path
) -> None:
    generated = tmp_path / "generated.tar"
    with generated.open("wb") as out:
        docker_archive(dockerfile.build(samples.load(name), planted), out)
    assert _outline(generated) == _outline(archive(name, "buildkit"))


def _outline(path: Path) -> dict[str, Any]:
    """
    What an archive holds apart from times, digests, directories, and the base's own files.
    """
    with tarfile.open(path) as outer:
        (manifest,) = json.loads(_member(outer, "manifest.json"))
        config = json.loads(_member(outer, manifest["Config"]))
        layers = [_files(outer, name) for name in manifest["Layers"][1:]]
    history = [
        # The address of the server that a test starts is another one each time.
        (re.sub(r"http://127.0.0.1(:\d+)?", "URL", item.get("created_by", "")), item.get("comment"))
        for item in config["history"]
    ]
    keys = ("Env", "Cmd", "Labels", "WorkingDir")
    return {
        "layers": layers,
        "history": history,
        "empty": [item.get("empty_layer", False) for item in config["history"]],
        "config": {key: config["config"].get(key) for key in keys},
    }


def _member(outer: tarfile.TarFile, name: str) -> bytes:
    file = outer.extractfile(name)
    assert file is not None, name
    return file.read()


def _files(outer: tarfile.TarFile, name: str) -> dict[str, bytes]:
    with tarfile.open(fileobj=outer.extractfile(name)) as layer:
        return {info.name: _member(layer, info.name) for info in layer if info.isfile()}


def _audit_by(
    route: str, docker: Docker, tag: str, saved: Callable[[], Path], folder: Path, *options: str
) -> Ran:
    if route == "engine":
        return audit("-f", "json", "--all", *options, tag, env={"DOCKER_HOST": docker.host})
    if route == "archive":
        return audit("-f", "json", "--all", *options, saved())
    return audit("-f", "json", "--all", *options, docker.to_oci(tag, folder / "layout"))


@pytest.mark.engine
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("name", "builder"), BUILDS)
def test_built_sample(
    name: str,
    builder: str,
    route: str,
    docker: Docker,
    build: Build,
    archive: Archive,
    planted: dict[str, str],
    tmp_path: Path,
) -> None:
    tag = build(name, builder)
    ran = _audit_by(route, docker, tag, lambda: archive(name, builder), tmp_path)
    check_verdict(ran, samples.load(name))
    check_silence(ran, planted)


@pytest.mark.engine
@pytest.mark.parametrize(("name", "builder"), BUILDS)
def test_built_sample_shows_its_secrets_when_asked(
    name: str, builder: str, archive: Archive, planted: dict[str, str]
) -> None:
    ran = audit("-f", "json", "--all", "--show-secrets", archive(name, builder))
    check_secrets(ran, samples.load(name), planted)


@pytest.mark.engine
def test_dangling_builder_stage(docker: Docker, build: Build, planted: Mapping[str, str]) -> None:
    build("multi-stage", "classic")
    found = docker("images", "--quiet", "--no-trunc", "--filter", "label=stage=build")
    ran = audit("-f", "json", "--all", found.split()[0], env={"DOCKER_HOST": docker.host})
    check_verdict(ran, samples.load("builder-stage"))
    check_silence(ran, planted)


@pytest.mark.engine
def test_inherited_leak_is_told_apart(docker: Docker, build: Build) -> None:
    tag = build("inherited", "buildkit")
    base = build("private-key", "buildkit")
    ran = audit("-f", "json", "--all", "--base", base, tag, env={"DOCKER_HOST": docker.host})
    origins = [layer["origin"] for layer in ran.image["layers"]]
    assert origins == ["base", "base", "own", "own"]
    assert [leak["origin"] for leak in ran.image["leaks"]] == ["base"]


@pytest.mark.engine
def test_runtime_password_works_and_stays_out(docker: Docker, build: Build) -> None:
    tag = build("runtime-password", "buildkit")
    said = docker("run", "--rm", "--network=none", "--env", "DB_PASSWORD=given-now", tag)
    assert said == "connected as shop\n"
    assert "given-now" not in docker("history", "--no-trunc", tag)
