"""
What dpkg recorded, on this machine and in systems that it makes for the test.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from auditor import packages
from auditor.model import Origin
from auditor.packages.base import Diversion, Standing
from auditor.packages.dpkg import Dpkg
from auditor.packages.packing import canonical, key_of_file, packages_with
from tests.conftest import require
from tests.images import Recipe
from tests.packages.made import (
    PRIVATE,
    WEAK,
    claims,
    installed_deb,
    only,
    origins,
    report,
    standings,
)

INFO = Path("/var/lib/dpkg/info")
STATUS = "/var/lib/dpkg/status"


def _read(path: str, data: bytes) -> list[packages.base.Item]:
    return list(Dpkg().read(path, data))


@pytest.mark.parametrize("package", ["base-files", "coreutils", "dpkg", "bash", "debianutils"])
def test_this_machine_is_as_dpkg_says(package: str) -> None:
    """
    The files of packages of this machine are proven, but for those that dpkg finds changed.
    """
    require("dpkg")
    sums = INFO / f"{package}.md5sums"
    if not sums.exists():
        pytest.skip(f"{package} is not installed")
    said = packages.claims(str(sums), sums.read_bytes())
    verified = subprocess.run(
        ["dpkg", "--verify", package], capture_output=True, text=True, check=False
    ).stdout
    changed = {line.split()[-1] for line in verified.splitlines()}
    names = [f"/{line.split('  ', 1)[1]}" for line in sums.read_text().splitlines()]
    present = [name for name in names if Path(name).is_file() and name not in changed]
    for name in present:
        digest = hashlib.md5(Path(name).read_bytes(), usedforsecurity=False).digest()
        assert list(packages_with(said, key_of_file(name.encode(), "md5", digest))) == [
            f"dpkg {package}"
        ]
    assert present


def test_an_unchanged_file_is_the_packages(tmp_path: Path) -> None:
    """
    What a distribution's package installed is its own: counted apart, listed with --all, with
    the package's name as the reason.
    """
    require("dpkg")
    files = installed_deb(tmp_path, {"usr/share/shiny/shapes.py": WEAK})
    made = report(tmp_path, Recipe().step("RUN apt-get install shiny", files=files))
    leak = only(made)
    assert leak.origin is Origin.PACKAGE
    assert leak.severity == "low"
    assert "the file is exactly what dpkg package shiny installed" in leak.reasons
    assert made.package == 1
    assert made.counts.medium == made.counts.low == 0


@pytest.mark.parametrize("place", ["same", "later"])
def test_a_changed_file_is_not(tmp_path: Path, place: str) -> None:
    """
    One byte more, in the layer of the package or in a later one, and the file is the author's.
    """
    require("dpkg")
    path = "usr/share/shiny/shapes.py"
    files = installed_deb(tmp_path, {path: WEAK})
    other = WEAK.replace("xyzzy", "plugh").encode()
    recipe = Recipe()
    if place == "same":
        recipe.step("RUN apt-get install shiny", files={**files, path: other})
    else:
        recipe.step("RUN apt-get install shiny", files=files).step("RUN sed", files={path: other})
    made = report(tmp_path, recipe)
    changed = [leak for leak in made.leaks if leak.places[0].state == "present"]
    assert [leak.origin for leak in changed] == [Origin.OWN]
    assert made.package == (place == "later")


def test_an_upgrade_proves_old_and_new(tmp_path: Path) -> None:
    """
    A file that a later version of its package replaces is proven by the database of its time.
    """
    require("dpkg")
    path = "usr/share/shiny/shapes.py"
    old = installed_deb(tmp_path, {path: WEAK})
    new = installed_deb(tmp_path, {path: WEAK.replace("xyzzy", "plugh")})
    made = report(tmp_path, Recipe().step("RUN install", files=old).step("RUN upgrade", files=new))
    assert [leak.origin for leak in made.leaks] == [Origin.PACKAGE] * 2
    assert {leak.places[0].state for leak in made.leaks} == {"present", "overwritten"}


def test_a_copy_by_chown_is_proven_by_an_older_layer(tmp_path: Path) -> None:
    """
    A layer that holds the same file once more, without a database, changes nothing.
    """
    require("dpkg")
    path = "usr/share/shiny/shapes.py"
    files = installed_deb(tmp_path, {path: WEAK})
    recipe = Recipe().step("RUN install", files=files).step("RUN chown", files={path: files[path]})
    assert only(report(tmp_path, recipe)).origin is Origin.PACKAGE


def test_a_database_that_is_deleted_later_still_proves(tmp_path: Path) -> None:
    """
    It is still in its layer. One that no layer holds proves nothing.
    """
    require("dpkg")
    path = "usr/share/shiny/shapes.py"
    files = installed_deb(tmp_path, {path: WEAK})
    recipe = Recipe().step("RUN install", files=files).step("RUN rm", delete=["var/lib/dpkg"])
    assert only(report(tmp_path, recipe)).origin is Origin.PACKAGE
    assert only(report(tmp_path, Recipe().step("RUN x", files={path: files[path]}))).origin == "own"


def test_another_place_is_the_authors(tmp_path: Path) -> None:
    """
    A secret that also stands in a file which no package owns is the author's leak.
    """
    require("dpkg")
    path = "usr/share/shiny/shapes.py"
    files = installed_deb(tmp_path, {path: WEAK})
    recipe = Recipe().step("RUN install", files={**files, "app/shapes.py": files[path]})
    leak = only(report(tmp_path, recipe))
    assert (leak.origin, leak.severity, len(leak.places)) == (Origin.OWN, "medium", 2)


def test_configuration_files_are_known_by_the_status(tmp_path: Path) -> None:
    """
    They are in no list of checksums; as installed they are the package's, edited ones are not.
    """
    require("dpkg")
    files = installed_deb(tmp_path, {"etc/shiny.cfg": WEAK}, conffiles=["etc/shiny.cfg"])
    assert b"etc/shiny.cfg" not in files["var/lib/dpkg/info/shiny.md5sums"]
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is Origin.PACKAGE
    files["etc/shiny.cfg"] += b"# edited\n"
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is Origin.OWN


def test_a_merged_usr_is_seen_through(tmp_path: Path) -> None:
    """
    A package that says /lib is proven by a file in /usr/lib, where the link leads.
    """
    require("dpkg")
    files = installed_deb(tmp_path, {"lib/shiny/shapes.py": WEAK})
    files["usr/lib/shiny/shapes.py"] = files.pop("lib/shiny/shapes.py")
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is Origin.PACKAGE


def test_a_diverted_file_is_found_where_it_went(tmp_path: Path) -> None:
    """
    Its package claims one path, dpkg-divert put it at another.
    """
    require("dpkg", "dpkg-divert")
    path = "usr/share/shiny/shapes.py"
    files = installed_deb(tmp_path, {path: WEAK}, divert=f"/{path}")
    assert f"{path}.distrib" in files
    assert path not in files
    assert origins(report(tmp_path, Recipe().step("RUN x", files=files))) == {
        f"/{path}.distrib": Origin.PACKAGE
    }


@pytest.mark.parametrize(
    ("maintainer", "origin"),
    [(PRIVATE, Origin.PACKAGE), ("root <root@3f2a1b>", Origin.OWN), ("x <a@b.local>", Origin.OWN)],
)
def test_private_packages(tmp_path: Path, maintainer: str, origin: Origin) -> None:
    """
    What may be a secret is the package's if it may be public; not in one that was built on a
    machine without a public name.
    """
    require("dpkg")
    files = installed_deb(tmp_path, {"opt/shiny/shapes.py": WEAK}, maintainer=maintainer)
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is origin


def test_what_is_likely_needs_a_public_package(tmp_path: Path, planted: dict[str, str]) -> None:
    """
    A token in a package of an unknown maintainer's stays as it is, and the report says why; in
    a distribution's package it is counted apart.
    """
    require("dpkg")
    line = f"{planted['AWS_ACCESS_KEY_ID']}\n"
    files = installed_deb(tmp_path, {"usr/share/shiny/x.txt": line}, maintainer=PRIVATE)
    leak = only(report(tmp_path, Recipe().step("RUN x", files=files)))
    assert (leak.origin, leak.severity, leak.confidence) == ("own", "high", "likely")
    assert any("nothing shows that this package is public" in reason for reason in leak.reasons)

    files = installed_deb(tmp_path, {"usr/share/shiny/x.txt": line})
    leak = only(report(tmp_path, Recipe().step("RUN x", files=files)))
    assert (leak.origin, leak.severity) == ("package", "low")


def test_what_is_certain_stays_visible_one_step_lower(
    tmp_path: Path, planted: dict[str, str]
) -> None:
    """
    A private key that parses is high in a distribution's package, critical elsewhere.
    """
    require("dpkg")
    key = planted["PRIVATE_KEY"]
    for maintainer, severity in ((PRIVATE, "critical"), ("A <a@debian.org>", "high")):
        files = installed_deb(tmp_path, {"usr/share/shiny/key": key}, maintainer=maintainer)
        made = report(tmp_path, Recipe().step("RUN x", files=files))
        assert only(made).severity == severity
        assert made.package == 0
        assert getattr(made.counts, severity) == 1


def test_distroless_keeps_one_file_a_package() -> None:
    """
    `status.d` holds a package's paragraph and its checksums under its name.
    """
    said = b"Package: tzdata\nMaintainer: GNU Libc <debian-glibc@lists.debian.org>\n"
    assert packages.is_database("/var/lib/dpkg/status.d/tzdata")
    assert standings(_read("/var/lib/dpkg/status.d/tzdata", said)) == {
        "dpkg tzdata": Standing.PUBLISHED
    }
    sums = b"d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n"
    assert claims(_read("/var/lib/dpkg/status.d/tzdata.md5sums", sums)) == {
        "usr/share/zoneinfo/UTC": ("dpkg tzdata", "md5", "d41d8cd98f00b204e9800998ecf8427e")
    }


def test_names_with_an_architecture_are_one_package() -> None:
    """
    `libc6:amd64.md5sums` belongs to libc6 of the status.
    """
    sums = b"d41d8cd98f00b204e9800998ecf8427e  lib/x\n"
    assert claims(_read("/var/lib/dpkg/info/libc6:amd64.md5sums", sums))["lib/x"][0] == "dpkg libc6"


def test_conffiles_end_with_the_field() -> None:
    """
    Only the lines of the field Conffiles are checksums, with or without a remark.
    """
    digest = "d41d8cd98f00b204e9800998ecf8427e"
    status = (
        f"Package: a\nConffiles:\n /etc/one {digest}\n /etc/two {digest} obsolete\n"
        f" /etc/new newconffile\nDescription: x\n /etc/three {digest}\n\nPackage: b\n"
    )
    assert sorted(claims(_read(STATUS, status.encode()))) == ["/etc/one", "/etc/two"]


def test_diversions_come_in_threes() -> None:
    """
    Claimed path, found path, package.
    """
    data = b"/bin/sh\n/bin/sh.distrib\ndash\n/a\n/b\n:\n"
    assert _read("/var/lib/dpkg/diversions", data) == [
        Diversion(b"/bin/sh", b"/bin/sh.distrib"),
        Diversion(b"/a", b"/b"),
    ]


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("lib/x", "/usr/lib/x"),
        ("./usr/sbin/x", "/bin/x"),
        ("/usr//lib64/../lib64/x", "/lib64/x"),
        ("/usr/lib/../../etc/x", "/etc/x"),
    ],
)
def test_one_name_for_a_file(path: str, same: str) -> None:
    """
    Paths that lead to one file have one name.
    """
    assert canonical(path.encode()) == canonical(same.encode())


def test_other_folders_are_not_merged() -> None:
    """
    /usr/share and /share, /usr/local/lib and /lib are different places.
    """
    assert canonical(b"/usr/share/x") != canonical(b"/share/x")
    assert canonical(b"/usr/local/lib/x") != canonical(b"/lib/x")
