"""
Images written from front to back, however large, with no layer in memory and none written twice.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

BLOCK = 512
Pieces = Iterator[bytes]
"""
A layer's tar in pieces.
"""


def header(name: str, size: int) -> bytes:
    """
    A tar header of a file.
    """
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def member(name: str, data: bytes) -> bytes:
    """
    A file in a tar, with its header and padding.
    """
    return b"".join((header(name, len(data)), data, bytes(-len(data) % BLOCK)))


END = bytes(2 * BLOCK)


def layer(files: Iterable[tuple[str, bytes]]) -> Pieces:
    """
    A layer's tar.
    """
    for name, data in files:
        yield member(name, data)
    yield END


def archive(layers: Iterable[Pieces], tag: str, out: BinaryIO) -> int:
    """
    A `docker save` archive; how many bytes it has. `out` must be able to seek: a layer's name and
    size are written once it is.
    """
    digests = []
    for pieces in layers:
        at = out.tell()
        out.write(bytes(BLOCK))
        digest, size = _copied(pieces, out)
        out.write(bytes(-size % BLOCK))
        behind = out.tell()
        out.seek(at)
        out.write(header(f"blobs/sha256/{digest}", size))
        out.seek(behind)
        digests.append(digest)
    out.write(tail(digests, [f"blobs/sha256/{digest}" for digest in digests], tag))
    return out.tell()


def streamed(layers: Iterable[tuple[int, Pieces]], tag: str) -> Pieces:
    """
    An archive for a pipe, of layers with their sizes. Named as Docker did before it knew digests:
    these are known once the layers have gone by.
    """
    digests, names = [], []
    for number, (size, pieces) in enumerate(layers):
        names.append(f"{number:064x}/layer.tar")
        yield header(names[-1], size)
        hashed = hashlib.sha256()
        for piece in pieces:
            hashed.update(piece)
            yield piece
        yield bytes(-size % BLOCK)
        digests.append(hashed.hexdigest())
    yield tail(digests, names, tag)


def tail(digests: list[str], files: list[str], tag: str) -> bytes:
    """
    What `docker save` writes last: the config, the manifest and the end. By digests and names of
    layers.
    """
    config = json.dumps(config_of(digests)).encode()
    name = f"blobs/sha256/{hashlib.sha256(config).hexdigest()}"
    manifest = {"Config": name, "RepoTags": [tag], "Layers": files}
    return member(name, config) + member("manifest.json", json.dumps([manifest]).encode()) + END


def config_of(names: list[str]) -> dict[str, object]:
    """
    An image's config, by digests of its layers' tars.
    """
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Cmd": ["sh"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{name}" for name in names]},
        "history": [{"created_by": f"COPY part{n} / # buildkit"} for n in range(len(names))],
    }


def layout(layers: Iterable[Pieces], tag: str, folder: Path) -> list[Path]:
    """
    An OCI layout with layers in gzip; their paths.
    """
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    names, descriptors, paths = [], [], []
    for pieces in layers:
        path = blobs / "new"
        with path.open("wb") as out:
            inner = _Hashed(out)
            with gzip.GzipFile("", "wb", 6, inner, mtime=0) as squeezed:
                digest, _ = _copied(pieces, squeezed)  # type: ignore[arg-type]
        path = path.rename(blobs / inner.digest)
        names.append(digest)
        paths.append(path)
        descriptors.append(_descriptor("layer.v1.tar+gzip", inner.digest, path.stat().st_size))
    config = _kept(blobs, "config.v1+json", config_of(names))
    manifest = {"schemaVersion": 2, "config": config, "layers": descriptors}
    top = _kept(blobs, "manifest.v1+json", manifest)
    top["annotations"] = {"org.opencontainers.image.ref.name": tag}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [top]}))
    return paths


class _Hashed(io.RawIOBase):
    """
    A file whose bytes are hashed as they are written.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._hash.update(data)
        return self._out.write(data)


def _copied(pieces: Pieces, out: BinaryIO) -> tuple[str, int]:
    hashed = hashlib.sha256()
    size = 0
    for piece in pieces:
        hashed.update(piece)
        size += len(piece)
        out.write(piece)
    return hashed.hexdigest(), size


def _descriptor(kind: str, digest: str, size: int) -> dict[str, object]:
    media = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": size}


def _kept(blobs: Path, kind: str, value: object) -> dict[str, object]:
    data = json.dumps(value).encode()
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return _descriptor(kind, digest, len(data))
