"""
Settings in a file: where it is found, what it may say, and what goes before it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from auditor import cli, config
from tests.called import Call, archive, caller
from tests.command import Ran
from tests.fakes import fakes
from tests.images import Recipe, oci_members

TOKEN = fakes()["GITHUB_TOKEN"]
PASSWORD = fakes()["DB_PASSWORD"]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Call:
    """
    Calls the command in this process, in an empty folder.
    """
    monkeypatch.chdir(tmp_path)
    return caller(monkeypatch, capsys)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """
    A token in a deleted file (high), a password in the environment (high), one in a document.
    """
    recipe = (
        Recipe("leaky:1")
        .step("COPY .env /app/", files={"app/.env": f"TOKEN={TOKEN}\n".encode()})
        .step("RUN rm /app/.env", delete=["app/.env"])
        .step("COPY doc /", files={"usr/share/doc/x/README": b'password = "Tr0ub4dor-3"\n'})
        .step("RUN rm -r /usr/share/doc", delete=["usr/share/doc"])
        .env("DB_PASSWORD", PASSWORD)
    )
    return archive(tmp_path / "leaky.tar", recipe)


def write(text: str, path: str = "auditor.toml") -> Path:
    """
    A configuration in the working directory.
    """
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def is_wrong(ran: Ran, what: str, hint: str = "") -> None:
    """
    Wrong usage, told in one line that names the file and one that says what to do.
    """
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first.startswith("audit: ") and what in first, ran.err
    assert second.startswith("hint: ") and hint in second, ran.err


# --- where it is found -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auditor.toml", "pyproject.toml"])
def test_is_found_in_the_working_directory(name: str, image: Path, call: Call) -> None:
    """
    Either file does.
    """
    head = "[tool.auditor]\n" if name == "pyproject.toml" else ""
    write(f'{head}fail-on = "never"\n', name)
    assert call(image).code == 0


def test_is_found_up_to_the_root_of_the_repository(
    image: Path, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """
    From a folder below it the nearest counts; nothing above the repository is looked at.
    """
    write('fail-on = "never"\n')
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo/a/b")
    assert call(image).code == 1
    (tmp_path / "repo/pyproject.toml").write_text('[tool.auditor]\nfail-on = "critical"\n')
    assert call(image).code == 0
    (tmp_path / "repo/a/pyproject.toml").write_text("[project]\n")
    assert call(image).code == 0
    (tmp_path / "repo/a/auditor.toml").write_text('fail-on = "high"\n')
    assert call(image).code == 1


def test_nothing_above_counts_outside_of_a_repository(
    image: Path, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """
    Whoever may write to a folder above is not to set up the gate.
    """
    write('fail-on = "never"\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert call(image).code == 1


def test_auditor_toml_goes_before_pyproject(image: Path, call: Call) -> None:
    """
    Of two files in one folder only the special one is read.
    """
    write('fail-on = "high"\n')
    write('[tool.auditor]\nfail-on = "never"\nnosuch = 1\n', "pyproject.toml")
    assert call(image).code == 1


def test_named_and_none(image: Path, call: Call) -> None:
    """
    `--config` names another file, `--no-config` none; variables do the same, both are an error.
    """
    write('fail-on = "never"\n')
    other = write('fail-on = "high"\n', "ci/gate.toml")
    assert call(image).code == 0
    assert call("--config", other, image).code == 1
    assert call("--no-config", image).code == 1
    assert call(image, env={"AUDIT_CONFIG": str(other)}).code == 1
    assert call(image, env={"AUDIT_NO_CONFIG": "1"}).code == 1
    assert call("--config", "auditor.toml", image, env={"AUDIT_NO_CONFIG": "1"}).code == 0
    for words in (["--config", other, "--no-config"], ["--no-config", "--config", other]):
        ran = call(*words, image)
        assert ran.code == 2
        assert "exclude each other" in ran.err


def test_help_needs_no_configuration(call: Call) -> None:
    """
    A file that is wrong does not keep help and version from being shown.
    """
    write("this is not TOML")
    assert call("--help").code == 0
    assert call("--version").code == 0
    assert call("--completion", "zsh").code == 0


# --- what it may say -------------------------------------------------------------------------


def test_every_option_is_a_key() -> None:
    """
    All options of the command but those that are about the command itself.
    """
    keys = set(cli._keys(cli.command.params))
    options = {
        name.removeprefix("--")
        for one in cli.command.params
        if isinstance(one, click.Option)
        for name in one.opts
        if name.startswith("--")
    }
    assert options - keys == {
        "config", "no-config", "version", "completion", "install-docker-plugin", "list-detectors",
        "from-json",
    }  # fmt: skip
    assert {"fail-on", "all", "format", "baseline", "show-secrets", "local"} <= keys


def test_command_goes_before_variable_goes_before_file(image: Path, call: Call) -> None:
    """
    The nearest to the call wins.
    """
    write('fail-on = "never"\nformat = "json"\n')
    assert call(image).image["leaks"]
    assert call(image, env={"AUDIT_FAIL_ON": "high"}).code == 1
    assert call("--fail-on", "critical", image, env={"AUDIT_FAIL_ON": "high"}).code == 0
    assert call("-f", "table", image).out.startswith(str(image))


def test_flags_and_lists(image: Path, call: Call) -> None:
    """
    Flags are true or false, what may be given several times is a list.
    """
    write('all = true\nquiet = true\nformat = ["json=a.json", "table"]\n')
    ran = call(image)
    assert (ran.code, ran.err) == (1, "")
    leaks = json.loads(Path("a.json").read_text())["images"][0]["leaks"]
    assert [leak["severity"] for leak in leaks].count("low") == 1
    write("all = false\n")
    shown = call("-f", "json", image).image["leaks"]
    assert "low" not in [leak["severity"] for leak in shown]


def test_files_are_relative_to_the_configuration(
    image: Path, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """
    From wherever the command is called in a repository, its files are the same.
    """
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    assert call("--write-baseline", "leaks.toml", image).code == 1
    write('baseline = "leaks.toml"\nformat = ["json=out.json"]\n')
    monkeypatch.chdir(tmp_path / "sub")
    assert call(image).code == 0
    assert (tmp_path / "out.json").is_file()


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("fail_on = 'high'", "unknown key fail_on", "Did you mean fail-on?"),
        ("fial-on = 'high'", "unknown key fial-on", "Did you mean fail-on?"),
        ("zzz = 1", "unknown key zzz", "Known keys: "),
        ("config = 'x'", "unknown key config", ""),
        ("fail-on = 'sometimes'", "fail-on: 'sometimes' is not one of", "--help"),
        ("fail-on = 3", "fail-on must be text", ""),
        ("all = 1", "all must be true or false", ""),
        ("all = 'yes'", "all must be true or false", ""),
        ("format = 3", "format must be text", ""),
        ("format = ['xml']", "format: 'xml' is not one of", ""),
        ("ignore = 3", "ignore must be a list", ""),
        ("ignore = [3]", "ignore must be a table", ""),
        ("[[ignore]]\npath = '/x'", "an ignore has no reason", "Say why"),
        ("[[ignore]]\nreason = ' '\npath = '/x'", "an ignore has no reason", ""),
        ("[[ignore]]\nreason = 'x'", "neither path, detector nor origin", ""),
        ("[[ignore]]\nreason = 'x'\npaths = '/x'", "unknown key ignore.paths", "mean path?"),
        ("[[ignore]]\nreason = 'x'\norigin = 'mine'", "ignore.origin is none of own, base", ""),
        ("[[ignore]]\nreason = 'x'\npath = '/x'\nexpires = 'soon'", "expires is no date", ""),
        ("limits = 3", "limits must be a table", ""),
        ("[limits]\nnosuch = 3", "unknown key limits.nosuch", ""),
        ("detectors = 3", "detectors must be text", ""),
        ("x = [", "is not TOML", "--no-config"),
    ],
)
def test_what_is_wrong_is_an_error(
    text: str, what: str, hint: str, image: Path, call: Call
) -> None:
    """
    A slip of the pen never opens the gate: it is told with file and key, and what was meant.
    """
    write(text + "\n")
    ran = call(image)
    is_wrong(ran, what, hint)
    assert "auditor.toml" in ran.err


def test_pyproject_that_is_wrong(image: Path, call: Call) -> None:
    """
    `[tool.auditor]` must be a table, and be there if the file is named.
    """
    write("[tool]\nauditor = 3\n", "pyproject.toml")
    is_wrong(call(image), "tool.auditor is no table")
    file = write("[project]\n", "pyproject.toml")
    assert call(image).code == 1
    is_wrong(call("--config", file, image), "has no table [tool.auditor]")
    is_wrong(call("--config", "nosuch.toml", image), "no such configuration")


# --- ignoring --------------------------------------------------------------------------------


def test_ignored_leaks_are_counted_with_the_reason(image: Path, call: Call) -> None:
    """
    What is ignored does not count, and is not silently gone.
    """
    write('all = true\n[[ignore]]\npath = "/usr/share/doc/**"\nreason = "documentation"\n')
    ran = call("-f", "json", image)
    assert "/usr/share/doc" not in json.dumps(ran.image["leaks"])
    summary = ran.image["summary"]
    assert (ran.code, summary["ignored"], summary["accepted"]) == (1, 1, 1)
    out = call(image).out
    assert "1 ignored: documentation" in out


def test_ignored_by_detector_and_path(image: Path, call: Call) -> None:
    """
    With several keys an entry means what fits all of them.
    """
    found = call("-f", "json", image).image["leaks"]
    (detector,) = {
        leak["detector"] for leak in found if leak["places"][0]["path"] == "config.Env.DB_PASSWORD"
    }
    both = f'detector = "{detector}"\npath = ["config.Env.*", "history*"]'
    write(f'[[ignore]]\n{both}\nreason = "of the test"\n')
    assert call("-f", "json", image).image["summary"]["ignored"] == 1
    write(f'[[ignore]]\n{both.replace("Env", "Labels")}\nreason = "of the test"\n')
    assert call("-f", "json", image).image["summary"]["ignored"] == 0


def test_a_secret_that_lies_elsewhere_too_is_not_ignored(image: Path, call: Call) -> None:
    """
    An ignored path hides nothing that can be read at another place.
    """
    write('[[ignore]]\npath = "config.Env.*"\nreason = "x"\n')
    assert call("-f", "json", image).image["summary"]["ignored"] == 0


def test_ignoring_expires(image: Path, call: Call) -> None:
    """
    After its day an entry ignores nothing, and the leak says so.
    """
    entry = '[[ignore]]\npath = ["config.**", "history*"]\nreason = "for now"\nexpires = {}\n'
    write(entry.format("2090-01-31"))
    assert call("-f", "json", image).image["summary"]["ignored"] == 1
    write(entry.format("2020-01-31"))
    ran = call("-f", "json", image)
    assert (ran.image["summary"]["ignored"], ran.image["summary"]["expired"]) == (0, 1)
    assert "its acceptance expired on 2020-01-31: for now" in ran.out


def test_ignored_leaks_are_not_written_to_a_baseline(image: Path, call: Call) -> None:
    """
    The reason is in the configuration already.
    """
    write("".join(f'[[ignore]]\npath = "{p}"\nreason = "x"\n' for p in ("config.*", "history*")))
    call("--write-baseline", "leaks.toml", image)
    text = Path("leaks.toml").read_text()
    assert "/app/.env" in text
    assert "config.Env" not in text


# --- more of the command ---------------------------------------------------------------------


def test_all_platforms(call: Call, tmp_path: Path) -> None:
    """
    A platform that the index names and that is not there makes the audit partial if all are asked
    for, and is a gap otherwise.
    """
    made = [
        Recipe(platform=p).step("x", files={"a": p.encode()})
        for p in ("linux/amd64", "linux/arm64")
    ]
    members = oci_members(made)
    whole = archive(tmp_path / "whole.tar", dict(members))
    assert call("--all-platforms", whole).code == 0
    index = "index.json"
    for at in (0, 1):
        data = members[index]
        assert isinstance(data, bytes)
        index = "blobs/" + json.loads(data)["manifests"][at]["digest"].replace(":", "/")
    del members[index]
    path = archive(tmp_path / "x.tar", members)
    assert call(path).code == 0
    ran = call("-f", "json", "--all-platforms", path)
    assert ran.code == 4
    assert re.search("platform linux/arm64 is not in the archive", ran.out)


def test_config_finds_nothing_where_nothing_is(tmp_path: Path) -> None:
    """
    An empty folder has no configuration.
    """
    assert config.find(tmp_path) is None
