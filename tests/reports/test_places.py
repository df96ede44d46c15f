"""
Where platforms show a leak, and a place in words.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest

from auditor.model import Place, Severity, State
from auditor.reports.places import best, fate, sentence, spot, target
from tests.reports.given import leak, leaky
from tests.reports.written import HOSTILE


def test_place_in_the_image() -> None:
    """
    Without a line of the Dockerfile a file is shown below the image's name, with its own line.
    """
    at = target(leaky(), Place(1, "/app/.env", None, 4))
    assert (at.file, at.uri, at.line, at.in_dockerfile) == (
        "team/app/app/.env", "team/app/app/.env", 4, False
    )  # fmt: skip
    assert target(leaky(), Place(1, "/a.zip", "b.env", 4)).line == 1
    assert target(leaky(), Place(None, "config.Env.TOKEN")).uri == "team/app/config.Env.TOKEN"


def test_place_in_the_dockerfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A line of the Dockerfile is what a reviewer can change; the file is named from the checkout.
    """
    place = Place(1, "/app/.env", None, 4, dockerfile_line=7)
    assert target(leaky(), place).file == "build/Dockerfile"
    assert target(leaky(), place).line == 7
    monkeypatch.chdir(tmp_path)
    inside = replace(leaky(), dockerfile=str(tmp_path / "docker" / "Dockerfile"))
    assert target(inside, place).file == "docker/Dockerfile"
    outside = replace(leaky(), dockerfile="/somewhere/else/Dockerfile")
    assert target(outside, place).file == "Dockerfile"
    assert not target(replace(leaky(), dockerfile=None), place).in_dockerfile


def test_best_place() -> None:
    """
    A place with a line of the Dockerfile is shown before one without.
    """
    places = (Place(1, "/a"), Place(1, "/b", dockerfile_line=3))
    one = leak(Severity.HIGH, *places)
    assert best(leaky(), one) == places[1]
    assert best(replace(leaky(), dockerfile=None), one) == places[0]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("prefix", ["", "/", "//", "/a/../", "\\"])
def test_no_name_leads_out(text: str, prefix: str) -> None:
    """
    Whatever the file is called, its address is relative, below the image, and comes back from it.
    """
    name = prefix + HOSTILE[text]
    uri = target(leaky(), Place(1, name)).uri
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert urljoin("https://example.com/repo/", uri).startswith(
        "https://example.com/repo/team/app/"
    )
    assert uri.isascii() and uri.isprintable() and " " not in uri
    assert b".." not in unquote_to_bytes(uri).split(b"/")


def test_names_that_are_no_utf8_keep_their_bytes() -> None:
    """
    Undecodable bytes of a name are escaped as they are in the tar.
    """
    assert target(leaky(), Place(1, "/caf\udce9.txt")).uri == "team/app/caf%E9.txt"


def test_words() -> None:
    """
    A place is told with what became of it.
    """
    gone = Place(1, "/a", "zip", 3, "COPY a /", None, State.DELETED, 4)
    assert spot(gone) == "/a:3 (zip)"
    assert sentence(gone) == "layer 1: /a:3 (zip), deleted by layer 4, by: COPY a /"
    assert fate(Place(None, "config")) == "readable without pulling a layer"
    assert fate(Place(1, "/a")) == "in the final file system"
    assert fate(Place(1, "/a", state=State.DELETED)) == "not in the final file system"
