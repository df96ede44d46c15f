"""
An audit that knows the layers says what one says that looks into them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor.cache import identity
from auditor.model import Report
from auditor.ranking import Expectation, Ignore, Policy, in_older
from auditor.request import Request
from tests.cache.given import (
    FAKES,
    FOLDERS,
    LAYOUTS,
    OTHER,
    QUOTED,
    SHORT,
    SPOKEN,
    Looked,
    by_layers,
    cached,
    folder,
    looked,
    plain,
    recipe,
    write,
)
from tests.images import Recipe, docker_members, to_json

__all__ = ["looked"]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The files of these tests were written a moment ago, and change only where a test says so.
    """
    monkeypatch.setattr(identity, "SETTLED", -1_000_000_000)
    monkeypatch.setattr(identity, "SETTLED_COARSE", -1_000_000_000)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_archives(layout: str, tmp_path: Path, looked: Looked) -> None:
    """Nothing is looked into the second time, and the report is the same to the last byte."""
    path = write(tmp_path / "x.tar", LAYOUTS[layout](recipe()))
    expected = plain(path)
    assert looked.take()

    assert cached(path, tmp_path / "cache") == expected
    assert looked.take()
    assert by_layers(path, tmp_path / "cache") == expected
    assert cached(path, tmp_path / "cache") == expected
    assert looked.take() == []


@pytest.mark.parametrize("kind", FOLDERS)
def test_folders(kind: str, tmp_path: Path, looked: Looked) -> None:
    """The same of a layout in a folder."""
    path = f"{kind}:{folder(tmp_path / 'x', FOLDERS[kind](recipe()))}"
    expected = plain(path)
    looked.take()

    assert cached(path, tmp_path / "cache") == expected
    assert looked.take()
    assert by_layers(path, tmp_path / "cache") == expected
    assert cached(path, tmp_path / "cache") == expected
    assert looked.take() == []


def test_the_recipe_has_what_it_is_for(tmp_path: Path) -> None:
    """Each of the planted secrets is found, so that the tests above mean something."""
    path = write(tmp_path / "x.tar", LAYOUTS["docker"](recipe()))
    (report,) = plain(path, policy=Policy(list_all=True, show_secrets=True))
    found = {leak.secret.reveal() for leak in report.leaks if leak.secret}

    told = {*FAKES.values(), OTHER["DB_PASSWORD"], OTHER["GITHUB_TOKEN"], SPOKEN, SHORT, QUOTED}
    assert {value for value in told if not any(value in one for one in found)} == {
        FAKES["AWS_ACCESS_KEY_ID"],
        FAKES["NPM_TOKEN"],
    }
    masked = [place.path for leak in plain(path)[0].leaks for place in leak.places]
    assert "/srv/***/x" in masked


def test_only_what_is_new_is_looked_into(tmp_path: Path, looked: Looked) -> None:
    """Another image on the same layers, in another layout, in a file that was never seen."""
    cached(write(tmp_path / "x.tar", LAYOUTS["oci"](recipe())), tmp_path / "cache")
    looked.take()
    new = recipe().step("COPY x /", files={"x": b"password = Hu8-nter2xyz"})
    for layout in ("docker 25", "oci", "podman"):
        path = write(tmp_path / f"{layout}.tar", LAYOUTS[layout](new))
        expected = plain(path)
        looked.take()
        assert cached(path, tmp_path / "cache") == expected
        assert len([n for n in looked.take() if "index" not in n]) <= 2, layout


def test_an_archive_that_changes_under_its_name(tmp_path: Path) -> None:
    """Size, times and number of the file tell, and a copy with the old times is another file."""
    path = Path(write(tmp_path / "x.tar", LAYOUTS["docker"](recipe())))
    old = path.stat()
    cached(str(path), tmp_path / "cache")
    other = recipe().step("COPY x /", files={"x": b"password = Hu8-nter2xyz"})
    write(path, LAYOUTS["docker"](other))
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    expected = plain(str(path))

    assert cached(str(path), tmp_path / "cache") == expected
    assert by_layers(str(path), tmp_path / "cache") == expected


def test_bytes_that_change_in_place(tmp_path: Path) -> None:
    """The same file of the same size: the times tell."""
    path = Path(write(tmp_path / "x.tar", LAYOUTS["docker"](recipe())))
    cached(str(path), tmp_path / "cache")
    other = "first-" + SPOKEN[::-1].swapcase()
    data = path.read_bytes().replace(f"first-{SPOKEN[::-1]}".encode(), other.encode())
    with path.open("r+b") as file:
        file.write(data)
    expected = plain(str(path))
    assert any("diff_id" in gap.reason for gap in expected[0].ledger.gaps)

    assert by_layers(str(path), tmp_path / "cache") == expected
    assert cached(str(path), tmp_path / "cache") == expected


def test_a_layer_that_lies_of_its_digest(tmp_path: Path) -> None:
    """An archive that claims a known layer and holds another is looked into, and found out."""
    cached(write(tmp_path / "x.tar", LAYOUTS["oci"](recipe())), tmp_path / "cache")
    known = recipe()
    lies = Recipe().step("COPY", files={"lie": b"password = Lie8-nter2xyz\n"})
    members = docker_members(known)
    config = next(name for name in members if name.endswith(".json") and len(name) > 60)
    other = docker_members(Recipe().raw_layer("COPY", lies.layers[0].tar))
    layer = next(name for name in other if name.endswith("layer.tar"))
    manifest = [{"Config": config, "RepoTags": ["app:1"], "Layers": [layer]}]
    liar = {config: members[config], layer: other[layer], "manifest.json": to_json(manifest)}
    path = write(tmp_path / "liar.tar", liar)
    expected = plain(path)
    assert "/lie" in str(expected)

    assert cached(path, tmp_path / "cache") == expected
    assert cached(path, tmp_path / "cache") == expected


def test_a_file_is_remembered_only_when_it_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two changes within a tick of the clock leave the same time."""
    path = Path(write(tmp_path / "x.tar", LAYOUTS["docker"](recipe())))
    monkeypatch.setattr(identity, "SETTLED", 10**15)
    monkeypatch.setattr(identity, "SETTLED_COARSE", 10**15)
    assert identity.settled(str(path)) is None
    expected = plain(str(path))
    for _ in range(2):
        assert cached(str(path), tmp_path / "cache") == expected


def test_secrets_are_shown_from_a_warm_cache(tmp_path: Path, looked: Looked) -> None:
    """What is kept has no plaintext, so the layers are looked into."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    shown = Policy(list_all=True, show_secrets=True)
    cached(path, tmp_path / "cache")
    looked.take()

    assert cached(path, tmp_path / "cache", policy=shown) == plain(path, policy=shown)
    assert looked.take()


@pytest.mark.parametrize("known", [(), ("old",), ("new",), ("old", "new")])
def test_against_an_older_image(known: tuple[str, ...], tmp_path: Path) -> None:
    """Secrets are compared by value, whichever of the two images is known."""
    older = recipe()
    newer = recipe().step("COPY y /", files={"y.env": f"PASSWORD={OTHER['DB_PASSWORD']}z".encode()})
    paths = {
        "old": write(tmp_path / "old.tar", LAYOUTS["oci"](older)),
        "new": write(tmp_path / "new.tar", LAYOUTS["docker"](newer)),
    }
    for name in known:
        cached(paths[name], tmp_path / "cache")

    def compared(audit: Callable[..., list[Report]], *more: Any) -> list[Report]:
        kept = Policy(list_all=True, keep_secrets=True)
        reports = audit(paths["old"], *more, policy=kept)
        before = [known for one in reports for known in in_older(one.leaks, "old")]
        policy = Policy(True, expected=Expectation(tuple(before)))
        return audit(paths["new"], *more, policy=policy)

    expected, found = compared(plain), compared(cached, tmp_path / "cache")
    assert found == expected
    assert expected[0].accepted > 3 and expected[0].standing.new == 1


def test_a_base_image(tmp_path: Path) -> None:
    """Its own file counts too: another base is another question."""
    base = write(tmp_path / "base.tar", LAYOUTS["oci"](_first(2)))
    path = write(tmp_path / "x.tar", LAYOUTS["docker"](recipe()))
    for _ in range(2):
        assert cached(path, tmp_path / "cache", base=base) == plain(path, base=base)
    write(tmp_path / "base.tar", LAYOUTS["oci"](_first(1)))
    assert cached(path, tmp_path / "cache", base=base) == plain(path, base=base)


def _first(count: int) -> Recipe:
    made = Recipe("base:1")
    for number, layer in enumerate(recipe().layers[:count]):
        made.raw_layer(f"step {number}", layer.tar)
    return made


def test_a_dockerfile_that_changes(tmp_path: Path) -> None:
    """So is another Dockerfile."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    build = tmp_path / "Dockerfile"
    for text in ("FROM scratch\nCOPY . /app\n", "FROM scratch\n\nCOPY . /app\n"):
        build.write_text(text)
        for _ in range(2):
            expected = plain(path, dockerfile=str(build))
            assert cached(path, tmp_path / "cache", dockerfile=str(build)) == expected


def test_values_of_the_metadata(tmp_path: Path, looked: Looked) -> None:
    """A layer that is known is looked into again for a value that was not looked for in it."""
    quiet = Recipe().step("COPY x /", files={"x": b"nothing\nZq7-hunter-xy2\n"})
    cached(write(tmp_path / "a.tar", LAYOUTS["oci"](quiet)), tmp_path / "cache")
    told = Recipe().step("COPY x /", files={"x": b"nothing\nZq7-hunter-xy2\n"})
    told.env("DB_PASSWORD", "Zq7-hunter-xy2")
    path = write(tmp_path / "b.tar", LAYOUTS["oci"](told))
    expected = plain(path)
    assert "'/x'" in str(expected)

    assert cached(path, tmp_path / "cache") == expected


def test_a_secret_in_the_name_of_a_file(tmp_path: Path, looked: Looked) -> None:
    """Names are kept, so nothing is kept of a layer that has a secret in one."""
    token = FAKES["GITHUB_TOKEN"]
    told = Recipe().step("COPY x /", files={f"{token}/x": token.encode()})
    path = write(tmp_path / "a.tar", LAYOUTS["oci"](told))
    by_layers(path, tmp_path / "cache")
    looked.take()
    assert by_layers(path, tmp_path / "cache") == plain(path)
    assert looked.take()


@pytest.mark.parametrize("ends", [None, date(2030, 1, 2)])
def test_what_expires(ends: date | None, tmp_path: Path) -> None:
    """A day on which something ends is another question, and no other day is."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    ignore = Ignore("known", ("/app/*",), expires=ends)
    subjects = set()
    for day in (1, 2, 3):
        policy = Policy(expected=Expectation((), (ignore,), date(2030, 1, day)))
        assert cached(path, tmp_path / "cache", policy=policy) == plain(path, policy=policy)
        subjects.add(Request(path, policy=policy).subject)
    assert len(subjects) == (3 if ends else 1)
