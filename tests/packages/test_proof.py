"""
What is proven of a place, and what is not: the rules that hold for every package manager.
"""

from __future__ import annotations

import py_compile
import tracemalloc
from pathlib import Path

import pytest

from auditor import packages
from auditor.model import Origin
from auditor.packages import Digests, watching
from auditor.pieces import Item, Piece, look
from auditor.streams.reading import CHUNK, Kept, Range
from tests.conftest import require
from tests.images import Recipe, entry, file_entries, hard_link
from tests.packages.made import WEAK, installed_deb, only, origins, report

PATH = "usr/share/shiny/shapes.py"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """
    A system with one leaky package.
    """
    require("dpkg")
    return installed_deb(tmp_path_factory.mktemp("deb"), {PATH: WEAK})


def test_what_python_compiled_is_as_its_source(tmp_path: Path, planted: dict[str, str]) -> None:
    """
    No record has a checksum of it. It is proven by its source, unless that was changed, or is
    not what the module says it was compiled from.
    """
    require("dpkg")
    key, other = planted["AWS_ACCESS_KEY_ID"], "AKIA" + "Q3DJMZBDQ355QXD7"
    source = "usr/lib/python3/dist-packages/shiny.py"
    files = installed_deb(tmp_path, {source: f'KEY = "{key} "\n'})
    (tmp_path / "shiny.py").write_bytes(files[source])
    py_compile.compile(str(tmp_path / "shiny.py"), str(tmp_path / "shiny.pyc"))
    compiled = "usr/lib/python3/dist-packages/__pycache__/shiny.cpython-311.pyc"
    files[compiled] = (tmp_path / "shiny.pyc").read_bytes()

    leak = only(report(tmp_path, Recipe().step("RUN x", files=files)))
    assert (leak.origin, len(leak.places)) == (Origin.PACKAGE, 2)

    # In a layer of its own, when the program first ran.
    alone = {name: data for name, data in files.items() if name != compiled}
    recipe = Recipe().step("RUN x", files=alone).step("RUN y", files={compiled: files[compiled]})
    assert only(report(tmp_path, recipe)).origin is Origin.PACKAGE

    changed = {**files, source: files[source] + b"\n"}
    assert only(report(tmp_path, Recipe().step("RUN x", files=changed))).origin is Origin.OWN

    # Compiled from something else than what stands there now.
    (tmp_path / "shiny.py").write_text(f'KEY = "{other} "  # mine\n')
    py_compile.compile(str(tmp_path / "shiny.py"), str(tmp_path / "shiny.pyc"))
    stale = {**files, compiled: (tmp_path / "shiny.pyc").read_bytes()}
    made = report(tmp_path, Recipe().step("RUN x", files=stale))
    assert {leak.places[0].path: leak.origin for leak in made.leaks} == {
        f"/{source}": Origin.PACKAGE, f"/{compiled}": Origin.OWN
    }  # fmt: skip


def test_a_hard_link_needs_a_proof_of_its_own(tmp_path: Path, system: dict[str, bytes]) -> None:
    """
    A link that no package claims is a place of the author's, though its content is the same.
    """
    entries = [*file_entries(system), hard_link("app/shapes.py", PATH)]
    leak = only(report(tmp_path, Recipe().step("RUN ln", entries=entries)))
    assert (leak.origin, len(leak.places)) == (Origin.OWN, 2)


def test_the_header_of_a_proven_file_is_not_proven(
    tmp_path: Path, system: dict[str, bytes], planted: dict[str, str]
) -> None:
    """
    A digest is of the content: what a pax comment or an attribute says is the author's.
    """
    token = planted["AWS_ACCESS_KEY_ID"]
    others = {name: data for name, data in system.items() if name != PATH}
    leaky = entry(PATH, system[PATH], pax={"comment": token, "SCHILY.xattr.user.x": token})
    made = report(tmp_path, Recipe().step("RUN x", entries=[*file_entries(others), leaky]))
    assert {leak.detector: leak.origin for leak in made.leaks} == {
        "AWS Access Key": Origin.OWN, "Secret Variable": Origin.PACKAGE
    }  # fmt: skip


def test_a_path_with_two_contents_in_one_layer_is_not_proven(
    tmp_path: Path, system: dict[str, bytes]
) -> None:
    """
    Which of them a finding is in is not known any more, so none of them is the package's.
    """
    entries = [*file_entries(system), entry(PATH, system[PATH] + b"# mine\n")]
    made = report(tmp_path, Recipe().step("RUN x", entries=entries))
    assert {leak.origin for leak in made.leaks} == {Origin.OWN}
    twice = [*file_entries(system), entry(PATH, system[PATH])]
    made = report(tmp_path, Recipe().step("RUN x", entries=twice))
    assert {leak.origin for leak in made.leaks} == {Origin.PACKAGE}


def test_metadata_is_never_proven(tmp_path: Path, system: dict[str, bytes]) -> None:
    """
    A secret of a package's file that ENV gives away too is the author's.
    """
    value = WEAK.split('"')[1]
    recipe = Recipe().step("RUN x", files=system).env("DB_PASSWORD", value)
    leak = only(report(tmp_path, recipe))
    assert (leak.origin, leak.exposure) == (Origin.OWN, "metadata")


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_large_file_is_hashed_as_it_passes(tmp_path: Path, compression: str) -> None:
    """
    One that is not kept whole is proven all the same where packages put files, in a layer that
    lies in the archive as it is and in one that must be inflated.
    """
    require("dpkg")
    text = WEAK + "# padding\n" * (watching.KEPT // 10 + 1)
    files = installed_deb(tmp_path, {"usr/share/shiny/large.py": text, PATH: WEAK})
    recipe = Recipe().step("RUN x", files=files)
    leak = only(report(tmp_path, recipe, compression=compression))
    assert (leak.origin, len(leak.places)) == (Origin.PACKAGE, 2)


def test_a_large_file_where_no_package_puts_any_is_not_hashed() -> None:
    """
    Hashing costs more than all the rest.
    """
    data = bytes(watching.KEPT + 1)
    for path, hashed in (("/app/model.bin", False), ("/usr/lib/model.bin", True)):
        watch = packages.watch(path, Kept(data))
        taken = watch.digests()
        assert (taken == packages.digests(path, data)) is hashed
        assert watch.content() is None


@pytest.mark.parametrize("path", ["/app/server.log", "/usr/lib/server.log"])
def test_of_a_file_that_is_known_to_be_large_nothing_is_kept(path: str) -> None:
    """
    Its first bytes are not held until it shows that there are too many of them.
    """
    data = bytes(watching.KEPT + 1)
    watch = packages.watch(path, Kept(data), len(data))
    tracemalloc.start()
    try:
        watch.read(watching.KEPT)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < CHUNK
    assert watch.digests() == packages.watch(path, Kept(data)).digests()


def test_a_file_that_can_be_read_again_is_hashed_only_if_something_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In an archive in a file nothing is lost by waiting, and most files hold nothing.
    """
    hashed: list[str] = []

    def counted(path: str) -> Digests:
        hashed.append(path)
        return Digests(path)

    monkeypatch.setattr(watching, "Digests", counted)
    known = {}
    for path, text in (("/usr/lib/clean.py", "# padding\n"), ("/usr/lib/leaky.py", WEAK)):
        (tmp_path / "file").write_text(text)
        place = Range(str(tmp_path / "file"), 0, len(text))
        known[path] = look(Piece(place, (Item(1, path, None, 0, len(text)),))).known.digests
    assert hashed == ["/usr/lib/leaky.py"]
    assert known["/usr/lib/clean.py"] == ()
    assert known["/usr/lib/leaky.py"] == (packages.digests("/usr/lib/leaky.py", WEAK.encode()),)


def test_a_file_that_can_be_read_again_is_what_it_is(tmp_path: Path) -> None:
    """
    Content and digests are those of the part of the file on disk.
    """
    path, data = "/var/lib/dpkg/status", b"x" * (CHUNK + 7)
    (tmp_path / "image.tar").write_bytes(b"before" + data + b"behind")
    stored = packages.Stored(path, Range(str(tmp_path / "image.tar"), 6, len(data)))
    assert stored.content() == data
    assert stored.digests() == packages.digests(path, data)


def test_a_large_database_is_kept_whole() -> None:
    """
    Databases are read beyond the size at which other files are let go.
    """
    data = bytes(watching.KEPT + 1)
    assert packages.watch("/var/lib/dpkg/status", Kept(data)).content() == data


def test_base_and_package(tmp_path: Path, system: dict[str, bytes]) -> None:
    """
    What the base image's packages brought is the packages'; a base image's own file is the
    base's.
    """
    own = WEAK.replace("xyzzy", "plugh").encode()
    below = Recipe("base:1").step("ADD rootfs.tar", files={**system, "etc/mine.py": own})
    recipe = Recipe("app:1").step("ADD rootfs.tar", files={**system, "etc/mine.py": own})
    base = tmp_path / "base"
    base.mkdir()
    report(base, below)
    made = report(tmp_path, recipe.step("COPY", files={"x": b""}), base=str(base / "image.tar"))
    assert origins(made) == {f"/{PATH}": Origin.PACKAGE, "/etc/mine.py": Origin.BASE}
