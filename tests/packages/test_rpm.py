"""
What rpm recorded, in databases that rpm and Berkeley DB's own tools wrote.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from auditor.model import Origin
from auditor.packages.base import Standing
from auditor.packages.rpm import Rpm, berkeley, ndb, sqlite
from tests.conftest import require
from tests.images import Recipe
from tests.packages.made import WEAK, claims, only, report, run, standings, tree

WHERE = "var/lib/rpm/rpmdb.sqlite"
FILES = 1500
PACKAGES = 30


def _spec(vendor: str) -> str:
    """
    A package with a leaky file and a configuration file, one with very many files, some small.
    """
    small = [f"%package p{n}\nSummary: x\n%description p{n}\nx\n%files p{n}\n/usr/share/p{n}\n"
             for n in range(PACKAGES)]  # fmt: skip
    return f"""
Name: shiny
Version: 1
Release: 1
Summary: x
License: MIT
BuildArch: noarch
{f"Vendor: {vendor}" if vendor else ""}
%description
x
%package many
Summary: x
%description many
x
%install
mkdir -p %{{buildroot}}/usr/share/shiny %{{buildroot}}/usr/share/many %{{buildroot}}/etc
cp %{{_sourcedir}}/shapes.py %{{buildroot}}/usr/share/shiny/shapes.py
echo x > %{{buildroot}}/etc/shiny.conf
for n in $(seq {FILES}); do echo $n > %{{buildroot}}/usr/share/many/file$n; done
for n in $(seq 0 {PACKAGES - 1}); do echo $n > %{{buildroot}}/usr/share/p$n; done
%files
/usr/share/shiny
%config(noreplace) /etc/shiny.conf
%files many
/usr/share/many
{"".join(small)}
"""


def installed(folder: Path, vendor: str = "", key: str | None = None) -> dict[str, bytes]:
    """
    The root of a system in which rpm installed the packages, signed if there is a key.
    """
    require("rpm", "rpmbuild")
    folder.mkdir(exist_ok=True)
    (folder / "shapes.py").write_text(WEAK)
    (folder / "shiny.spec").write_text(_spec(vendor))
    run("rpmbuild", "-bb", "--define", f"_topdir {folder}/top", "--define", f"_rpmdir {folder}",
        "--define", f"_sourcedir {folder}", "--define", f"_db_path {folder}/none",
        folder / "shiny.spec")  # fmt: skip
    built = sorted((folder / "noarch").glob("*.rpm"))
    if key:
        run("rpmsign", "--define", f"_gpg_name {key}", "--define", "__gpg /usr/bin/gpg",
            "--addsign", *built)  # fmt: skip
    root = folder / "root"
    root.mkdir()
    run("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--nosignature", "-i", "--nodeps",
        *built)  # fmt: skip
    return tree(root)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """
    A system of packages without vendor and signature.
    """
    return installed(tmp_path_factory.mktemp("rpm") / "x")


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory, system: dict[str, bytes]) -> dict[str, str]:
    """
    The digest of every file by its path, as rpm itself tells it of its database.
    """
    folder = tmp_path_factory.mktemp("db")
    (folder / "rpmdb.sqlite").write_bytes(system[WHERE])
    lines = run("rpm", "--dbpath", folder, "-qa", "--dump").decode().splitlines()
    fields = [line.split() for line in lines]
    return {field[0]: field[3] for field in fields if len(field) > 4 and field[4][1:3] == "10"}


def test_sqlite_holds_what_rpm_tells(system: dict[str, bytes], dump: dict[str, str]) -> None:
    """
    Every file of every package, in a database with inner pages and long chains of overflow.
    """
    found = claims(list(Rpm().read(f"/{WHERE}", system[WHERE])))
    assert {path: digest for path, (_, _, digest) in found.items()} == dump
    assert len(found) == FILES + PACKAGES + 2
    assert found["/usr/share/p7"][:2] == ("rpm shiny-p7", "sha256")


def test_berkeley_holds_the_same(
    tmp_path: Path, system: dict[str, bytes], dump: dict[str, str]
) -> None:
    """
    The same headers in a hash file of Berkeley DB, written by its own loader.
    """
    require("db5.3_load")
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "HEADER=END"]
    for number, blob in enumerate(sqlite.blobs(system[WHERE])):
        lines += [f" {struct.pack('<I', number).hex()}", f" {blob.hex()}"]
    run("db5.3_load", tmp_path / "Packages", data="\n".join([*lines, "DATA=END", ""]).encode())
    data = (tmp_path / "Packages").read_bytes()
    assert berkeley.accepts(data)
    found = claims(list(Rpm().read("/var/lib/rpm/Packages", data)))
    assert {path: digest for path, (_, _, digest) in found.items()} == dump


def _ndb(headers: list[bytes]) -> bytes:
    """
    rpm's own form, as lib/backend/ndb/rpmpkg.c lays it out; Debian's rpm cannot write it.
    """
    slots, blobs, unit = bytearray(), bytearray(), 4096 // 16
    for number, header in enumerate(headers, 1):
        count = -(-(16 + len(header) + 12) // 16)
        slots += b"Slot" + struct.pack("<III", number, unit, count)
        blob = b"BlbS" + struct.pack("<III", number, 1, len(header)) + header
        blobs += blob + bytes(count * 16 - len(blob) - 12)
        blobs += struct.pack("<II", 0, len(header)) + b"BlbE"
        unit += count
    head = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(headers) + 1) + bytes(12)
    return bytes((head + slots).ljust(4096, b"\0") + blobs)


def test_ndb_holds_the_same(system: dict[str, bytes], dump: dict[str, str]) -> None:
    """
    The same headers in rpm's own form.
    """
    data = _ndb(list(sqlite.blobs(system[WHERE])))
    assert ndb.accepts(data)
    found = claims(list(Rpm().read("/usr/lib/sysimage/rpm/Packages.db", data)))
    assert {path: digest for path, (_, _, digest) in found.items()} == dump


def test_an_unchanged_file_is_the_packages_only_if_it_may_be_public(
    tmp_path: Path, system: dict[str, bytes]
) -> None:
    """
    Without vendor and signature a package was built by whoever built the image.
    """
    assert standings(list(Rpm().read(f"/{WHERE}", system[WHERE])))["rpm shiny"] is Standing.LOCAL
    leak = only(report(tmp_path, Recipe().step("RUN rpm -i shiny.rpm", files=system)))
    assert leak.origin is Origin.OWN

    files = installed(tmp_path / "vendor", vendor="Example Company")
    assert standings(list(Rpm().read(f"/{WHERE}", files[WHERE]))) == {}
    leak = only(report(tmp_path, Recipe().step("RUN rpm -i shiny.rpm", files=files)))
    assert leak.origin is Origin.PACKAGE
    assert "the file is exactly what rpm package shiny installed" in leak.reasons


def test_a_signed_package_of_a_distribution_is_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The vendor's name and a signature; the name alone can be anybody's.
    """
    require("gpg", "rpmsign")
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    run("gpg", "--batch", "--passphrase", "", "--quick-gen-key", "a@example.com", "rsa2048")
    try:
        signed = installed(tmp_path / "signed", vendor="Fedora Project", key="a@example.com")
    finally:
        run("gpgconf", "--kill", "all")
    unsigned = installed(tmp_path / "unsigned", vendor="Fedora Project")
    assert standings(list(Rpm().read(f"/{WHERE}", signed[WHERE])))["rpm shiny"] == "published"
    assert standings(list(Rpm().read(f"/{WHERE}", unsigned[WHERE]))) == {}
