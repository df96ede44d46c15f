"""
Packages built and installed by the real tools, as the files that they leave in an image.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from auditor.engine import Request, audit
from auditor.model import Leak, Origin, Report
from auditor.packages.base import Claim, Fact, Item, Standing
from auditor.packages.python import source_of
from auditor.ranking import Policy
from tests.images import Recipe, docker25_archive, docker_archive

DEBIAN = "Some Body <some@debian.org>"
PRIVATE = "Some Body <some@example.com>"
WEAK = 'password = "hunter2-' + 'xyzzy42"\n'
"""
A file's line with what may be a secret.
"""


def run(*command: object, folder: Path | None = None, data: bytes | None = None) -> bytes:
    """
    A tool's output. Raises if it fails.
    """
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def tree(root: Path) -> dict[str, bytes]:
    """
    The regular files below a folder, by their names relative to it.
    """
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def installed_deb(
    folder: Path,
    files: Mapping[str, str],
    *,
    name: str = "shiny",
    maintainer: str = DEBIAN,
    conffiles: Sequence[str] = (),
    divert: str | None = None,
) -> dict[str, bytes]:
    """
    The root of a system in which dpkg installed a package with those files.
    """
    package, root = folder / "package", folder / "root"
    shutil.rmtree(package, ignore_errors=True)
    for path, text in files.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(text)
    control = package / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(
        f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: {maintainer}\n"
        "Description: a package\n"
    )
    (control / "conffiles").write_text("".join(f"/{path}\n" for path in conffiles))
    # As debhelper writes it: without the configuration files, which the status has.
    (control / "md5sums").write_text(
        "".join(
            f"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}  {path}\n"
            for path, text in files.items()
            if path not in conffiles
        )
    )
    for made in ("info", "updates"):
        (root / "var/lib/dpkg" / made).mkdir(parents=True, exist_ok=True)
    status = root / "var/lib/dpkg/status"
    if not status.exists():
        status.write_text("")
    if divert:
        run("dpkg-divert", "--root", root, "--add", "--no-rename", "--package", "other", divert)
    deb = folder / f"{name}.deb"
    run("dpkg-deb", "--root-owner-group", "-b", package, deb)
    run("dpkg", f"--root={root}", "--force-not-root", "--force-depends", "--log=/dev/null",
        "-i", deb)  # fmt: skip
    return tree(root)


def report(
    folder: Path, recipe: Recipe, base: str | None = None, compression: str = "none"
) -> Report:
    """
    The audit of an image, with everything listed.
    """
    archive = folder / "image.tar"
    with archive.open("wb") as out:
        if compression == "none":
            docker_archive(recipe, out)
        else:
            docker25_archive(recipe, out, compression=compression)
    (made,) = audit(Request(str(archive), base=base, policy=Policy(list_all=True)))
    return made


def origins(made: Report) -> dict[str, Origin]:
    """
    By the path of each place. What Python compiled is left out, where its source has the same.
    """
    found = {place.path: leak.origin for leak in made.leaks for place in leak.places}
    sources = {path for path in found if path.endswith(".py")}
    return {path: origin for path, origin in found.items() if source_of(path) not in sources}


def only(made: Report) -> Leak:
    """
    The one leak of a report.
    """
    (leak,) = made.leaks
    return leak


def claims(items: Sequence[Item]) -> dict[str, tuple[str, str, str]]:
    """
    Package, algorithm and digest by path.
    """
    return {
        item.path.decode(): (item.package, item.algorithm, item.digest.hex())
        for item in items
        if isinstance(item, Claim)
    }


def standings(items: Sequence[Item]) -> dict[str, Standing]:
    """
    What is told of whose the packages are.
    """
    return {item.package: item.standing for item in items if isinstance(item, Fact)}
