"""
One recipe, any layout: images built in memory, byte for byte the same on every run.

    recipe = (
        Recipe("app:1")
        .step("COPY .env /app/", files={"app/.env": b"..."})
        .step("RUN rm /app/.env", delete=["app/.env"])
        .env("A", "b")
    )
    with open("app.tar", "wb") as out:
        docker_archive(recipe, out)

Every writer goes through members (`docker_members`, `oci_members`, ...): a mapping of names to
content that a test may damage before `write_tar` or `write_folder` puts it down. A layer can be
any bytes (`raw_layer`), made from entries (`entry`, `tar_layer`) or from plain files (`step`).
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, Self

EPOCH = "1970-01-01T00:00:00Z"
COMPRESSIONS = ("none", "gzip", "zstd", "xz", "bzip2")

_OCI = "application/vnd.oci.image"
_DOCKER = "application/vnd.docker"
# OCI names gzip and zstd only; what else a blob holds must be told by its magic.
_SUFFIXES = {"gzip": "+gzip", "zstd": "+zstd"}

Entry = tuple[tarfile.TarInfo, bytes]


@dataclass(frozen=True, slots=True)
class Symlink:
    """
    A member of an archive that points to another one.
    """

    target: str


Members = dict[str, bytes | Symlink]
"""
What an archive or folder holds, in the order in which it is written.
"""


def sha256(data: bytes) -> str:
    """
    The hexadecimal digest, without `sha256:`.
    """
    return hashlib.sha256(data).hexdigest()


def to_json(value: object) -> bytes:
    """
    JSON as the tools write it: compact, in the order of the keys given.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


# --- layers ----------------------------------------------------------------------------------


def entry(
    name: str,
    data: bytes = b"",
    *,
    type: bytes = tarfile.REGTYPE,
    linkname: str = "",
    mode: int | None = None,
    pax: Mapping[str, str] | None = None,
) -> Entry:
    """
    One tar entry. Names that are not UTF-8 hold surrogates (`os.fsdecode`).
    """
    info = tarfile.TarInfo(name)
    info.type = type
    info.size = len(data)
    info.linkname = linkname
    info.mode = mode if mode is not None else (0o755 if type == tarfile.DIRTYPE else 0o644)
    info.pax_headers = dict(pax or {})
    return info, data


def symlink(name: str, target: str) -> Entry:
    """
    A symbolic link.
    """
    return entry(name, type=tarfile.SYMTYPE, linkname=target, mode=0o777)


def hard_link(name: str, target: str) -> Entry:
    """
    A hard link to an entry of the same layer.
    """
    return entry(name, type=tarfile.LNKTYPE, linkname=target)


def directory(name: str) -> Entry:
    """
    A directory.
    """
    return entry(name.rstrip("/") + "/", type=tarfile.DIRTYPE)


def whiteout(path: str) -> Entry:
    """
    The mark that hides `path` of the layers below.
    """
    at = PurePosixPath(path)
    return entry(str(at.with_name(f".wh.{at.name}")), mode=0)


def opaque(path: str) -> Entry:
    """
    The mark that hides everything that layers below have in the directory `path`.
    """
    return entry(f"{path.rstrip('/')}/.wh..wh..opq", mode=0)


def tar_layer(
    entries: Iterable[Entry],
    *,
    tar_format: Literal[0, 1, 2] = tarfile.PAX_FORMAT,
    global_pax: Mapping[str, str] | None = None,
    end: bytes = bytes(2 * tarfile.BLOCKSIZE),
) -> bytes:
    """
    A tar of the entries in the order given, duplicates and all. `end` replaces the end mark.
    """
    out = bytearray()
    if global_pax:
        out += tarfile.TarInfo.create_pax_global_header(dict(global_pax))
    for info, data in entries:
        # tobuf pads the header alone; Go and tarfile both pad the content with zeros.
        out += info.tobuf(tar_format, "utf-8", "surrogateescape")
        out += data + bytes(-len(data) % tarfile.BLOCKSIZE)
    return bytes(out + end)


def file_entries(files: Mapping[str, bytes]) -> list[Entry]:
    """
    Files with their parent directories before them, as engines write a layer.
    """
    entries: list[Entry] = []
    seen: set[str] = set()
    for name, data in files.items():
        for parent in reversed(PurePosixPath(name).parents[:-1]):
            if str(parent) not in seen:
                seen.add(str(parent))
                entries.append(directory(str(parent)))
        entries.append(entry(name, data))
    return entries


def compress(data: bytes, compression: str) -> bytes:
    """
    The bytes in one of `COMPRESSIONS`.
    """
    match compression:
        case "none":
            return data
        case "gzip":
            return gzip.compress(data, mtime=0)
        case "xz":
            return lzma.compress(data)
        case "bzip2":
            return bz2.compress(data)
        case "zstd":
            return _zstd(data)
    raise ValueError(f"no such compression: {compression}")


def _zstd(data: bytes) -> bytes:
    # Imported where used: the demo writes images with nothing but the standard library.
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from backports import zstd  # type: ignore[no-redef, unused-ignore]
    return bytes(zstd.compress(data))


# --- the recipe ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One layer as it goes into the image.
    """

    tar: bytes
    media_type: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def diff_id(self) -> str:
        """
        Digest of the uncompressed bytes.
        """
        return f"sha256:{sha256(self.tar)}"


class Recipe:
    """
    An image step by step. Every method returns the recipe itself.
    """

    def __init__(self, tag: str | None = "app:1", *, platform: str = "linux/amd64") -> None:
        self.tag = tag
        self.os, _, self.architecture = platform.partition("/")
        self.layers: list[Layer] = []
        self.annotations: dict[str, str] = {}
        self.statements: list[dict[str, Any]] = []
        self.extra_blobs: list[bytes] = []
        self._history: list[Any] | None = []
        self._config: dict[str, Any] = {"Env": [], "Cmd": ["sh"]}
        self._top: dict[str, Any] = {}
        self._config_bytes: bytes | None = None

    def step(
        self,
        created_by: str,
        *,
        files: Mapping[str, bytes] | None = None,
        delete: Sequence[str] = (),
        opaque_dirs: Sequence[str] = (),
        entries: Sequence[Entry] = (),
        media_type: str | None = None,
        **history: Any,
    ) -> Self:
        """
        An instruction that makes a layer: files, then raw entries, then whiteouts.
        """
        made = [
            *file_entries(files or {}),
            *entries,
            *(opaque(path) for path in opaque_dirs),
            *(whiteout(path) for path in delete),
        ]
        return self.raw_layer(created_by, tar_layer(made), media_type=media_type, **history)

    def raw_layer(
        self,
        created_by: str | None,
        data: bytes,
        *,
        media_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        **history: Any,
    ) -> Self:
        """
        A layer of any bytes. No history entry is written if `created_by` is `None`.
        """
        self.layers.append(Layer(data, media_type, annotations or {}))
        if created_by is not None:
            self._add_history({"created_by": created_by, **history})
        return self

    def history_only(self, created_by: str, **history: Any) -> Self:
        """
        An instruction that makes no layer.
        """
        return self._add_history({"created_by": created_by, **history, "empty_layer": True})

    def _add_history(self, item: dict[str, Any]) -> Self:
        if self._history is None:
            raise ValueError("the history was overridden already")
        self._history.append({"created": EPOCH, **item})
        return self

    def env(self, name: str, value: str) -> Self:
        """
        An ENV instruction, in BuildKit's dialect.
        """
        return self.envs({name: value})

    def envs(self, variables: Mapping[str, str]) -> Self:
        """
        One ENV instruction that sets several variables.
        """
        pairs = [f"{name}={value}" for name, value in variables.items()]
        self._config["Env"] += pairs
        return self.history_only(f"ENV {' '.join(pairs)}", comment="buildkit.dockerfile.v0")

    def label(self, name: str, value: str) -> Self:
        """
        A LABEL instruction, in BuildKit's dialect.
        """
        self.set_label(name, value)
        return self.history_only(f"LABEL {name}={value}", comment="buildkit.dockerfile.v0")

    def set_label(self, name: str, value: str) -> Self:
        """
        A label given on the command line of the build: it is not in the history.
        """
        self._config.setdefault("Labels", {})[name] = value
        return self

    def config(self, **keys: Any) -> Self:
        """
        Sets keys of the config's `config` object: `Cmd`, `Healthcheck`, `OnBuild`, `Labels`...
        """
        self._config |= keys
        return self

    def top(self, **keys: Any) -> Self:
        """
        Sets keys at the top of the config: `author`, `container_config`, `rootfs`, unknown ones.
        """
        self._top |= keys
        return self

    def history(self, items: list[Any] | None) -> Self:
        """
        Replaces the whole history, by anything; `None` leaves the key out.
        """
        self._history = items
        return self

    def config_json(self, value: object) -> Self:
        """
        Replaces the whole config: bytes as they are, anything else as JSON.
        """
        self._config_bytes = value if isinstance(value, bytes) else to_json(value)
        return self

    def annotate(self, **annotations: str) -> Self:
        """
        Annotations of the manifest; pass names with dots as `**{"a.b": "c"}`.
        """
        self.annotations |= annotations
        return self

    def attest(
        self, predicate: object, *, predicate_type: str = "https://slsa.dev/provenance/v0.2"
    ) -> Self:
        """
        An in-toto statement, as BuildKit attaches provenance and SBOM.
        """
        self.statements.append(
            {
                "_type": "https://in-toto.io/Statement/v0.1",
                "predicateType": predicate_type,
                "subject": [],
                "predicate": predicate,
            }
        )
        return self

    def blob(self, data: bytes) -> Self:
        """
        A blob that nothing refers to; OCI layouts alone can hold it.
        """
        self.extra_blobs.append(data)
        return self

    @property
    def diff_ids(self) -> list[str]:
        """
        Of all layers, base first.
        """
        return [layer.diff_id for layer in self.layers]

    @property
    def config_bytes(self) -> bytes:
        """
        The config as it is stored.
        """
        if self._config_bytes is not None:
            return self._config_bytes
        history = {} if self._history is None else {"history": self._history}
        return to_json(
            {
                "architecture": self.architecture,
                "config": self._config,
                "created": EPOCH,
                **history,
                "os": self.os,
                "rootfs": {"type": "layers", "diff_ids": self.diff_ids},
                **self._top,
            }
        )

    @property
    def id(self) -> str:
        """
        The image id: digest of the config.
        """
        return f"sha256:{sha256(self.config_bytes)}"


Recipes = Recipe | Sequence[Recipe]


def _listed(recipes: Recipes) -> list[Recipe]:
    return [recipes] if isinstance(recipes, Recipe) else list(recipes)


# --- docker-archive --------------------------------------------------------------------------


def docker_members(recipes: Recipes) -> Members:
    """
    What `docker save` of Docker 24 and older writes.

    A layer that occurs twice is a link to the other one, and comes before it, as it may happen
    there. `manifest.json` comes last.
    """
    listed = _listed(recipes)
    links: Members = {}
    members: Members = {}
    holders: dict[str, str] = {}
    manifest = [_legacy_image(recipe, holders, links, members) for recipe in listed]
    for recipe in listed:
        members[f"{sha256(recipe.config_bytes)}.json"] = recipe.config_bytes
    return {**links, **members, **_docker_tail(listed, manifest)}


def _legacy_image(
    recipe: Recipe, holders: dict[str, str], links: Members, members: Members
) -> dict[str, Any]:
    paths: list[str] = []
    parent = ""
    for index, layer in enumerate(recipe.layers):
        v1_id = sha256(f"{recipe.id}/{index}".encode())
        into = links if layer.diff_id in holders else members
        into[f"{v1_id}/VERSION"] = b"1.0"
        into[f"{v1_id}/json"] = _v1_json(recipe, v1_id, parent, index)
        path = f"{v1_id}/layer.tar"
        holder = holders.setdefault(layer.diff_id, v1_id)
        into[path] = layer.tar if holder == v1_id else Symlink(f"../{holder}/layer.tar")
        paths.append(path)
        parent = v1_id
    return {
        "Config": f"{sha256(recipe.config_bytes)}.json",
        "RepoTags": [recipe.tag] if recipe.tag else None,
        "Layers": paths,
    }


def _v1_json(recipe: Recipe, v1_id: str, parent: str, index: int) -> bytes:
    value: dict[str, Any] = {"id": v1_id, "created": EPOCH, "os": recipe.os}
    if parent:
        value["parent"] = parent
    if index == len(recipe.layers) - 1:
        # The top layer alone carries the image's config.
        value["container_config"] = recipe._top.get("container_config", {"Cmd": None})
    return to_json(value)


def _docker_tail(recipes: Sequence[Recipe], manifest: list[dict[str, Any]]) -> Members:
    repositories: dict[str, dict[str, str]] = {}
    for recipe, item in zip(recipes, manifest, strict=True):
        if recipe.tag and item["Layers"]:
            name, _, tag = recipe.tag.rpartition(":")
            repositories.setdefault(name, {})[tag] = item["Layers"][-1].split("/")[0]
    tail: Members = {"repositories": to_json(repositories)} if repositories else {}
    return {**tail, "manifest.json": to_json(manifest)}


def podman_members(recipes: Recipes) -> Members:
    """
    What podman and skopeo write as docker-archive: data by diff_id, the old names as links.
    """
    listed = _listed(recipes)
    members: Members = {}
    manifest = []
    for recipe in listed:
        paths = []
        for index, layer in enumerate(recipe.layers):
            path = f"{sha256(layer.tar)}.tar"
            members[path] = layer.tar
            v1_id = sha256(f"{recipe.id}/{index}".encode())
            members[f"{v1_id}/layer.tar"] = Symlink(f"../{path}")
            paths.append(path)
        config = f"{sha256(recipe.config_bytes)}.json"
        members[config] = recipe.config_bytes
        tags = [recipe.tag] if recipe.tag else None
        manifest.append({"Config": config, "RepoTags": tags, "Layers": paths})
    return {**members, "manifest.json": to_json(manifest)}


def crane_members(recipes: Recipes, *, compression: str = "gzip") -> Members:
    """
    What crane writes: the config without suffix, layers compressed.
    """
    members: Members = {}
    manifest = []
    for recipe in _listed(recipes):
        members[recipe.id] = recipe.config_bytes
        paths = []
        for layer in recipe.layers:
            data = compress(layer.tar, compression)
            # Named .tar.gz whatever it holds: the name must not be trusted.
            path = f"{sha256(data)}.tar.gz"
            members[path] = data
            paths.append(path)
        tags = [recipe.tag] if recipe.tag else None
        manifest.append({"Config": recipe.id, "RepoTags": tags, "Layers": paths})
    return {**members, "manifest.json": to_json(manifest)}


# --- OCI -------------------------------------------------------------------------------------


class _Blobs:
    """
    Blobs by digest, in the order in which they were first put.
    """

    def __init__(self) -> None:
        self.members: Members = {}

    def put(self, data: bytes, media_type: str, **keys: Any) -> dict[str, Any]:
        """
        Stores the bytes and gives their descriptor.
        """
        digest = sha256(data)
        self.members[f"blobs/sha256/{digest}"] = data
        return {
            "mediaType": media_type,
            "digest": f"sha256:{digest}",
            "size": len(data),
            **{key: value for key, value in keys.items() if value},
        }


def oci_members(recipes: Recipes, *, compression: str = "gzip") -> Members:
    """
    An OCI image layout. Recipes of one tag stand together in a nested index, and so does an
    image with its attestations.
    """
    blobs = _Blobs()
    groups: dict[str | None, list[Recipe]] = {}
    for recipe in _listed(recipes):
        groups.setdefault(recipe.tag, []).append(recipe)
    roots = [_tagged(_root(group, blobs, compression), tag) for tag, group in groups.items()]
    index = {"schemaVersion": 2, "mediaType": f"{_OCI}.index.v1+json", "manifests": roots}
    return {
        **blobs.members,
        "index.json": to_json(index),
        "oci-layout": to_json({"imageLayoutVersion": "1.0.0"}),
    }


def _tagged(descriptor: dict[str, Any], tag: str | None) -> dict[str, Any]:
    if not tag:
        return descriptor
    short = tag.rpartition(":")[2]
    names = {
        "io.containerd.image.name": f"registry.example.com/{tag}",
        "org.opencontainers.image.ref.name": short,
    }
    return {**descriptor, "annotations": names}


def _root(group: Sequence[Recipe], blobs: _Blobs, compression: str) -> dict[str, Any]:
    manifests = []
    for recipe in group:
        manifest = _oci_manifest(recipe, blobs, compression)
        manifests.append(manifest)
        if recipe.statements:
            manifests.append(_attestation_manifest(recipe, manifest["digest"], blobs))
    if len(manifests) == 1:
        return manifests[0]
    media_type = f"{_OCI}.index.v1+json"
    index = {"schemaVersion": 2, "mediaType": media_type, "manifests": manifests}
    return blobs.put(to_json(index), media_type)


def _oci_manifest(recipe: Recipe, blobs: _Blobs, compression: str) -> dict[str, Any]:
    media_type = f"{_OCI}.manifest.v1+json"
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": blobs.put(recipe.config_bytes, f"{_OCI}.config.v1+json"),
        "layers": [_oci_layer(layer, blobs, compression) for layer in recipe.layers],
        **({"annotations": recipe.annotations} if recipe.annotations else {}),
    }
    for data in recipe.extra_blobs:
        blobs.put(data, "")
    platform = {"architecture": recipe.architecture, "os": recipe.os}
    return blobs.put(to_json(manifest), media_type, platform=platform)


def _oci_layer(layer: Layer, blobs: _Blobs, compression: str) -> dict[str, Any]:
    media_type = layer.media_type or f"{_OCI}.layer.v1.tar{_SUFFIXES.get(compression, '')}"
    data = compress(layer.tar, compression)
    return blobs.put(data, media_type, annotations=dict(layer.annotations))


def _attestation_manifest(recipe: Recipe, subject: str, blobs: _Blobs) -> dict[str, Any]:
    statements = [to_json(statement) for statement in recipe.statements]
    config = {
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(s)}" for s in statements]},
    }
    layers = [
        blobs.put(
            data,
            "application/vnd.in-toto+json",
            annotations={"in-toto.io/predicate-type": statement["predicateType"]},
        )
        for data, statement in zip(statements, recipe.statements, strict=True)
    ]
    media_type = f"{_OCI}.manifest.v1+json"
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": blobs.put(to_json(config), f"{_OCI}.config.v1+json"),
        "layers": layers,
    }
    return blobs.put(
        to_json(manifest),
        media_type,
        annotations={
            "vnd.docker.reference.digest": subject,
            "vnd.docker.reference.type": "attestation-manifest",
        },
        platform={"architecture": "unknown", "os": "unknown"},
    )


def docker25_members(recipes: Recipes, *, compression: str = "none") -> Members:
    """
    What `docker save` of Docker 25 and newer writes: an OCI layout and `manifest.json`.

    Layers are uncompressed on graph drivers, and gzip on the containerd store.
    """
    listed = _listed(recipes)
    manifest = [
        {
            "Config": f"blobs/sha256/{sha256(recipe.config_bytes)}",
            "RepoTags": [recipe.tag] if recipe.tag else None,
            "Layers": [
                f"blobs/sha256/{sha256(compress(layer.tar, compression))}"
                for layer in recipe.layers
            ],
        }
        for recipe in listed
    ]
    return {**oci_members(listed, compression=compression), "manifest.json": to_json(manifest)}


def skopeo_dir_members(recipe: Recipe, *, compression: str = "gzip") -> Members:
    """
    What skopeo's `dir:` holds: bare names, and one manifest.
    """
    media_type = f"{_DOCKER}.image.rootfs.diff.tar{'.gzip' if compression == 'gzip' else ''}"
    members: Members = {
        "version": b"Directory Transport Version: 1.1\n",
        sha256(recipe.config_bytes): recipe.config_bytes,
    }
    layers = []
    for layer in recipe.layers:
        data = compress(layer.tar, compression)
        members[sha256(data)] = data
        layers.append(_descriptor(data, layer.media_type or media_type))
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_DOCKER}.distribution.manifest.v2+json",
        "config": _descriptor(recipe.config_bytes, f"{_DOCKER}.container.image.v1+json"),
        "layers": layers,
    }
    return {**members, "manifest.json": to_json(manifest)}


def _descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(data), "digest": f"sha256:{sha256(data)}"}


# --- writers ---------------------------------------------------------------------------------


def write_tar(members: Members, out: BinaryIO, *, prefix: str = "") -> None:
    """
    The members as a tar, in their order. `prefix` is `./` where people tar a folder themselves.
    """
    entries: list[Entry] = []
    folders: set[str] = set()
    for name, data in members.items():
        folder = name.rpartition("/")[0]
        if folder and folder not in folders:
            folders.add(folder)
            entries.append(directory(prefix + folder))
        if isinstance(data, Symlink):
            entries.append(symlink(prefix + name, data.target))
        else:
            entries.append(entry(prefix + name, data))
    out.write(tar_layer(entries))


def write_folder(members: Members, path: Path) -> None:
    """
    The members as files under `path`, which is made.
    """
    path.mkdir(parents=True, exist_ok=True)
    for name, data in members.items():
        at = path / name
        at.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, Symlink):
            at.symlink_to(data.target)
        else:
            at.write_bytes(data)


def tar_bytes(members: Members, *, prefix: str = "") -> bytes:
    """
    The members as the bytes of a tar.
    """
    out = io.BytesIO()
    write_tar(members, out, prefix=prefix)
    return out.getvalue()


def docker_archive(recipes: Recipes, out: BinaryIO) -> None:
    """
    Writes `docker_members` as a tar.
    """
    write_tar(docker_members(recipes), out)


def podman_archive(recipes: Recipes, out: BinaryIO) -> None:
    """
    Writes `podman_members` as a tar.
    """
    write_tar(podman_members(recipes), out)


def crane_archive(recipes: Recipes, out: BinaryIO, *, compression: str = "gzip") -> None:
    """
    Writes `crane_members` as a tar.
    """
    write_tar(crane_members(recipes, compression=compression), out)


def docker25_archive(recipes: Recipes, out: BinaryIO, *, compression: str = "none") -> None:
    """
    Writes `docker25_members` as a tar.
    """
    write_tar(docker25_members(recipes, compression=compression), out)


def oci_tar(
    recipes: Recipes, out: BinaryIO, *, compression: str = "gzip", prefix: str = ""
) -> None:
    """
    Writes `oci_members` as a tar.
    """
    write_tar(oci_members(recipes, compression=compression), out, prefix=prefix)


def oci_folder(recipes: Recipes, path: Path, *, compression: str = "gzip") -> None:
    """
    Writes `oci_members` as a folder.
    """
    write_folder(oci_members(recipes, compression=compression), path)


def skopeo_dir(recipe: Recipe, path: Path, *, compression: str = "gzip") -> None:
    """
    Writes `skopeo_dir_members` as a folder.
    """
    write_folder(skopeo_dir_members(recipe, compression=compression), path)
