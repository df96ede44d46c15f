"""
Proofs: the commands that a report gives show the secret, and do not hold it.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests import samples
from tests.command import Ran, audit
from tests.engines import Docker, Podman, Workbench
from tests.images import (
    Members,
    Recipe,
    docker25_members,
    docker_members,
    entry,
    oci_members,
    podman_members,
    skopeo_dir_members,
    tar_bytes,
    tar_layer,
    write_folder,
)
from tests.test_archives import NAMES, PACKED

LEAKY = [name for name in samples.names() if samples.load(name).verdict == "leak"]
BUILDS = [(name, b) for name in LEAKY for b in samples.load(name).builders]

Build = Callable[[str, str], str]


@pytest.fixture(autouse=True)
def tools() -> None:
    """
    What the commands call.
    """
    absent = [tool for tool in ("jq", "tar", "sed", "zstd", "xz") if shutil.which(tool) is None]
    if absent and os.environ.get("CI"):
        pytest.fail(f"CI must have every tool; not installed: {absent}", pytrace=False)
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")


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


def shown(command: str, **env: str) -> str:
    """
    What a proof prints, run as its reader would.
    """
    # Debian's own client comes first: it is as old as the engine of the tests.
    path = f"/usr/bin:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **env},
        capture_output=True,
        timeout=120,
    )
    return done.stdout.decode(errors="surrogateescape")


def check(ran: Ran, planted: Mapping[str, str], least: int = 1, **env: str) -> list[str]:
    """
    Every leak of a secret that was planted has a proof, which prints it; gives the proofs.
    """
    found = []
    for leak in ran.image["leaks"]:
        value = next((v for v in planted.values() if _same(leak["secret"], v)), None)
        if value is None:
            continue
        assert leak["proof"], leak
        assert value not in leak["proof"]
        said = shown(leak["proof"], **env)
        assert all(line in said for line in value.splitlines()), (leak["proof"], said)
        found.append(leak["proof"])
    assert len(found) >= least
    return found


def _same(found: str | None, planted: str) -> bool:
    return (found or "").split() == planted.split()


def secrets(*args: object, **env: str) -> Ran:
    """
    A report that holds the secrets, so that a test knows which proof is whose.
    """
    return audit("-f", "json", "--all", "--show-secrets", *args, env=env)


@pytest.mark.engine
@pytest.mark.parametrize("route", ["engine", "archive", "oci"])
@pytest.mark.parametrize(("name", "builder"), BUILDS)
def test_proof_of_a_built_sample(
    name: str,
    builder: str,
    route: str,
    docker: Docker,
    build: Build,
    planted: dict[str, str],
    tmp_path: Path,
) -> None:
    """
    Each leak of a sample is shown by its proof: from the engine, an archive, and a layout.
    """
    tag = build(name, builder)
    env = {"DOCKER_HOST": docker.host}
    if route == "engine":
        check(secrets(tag, **env), planted, 1, **env)
    elif route == "archive":
        check(secrets(docker.save(tag, tmp_path / "it's an image.tar")), planted)
    else:
        check(secrets(f"oci:{docker.to_oci(tag, tmp_path / 'lay out')}"), planted)


# --- any layout ------------------------------------------------------------------------------


def leaky(planted: Mapping[str, str]) -> Recipe:
    """
    A file that is deleted, a build arg, an ENV and a label.
    """
    env = f"# of the app\nGITHUB_TOKEN={planted['GITHUB_TOKEN']}\n".encode()
    args = f"RUN |1 NPM_TOKEN={planted['NPM_TOKEN']} /bin/sh -c make # buildkit"
    return (
        Recipe("app:1")
        .step("COPY .env /app/ # buildkit", files={"app/.env": env})
        .step(args, files={"app/made": b"x"})
        .step("RUN rm /app/.env # buildkit", delete=["app/.env"])
        .env("DB_PASSWORD", planted["DB_PASSWORD"])
        .label("org.example.token", planted["GITLAB_TOKEN"])
    )


LAYOUTS: dict[str, Callable[[Recipe], Members]] = {
    "docker": docker_members,
    "docker25": docker25_members,
    "docker25-gzip": lambda recipe: docker25_members(recipe, compression="gzip"),
    "podman": podman_members,
    "oci-none": lambda recipe: oci_members(recipe, compression="none"),
    "oci-gzip": oci_members,
    "oci-zstd": lambda recipe: oci_members(recipe, compression="zstd"),
    "oci-xz": lambda recipe: oci_members(recipe, compression="xz"),
    "oci-bzip2": lambda recipe: oci_members(recipe, compression="bzip2"),
}


@pytest.mark.parametrize("prefix", ["", "./"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_proof_from_an_archive(
    layout: str, prefix: str, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    Whoever wrote the archive and however its layers are packed, the commands show the secrets.
    """
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(LAYOUTS[layout](leaky(planted)), prefix=prefix))
    proofs = check(secrets(path), planted, 4)
    assert any("sed -n 2p" in proof for proof in proofs)
    assert all(str(path) in proof for proof in proofs)


@pytest.mark.parametrize("kind", ["oci", "dir"])
def test_proof_from_a_folder(kind: str, planted: dict[str, str], tmp_path: Path) -> None:
    """
    A layout in a folder needs no outer tar.
    """
    folder = tmp_path / "the layout"
    recipe = leaky(planted)
    write_folder(oci_members(recipe) if kind == "oci" else skopeo_dir_members(recipe), folder)
    proofs = check(secrets(f"{kind}:{folder}"), planted, 4)
    assert all(proof.startswith("cat ") for proof in proofs)


def test_proof_of_standard_input(planted: dict[str, str], tmp_path: Path) -> None:
    """
    What came on standard input is called IMAGE.tar.
    """
    data = tar_bytes(docker_members(leaky(planted)))
    (tmp_path / "IMAGE.tar").write_bytes(data)
    ran = audit("-f", "json", "--all", "--show-secrets", "-", stdin=data)
    for leak in ran.image["leaks"]:
        said = shown(f"cd {tmp_path} && {leak['proof']}")
        assert leak["secret"] in said


def test_proof_of_one_image_of_several(planted: dict[str, str], tmp_path: Path) -> None:
    """
    The tag behind an archive's name is no part of its path.
    """
    path = tmp_path / "image.tar"
    recipes = [leaky(planted), Recipe("other:1").step("COPY a /", files={"a": b"x"})]
    path.write_bytes(tar_bytes(docker_members(recipes)))
    check(secrets(f"docker-archive:{path}:app:1"), planted, 4)


HOSTILE = [
    "it's; $(touch pwned) `x`.env",
    "-rf.env",
    "two\nlines.env",
    "\x1b[31mred.env",
    "caf\udce9.env",
    "back\\slash.env",
    "back\\nslash.env",
    "[a-z]*?.env",
    "ünï.env",
    "%s%d.env",
    "|sh.env",
    "#.env",
    "a b/c d/.env",
]


@pytest.mark.parametrize("form", ["{}", "./{}", "/{}", "x/../{}"])
@pytest.mark.parametrize("name", HOSTILE)
def test_proof_with_a_hostile_name(
    name: str, form: str, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    No name in an image gets a shell to do anything but name it; entries are named as stored.
    """
    body = f"TOKEN={planted['GITHUB_TOKEN']}\n".encode()
    layer = tar_layer([entry(form.format(name), body)])
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe().raw_layer("COPY . /", layer))))
    (proof,) = check(secrets(path), planted)
    assert proof.isprintable()
    assert not list(Path.cwd().glob("pwned*"))


def test_proof_of_a_name_with_a_line_end_last(planted: dict[str, str], tmp_path: Path) -> None:
    """
    A shell cannot be given a name that ends with a line end by a plain command: no proof is better
    than a wrong one.
    """
    body = f"TOKEN={planted['GITHUB_TOKEN']}\n".encode()
    layer = tar_layer([entry("a.env\n", body)])
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe().raw_layer("COPY . /", layer))))
    (leak,) = secrets(path).image["leaks"]
    assert leak["proof"] is None


def test_proof_never_holds_the_secret(planted: dict[str, str], tmp_path: Path) -> None:
    """
    A file whose name is the secret is not named.
    """
    token = planted["GITHUB_TOKEN"]
    layer = tar_layer([entry(f"app/{token}", b"x"), entry(f"b/{token}", f"t={token}\n".encode())])
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe().raw_layer("COPY . /", layer))))
    ran = audit("-f", "json", "--all", path)
    assert token not in ran.out
    proofs = [leak["proof"] for leak in ran.image["leaks"]]
    assert proofs and all(proof and token in shown(proof) for proof in proofs)


def test_proof_of_a_file_that_stands_twice(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Of an entry that a later one of the same layer replaces, too.
    """
    one, two = (f"TOKEN={planted[name]}\n".encode() for name in ("GITHUB_TOKEN", "NPM_TOKEN"))
    layer = tar_layer([entry("a/.env", one), entry("a/.env", b"# more\n" + two)])
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe().raw_layer("COPY . /", layer))))
    check(secrets(path), planted, 2)


def test_proof_of_a_file_in_a_file(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Of a file in an archive the command ends at the archive, and says where in it.
    """
    inner = tar_layer([entry("conf/.env", f"TOKEN={planted['GITHUB_TOKEN']}\n".encode())])
    layer = tar_layer([entry("opt/vendor.tar", inner)])
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(Recipe().raw_layer("COPY . /", layer))))
    leaks = [one for one in secrets(path).image["leaks"] if one["places"][0]["inside"]]
    for leak in leaks:
        assert "# it is inside: " in leak["proof"]
        assert leak["secret"] in shown(leak["proof"])


def test_proof_of_commands_and_notes(planted: dict[str, str], tmp_path: Path) -> None:
    """
    CMD, health check, comment and author, by jq.
    """
    recipe = (
        Recipe()
        .step("sh", files={"a": b"x"}, comment=f"with {planted['GITHUB_TOKEN']}")
        .config(
            Cmd=["serve", f"--token={planted['NPM_TOKEN']}"],
            Healthcheck={"Test": ["CMD-SHELL", f"get oauth2:{planted['GITLAB_TOKEN']}@x"]},
        )
        .top(author=f"a {planted['AWS_ACCESS_KEY_ID']}")
    )
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(docker_members(recipe)))
    proofs = check(secrets(path), planted, 4)
    for query in (".config.Cmd", ".config.Healthcheck", ".history[0].comment", ".author"):
        assert any(f"jq -r {shlex.quote(query)}" in proof for proof in proofs), query


def test_proof_of_an_attestation(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Build args that only the provenance tells, and a Dockerfile that it packs.
    """
    packed = base64.b64encode(f"FROM x\nENV A={planted['GITHUB_TOKEN']}\n".encode()).decode()
    recipe = Recipe().step("COPY a /", files={"a": b"x"})
    recipe.statements.append(
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": "https://slsa.dev/provenance/v0.2",
            "predicate": {
                "invocation": {"parameters": {"args": {"build-arg:T": planted["NPM_TOKEN"]}}},
                "metadata": {"source": {"infos": [{"filename": "Dockerfile", "data": packed}]}},
            },
        }
    )
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(oci_members(recipe)))
    check(secrets(path), planted, 2)


def test_proof_of_a_left_over_blob(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Of a layer that no image uses, and of a document.
    """
    recipe = Recipe().step("COPY a /", files={"a": b"x"})
    body = f"x\nTOKEN={planted['GITHUB_TOKEN']}\n".encode()
    recipe.extra_blobs.append(tar_layer([entry("app/.env", body)]))
    recipe.extra_blobs.append(json.dumps({"npm_token": planted["NPM_TOKEN"]}).encode())
    path = tmp_path / "image.tar"
    path.write_bytes(tar_bytes(oci_members(recipe)))
    check(secrets(path), planted, 2)


@pytest.mark.engine
@pytest.mark.parametrize("name", ["arg", "copy-rm", "env"])
def test_proof_with_podman(
    name: str, podman: Podman, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    podman's own commands show the same, from its storage and from its archives.
    """
    with Workbench(samples.load(name), planted) as bench:
        tag = podman.build(bench, f"{name}:proof", layers=True)
    # Its storage is the test's own, so the command is a small script that says where.
    tool = tmp_path / "bin" / "podman"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec /usr/bin/podman {shlex.join(podman.storage)} "$@"\n')
    tool.chmod(0o755)
    ran = secrets(tag, DOCKER_HOST=podman.host)
    for leak in ran.image["leaks"]:
        if leak["severity"] != "low":
            assert leak["proof"].startswith("podman ")
            assert leak["secret"] in shown(f"PATH={tool.parent}:$PATH; {leak['proof']}")
    for form in ("docker-archive", "oci-archive"):
        check(secrets(podman.save(tag, tmp_path / f"{form}.tar", form)), planted)


# --- archives of real tools ------------------------------------------------------------------


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The archives that twenty real tools wrote.
    """
    if not PACKED.exists():
        pytest.skip("the archives of real tools are not here")
    folder = tmp_path_factory.mktemp("real")
    subprocess.run(["tar", "--zstd", "-xf", PACKED, "-C", folder], check=True)
    return folder / "archives"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_proof_from_a_real_archive(name: str, unpacked: Path) -> None:
    """
    Every leak in every archive is shown by its proof, or by the outer file that it names.
    """
    path = unpacked / name
    kind = "oci:" if (path / "index.json").exists() else "dir:" if path.is_dir() else ""
    ran = secrets(f"{kind}{path}")
    leaks = [leak for image in ran.report["images"] for leak in image["leaks"]]
    assert leaks
    for leak in leaks:
        said = shown(leak["proof"])
        inside = "# it is inside: " in leak["proof"]
        assert said and (inside or all(line in said for line in leak["secret"].splitlines())), leak


def test_lines_by_real_provenance(unpacked: Path) -> None:
    """
    Without a Dockerfile at hand: the attestation of a real build tells lines of layers and steps.
    """
    ran = secrets(unpacked / "docker-28.5-containerd-save-rb-bk-prov-v1.tar")
    assert ran.image["dockerfile"] == "Dockerfile.bk"
    told = {
        (place["layer"], place["path"]): place["dockerfile_line"]
        for leak in ran.image["leaks"]
        for place in leak["places"]
    }
    assert told[1, "/copied"] == 11
    assert told[None, "history[1].created_by"] == 5
