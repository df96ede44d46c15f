"""
Systems in which nobody left a secret: what is reported of them is invented.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.engine import Request, audit
from auditor.model import Leak, Report, Severity
from tests.evaluation.base import Options, Table
from tests.images import Recipe, docker_archive

SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
"""
Where the machine's own mirror is named.
"""
PYTHON = ("flask", "requests", "boto3", "sqlalchemy", "numpy")
NODE = ("express", "lodash", "typescript")
HEADS = ("System", "files", "critical or high", "medium", "in unchanged package files")


class Absent(Exception):
    """
    Something that a tree is made with is not here.
    """


def _run(*command: object, folder: Path | None = None) -> None:
    if shutil.which(str(command[0])) is None:
        raise Absent(f"{command[0]} is not installed")
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True,
                          text=True, check=False)  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Absent(f"{command[0]} failed: {' '.join(last)}")


def debian(folder: Path) -> bytes:
    """
    Debian as mmdebstrap makes it, with the packages that every system has. Needs root.
    """
    sources = next((path for path in SOURCES if path.is_file()), None)
    if sources is None or os.geteuid() != 0:
        raise Absent("a Debian system and root are needed")
    suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
    tree = folder / "debian.tar"
    _run("mmdebstrap", "--mode=root", "--variant=minbase", suite, tree, sources)
    return tree.read_bytes()


def python(folder: Path) -> bytes:
    """
    A virtual environment with the libraries of many an application, compiled as pip does.
    """
    venv = folder / "venv"
    _run(sys.executable, "-m", "venv", venv)
    _run(venv / "bin" / "pip", "install", "--quiet", *PYTHON)
    return _packed(venv, "app/venv")


def node(folder: Path) -> bytes:
    """
    What `npm install` leaves of the libraries of many an application.
    """
    app = folder / "node"
    app.mkdir()
    _run("npm", "init", "-y", folder=app)
    _run("npm", "install", "--no-audit", "--no-fund", *NODE, folder=app)
    return _packed(app, "app")


Made = Callable[[Path], bytes]
"""
Makes a tree in an empty folder: the tar of its layer.
"""
TREES: dict[str, tuple[str, Made]] = {
    "debian": ("Debian, minimal", debian),
    "python": (f"Python: {', '.join(PYTHON)}", python),
    "node": (f"Node: {', '.join(NODE)}", node),
}


def _packed(tree: Path, name: str) -> bytes:
    with tempfile.TemporaryFile() as out:
        with tarfile.open(fileobj=out, mode="w") as packed:
            packed.add(tree, name)
        out.seek(0)
        return out.read()


def image(name: str, cache: Path) -> Path:
    """
    The archive of a tree, made now or before. Raises `Absent` if it cannot be made here.
    """
    archive = cache / f"clean-{name}.tar"
    if archive.is_file():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        layer = TREES[name][1](Path(work))
        written = Path(work) / "image.tar"
        with written.open("wb") as out:
            docker_archive(Recipe(f"{name}:1").raw_layer("COPY tree /", layer), out)
        written.rename(archive)
    return archive


def clean(options: Options) -> Iterator[Table]:
    """
    Each tree as an image of one layer: leaks by severity.
    """
    rows, details = [], []
    for name, (title, _) in TREES.items():
        try:
            archive = image(name, options.trees)
        except Absent as reason:
            details.append(f"{title}: left out, {reason}")
            continue
        (report,) = audit(Request(str(archive)))
        rows.append(_row(title, report))
        details += [_told(title, leak) for leak in report.leaks if options.misses]
    if rows:
        note = (
            "Nobody left a secret in these systems, made by mmdebstrap, pip and npm from their "
            "usual sources: what is reported there is invented. Leaks in unchanged package files "
            "are counted apart; npm records nothing by which its files could be proven."
        )
        yield Table("Reported of clean systems", HEADS, tuple(rows), note, tuple(details))


def _row(title: str, report: Report) -> tuple[str, ...]:
    counts = report.counts
    numbers = (report.ledger.files, counts.critical + counts.high, counts.medium, report.package)
    return title, *(str(number) for number in numbers)


def _told(title: str, leak: Leak) -> str:
    """
    One leak for the terminal, without its secret.
    """
    place = leak.places[0]
    inside = f" ({place.inside})" if place.inside else ""
    rank = "!" if leak.severity in (Severity.CRITICAL, Severity.HIGH) else " "
    return (
        f"{rank} {title}: {leak.detector}, {leak.confidence}, {place.path}{inside}:{place.line}, "
        f"{len(leak.places)} places: {'; '.join(leak.reasons)}"
    )
