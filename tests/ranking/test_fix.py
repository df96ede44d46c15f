"""
The Dockerfile rewritten: for each cause, and so that no secret stands in it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.ranking.advice import CAUSES, Way, apply, ways
from auditor.ranking.advice.rotation import page
from auditor.ranking.advice.script import Facts
from tests.command import Ran, audit
from tests.images import Recipe, docker_members, tar_bytes

COMMENT = "buildkit.dockerfile.v0"


def report(recipe: Recipe, folder: Path, dockerfile: str | None = None) -> Ran:
    """
    The audit of a recipe, with its Dockerfile if there is one.
    """
    path = folder / "image.tar"
    path.write_bytes(tar_bytes(docker_members(recipe)))
    if dockerfile is None:
        return audit("-f", "json", path)
    (folder / "Dockerfile").write_text(dockerfile)
    return audit("-f", "json", "--dockerfile", folder / "Dockerfile", path)


def mended(recipe: Recipe, folder: Path, dockerfile: str, secret: str) -> str:
    """
    The Dockerfile with the fixes of all leaks; neither report nor fix holds the secret.
    """
    ran = report(recipe, folder, dockerfile)
    assert ran.image["ledger"]["gaps"] == []
    assert secret not in ran.out
    fixes = [leak["fix"] for leak in ran.image["leaks"]]
    assert any(fixes)
    return apply(dockerfile, fixes).dockerfile


def passed(
    names: list[str], secret: str, *runs: str, files: dict[str, bytes] | None = None
) -> Recipe:
    """
    An image of BuildKit with build args, of which the first is the secret.
    """
    recipe = Recipe().step("", files={"bin/sh": b"x"})
    args = " ".join(f"{name}={secret if name == names[0] else 'x'}" for name in names)
    for name in names:
        recipe.history_only(f"ARG {name}", comment=COMMENT)
    for run in runs:
        text = f"RUN |{len(names)} {args} /bin/sh -c {run} # buildkit"
        recipe.step(text, files=files or {"made": b"x"}, comment=COMMENT)
    return recipe


def test_argument_in_a_heredoc(planted: dict[str, str], tmp_path: Path) -> None:
    """
    In a heredoc the variable is read by a line of the script.
    """
    secret = planted["NPM_TOKEN"]
    recipe = passed(["NPM_TOKEN"], secret, 'npm ci\necho "$NPM_TOKEN"\n')
    text = 'FROM x\nARG NPM_TOKEN\nRUN <<EOT\nnpm ci\necho "$NPM_TOKEN"\nEOT\n'
    assert mended(recipe, tmp_path, text, secret) == (
        "FROM x\nRUN --mount=type=secret,id=npm_token,required=true <<EOT\n"
        'export NPM_TOKEN="$(cat /run/secrets/npm_token)"\nnpm ci\necho "$NPM_TOKEN"\nEOT\n'
    )


def test_argument_in_the_exec_form(planted: dict[str, str], tmp_path: Path) -> None:
    """
    The exec form becomes a command line, since a shell must read the variable.
    """
    secret = planted["NPM_TOKEN"]
    recipe = passed(["NPM_TOKEN"], secret, 'npm run with NPM_TOKEN "a b"')
    recipe = passed(["NPM_TOKEN"], secret, "npm run NPM_TOKEN")
    text = 'FROM x\nARG NPM_TOKEN\nRUN ["npm", "run", "NPM_TOKEN"]\n'
    assert mended(recipe, tmp_path, text, secret) == (
        "FROM x\nRUN --mount=type=secret,id=npm_token,required=true \\\n"
        '    export NPM_TOKEN="$(cat /run/secrets/npm_token)"; \\\n'
        "    npm run NPM_TOKEN\n"
    )


def test_other_arguments_stay(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Of several in one ARG only the secret one goes; a RUN that does not use it stays as it is.
    """
    secret = planted["NPM_TOKEN"]
    recipe = passed(["NPM_TOKEN", "LEVEL"], secret, "echo $LEVEL", 'use "$NPM_TOKEN"')
    text = 'FROM x\nARG NPM_TOKEN\nARG LEVEL\nRUN echo $LEVEL\n# why\nRUN use "$NPM_TOKEN"\n'
    fixed = mended(recipe, tmp_path, text, secret).split("\n")
    assert fixed[:5] == ["FROM x", "ARG LEVEL", "RUN echo $LEVEL", "# why",
                         "RUN --mount=type=secret,id=npm_token,required=true \\"]  # fmt: skip


def test_argument_that_becomes_a_variable(planted: dict[str, str], tmp_path: Path) -> None:
    """
    ENV that passes an ARG on is left out as well, and who uses it is given it.
    """
    secret = planted["NPM_TOKEN"]
    recipe = Recipe().step("", files={"a": b"x"}).history_only("ARG T", comment=COMMENT)
    recipe.env("NPM_TOKEN", secret)
    recipe.step(f"RUN |1 T={secret} /bin/sh -c npm ci $NPM_TOKEN # buildkit", files={"b": b"x"})
    text = "FROM x\nARG T\nENV NPM_TOKEN=$T\nRUN npm ci $NPM_TOKEN\n"
    fixed = mended(recipe, tmp_path, text, secret)
    assert "ARG" not in fixed and "ENV" not in fixed
    assert 'export NPM_TOKEN="$(cat /run/secrets/npm_token)"' in fixed


def test_secret_in_the_command_itself(planted: dict[str, str], tmp_path: Path) -> None:
    """
    A literal in a RUN becomes the content of a mounted file.
    """
    secret = planted["GITHUB_TOKEN"]
    run = f'curl -H "Authorization: token {secret}" https://example.com'
    recipe = Recipe().step("", files={"a": b"x"})
    recipe.step(f"RUN /bin/sh -c {run} # buildkit", files={"b": b"x"}, comment=COMMENT)
    fixed = mended(recipe, tmp_path, f"FROM x\nRUN {run}\n", secret)
    assert "token $(cat /run/secrets/" in fixed
    assert "RUN --mount=type=secret,id=" in fixed


def test_secret_in_single_quotes_is_not_rewritten(planted: dict[str, str], tmp_path: Path) -> None:
    """
    A shell puts nothing in the place of what is in single quotes, so no wrong fix is given.
    """
    run = f"curl -H 'token {planted['GITHUB_TOKEN']}' https://example.com"
    recipe = Recipe().step("", files={"a": b"x"})
    recipe.step(f"RUN /bin/sh -c {run} # buildkit", files={"b": b"x"}, comment=COMMENT)
    (leak,) = report(recipe, tmp_path, f"FROM x\nRUN {run}\n").image["leaks"]
    assert leak["fix"] is None and leak["advice"]


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("CMD serve --token {}", "CMD serve --token ${{TOKEN}}"),
        (
            'CMD ["serve", "--token={}"]',
            'CMD ["sh", "-c", "exec \\"serve\\" \\"--token=${{TOKEN}}\\""]',
        ),
    ],
)
def test_secret_in_the_command_of_the_container(
    line: str, instead: str, planted: dict[str, str], tmp_path: Path
) -> None:
    """
    CMD reads a variable that is given when the container starts.
    """
    secret = planted["GITHUB_TOKEN"]
    text = line.format(secret)
    words = ["serve", f"--token={secret}"] if "[" in text else ["/bin/sh", "-c", text[4:]]
    told = " ".join(f'"{word}"' for word in words)
    recipe = Recipe().step("", files={"a": b"x"}).config(Cmd=words)
    recipe.history_only(f"CMD [{told}]", comment=COMMENT)
    fixed = mended(recipe, tmp_path, f"FROM x\n{text}\n", secret)
    assert fixed == f"FROM x\n{instead.format()}\n"


def test_label(planted: dict[str, str], tmp_path: Path) -> None:
    """
    The label goes, its neighbours stay.
    """
    secret = planted["GITHUB_TOKEN"]
    recipe = Recipe().step("", files={"a": b"x"}).set_label("t", secret).set_label("b", "c d")
    recipe.history_only(f"LABEL t={secret} b=c d", comment=COMMENT)
    fixed = mended(recipe, tmp_path, f'FROM x\nLABEL t={secret} b="c d"\n', secret)
    assert fixed == 'FROM x\nLABEL b="c d"\n'


def test_key_for_git(planted: dict[str, str], tmp_path: Path) -> None:
    """
    A key that only lets git in stays with the agent: the ssh mount, and nothing about the file.
    """
    key = planted["PRIVATE_KEY"].encode()
    clone = "chmod 600 /root/.ssh/id_rsa && git clone git@example.com:a/b.git"
    recipe = Recipe().step("", files={"a": b"x"})
    recipe.step("COPY id_rsa /root/.ssh/id_rsa # buildkit", files={"root/.ssh/id_rsa": key},
                comment=COMMENT)  # fmt: skip
    recipe.step(f"RUN /bin/sh -c {clone} # buildkit", files={"b": b"x"}, comment=COMMENT)
    text = f"FROM x\nCOPY id_rsa /root/.ssh/id_rsa\nRUN {clone}\n"
    ran = report(recipe, tmp_path, text)
    applied = apply(text, [leak["fix"] for leak in ran.image["leaks"]])
    assert applied.dockerfile.split("\n")[1].startswith("RUN --mount=type=ssh")
    assert "id_rsa" not in applied.dockerfile
    assert applied.options == ("--ssh default",)
    assert applied.ignore == ("id_rsa",)


def test_one_source_of_several(planted: dict[str, str], tmp_path: Path) -> None:
    """
    COPY keeps the sources that give nothing away.
    """
    env = f"TOKEN={planted['GITHUB_TOKEN']}\n".encode()
    recipe = Recipe().step("", files={"a": b"x"})
    recipe.step("COPY main.sh .env /app/ # buildkit",
                files={"app/main.sh": b"x", "app/.env": env}, comment=COMMENT)  # fmt: skip
    text = "FROM x\nCOPY main.sh .env /app/\n"
    fixed = mended(recipe, tmp_path, text, planted["GITHUB_TOKEN"])
    assert fixed == "FROM x\nCOPY main.sh /app/\n"


def test_what_is_below_the_dockerfile_is_the_bases(planted: dict[str, str], tmp_path: Path) -> None:
    """
    The Dockerfile shows where the base ends, and which it is.
    """
    env = f"TOKEN={planted['GITHUB_TOKEN']}\n".encode()
    recipe = Recipe().step("COPY .env / # buildkit", files={".env": env}, comment=COMMENT)
    recipe.step("RUN /bin/sh -c make # buildkit", files={"a": b"x"}, comment=COMMENT)
    (leak,) = report(recipe, tmp_path, "FROM team/base:7\nRUN make\n").image["leaks"]
    assert leak["advice"].startswith("It comes from the base image team/base:7: rebuild that")
    assert leak["fix"] is None
    assert [place["dockerfile_line"] for place in leak["places"]] == [None]


def test_fix_of_the_history_alone(planted: dict[str, str], tmp_path: Path) -> None:
    """
    Without a Dockerfile the fix is made of the history's steps, which have numbers, not lines.
    """
    secret = planted["NPM_TOKEN"]
    ran = report(passed(["NPM_TOKEN"], secret, "npm ci $NPM_TOKEN"), tmp_path)
    (leak,) = ran.image["leaks"]
    assert leak["fix"].split("\n")[:2] == [
        "# ARG of step 1 in the history is left out", "# RUN of step 2 in the history"
    ]  # fmt: skip
    assert ran.image["dockerfile"] is None


def test_secret_of_the_dockerfile_alone_is_masked(planted: dict[str, str], tmp_path: Path) -> None:
    """
    What only the Dockerfile holds is no leak of the image, and shows nowhere either.
    """
    secret, other = planted["NPM_TOKEN"], planted["GITHUB_TOKEN"]
    recipe = passed(["NPM_TOKEN"], secret, "npm ci $NPM_TOKEN")
    text = f"FROM x\nARG NPM_TOKEN\nRUN npm ci \\\n# was {other}\n  $NPM_TOKEN\n"
    ran = report(recipe, tmp_path, text)
    assert any(leak["fix"] for leak in ran.image["leaks"])
    assert other not in ran.out and secret not in ran.out


@pytest.mark.parametrize("name", ["missing", "."])
def test_dockerfile_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    """
    A Dockerfile that is not there is a usage error, and says so.
    """
    ran = audit("--dockerfile", tmp_path / name, tmp_path / "image.tar")
    assert ran.code == 2
    assert "hint:" in ran.err or "Usage" in ran.err


def test_fixes_that_do_not_agree() -> None:
    """
    Two different texts for one line are never both put in.
    """
    with pytest.raises(ValueError, match="lines 2 to 2"):
        apply("FROM x\nRUN a\n", ["# Dockerfile:2\nRUN b", "# Dockerfile:2 is left out"])


def test_classic_builder_is_weighed() -> None:
    """
    Without BuildKit the mount loses a point, and the advice says what to set.
    """
    possible = (Way.MOUNT, Way.HOST)
    assert ways.choose(possible, Facts("buildkit")) is Way.MOUNT
    assert "DOCKER_BUILDKIT=1" in ways.why(Way.MOUNT, possible, Facts("classic"))
    assert "BuildKit, which built this image" in ways.why(Way.MOUNT, possible, Facts("buildkit"))
    assert "kaniko has no mounts" in ways.why(Way.MOUNT, possible, Facts("kaniko"))
    assert {way for way in Way if way not in ways.WEIGHTS} == set()


def test_rotation_pages() -> None:
    """
    Every kind of detect-secrets with a provider has its page; a rule's own page wins.
    """
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    without = {"Base64 High Entropy String", "Basic Auth Credentials", "Hex High Entropy String",
               "JSON Web Token", "Private Key", "Public IP (ipv4)", "PyPI Token",
               "Secret Keyword"}  # fmt: skip
    kinds = set(get_mapping_from_secret_type_to_class())
    assert {kind for kind in kinds if page(kind) is None} <= without
    assert page("GitHub Token", {"GitHub Token": "https://example.com"}) == "https://example.com"
    assert page("unknown") is None


def test_last_cause_knows_everything() -> None:
    """
    The table ends with the one that answers always.
    """
    assert list(CAUSES)[-1] == "file"
    assert replace(Facts("x"), builder="y").builder == "y"
