"""
Without `--show-secrets` no planted secret leaves the command, by whatever way it came in.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import progress
from auditor.model import Text
from auditor.reports import FORMATS
from tests.called import Call, archive, caller
from tests.command import audit
from tests.fakes import fakes
from tests.images import (
    Recipe,
    docker_members,
    entry,
    oci_members,
    symlink,
    tar_bytes,
    tar_layer,
)

PLACES = (
    "file", "deleted file", "overwritten file", "env", "arg", "run", "label", "label json",
    "base64 label", "history comment", "cmd", "annotation", "attestation", "file name",
    "symlink target", "pax comment", "whiteout body", "after the end", "unreferenced blob",
    "path of a gap", "unknown key", "digest",
)  # fmt: skip
TOKENS = {place: fakes(seed)["GITHUB_TOKEN"] for seed, place in enumerate(PLACES, start=100)}
SECRETS = {
    **TOKENS,
    "private key": fakes()["PRIVATE_KEY"],
    "one-line key": fakes(7)["PRIVATE_KEY"].replace("\n", "\\n"),
    "non-ASCII": "pässwörd-\"o'\\-ünïcödé",
    "with blanks": "very s3cret pass phrase",
    "with newline": "s3cret-line-one\ns3cret-line-two",
}


def everywhere() -> Recipe:
    """
    An image with a secret in every place that there is.
    """
    t = TOKENS
    hidden = tar_layer([entry("hidden", f"TOKEN={t['after the end']}\n".encode())])
    recipe = (
        Recipe("app:1")
        .step(
            "COPY . /",
            files={
                "app/.env": f"TOKEN={t['file']}\n".encode(),
                "app/deleted": f"TOKEN={t['deleted file']}\n".encode(),
                "app/twice": f"TOKEN={t['overwritten file']}\n".encode(),
                "app/id_ed25519": SECRETS["private key"].encode(),
                "app/key.json": json.dumps({"key": SECRETS["private key"]}).encode(),
                "app/oneline.env": f"KEY={SECRETS['one-line key']}\n".encode(),
                f"srv/{t['file name']}": b"x",
                f"srv/{t['path of a gap']}/big.txt": b"hello world\n" * 800_000,
            },
            entries=[
                symlink("app/link", f"/x/{t['symlink target']}"),
                entry("app/odd", b"x", pax={"comment": f"token {t['pax comment']}"}),
                entry("app/.wh.gone", f"TOKEN={t['whiteout body']}\n".encode()),
            ],
        )
        .step("RUN rm /app/deleted", delete=["app/deleted"], files={"app/twice": b"x"})
        .raw_layer("COPY a /a", tar_layer([entry("a", b"a")]) + hidden)
        .history_only(f"ARG BUILD_TOKEN={t['arg']}")
        .step(f"RUN |1 BUILD_TOKEN={t['arg']} /bin/sh -c echo {t['run']} > /dev/null # buildkit")
        .step("RUN true", comment=f"made with {t['history comment']}")
        .env("API_TOKEN", t["env"])
        .env("DB_PASSWORD", SECRETS["non-ASCII"])
        .env("ADMIN_PASSWORD", SECRETS["with blanks"])
        .env("OTHER_PASSWORD", SECRETS["with newline"])
        .label("token", t["label"])
        .set_label("devcontainer.metadata", json.dumps([{"remoteEnv": {"T": t["label json"]}}]))
        .set_label("packed", _base64(json.dumps({"token": t["base64 label"]})))
        .annotate(token=t["annotation"])
        .attest({"invocation": {"parameters": {"args": {"build-arg:T": t["attestation"]}}}})
        .blob(json.dumps({"token": t["unreferenced blob"]}).encode())
        .config(Cmd=["/bin/sh", "-c", f"app --token {t['cmd']}"])
        .top(unknown={"token": t["unknown key"]})
    )
    return recipe.top(rootfs={"type": "layers", "diff_ids": [*recipe.diff_ids, t["digest"]]})


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The image as an OCI layout, which can hold everything.
    """
    return archive(tmp_path_factory.mktemp("image") / "x.tar", oci_members(everywhere()))


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    Calls the command in this process.
    """
    return caller(monkeypatch, capsys)


def forms(secret: str) -> Iterator[str]:
    """
    The ways in which a text may hold a secret: whole, a line of it, escaped.
    """
    lines = [line for line in secret.replace("\\n", "\n").split("\n") if line]
    for text in (secret, *(line for line in lines if not line.startswith("-----"))):
        yield text
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield repr(text)[1:-1]
        yield text.encode("unicode_escape").decode()


def shown(text: str) -> list[str]:
    """
    Which secrets a text holds.
    """
    return [name for name, secret in SECRETS.items() if any(f in text for f in forms(secret))]


@pytest.fixture(scope="module")
def found(image: Path) -> Any:
    """
    The report with plain secrets.
    """
    return audit("-f", "json", "--all", "--show-secrets", image).image


@pytest.mark.parametrize("place", SECRETS)
def test_planted_secret_is_found(place: str, found: Any) -> None:
    """
    Each secret is found where it was planted, else there would be nothing to hide.
    """
    values = {leak["secret"] for leak in found["leaks"]}
    wanted = SECRETS[place].replace("\\n", "\n")
    assert any(value.replace("\\n", "\n").split() == wanted.split() for value in values), (
        f"{place}: {values}"
    )


@pytest.mark.parametrize("options", [[], ["--all"]], ids=["default", "all"])
@pytest.mark.parametrize("name", FORMATS)
def test_report_holds_no_secret(
    name: str,
    options: list[str],
    image: Path,
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    No format and no option but one shows a secret.
    """
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    ran = call("-f", name, *options, image)
    assert not summary.exists() or shown(summary.read_text(encoding="utf-8")) == []
    assert ran.code == 1
    assert shown(ran.out) == []
    assert shown(ran.err) == []


def test_secrets_are_shown_when_asked(image: Path, call: Call) -> None:
    """
    With `--show-secrets` the same report does hold them, so that this test can fail.
    """
    ran = call("-f", "json", "--all", "--show-secrets", image)
    assert len(shown(ran.out)) == len(SECRETS)


@pytest.mark.parametrize("way", ["file", "stdin", "cut"])
def test_nothing_written_holds_a_secret(way: str, image: Path, tmp_path: Path) -> None:
    """
    Neither the log, nor a temporary file, nor a cache, nor a baseline holds a secret.
    """
    data = image.read_bytes()
    home = tmp_path / "home"
    home.mkdir()
    names = ("HOME", "TMPDIR", "TEMP", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    env = dict.fromkeys(names, str(home))
    options = ["-v", "-f", f"json={home / 'report'}", "--write-baseline", home / "baseline"]
    if way == "cut":
        (tmp_path / "x.tar").write_bytes(data[: len(data) * 9 // 10])
        ran = audit(*options, tmp_path / "x.tar", env=env)
    elif way == "stdin":
        ran = audit(*options, "-", env=env, stdin=data)
    else:
        ran = audit(*options, image, env=env)
    assert "scanning " in ran.err
    assert shown(ran.out + ran.err) == []
    for path in filter(Path.is_file, home.rglob("*")):
        assert shown(path.read_bytes().decode("utf-8", "replace")) == [], path


def test_progress_holds_no_secret(image: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The progress line tells numbers, and wipes itself at the end.
    """
    monkeypatch.setattr(progress, "INTERVAL", 0)
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True)
    ran = call("-f", "json", image)
    assert " MB/s" in ran.err
    assert ran.err.rpartition("\r\x1b[K")[2].startswith(str(image))
    assert shown(ran.err) == []


def test_failing_detector_tells_no_secret(
    image: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An exception's own words, which may quote the text, are told nowhere.
    """

    def fail(_: object, texts: tuple[Text, ...]) -> None:
        raise ValueError(texts[0].content)

    monkeypatch.setattr("auditor.detectors.variables.VariableDetector.scan", fail)
    ran = call("-f", "json", image)
    assert "detector variables failed: ValueError" in ran.out
    # What only this detector knows cannot be masked, but neither may it come by the exception.
    known = {"non-ASCII", "with blanks", "with newline"}
    assert set(shown(ran.out)) <= known
    assert not any(SECRETS[name] in gap["reason"] + gap["path"] for name in known
                   for gap in ran.image["ledger"]["gaps"])  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
def test_secret_in_every_text_of_an_image(secret: str, call: Call, tmp_path: Path) -> None:
    """
    One secret that an image repeats in each of its texts is masked in all of them.
    """
    value = secret.replace("\\n", "\n")
    name = next(line for line in value.split("\n") if not line.startswith("-")).replace("/", "-")
    recipe = (
        Recipe(f"app:{name}")
        .env("DB_PASSWORD", value)
        .step(f"COPY {value} /", files={f"{name}.d/x": value.encode(), "y": value.encode()})
        .step(f"RUN echo {value}", comment=value, author=value)
        .set_label(value, value)
        .annotate(a=value)
    )
    path = archive(tmp_path / "x.tar", docker_members(recipe))
    for options in ([], ["-f", "json", "--all"]):
        ran = call(*options, path)
        assert [form for form in forms(secret) if form in ran.out + ran.err] == []


def test_error_quotes_no_bytes(call: Call, tmp_path: Path) -> None:
    """
    Bytes of a file that is no archive are not quoted in the error.
    """
    (tmp_path / "x.tar").write_text(f"TOKEN={TOKENS['file']}\n" * 20)
    ran = call("-v", tmp_path / "x.tar")
    assert ran.code == 3
    assert shown(ran.out + ran.err) == []


def test_docker_archive_hides_them_too(call: Call, tmp_path: Path) -> None:
    """
    The same image as a docker-archive hides its secrets as well.
    """
    (tmp_path / "x.tar").write_bytes(tar_bytes(docker_members(everywhere())))
    ran = call("-f", "json", "--all", tmp_path / "x.tar")
    assert ran.code == 1
    assert shown(ran.out + ran.err) == []
