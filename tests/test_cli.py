"""
The command: options in, report out, exit code.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor import __version__
from auditor.cli import FORMATS as CLI_FORMATS
from auditor.errors import UsageError
from auditor.reports import FORMATS
from tests.called import Call, archive, caller
from tests.command import audit
from tests.fakes import fakes
from tests.images import Recipe, docker_members, oci_members, tar_bytes, write_folder

TOKEN = fakes()["GITHUB_TOKEN"]
PASSWORD = fakes()["DB_PASSWORD"]
OPTIONS = (
    "--format", "--output", "--fail-on", "--base", "--platform", "--baseline", "--write-baseline",
    "--from-json", "--all", "--show-secrets", "--strict", "--against", "--all-platforms", "--pull",
    "--local", "--no-cache", "--cache-dir", "--config", "--no-config", "--completion",
    "--list-detectors",
    "--install-docker-plugin", "--quiet", "--verbose", "--version", "--help",
)  # fmt: skip


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    Calls the command in this process.
    """
    return caller(monkeypatch, capsys)


def base() -> Recipe:
    """
    The layers that the others are built on, with a leak of their own.
    """
    return Recipe("base:1").step("ADD root /", files={"etc/key": fakes()["PRIVATE_KEY"].encode()})


def leaky() -> Recipe:
    """
    A token in a file that was deleted (high), and a password in the environment (high).
    """
    return (
        Recipe("leaky:1")
        .step("COPY .env /app/", files={"app/.env": f"TOKEN={TOKEN}\n".encode()})
        .step("RUN rm /app/.env", delete=["app/.env"])
        .env("DB_PASSWORD", PASSWORD)
    )


def clean() -> Recipe:
    """
    Nothing to be found.
    """
    return Recipe("clean:1").step("COPY a /a", files={"a": b"hello\n"})


def partial() -> Recipe:
    """
    A layer that is no tar.
    """
    return clean().raw_layer("COPY b /b", b"this is no tar archive")


def gappy() -> Recipe:
    """
    A gap that does not make the audit partial: a diff_id that is not the layer's.
    """
    return clean().top(rootfs={"type": "layers", "diff_ids": [f"sha256:{'ab' * 32}"]})


RECIPES = {"leaky": leaky, "clean": clean, "partial": partial, "gappy": gappy, "base": base}


@pytest.fixture(scope="module")
def tars(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """
    An archive of each recipe.
    """
    folder = tmp_path_factory.mktemp("images")
    made = {name: archive(folder / f"{name}.tar", make()) for name, make in RECIPES.items()}
    both = archive(folder / "both.tar", docker_members([leaky(), clean()]))
    return {**made, "missing": folder / "missing.tar", "both": both}


# --- exit codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "options", "code"),
    [
        ("clean", [], 0),
        ("clean", ["--fail-on", "low"], 0),
        ("leaky", [], 1),
        ("leaky", ["--fail-on", "high"], 1),
        ("leaky", ["--fail-on", "low"], 1),
        ("leaky", ["--fail-on", "critical"], 0),
        ("leaky", ["--fail-on", "never"], 0),
        ("base", ["--fail-on", "critical"], 1),
        ("partial", [], 4),
        ("partial", ["--strict"], 4),
        ("gappy", [], 0),
        ("gappy", ["--strict"], 4),
        ("clean", ["--strict"], 0),
        ("missing", [], 3),
        ("missing", ["--fail-on", "never"], 3),
        ("clean missing", [], 3),
        ("missing clean", [], 3),
        ("leaky missing", [], 1),
        ("leaky missing", ["--fail-on", "never"], 3),
        ("partial missing", [], 3),
        ("leaky partial", [], 1),
        ("clean partial", [], 4),
        ("clean leaky", [], 1),
        ("", [], 2),
        ("clean", ["--no-such-option"], 2),
        ("clean", ["--fail-on", "sometimes"], 2),
        ("clean", ["-f", "xml"], 2),
        ("clean", ["-f", "json", "-f", "table"], 2),
        ("clean", ["--baseline", "/no/such/file"], 2),
        ("clean", ["-o", "/no/such/folder/x"], 2),
        ("clean", ["-f", "json=/no/such/folder/x"], 2),
        ("clean", ["--write-baseline", "/no/such/folder/x"], 2),
        ("clean", ["--against", "/no/such/file"], 3),
        ("clean", ["--config", "/no/such/file"], 2),
        ("clean", ["--completion", "tcsh"], 2),
    ],
)
def test_exit_codes(
    images: str, options: list[str], code: int, tars: dict[str, Path], call: Call
) -> None:
    """
    Leaks at or above the limit go before what was not audited, and that before what is partial.
    """
    ran = call(*options, *(tars[name] for name in images.split()))
    assert ran.code == code, ran.err


def test_partial_image_with_a_leak(call: Call, tmp_path: Path) -> None:
    """
    Leaks win over gaps.
    """
    path = archive(tmp_path / "x.tar", leaky().raw_layer("COPY x /", b"no tar"))
    assert [call(path).code, call("--fail-on", "never", path).code] == [1, 4]


# --- what goes where -------------------------------------------------------------------------


def test_report_alone_is_on_standard_output(tars: dict[str, Path], call: Call) -> None:
    """
    Standard output holds the report, standard error a line for each image.
    """
    ran = call("-f", "json", tars["leaky"])
    assert json.loads(ran.out)["version"] == 1
    (line,) = ran.err.splitlines()
    assert line.startswith(f"{tars['leaky']}: 0 critical, 2 high, 0 medium, 0 low; 2 layers")


def test_table_is_the_default(tars: dict[str, Path], call: Call) -> None:
    """
    Without `-f` the table is written.
    """
    ran = call("-q", tars["leaky"])
    assert ran.out == call("-q", "-f", "table", tars["leaky"]).out
    assert ran.out.splitlines()[0] == str(tars["leaky"])


@pytest.mark.parametrize("option", ["-q", "--quiet"])
def test_quiet(option: str, tars: dict[str, Path], call: Call) -> None:
    """
    Quiet means that nothing but errors is on standard error.
    """
    assert call(option, tars["leaky"]).err == ""
    ran = call(option, tars["leaky"], tars["missing"])
    assert ran.err.splitlines()[0] == f"audit: {tars['missing']}: no such file"


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_output(option: str, tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    `-o` puts into a file what would be on standard output.
    """
    expected = call("-f", "json", tars["leaky"]).out
    ran = call("-f", "json", option, tmp_path / "report", tars["leaky"])
    assert ran.out == ""
    assert (tmp_path / "report").read_text() == expected


def test_several_formats(tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    Each format can have a file of its own, and one of them standard output or `-o`.
    """
    first, second, third = (tmp_path / name for name in "abc")
    ran = call("-f", f"json={first}", "-f", "table", "-f", f"table={second}", tars["leaky"])
    assert ran.out == second.read_text() == call("-q", tars["leaky"]).out
    assert first.read_text() == call("-f", "json", tars["leaky"]).out
    ran = call("-f", f"json={first}", "-f", "table", "-o", third, tars["leaky"])
    assert (ran.out, third.read_text()) == ("", second.read_text())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str, tars: dict[str, Path], call: Call) -> None:
    """
    Each format that the command names can be had, and decides nothing about the exit code.
    """
    for image, code in (("leaky", 1), ("clean", 0), ("partial", 4)):
        ran = call("-q", "-f", name, tars[image])
        assert (ran.code, ran.err) == (code, "")
        assert ran.out.endswith("\n")


def test_the_command_knows_every_format() -> None:
    """
    The command names its formats without loading them; both lists are one.
    """
    assert tuple(FORMATS) == CLI_FORMATS


@pytest.mark.parametrize("image", ["leaky", "clean", "partial", "gappy", "both"])
@pytest.mark.parametrize("options", [[], ["--fail-on", "critical"], ["--strict"]])
def test_saved_report(
    image: str, options: list[str], tars: dict[str, Path], call: Call, tmp_path: Path
) -> None:
    """
    A saved report is written again without the image, with the same summary and exit code.
    """
    file = tmp_path / "report.json"
    call("-q", "-f", f"json={file}", tars[image])
    for name in ("table", "json", "junit", "sarif"):
        fresh = call("-f", name, *options, tars[image])
        saved = call("-f", name, *options, "--from-json", file)
        assert (saved.code, saved.out, saved.err) == (fresh.code, fresh.out, fresh.err)


def test_several_saved_reports(tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    Reports of several jobs make one, also by the environment.
    """
    files = [tmp_path / name for name in ("leaky", "clean")]
    for file in files:
        call("-q", "-f", f"json={file}", tars[file.name])
    ran = call("--from-json", files[0], "--from-json", files[1], "-f", "json")
    assert [len(i["leaks"]) > 0 for i in ran.report["images"]] == [True, False]
    assert ran.code == 1
    assert call("-f", "json", env={"AUDIT_FROM_JSON": str(files[1])}).code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("{", "is not a report in JSON"),
        ("[]", "is not a report of version 1: the document is no object"),
        ('{"version": 9, "images": []}', "is not a report of version 1: another version"),
    ],
)
def test_saved_report_that_is_none(
    text: str | None, message: str, call: Call, tmp_path: Path
) -> None:
    """
    What cannot be read is told in one line, with a hint: exit 3.
    """
    file = tmp_path / "x.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    ran = call("--from-json", file)
    assert (ran.code, ran.out) == (3, "")
    first, second = ran.err.splitlines()
    assert first == f"audit: {file}: {message}"
    assert second.startswith("hint: ")


@pytest.mark.parametrize("options", [["x.tar"], ["--all"], ["--show-secrets"], ["--base", "b"]])
def test_saved_report_takes_no_image(
    options: list[str], tars: dict[str, Path], call: Call, tmp_path: Path
) -> None:
    """
    What says how to audit comes too late for a report that is saved: exit 2.
    """
    call("-q", "-f", f"json={tmp_path / 'x.json'}", tars["clean"])
    ran = call("--from-json", tmp_path / "x.json", *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("audit: --from-json takes no IMAGE")


def test_failed_audit_leaves_no_file(tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    Where nothing was audited no report is written, neither to a file nor to standard output.
    """
    ran = call("-f", f"json={tmp_path / 'x'}", "--write-baseline", tmp_path / "y", tars["missing"])
    assert ran.out == ""
    assert list(tmp_path.iterdir()) == []


def test_several_images(tars: dict[str, Path], call: Call) -> None:
    """
    One that fails does not keep the others from being reported, in their order.
    """
    ran = call("-f", "json", tars["leaky"], tars["missing"], tars["clean"])
    assert [i["reference"] for i in ran.report["images"]] == [
        str(tars["leaky"]),
        str(tars["clean"]),
    ]
    assert f"audit: {tars['missing']}: no such file" in ran.err.splitlines()


def test_several_images_in_one_archive(tars: dict[str, Path], call: Call) -> None:
    """
    All images of an archive are audited, or the one whose tag is given.
    """
    assert [i["reference"] for i in call("-f", "json", tars["both"]).report["images"]] == [
        "leaky:1",
        "clean:1",
    ]
    ran = call("-f", "json", f"docker-archive:{tars['both']}:clean:1")
    assert ran.code == 0
    assert ran.image["leaks"] == []


def test_standard_input(tars: dict[str, Path], call: Call) -> None:
    """
    `-` reads an archive from standard input.
    """
    ran = call("-f", "json", "-", stdin=tars["leaky"].read_bytes())
    assert (ran.code, ran.image["reference"], ran.image["source"]) == (1, "-", "stdin")


# --- options ---------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(option: str, call: Call) -> None:
    """
    Help tells every option and every exit code.
    """
    ran = call(option)
    assert ran.code == 0
    assert [name for name in OPTIONS if name not in ran.out] == []
    codes = re.findall(r"^ +(\d+) {2,}\w", ran.out, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "130"]


def test_version(call: Call) -> None:
    """
    The version is the package's.
    """
    ran = call("--version")
    assert (ran.code, ran.out.strip()) == (0, f"audit, version {__version__}")


def test_help_needs_nothing_heavy() -> None:
    """
    Help must not wait for libraries that only an audit needs.
    """
    heavy = ("docker", "detect_secrets", "tabulate", "hyperscan", "auditor.engine")
    code = f"import sys, auditor.cli; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_clean_image_needs_no_advice(tmp_path: Path) -> None:
    """
    What writes advice, starts processes or asks the network is loaded by who needs it.
    """
    late = ("auditor.ranking.advice", "multiprocessing", "requests", "tomllib")
    code = (
        "import sys; from auditor.cli import main\n"
        "try: main(sys.argv[1:])\n"
        f"finally: print([m for m in {late!r} if m in sys.modules])"
    )
    clean = archive(tmp_path / "x.tar", Recipe().step("COPY x /", files={"x": b"hello\n"}))
    words = [sys.executable, "-c", code, "-q", "--no-config", "-o", str(tmp_path / "report")]
    done = subprocess.run([*words, str(clean)], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_all(call: Call, tmp_path: Path) -> None:
    """
    Leaks of low severity are listed with `--all` alone, and counted always.
    """
    low = Recipe().step("COPY x.py /", files={"x.py": b'password = "Tr0ub4dor-3"\n'})
    path = archive(tmp_path / "x.tar", low.step("RUN rm x.py", delete=["x.py"]))
    short, whole = (call("-f", "json", *options, path).image for options in ([], ["--all"]))
    assert short["summary"] == whole["summary"]
    assert short["summary"]["low"] == 1
    assert [len(i["leaks"]) for i in (short, whole)] == [0, 1]


def test_show_secrets(tars: dict[str, Path], call: Call) -> None:
    """
    Secrets are shown with `--show-secrets` alone, in either format.
    """
    hidden = call("-f", "json", tars["leaky"])
    assert {leak["secret"] for leak in hidden.image["leaks"]} == {None}
    shown = call("-f", "json", "--show-secrets", tars["leaky"])
    assert {leak["secret"] for leak in shown.image["leaks"]} == {TOKEN, PASSWORD}
    assert TOKEN in call("--show-secrets", tars["leaky"]).out
    assert TOKEN not in call(tars["leaky"]).out + hidden.out


def test_platform(call: Call, tmp_path: Path) -> None:
    """
    `--platform` chooses one image of an index; one that is not there is an error.
    """
    platforms = ("linux/amd64", "linux/arm64")
    made = [Recipe(platform=p).step("x", files={"a": p.encode()}) for p in platforms]
    path = archive(tmp_path / "x.tar", oci_members(made))
    assert [i["platform"] for i in call("-f", "json", path).report["images"]] == list(platforms)
    assert call("-f", "json", "--platform", "linux/arm64", path).image["platform"] == "linux/arm64"
    ran = call("--platform", "linux/s390x", path)
    assert (ran.code, ran.out) == (3, "")
    assert "Platforms: linux/amd64, linux/arm64." in ran.err


def child() -> Recipe:
    """
    An image on top of `base`.
    """
    recipe = leaky()
    recipe.layers[:0] = base().layers
    history = [{"created_by": name} for name in ("ADD root /", "COPY .env /app/", "RUN rm")]
    return recipe.history(history)


def test_base(tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    With `--base` the base's layers and leaks are told apart from the image's own.
    """
    path = archive(tmp_path / "x.tar", child())
    image = call("-f", "json", "--base", tars["base"], path).image
    assert [layer["origin"] for layer in image["layers"]] == ["base", "own", "own"]
    origins = {leak["detector"]: leak["origin"] for leak in image["leaks"]}
    assert origins.pop("Private Key") == "base"
    assert set(origins.values()) == {"own"}
    alone = call("-f", "json", path).image
    assert {leak["origin"] for leak in alone["leaks"]} == {"own"}


def test_base_that_is_none(tars: dict[str, Path], call: Call) -> None:
    """
    An image that is not built on `--base` is told so, and nothing is taken for the base's.
    """
    image = call("-f", "json", "--base", tars["base"], tars["leaky"]).image
    assert {layer["origin"] for layer in image["layers"]} == {"own"}
    (gap,) = image["ledger"]["gaps"]
    assert gap["reason"].startswith("is not what this image was built on")


def test_base_that_is_missing(tars: dict[str, Path], call: Call) -> None:
    """
    A base that is not there is an error.
    """
    ran = call("--base", tars["missing"], tars["leaky"])
    assert (ran.code, ran.out) == (3, "")
    assert "no such file" in ran.err


# --- environment -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("AUDIT_FORMAT", "json", ["-f", "json"]),
        ("AUDIT_FAIL_ON", "never", ["--fail-on", "never"]),
        ("AUDIT_ALL", "1", ["--all"]),
        ("AUDIT_SHOW_SECRETS", "true", ["--show-secrets"]),
        ("AUDIT_STRICT", "yes", ["--strict"]),
        ("AUDIT_QUIET", "1", ["--quiet"]),
        ("AUDIT_PLATFORM", "linux/s390x", ["--platform", "linux/s390x"]),
        ("AUDIT_BASE", "/no/such/base.tar", ["--base", "/no/such/base.tar"]),
        ("AUDIT_BASELINE", "/no/such/baseline", ["--baseline", "/no/such/baseline"]),
    ],
)
def test_every_option_is_a_variable(
    name: str, value: str, options: list[str], call: Call, tmp_path: Path
) -> None:
    """
    A variable of the environment does what its option does.
    """
    odd = leaky().step("COPY x.py /", files={"x.py": b'password = "Tr0ub4dor-3"\n'})
    odd.step("RUN rm x.py", delete=["x.py"]).raw_layer("COPY y /", b"no tar")
    path = archive(tmp_path / "x.tar", odd)
    given, expected, plain = call(path, env={name: value}), call(*options, path), call(path)
    assert given == expected
    if name != "AUDIT_STRICT":
        assert given != plain


@pytest.mark.parametrize("name", ["OUTPUT", "WRITE_BASELINE"])
def test_files_are_variables_too(
    name: str, tars: dict[str, Path], call: Call, tmp_path: Path
) -> None:
    """
    So do those that name files.
    """
    call(tars["leaky"], env={f"AUDIT_{name}": str(tmp_path / "x")})
    assert (tmp_path / "x").stat().st_size > 0


def test_several_formats_in_a_variable(tars: dict[str, Path], call: Call, tmp_path: Path) -> None:
    """
    Formats in a variable are parted by blanks.
    """
    names = [tmp_path / "a", tmp_path / "b"]
    ran = call(tars["leaky"], env={"AUDIT_FORMAT": f"json={names[0]} table={names[1]}"})
    assert ran.out == ""
    assert [path.stat().st_size > 0 for path in names] == [True, True]


def test_images_in_a_variable(tars: dict[str, Path], call: Call) -> None:
    """
    Images can stand in a variable, parted by blanks; those on the command line go before it.
    """
    both = {"AUDIT_IMAGES": f"{tars['clean']} {tars['leaky']}"}
    ran = call("-f", "json", env=both)
    assert (ran.code, len(ran.report["images"])) == (1, 2)
    assert call(tars["clean"], env=both).code == 0
    assert call(env={"AUDIT_IMAGES": ""}).code == 2


def test_option_goes_before_the_variable(tars: dict[str, Path], call: Call) -> None:
    """
    What is on the command line wins.
    """
    ran = call("--fail-on", "high", tars["leaky"], env={"AUDIT_FAIL_ON": "never"})
    assert ran.code == 1


def test_no_colour_outside_a_terminal(tars: dict[str, Path], call: Call) -> None:
    """
    A report that does not go to a terminal has no colour, and progress is not shown.
    """
    ran = call(tars["leaky"])
    assert "\x1b" not in ran.out + ran.err


# --- as a process ----------------------------------------------------------------------------


def test_as_a_process(tars: dict[str, Path], call: Call) -> None:
    """
    `python -m auditor` is the same command.
    """
    ran, called = audit("-f", "json", tars["leaky"]), call("-f", "json", tars["leaky"])
    assert (ran.code, ran.out, ran.err) == (called.code, called.out, called.err)


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_verbose(option: str, tars: dict[str, Path]) -> None:
    """
    `-v` says on standard error what is done, and changes nothing of the report.
    """
    ran = audit(option, "-f", "json", tars["leaky"])
    assert ran.out == audit("-f", "json", tars["leaky"]).out
    assert f"audit: reading {tars['leaky']} from docker-archive" in ran.err.splitlines()
    assert any(line.startswith("audit: scanning ") for line in ran.err.splitlines())


def test_standard_input_of_a_process(tars: dict[str, Path]) -> None:
    """
    A pipe serves as well as a file.
    """
    ran = audit("-f", "json", "-", stdin=tars["leaky"].read_bytes())
    assert ran.code == 1
    leaks = [leak["fingerprint"] for leak in ran.image["leaks"]]
    assert leaks == [
        leak["fingerprint"] for leak in audit("-f", "json", tars["leaky"]).image["leaks"]
    ]


def test_broken_pipe(tmp_path: Path) -> None:
    """
    A reader that has enough of the report ends the command without a word.
    """
    many = Recipe().step(
        "COPY x /",
        files={f"{n}/.env": f"API_TOKEN=s3cr3t-{n}-x\n".encode() for n in range(2000)},
    )
    path = archive(tmp_path / "x.tar", many)
    with subprocess.Popen(
        [sys.executable, "-m", "auditor", "-q", "--fail-on", "never", "-f", "json", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) in (0, 1)


@pytest.mark.parametrize(("name", "code"), [("clean", 0), ("leaky", 1)])
def test_verdict_of_a_closed_pipe(name: str, code: int, tars: dict[str, Path]) -> None:
    """
    Whoever closes standard output early does not change the exit code.
    """
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "auditor", "-q", "-f", "html", str(tars[name])],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_disk(tars: dict[str, Path], tmp_path: Path) -> None:
    """
    A report that cannot be written is an error of two lines, and keeps no other from its file.
    """
    given = ["-f", "table", "-f", f"sarif={tmp_path}/no/x.sarif", "-f", f"json={tmp_path}/x.json"]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "auditor", "-q", *given, str(tars["leaky"])],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "audit: standard output: cannot be written: No space left on device",
        "hint: Choose another file.",
    ]
    assert json.loads((tmp_path / "x.json").read_text())["version"] == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_interrupted() -> None:
    """
    Ctrl-C ends with one line and exit 130.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "auditor", "-v", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(tar_bytes({"a": b"x" * 100_000})[:50_000])
        process.stdin.flush()
        assert process.stderr.readline() == b"audit: reading - from stdin\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert [line for line in err.splitlines() if b"interrupted" in line] == [
            b"audit: interrupted"
        ]
        assert b"Traceback" not in err


def test_usage_errors_have_a_hint() -> None:
    """
    An error of usage carries its exit code and what to do.
    """
    error = UsageError("what", "do")
    assert (error.exit_code, error.message, error.hint, str(error)) == (2, "what", "do", "what")


def test_layout_folder(call: Call, tmp_path: Path) -> None:
    """
    A folder is read as a layout, with and without its prefix.
    """
    write_folder(oci_members(leaky()), tmp_path / "layout")
    for reference in (tmp_path / "layout", f"oci:{tmp_path / 'layout'}"):
        ran: Any = call("-f", "json", reference)
        assert (ran.code, ran.image["source"]) == (1, "oci")
