"""
What the user typed, and the source that it means.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.exporter import SOURCES, choose


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A working folder with an archive, a layout, a skopeo dir and a folder of something else.
    """
    monkeypatch.chdir(tmp_path)
    Path("image").write_bytes(b"")
    Path("oci:odd").write_bytes(b"")
    for name, file in (("layout", "index.json"), ("dir", "manifest.json"), ("python", "readme")):
        Path(name).mkdir()
        Path(name, file).write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    ("reference", "source", "name"),
    [
        ("-", "stdin", "-"),
        ("app:1", "docker", "app:1"),
        ("app", "docker", "app"),
        ("example.com:5000/a@sha256:00", "docker", "example.com:5000/a@sha256:00"),
        ("docker:app:1", "docker", "app:1"),
        ("podman:app:1", "podman", "app:1"),
        ("image", "docker-archive", "image"),
        ("./missing", "docker-archive", "./missing"),
        ("missing.tar", "docker-archive", "missing.tar"),
        ("~/missing", "docker-archive", "~/missing"),
        ("docker-archive:image:app:1", "docker-archive", "image:app:1"),
        ("oci-archive:image", "oci-archive", "image"),
        ("layout", "oci", "layout"),
        ("./layout", "oci", "./layout"),
        ("oci:layout:1", "oci", "layout:1"),
        ("dir", "oci", "dir"),
        ("dir:dir", "dir", "dir"),
        ("oci:odd", "docker-archive", "oci:odd"),
        ("unknown:app", "docker", "unknown:app"),
        ("registry:registry.example.com/app:1", "registry", "registry.example.com/app:1"),
    ],
)  # fmt: skip
def test_the_source(reference: str, source: str, name: str) -> None:
    """
    A prefix decides, then what is there under that name; the rest is for the engine.
    """
    assert choose(reference) == (SOURCES[source], name)


def test_a_folder_that_is_no_layout_is_a_name() -> None:
    """
    An image may be called like a folder that happens to be here.
    """
    assert choose("python") == (SOURCES["docker"], "python")
