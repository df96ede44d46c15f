"""
What apk recorded, by the documented format of its database.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from auditor.model import Origin
from auditor.packages.apk import Apk
from auditor.packages.base import Standing
from tests.images import Recipe
from tests.packages.made import PRIVATE, WEAK, claims, only, report, standings

INSTALLED = "lib/apk/db/installed"
ALPINE = "Some Body <some@alpinelinux.org>"
FILE = "usr/share/shiny/shapes.py"


def _sum(data: bytes) -> str:
    return "Q1" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _database(maintainer: str = ALPINE) -> bytes:
    return (
        f"C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:alpine-baselayout\nV:3.6.5-r0\nm:{ALPINE}\n"
        "F:dev\nF:etc\nR:motd\nZ:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=\n\n"
        f"C:Q1Ug==\nP:shiny\nV:1-r0\nA:x86_64\nm:{maintainer}\n"
        f"F:usr\nF:usr/share\nF:usr/share/shiny\nR:shapes.py\na:0:0:755\nZ:{_sum(WEAK.encode())}\n"
        "R:unsummed\nF:var\nM:0:0:1777\n"
    ).encode()


@pytest.mark.parametrize("where", [INSTALLED, f"usr/{INSTALLED}"])
def test_an_unchanged_file_is_the_packages(tmp_path: Path, where: str) -> None:
    """
    Wherever the database lies; a later layer's database proves files of the layers below too.
    """
    recipe = (
        Recipe()
        .step("RUN apk add shiny", files={FILE: WEAK.encode()})
        .step("RUN apk add other", files={where: _database()})
    )
    leak = only(report(tmp_path, recipe))
    assert leak.origin is Origin.PACKAGE
    assert "the file is exactly what apk package shiny installed" in leak.reasons


def test_a_changed_file_is_not(tmp_path: Path) -> None:
    """
    One byte more is the author's.
    """
    files = {FILE: WEAK.encode() + b"\n", INSTALLED: _database()}
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is Origin.OWN


def test_a_package_from_a_file_is_the_authors(tmp_path: Path) -> None:
    """
    `apk add --allow-untrusted ./shiny.apk` leaves the package's checksum in the world file.
    """
    files = {FILE: WEAK.encode(), INSTALLED: _database(), "etc/apk/world": b"curl\nshiny><Q1Ug==\n"}
    assert only(report(tmp_path, Recipe().step("RUN x", files=files))).origin is Origin.OWN


def test_claims_and_standings() -> None:
    """
    Every file with a checksum, and what the maintainers' addresses tell.
    """
    items = list(Apk().read(f"/{INSTALLED}", _database(PRIVATE)))
    assert sorted(claims(items)) == ["etc/motd", FILE]
    assert claims(items)["etc/motd"] == (
        "apk alpine-baselayout", "sha1", "48b912f610627546cfc30af0f974745a1bf7c30f"
    )  # fmt: skip
    assert standings(items) == {"apk alpine-baselayout": Standing.PUBLISHED}


@pytest.mark.parametrize(
    ("text", "algorithm"),
    [
        ("Q2" + base64.b64encode(bytes(32)).decode(), "sha256"),
        ("00" * 16, "md5"),
        ("00" * 20, "sha1"),
        ("Q1====", None),
        ("xyz", None),
    ],
)
def test_forms_of_a_checksum(text: str, algorithm: str | None) -> None:
    """
    SHA-1, SHA-256 and hexadecimal; what is none claims nothing.
    """
    data = f"P:a\nF:x\nR:y\nZ:{text}\n".encode()
    found = claims(list(Apk().read(f"/{INSTALLED}", data)))
    assert [said[1] for said in found.values()] == ([algorithm] if algorithm else [])
