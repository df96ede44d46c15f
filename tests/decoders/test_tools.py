"""
Files that the real tools write: a token in each is found.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.decoders import decode
from auditor.model import Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.decoders import made
from tests.fakes import checksummed

TOKEN = checksummed("gh" + "p_", random.Random(9))
LINE = f"first\ntoken = {TOKEN}\n"


def run(folder: Path, *command: str) -> None:
    """
    Runs a tool, or ends the test if it is not here: as a failure in CI, else as a skip.
    """
    if shutil.which(command[0]) is None:
        reason = f"{command[0]} is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"CI must have every tool; {reason}", pytrace=False)
        pytest.skip(reason)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(folder)}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)


def ways(path: Path) -> list[str | None]:
    """
    The ways to the token in a file; nothing in it may be a gap.
    """
    found = []
    with path.open("rb") as stream:
        for part in decode(File("/x", Peekable(stream), path.stat().st_size)):
            assert not isinstance(part, Gap), part
            if isinstance(part, Text) and TOKEN in part.content:
                found.append(part.inside)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    A folder with the token in `etc/app.conf`.
    """
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "app.conf").write_text(LINE)
    return tmp_path


ARCHIVES: dict[str, tuple[str, ...]] = {
    "a.jar": ("jar", "cf", "a.jar", "etc"),
    "a.zip": ("zip", "-r", "a.zip", "etc"),
    "stored.zip": ("zip", "-r", "-0", "stored.zip", "etc"),
    "a.tar": ("tar", "cf", "a.tar", "etc"),
    "a.tgz": ("tar", "czf", "a.tgz", "etc"),
    "a.txz": ("tar", "cJf", "a.txz", "etc"),
    "a.tbz": ("tar", "cjf", "a.tbz", "etc"),
    "a.tzst": ("tar", "--zstd", "-cf", "a.tzst", "etc"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(folder: Path, name: str) -> None:
    """
    Each is opened, and the way to the member told.
    """
    run(folder, *ARCHIVES[name])
    assert ways(folder / name) == ["etc/app.conf"]


COMPRESSED: dict[str, tuple[str, ...]] = {
    "gzip": ("gzip", "-k", "etc/app.conf"),
    "bzip2": ("bzip2", "-k", "etc/app.conf"),
    "xz": ("xz", "-k", "etc/app.conf"),
    "lzma": ("xz", "-k", "--format=lzma", "etc/app.conf"),
    "zstd": ("zstd", "-q", "etc/app.conf"),
    "lz4": ("lz4", "-q", "etc/app.conf", "etc/app.conf.lz4"),
    "lz4 in blocks": ("lz4", "-q", "-B4", "-BD", "etc/app.conf", "etc/app.conf.lz4"),
}


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("size", [1, 200_000])
def test_compressed_files(folder: Path, name: str, size: int) -> None:
    """
    Small and large ones are inflated to their last line.
    """
    source = random.Random(size)
    before = "".join(f"line {source.randrange(10**9)}\n" for _ in range(size))
    (folder / "etc" / "app.conf").write_text(before + LINE)
    run(folder, *COMPRESSED[name])
    (packed,) = (path for path in (folder / "etc").iterdir() if path.suffix != ".conf")
    assert ways(packed) == [name.split()[0]]


def test_lzw(folder: Path) -> None:
    """
    What gzip takes for a file of `compress` is read the same here.
    """
    source = random.Random(3)
    text = "".join(f"line {source.randrange(10**5)}\n" for _ in range(40_000)) + LINE
    (folder / "x.Z").write_bytes(made.lzw_file(text.encode()))
    assert ways(folder / "x.Z") == ["lzw"]
    run(folder, "gzip", "-d", "x.Z")
    assert (folder / "x").read_text() == text


def test_a_debian_package(folder: Path) -> None:
    """
    What dpkg-deb builds is opened: its files and its scripts.
    """
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: x\n"
    )
    script = tree / "DEBIAN" / "postinst"
    script.write_text(f"#!/bin/sh\nlogin {TOKEN}\n")
    script.chmod(0o755)
    shutil.copytree(folder / "etc", tree / "etc")
    run(folder, "dpkg-deb", "--build", "tree", "x.deb")
    assert ways(folder / "x.deb") == ["control.tar.xz!postinst", "data.tar.xz!etc/app.conf"]


def test_a_git_repository(folder: Path) -> None:
    """
    A secret of a commit that was thrown away is found in its loose object, in a pack, and in a
    pack by difference.
    """
    large = "".join(f"line {number}\n" for number in range(2000))
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    run(folder, *git, "init", "-q", ".")
    for number, text in enumerate((large, large + LINE, large + "last\n", large + "end\n")):
        (folder / "etc" / "app.conf").write_text(text)
        run(folder, *git, "add", "etc")
        run(folder, *git, "commit", "-q", "-m", f"number {number}")
    objects = folder / ".git" / "objects"
    loose = [path for path in objects.glob("??/*") if ways(path)]
    assert len(loose) == 1
    run(folder, *git, "gc", "-q", "--aggressive")
    (pack,) = objects.glob("pack/*.pack")
    (way,) = ways(pack)
    assert way is not None
    assert way.endswith("etc/app.conf")


def test_a_program(folder: Path) -> None:
    """
    A string of a compiled program is found.
    """
    (folder / "x.c").write_text(f'#include <stdio.h>\nint main() {{ puts("{TOKEN}"); }}\n')
    run(folder, "gcc", "-o", "program", "x.c")
    assert ways(folder / "program") == [None]


def test_a_database(folder: Path) -> None:
    """
    A row that the sqlite3 tool wrote is found.
    """
    run(folder, "sqlite3", "x.db", f"create table t (a, b); insert into t values (1, '{TOKEN}');")
    assert ways(folder / "x.db") == ["table t"]


PYTHONS = [Path(sys.executable), *Path.home().glob(".pyenv/versions/*/bin/python")]


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_bytecode(folder: Path, python: Path) -> None:
    """
    A constant of a module that any interpreter compiled is found with its name.
    """
    (folder / "m.py").write_text(f"def f():\n    api_key = '{TOKEN}'\n    return api_key\n")
    code = "import py_compile; py_compile.compile('m.py', 'm.pyc', doraise=True)"
    run(folder, str(python), "-c", code)
    data = (folder / "m.pyc").read_bytes()
    parts = decode(File("/m", Peekable(Kept(data))))
    texts = "\n".join(part.content for part in parts if isinstance(part, Text))
    assert f'api_key = "{TOKEN}"\n' in f"{texts}\n"
