"""
The recipe helper itself: what it writes is what real tools read.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.engines import Docker, run
from tests.images import (
    COMPRESSIONS,
    Members,
    Recipe,
    Symlink,
    compress,
    crane_members,
    docker25_members,
    docker_members,
    entry,
    oci_members,
    podman_members,
    skopeo_dir_members,
    symlink,
    tar_bytes,
    tar_layer,
    write_folder,
    write_tar,
)

ENV = b"A=b\n"


def recipe() -> Recipe:
    """
    An image with a deletion, and with one layer twice.
    """
    return (
        Recipe("app:1")
        .step("COPY .env /app/ # buildkit", files={"app/.env": ENV})
        .step("RUN rm /app/.env # buildkit", delete=["app/.env"])
        .step("COPY .env /app/ # buildkit", files={"app/.env": ENV})
        .env("LEVEL", "info")
        .label("stage", "final")
    )


ARCHIVES = {
    "docker": docker_members(recipe()),
    "docker25": docker25_members(recipe()),
    "podman": podman_members(recipe()),
    "crane": crane_members(recipe()),
}


def _json(members: Members, name: str) -> Any:
    data = members[name]
    assert isinstance(data, bytes)
    return json.loads(data)


def test_docker_archive_links_a_repeated_layer_before_its_target() -> None:
    members = docker_members(recipe())
    names = list(members)
    (link,) = (name for name, data in members.items() if isinstance(data, Symlink))
    target = members[link]
    assert isinstance(target, Symlink)
    assert names.index(link) < names.index(target.target.removeprefix("../"))
    assert names[-1] == "manifest.json"


def test_oci_digests_are_right() -> None:
    for name, data in oci_members(recipe(), compression="gzip").items():
        if name.startswith("blobs/"):
            assert isinstance(data, bytes)
            assert name == f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def test_attestation_stands_beside_its_image() -> None:
    members = oci_members(recipe().attest({"builder": "x"}))
    (root,) = _json(members, "index.json")["manifests"]
    nested = _json(members, "blobs/sha256/" + root["digest"].removeprefix("sha256:"))
    image, attestation = nested["manifests"]
    assert attestation["annotations"]["vnd.docker.reference.digest"] == image["digest"]


def test_layers_hold_what_no_tool_would_write() -> None:
    data = tar_layer(
        [
            entry("a", b"one", pax={"SCHILY.xattr.user.note": "hidden"}),
            entry("a", b"two"),
            symlink("caf\udce9", "a"),
        ]
    )
    with tarfile.open(fileobj=io.BytesIO(data)) as layer:
        infos = layer.getmembers()
    assert [info.name for info in infos] == ["a", "a", "caf\udce9"]
    assert infos[0].pax_headers["SCHILY.xattr.user.note"] == "hidden"


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_bytes_are_the_same_on_every_run(compression: str) -> None:
    assert compress(ENV, compression) == compress(ENV, compression)
    assert tar_bytes(oci_members(recipe(), compression=compression)) == tar_bytes(
        oci_members(recipe(), compression=compression)
    )


@pytest.mark.engine
@pytest.mark.parametrize("kind", ["docker", "podman", "crane"])
def test_engine_loads_the_archive(kind: str, docker: Docker, tmp_path: Path) -> None:
    with (tmp_path / "image.tar").open("wb") as out:
        write_tar(ARCHIVES[kind], out)
    docker("load", "--input", tmp_path / "image.tar")
    assert docker("inspect", "--format", "{{.Id}}", "app:1").strip() == recipe().id
    assert docker("history", "--quiet", "--no-trunc", "app:1").split()[0] == recipe().id


@pytest.mark.engine
@pytest.mark.parametrize("kind", ARCHIVES)
def test_skopeo_reads_the_archive(kind: str, docker: Docker, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    with path.open("wb") as out:
        write_tar(ARCHIVES[kind], out)
    assert _config(f"docker-archive:{path}:app:1") == json.loads(recipe().config_bytes)


@pytest.mark.engine
@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_skopeo_reads_the_layout(compression: str, docker: Docker, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    write_folder(oci_members(recipe(), compression=compression), layout)
    # Copied, so that skopeo checks every digest and diff_id.
    run(["skopeo", "copy", f"oci:{layout}:1", f"dir:{tmp_path / 'copy'}"])
    assert _config(f"oci:{layout}:1") == json.loads(recipe().config_bytes)


@pytest.mark.engine
def test_skopeo_reads_the_dir(docker: Docker, tmp_path: Path) -> None:
    write_folder(skopeo_dir_members(recipe()), tmp_path / "dir")
    assert _config(f"dir:{tmp_path / 'dir'}") == json.loads(recipe().config_bytes)


def _config(source: str) -> Any:
    return json.loads(run(["skopeo", "inspect", "--config", "--raw", source]))
