"""
What runs the auditor in CI: the GitHub action, the GitLab component, the pre-commit hook, and the
image of the auditor. Their scripts are run as the platforms run them, as far as a shell can.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.called import archive
from tests.conftest import require
from tests.engines import Docker, docker_engine
from tests.fakes import fakes
from tests.images import Recipe

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
FORMATS = {"table", "json", "sarif", "html", "junit", "gitlab", "github", "markdown"}
"""
DESIGN.md §6.
"""


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """
    An archive with a leak, whose name holds what a shell would act on.
    """
    recipe = Recipe("leaky:1").env("GITHUB_TOKEN", fakes()["GITHUB_TOKEN"])
    return archive(tmp_path / "a b $(touch PWNED) `x`.tar", recipe)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """
    An archive without a leak.
    """
    return archive(tmp_path / "clean.tar", Recipe("clean:1").step("COPY a /", files={"a": b"a"}))


def sh(script: str, folder: Path, env: Mapping[str, str], *shell: str) -> tuple[int, str]:
    """
    Runs a step's script; exit code and all that was said.
    """
    done = subprocess.run(
        [*shell, script],
        cwd=folder,
        env={"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout


# --- GitHub ----------------------------------------------------------------------------------


def action() -> dict[str, Any]:
    """
    The action's document.
    """
    return dict(yaml.safe_load((ROOT / "action.yml").read_text()))


def run_action(folder: Path, **inputs: str) -> tuple[int, str, str]:
    """
    The audit step with these inputs; the exit code, what was said, and the output.
    """
    document = action()
    given = {name: str(one.get("default", "")) for name, one in document["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    step = next(step for step in document["runs"]["steps"] if step.get("id") == "audit")
    env = {
        key: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: given[m[1]], value)
        for key, value in step["env"].items()
    }
    programs = folder / "layer-auditor/bin"
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "audit").unlink(missing_ok=True)
    (programs / "audit").symlink_to(BIN / "audit")
    output = folder / "output"
    output.unlink(missing_ok=True)
    env |= {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(output)}
    # As the runner calls it for `shell: bash`.
    shell = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c")
    code, said = sh(step["run"], folder, env, *shell)
    return code, said, output.read_text()


def test_action_puts_no_input_into_a_script() -> None:
    """
    Inputs reach scripts as variables alone: an input is never a piece of a script.
    """
    document = action()
    assert document["runs"]["using"] == "composite"
    for step in document["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        assert all(re.fullmatch(r"\$\{\{ [a-z_.-]+ \}\}", one) for one in step["env"].values())


def test_action_knows_its_inputs() -> None:
    """
    Every input is described and used, and the default format is one.
    """
    document = action()
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(document["inputs"])
    assert all(one["description"] for one in document["inputs"].values())
    assert document["inputs"]["format"]["default"] in FORMATS


def test_action_audits(leaky: Path, clean: Path, tmp_path: Path) -> None:
    """
    The step's exit code and output are the audit's; images stand one a line.
    """
    code, said, output = run_action(tmp_path, images=f"{clean}\n  {leaky}  \n\n", format="table")
    assert (code, output) == (1, "exit-code=1\n"), said
    assert "GITHUB_TOKEN" in said
    assert run_action(tmp_path, images=str(clean), format="table")[0] == 0
    assert run_action(tmp_path, images=str(leaky), format="table", fail_on="never")[0] == 0
    assert run_action(tmp_path, images="nosuch.tar", format="table")[2] == "exit-code=3\n"
    assert not list(tmp_path.rglob("PWNED"))


@pytest.mark.parametrize(
    "value", ["$(touch PWNED)", "`touch PWNED`", "; touch PWNED", '"; touch PWNED; "', "--version"]
)
def test_action_runs_no_input(value: str, clean: Path, tmp_path: Path) -> None:
    """
    What looks like a command or an option is an image that is not there.
    """
    code, said, _ = run_action(tmp_path, images=value, format="table")
    assert code == 3, said
    assert run_action(tmp_path, images=str(clean), format="table", fail_on=value)[0] == 2
    assert not list(tmp_path.rglob("PWNED"))


def test_action_without_images(tmp_path: Path) -> None:
    """
    Nothing to audit is wrong usage, not success.
    """
    assert run_action(tmp_path, images=" \n", format="table")[0] == 2


@pytest.mark.slow
def test_action_installs(tmp_path: Path) -> None:
    """
    The first step makes the command out of the action's own folder.
    """
    source = tmp_path / "source"
    tracked(source)
    step = action()["runs"]["steps"][0]
    env = {"SOURCE": str(source), "RUNNER_TEMP": str(tmp_path)}
    code, said = sh(step["run"], tmp_path, {**pip(), **env}, "bash", "-e", "-c")
    assert code == 0, said
    done = subprocess.run([tmp_path / "layer-auditor/bin/audit", "--version"], capture_output=True)
    assert done.stdout.startswith(b"audit, version")


def pip() -> dict[str, str]:
    """
    How this machine's pip finds packages.
    """
    return {key: value for key, value in os.environ.items() if key.startswith("PIP_")}


def tracked(to: Path) -> None:
    """
    A copy of what the repository holds, as it stands here.
    """
    for name in ("auditor", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        source = ROOT / name
        to.mkdir(exist_ok=True)
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, to / name, ignore=ignored)
        else:
            shutil.copy(source, to / name)


# --- GitLab ----------------------------------------------------------------------------------


def component(**inputs: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    The inputs of the component, and its job with these inputs filled in.
    """
    text = (ROOT / "templates/audit.yml").read_text()
    spec, _ = yaml.safe_load_all(text)
    known = spec["spec"]["inputs"]
    given = {name: str(one["default"]) for name, one in known.items() if "default" in one}
    given |= inputs
    given["strict"] = given["strict"].lower()
    _, body = text.split("\n---\n")
    used = re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", body)
    assert set(used) == set(known)
    (job,) = yaml.safe_load(
        re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda m: given[m[1]], body)
    ).values()
    return known, job


def test_component_is_described() -> None:
    """
    Every input but `job-name` and `stage` says what it is; formats are such and write the artifact.
    """
    known, job = component(images="x", auditor="y")
    assert [n for n, one in known.items() if "description" not in one] == ["stage", "job-name"]
    formats = known["format"]["default"].split()
    assert {one.partition("=")[0] for one in formats} <= FORMATS
    assert f"gitlab={job['artifacts']['reports']['secret_detection']}" in formats
    assert all("$[[" not in line and "inputs" not in line for line in job["script"])


def test_component_audits(leaky: Path, clean: Path, tmp_path: Path) -> None:
    """
    The job's script takes all from its variables.
    """
    shutil.copy(leaky, tmp_path / "leaky.tar")

    def run(**inputs: str) -> int:
        _, job = component(auditor="x", format="table", **inputs)
        code, said = sh("\n".join(job["script"]), tmp_path, job["variables"], "sh", "-e", "-c")
        assert "Traceback" not in said
        return code

    assert run(images="clean.tar leaky.tar") == 1
    assert run(images="clean.tar") == 0
    assert run(images="clean.tar leaky.tar", **{"fail-on": "never"}) == 0
    assert run(images="$(touch PWNED)") == 3
    assert run(images="") == 2
    assert not list(tmp_path.rglob("PWNED"))


# --- pre-commit ------------------------------------------------------------------------------


@pytest.mark.slow
def test_hook(leaky: Path, clean: Path, tmp_path: Path) -> None:
    """
    pre-commit itself installs the hook from the repository and runs it before a push.
    """
    require("git")
    hooks = tmp_path / "hooks"
    tracked(hooks)
    work = tmp_path / "work"
    work.mkdir()
    env = {**pip(), "PRE_COMMIT_HOME": str(tmp_path / "cache"), "GIT_CONFIG_GLOBAL": "/dev/null"}
    name = "-c user.name=t -c user.email=t@example.com"

    def run(line: str, folder: Path = work) -> tuple[int, str]:
        return sh(line, folder, env, "bash", "-c")

    for folder in (hooks, work):
        made = run(f"git init -q . && git add -A && git {name} commit -qm x --allow-empty", folder)
        assert made[0] == 0, made[1]
    revision = run("git rev-parse HEAD", hooks)[1].strip()
    shutil.copy(leaky, work / "image.tar")
    hook = {"id": "audit", "args": ["./image.tar"]}
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [hook]}]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    assert run("git add .pre-commit-config.yaml")[0] == 0
    code, said = run("pre-commit run --hook-stage pre-push")
    assert code == 1, said
    assert "GITHUB_TOKEN" in said and "exit code: 1" in said
    shutil.copy(clean, work / "image.tar")
    code, said = run("pre-commit run --hook-stage pre-push")
    assert code == 0, said
    assert "Passed" in said
    # Not at every commit.
    assert "audit container images" not in run("pre-commit run")[1]


# --- the image of the auditor ----------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="wheels made here must fit the Python of Debian 12"
)
def test_image_of_the_auditor(tmp_path: Path, clean: Path, leaky: Path) -> None:
    """
    Built from scripts/Dockerfile without a network it audits clean, and audits.
    """
    require("debootstrap")
    mirror = debian_mirror()
    if mirror is None:
        pytest.skip("no Debian mirror is known")
    context = tmp_path / "context"
    tracked(context)
    wheels = [sys.executable, "-m", "pip", "wheel", "-q", "-w", str(context / "wheels")]
    subprocess.run([*wheels, str(ROOT), "hatchling"], check=True, env={**os.environ})
    with docker_engine() as docker:
        debian_base(docker, tmp_path / "root", mirror)
        docker(
            "build", "--network=none", "--file", ROOT / "scripts/Dockerfile", "--tag", "auditor:1",
            "--build-arg", "BASE=debian:local", "--build-arg", "PIP_NO_INDEX=1",
            "--build-arg", "PIP_FIND_LINKS=/source", context, DOCKER_BUILDKIT="1",
        )  # fmt: skip
        audited = subprocess.run(
            [BIN / "audit", "auditor:1"],
            env={**os.environ, "DOCKER_HOST": docker.host},
            capture_output=True,
            text=True,
        )
        assert audited.returncode == 0, audited.stdout + audited.stderr
        for image, expected in ((clean, 0), (leaky, 1)):
            done = subprocess.run(
                ["/usr/bin/docker", "run", "--rm", "-i", "--network=none", "auditor:1", "-"],
                env={**os.environ, "DOCKER_HOST": docker.host},
                stdin=image.open("rb"),
                capture_output=True,
            )
            assert done.returncode == expected, done.stdout + done.stderr


def debian_mirror() -> str | None:
    """
    The mirror that this machine's own apt uses.
    """
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(CODENAME)"]
    done = subprocess.run([*command, "Created-By: Packages"], capture_output=True, text=True)
    sites = [line.split() for line in done.stdout.splitlines()]
    return next((words[0] for words in sites if words[1:] == ["bookworm"]), None)


def debian_base(docker: Docker, root: Path, mirror: str) -> None:
    """
    A minimal Debian with Python, as a base image.
    """
    command = ["debootstrap", "--variant=minbase", "--include=python3-venv", "bookworm"]
    subprocess.run([*command, str(root), mirror], check=True, capture_output=True)
    for name in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / name)
    packed = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(
        ["/usr/bin/docker", "import", "-", "debian:local"],
        env={**os.environ, "DOCKER_HOST": docker.host},
        stdin=packed.stdout,
        check=True,
        capture_output=True,
    )
    packed.wait()
