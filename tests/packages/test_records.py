"""
The other managers: pacman, conda, and those whose records prove no file.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from auditor.model import Origin
from auditor.packages.base import Item, Recorded, Standing
from auditor.packages.composer import Composer
from auditor.packages.conda import Conda
from auditor.packages.npm import Npm
from auditor.packages.pacman import Pacman
from tests.images import Recipe, to_json
from tests.packages.made import WEAK, claims, only, origins, report, standings

SHINY = "usr/share/shiny/shapes.py"


def _sha256(text: str = WEAK) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _recorded(items: list[Item]) -> list[str]:
    return [item.value for item in items if isinstance(item, Recorded)]


# --- pacman ----------------------------------------------------------------------------------


def _mtree() -> bytes:
    # As `bsdtar --format=mtree` writes it for makepkg.
    text = (
        "#mtree\n/set type=file uid=0 gid=0 mode=644\n./.PKGINFO time=1.0 size=1 "
        f"sha256digest={'0' * 64}\n./usr time=1.0 mode=755 type=dir\n"
        f"./{SHINY} time=1.0 size=31 md5digest={'1' * 32} sha256digest={_sha256()}\n"
        f"./usr/share/a\\040b time=1.0 size=1 sha256digest={'2' * 64}\n"
    )
    return gzip.compress(text.encode(), mtime=0)


@pytest.mark.parametrize(
    ("packager", "origin"),
    [
        ("Some Body <some@archlinux.org>", Origin.PACKAGE),
        ("Some Body <some@example.com>", Origin.PACKAGE),
        ("Unknown Packager", Origin.OWN),
    ],
)
def test_pacman_proves_by_its_mtree(tmp_path: Path, packager: str, origin: Origin) -> None:
    """
    The file is in a compressed list with SHA-256; makepkg on a machine without a packager's name
    makes the author's own packages.
    """
    folder = "var/lib/pacman/local/shiny-1.0-1"
    desc = f"%NAME%\nshiny\n\n%PACKAGER%\n{packager}\n\n".encode()
    files = {SHINY: WEAK.encode(), f"{folder}/mtree": _mtree(), f"{folder}/desc": desc}
    leak = only(report(tmp_path, Recipe().step("RUN pacman -S shiny", files=files)))
    assert leak.origin is origin
    assert (origin is Origin.PACKAGE) == any(
        "exactly what pacman package shiny installed" in reason for reason in leak.reasons
    )


def test_pacman_names_are_without_version_and_octal() -> None:
    """
    `a-b-1.0-1` is the package a-b, `\\040` a space.
    """
    items = list(Pacman().read("/var/lib/pacman/local/a-b-1:1.0-1/mtree", _mtree()))
    assert claims(items)["/usr/share/a b"] == ("pacman a-b", "sha256", "2" * 64)
    desc = b"%PACKAGER%\nA <a@archlinux.org>\n"
    items = list(Pacman().read("/var/lib/pacman/local/a-b-1.0-1/desc", desc))
    assert standings(items) == {"pacman a-b": Standing.PUBLISHED}


# --- conda -----------------------------------------------------------------------------------


def test_conda_proves_by_its_json(tmp_path: Path) -> None:
    """
    Files below the prefix, by the checksum after the prefix was written into them; the checksums
    in the record itself look random, and are none of the author's secrets.
    """
    record = {
        "name": "shiny",
        "md5": "9e107d9d372bb6826bd81d3542a419d6",
        "paths_data": {
            "paths": [
                {"_path": "lib/a.py", "sha256": _sha256("x"), "sha256_in_prefix": _sha256()},
                {"_path": "lib/b.py", "sha256": _sha256("y")},
            ]
        },
    }
    files = {
        "opt/conda/conda-meta/shiny-1.0-0.json": json.dumps(record, indent=2).encode(),
        "opt/conda/lib/a.py": WEAK.encode(),
        "opt/conda/lib/b.py": WEAK.replace("xyzzy", "plugh").encode(),
    }
    made = report(tmp_path, Recipe().step("RUN conda install shiny", files=files))
    assert origins(made) == {
        "/opt/conda/conda-meta/shiny-1.0-0.json": Origin.PACKAGE,
        "/opt/conda/lib/a.py": Origin.PACKAGE,
        "/opt/conda/lib/b.py": Origin.OWN,
    }
    assert made.counts.medium == 1


# --- npm and Composer ------------------------------------------------------------------------


def test_npm_proves_no_file(tmp_path: Path) -> None:
    """
    The checksums in npm's own record are told apart; a secret in a file of a package, or beside
    the checksums, is not.
    """
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(b'a').digest()).decode()}"
    token = "x9Fq2LpW7vNc4RtYbK8mJz5HsD3gAe6Q"
    lock = {
        "lockfileVersion": 3,
        "packages": {"node_modules/a": {"integrity": integrity, "token": token}},
    }
    files = {
        "app/node_modules/.package-lock.json": json.dumps(lock, indent=2).encode(),
        "app/node_modules/a/config.js": b"password = 'hunter2-xyzzy42'\n",
    }
    made = report(tmp_path, Recipe().step("RUN npm ci", files=files))
    found = {leak.detector: leak.origin for leak in made.leaks}
    assert found.pop("Base64 High Entropy String") is Origin.PACKAGE
    assert set(found.values()) == {Origin.OWN}
    assert {leak.places[0].path for leak in made.leaks if leak.origin is Origin.OWN} == {
        "/app/node_modules/.package-lock.json", "/app/node_modules/a/config.js"
    }  # fmt: skip


@pytest.mark.parametrize(
    "value", ["sha512-short==", "x9Fq2LpW7vNc4RtYbK8mJz5HsD3gAe6Q", 7, None, ["sha1-x"]]
)
def test_what_is_no_checksum_is_none(value: object) -> None:
    """
    Something else under the name of a checksum is not taken for one.
    """
    lock = {"packages": {"node_modules/a": {"integrity": value}}}
    assert _recorded(list(Npm().read("/node_modules/.package-lock.json", to_json(lock)))) == []


@pytest.mark.parametrize("form", [dict, list])
def test_composer_records_commits_and_checksums(form: type) -> None:
    """
    In the form of Composer 2, and of Composer 1, which is a bare list.
    """
    entry = {
        "name": "a/b",
        "source": {"type": "git", "reference": "a" * 40},
        "dist": {"shasum": "b" * 40, "reference": "v1.0", "url": "c" * 40},
    }
    document: object = {"packages": [entry]} if form is dict else [entry]
    items = list(Composer().read("/app/vendor/composer/installed.json", to_json(document)))
    assert _recorded(items) == ["a" * 40, "b" * 40]


def test_conda_records_only_what_has_the_form_of_a_checksum() -> None:
    """
    Whatever else stands there is left to the detectors.
    """
    record = {"name": "a", "md5": "hunter2", "sha256": 7, "paths_data": {"paths": [1, {}]}}
    assert list(Conda().read("/o/conda-meta/a.json", to_json(record))) == []
