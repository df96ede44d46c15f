"""
Where the manifests are: `manifest.json` of Docker, `index.json` of OCI, `manifest.json` of
skopeo's `dir:`, and schema 1. What Docker before 1.10 wrote (`repositories` alone) is not read.

Indexes nest at any depth and may name what is not there; see image-spec image-layout.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.model import Field, Gap
from auditor.oci import metadata
from auditor.oci.documents import Document, Documents

INDEX_DEPTH = 8
"""
How deep indexes may nest.
"""
REFERENCE_TYPE = "vnd.docker.reference.type"
"""
Annotation by which BuildKit marks the manifest that holds attestations.
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """
    A layer as a manifest names it: by member name, by digest, or both.
    """

    name: str | None = None
    digest: str | None = None
    media_type: str = ""


@dataclass(slots=True)
class Found:
    """
    One manifest with what belongs to it.
    """

    id: str
    config_name: str
    config: Document | None
    layers: tuple[Stored, ...]
    tags: list[str] = field(default_factory=list)
    platform: str = ""
    annotations: dict[str, Any] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    documents: set[str] = field(default_factory=set)
    """
    Names of the documents that are accounted for.
    """
    exact: dict[int, list[str]] = field(default_factory=dict)
    """
    Argument lists of history entries, where a builder kept them.
    """

    def has_tag(self, tag: str) -> bool:
        """
        Whether one of the tags means `tag`; registry and namespace may be left out.
        """
        return any(known == tag or known.endswith((f"/{tag}", f":{tag}")) for known in self.tags)

    def has_platform(self, platform: str) -> bool:
        """
        Whether this is for `os/arch[/variant]`; a variant may be left out.
        """
        mine = self.platform or _platform(self.config.data if self.config else None)
        return mine == platform or mine.startswith(f"{platform}/")


@dataclass(slots=True)
class Everything:
    """
    All that an archive tells.
    """

    manifests: list[Found] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    indexes: set[str] = field(default_factory=set)


def find(documents: Documents) -> Everything:
    """
    All manifests of an archive, in the order in which it names them.
    """
    everything = Everything()
    for name in ("index.json", "manifest.json", "oci-layout", "repositories"):
        if documents.named(name):
            everything.indexes.add(documents.resolve(name) or name)
    root = documents.named("index.json")
    if root is not None:
        _Descent(documents, everything).index(root, 0)
    top = documents.named("manifest.json")
    if top is not None and isinstance(top.data, list):
        for entry in top.data:
            _docker_entry(documents, everything, entry)
    elif top is not None and isinstance(top.data, dict) and root is None:
        _Descent(documents, everything).document(top, {}, 0)
    elif top is not None and top.data is None:
        everything.gaps.append(Gap(top.name, "is not JSON", blocking=True))
    for manifest in everything.manifests:
        _keep_exact(documents, manifest)
    return everything


def _keep_exact(documents: Documents, manifest: Found) -> None:
    """
    Classic builders keep the argument list of the last step in the config itself.
    """
    data = manifest.config.data if manifest.config else None
    steps = data.get("history") if isinstance(data, dict) else None
    container = data.get("container_config") if isinstance(data, dict) else None
    argv = container.get("Cmd") if isinstance(container, dict) else None
    if not isinstance(steps, list) or not steps or not isinstance(argv, list):
        return
    words = [word for word in argv if isinstance(word, str)]
    last = steps[-1].get("created_by") if isinstance(steps[-1], dict) else None
    # NOTE: skopeo turns schema 1 into a list of one text, which tells nothing new.
    if len(words) == len(argv) > 1 and " ".join(words) == last:
        manifest.exact.setdefault(len(steps) - 1, words)


def _docker_entry(documents: Documents, everything: Everything, entry: object) -> None:
    """
    One image of a docker-archive. Joined to the OCI one of the same config, if there is one.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("Config"), str):
        everything.gaps.append(Gap("manifest.json", "an entry names no config", blocking=True))
        return
    config_name = entry["Config"]
    name = documents.resolve(config_name)
    config = documents.by_name.get(name) if name else None
    tags = _strings(entry.get("RepoTags"))
    listed = entry.get("Layers")
    layers = tuple(
        Stored(name=layer if isinstance(layer, str) else None)
        for layer in (listed if isinstance(listed, list) else ())
    )
    rest = {k: v for k, v in entry.items() if k not in ("Config", "Layers", "LayerSources")}
    fields = list(metadata.flatten(rest, "manifest"))
    for known in everything.manifests:
        if config is not None and known.config is config:
            known.tags += [tag for tag in tags if tag not in known.tags]
            known.fields += fields
            # Docker 25.0 wrote OCI manifests without layers.
            known.layers = known.layers or layers
            return
    found = Found(
        id=config.digest if config else config_name,
        config_name=config_name,
        config=config,
        layers=layers,
        tags=tags,
        fields=fields,
        documents={name} if name else set(),
    )
    for layer in layers:
        found.documents |= _legacy(documents, found, layer.name or "")
    everything.manifests.append(found)


def _legacy(documents: Documents, found: Found, layer: str) -> set[str]:
    """
    The old per-layer config beside `<id>/layer.tar`.
    """
    folder, _, _ = layer.rpartition("/")
    name = f"{folder}/json"
    document = documents.by_name.get(name) if folder else None
    if document is None:
        return set()
    found.fields += metadata.flatten(document.data, f"legacy/{folder[:12]}")
    return {name}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _platform(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    parts = [data.get("os"), data.get("architecture"), data.get("variant")]
    return "/".join(part for part in parts if isinstance(part, str) and part)


class _Descent:
    """
    A walk down an index, without going in circles.
    """

    def __init__(self, documents: Documents, everything: Everything) -> None:
        self._documents = documents
        self._all = everything
        self._seen: set[str] = set()

    def index(self, document: Document, depth: int) -> None:
        """
        All that an index names.
        """
        data = document.data
        self._all.indexes.add(document.name)
        if not isinstance(data, dict) or not isinstance(data.get("manifests"), list):
            self._all.gaps.append(Gap(document.name, "is no index", blocking=True))
            return
        rest = {key: value for key, value in data.items() if key != "manifests"}
        self._all.fields += metadata.flatten(rest, "index")
        for descriptor in data["manifests"]:
            if isinstance(descriptor, dict):
                self._descriptor(descriptor, depth)

    def _descriptor(self, descriptor: dict[str, Any], depth: int) -> None:
        digest = str(descriptor.get("digest"))
        extra = {k: v for k, v in descriptor.items() if k in ("annotations", "data", "urls")}
        self._all.fields += metadata.flatten(extra, "index")
        if digest in self._seen:
            self._retag(digest, descriptor)
            return
        self._seen.add(digest)
        document = self._documents.at(digest)
        if document is None:
            self._absent(digest, descriptor)
        elif depth >= INDEX_DEPTH:
            self._all.gaps.append(Gap(digest, "indexes nest too deep", blocking=True))
        else:
            self.document(document, descriptor, depth + 1)

    def _retag(self, digest: str, descriptor: dict[str, Any]) -> None:
        for manifest in self._all.manifests:
            if manifest.id == digest:
                manifest.tags += [t for t in _tags(descriptor) if t not in manifest.tags]

    def _absent(self, digest: str, descriptor: dict[str, Any]) -> None:
        """
        An index may name what was not exported: another platform is no gap in this image.
        """
        annotations = descriptor.get("annotations")
        kind = annotations.get(REFERENCE_TYPE) if isinstance(annotations, dict) else None
        platform = _platform(descriptor.get("platform"))
        if self._documents.blob(digest):
            self._all.gaps.append(Gap(digest, "the manifest is not JSON", blocking=True))
        elif kind:
            self._all.gaps.append(Gap(digest, f"the {kind} is named but not in the archive"))
        elif platform:
            self._all.gaps.append(Gap(digest, f"platform {platform} is not in the archive"))
        else:
            self._all.gaps.append(Gap(digest, "the index names a manifest that is not there"))

    def document(self, document: Document, descriptor: dict[str, Any], depth: int) -> None:
        """
        A document that is a manifest or one more index.
        """
        data = document.data
        if not isinstance(data, dict):
            self._all.gaps.append(Gap(document.name, "is no manifest", blocking=True))
        elif isinstance(data.get("manifests"), list):
            self.index(document, depth)
        elif isinstance(data.get("fsLayers"), list):
            self._all.indexes.add(document.name)
            self._all.manifests.append(_schema1(document, data))
        elif self._is_attestation(data, descriptor):
            self._attestation(document, data)
        else:
            self._manifest(document, data, descriptor)

    def _is_attestation(self, data: dict[str, Any], descriptor: dict[str, Any]) -> bool:
        annotations = descriptor.get("annotations")
        marked = isinstance(annotations, dict) and REFERENCE_TYPE in annotations
        layers = data.get("layers")
        types = [
            layer.get("mediaType") for layer in layers or () if isinstance(layer, dict)
        ] if isinstance(layers, list) else []  # fmt: skip
        statements = bool(types) and all(t == "application/vnd.in-toto+json" for t in types)
        return marked or statements

    def _attestation(self, document: Document, data: dict[str, Any]) -> None:
        self._all.indexes.add(document.name)
        self._all.fields += metadata.flatten(data.get("annotations") or {}, "attestation")
        stated, layers = data.get("config"), data.get("layers")
        config = self._documents.at(str(stated.get("digest"))) if isinstance(stated, dict) else None
        if config:
            self._all.indexes.add(config.name)
        for number, layer in enumerate(layers if isinstance(layers, list) else ()):
            digest = str(layer.get("digest")) if isinstance(layer, dict) else ""
            statement = self._documents.at(digest)
            if statement is None or statement.data is None:
                where = "not in the archive" if not self._documents.blob(digest) else "not JSON"
                self._all.gaps.append(Gap(f"attestation/{number}", f"the statement is {where}"))
                continue
            self._all.indexes.add(statement.name)
            self._all.fields += metadata.flatten(layer, f"attestation/{number}.descriptor")
            self._all.fields += metadata.flatten(statement.data, f"attestation/{number}")

    def _manifest(
        self, document: Document, data: dict[str, Any], descriptor: dict[str, Any]
    ) -> None:
        stated = data.get("config")
        digest = str(stated.get("digest")) if isinstance(stated, dict) else ""
        config = self._documents.at(digest) if digest else None
        name = self._documents.blob(digest) or digest or document.name
        found = Found(
            id=str(descriptor.get("digest") or document.digest),
            config_name=name,
            config=config,
            layers=tuple(_stored(data.get("layers"))),
            tags=_tags(descriptor),
            platform=_platform(descriptor.get("platform")) or _platform(config and config.data),
            annotations=_annotations(data, descriptor),
            documents={document.name, *([config.name] if config else [])},
        )
        found.fields += metadata.flatten(data, "manifest")
        if config and digest and config.digest != digest and digest.startswith("sha256:"):
            found.gaps.append(Gap(name, f"the config's digest is {config.digest}, not {digest}"))
        if document.digest != found.id and found.id.startswith("sha256:"):
            found.gaps.append(
                Gap(document.name, f"the manifest's digest is {document.digest}, not {found.id}")
            )
        self._all.manifests.append(found)


def _annotations(*documents: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for document in documents:
        annotations = document.get("annotations")
        if isinstance(annotations, dict):
            merged |= annotations
    return merged


def _tags(descriptor: dict[str, Any]) -> list[str]:
    annotations = descriptor.get("annotations")
    if not isinstance(annotations, dict):
        return []
    keys = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
    return [annotations[key] for key in keys if isinstance(annotations.get(key), str)]


def _stored(layers: object) -> Iterator[Stored]:
    # NOTE: one of the wrong kind keeps its place, else those above it got another's instruction.
    for layer in layers if isinstance(layers, list) else ():
        known = layer if isinstance(layer, dict) else {}
        yield Stored(digest=str(known.get("digest")), media_type=str(known.get("mediaType") or ""))


def _schema1(document: Document, data: dict[str, Any]) -> Found:
    """
    Schema 1 lists newest first and keeps configs as JSON in strings. `throwaway` layers are empty.
    """
    listed = data.get("history")
    raw = listed if isinstance(listed, list) else []
    steps = [_v1_compatibility(step) for step in reversed(raw)]
    sums = [layer.get("blobSum") for layer in reversed(data["fsLayers"]) if isinstance(layer, dict)]
    config = dict(steps[-1]) if steps else {}
    # The top step's other keys are the config itself.
    config["history"] = [{**step, **_schema1_step(step)} for step in steps[:-1]]
    config["history"] += [_schema1_step(step) for step in steps[-1:]]
    # Where the numbers differ, it is not known which of the layers are empty: none is left out.
    empty = [step.get("throwaway") is True for step in steps]
    if len(empty) != len(sums):
        empty = [False] * len(sums)
    layers = [
        Stored(digest=str(digest))
        for digest, is_empty in zip(sums, empty, strict=True)
        if not is_empty
    ]
    tag = f"{data.get('name')}:{data.get('tag')}"
    return Found(
        id=document.digest,
        config_name=document.name,
        config=Document(document.name, document.digest, document.size, config),
        layers=tuple(layers),
        tags=[tag],
        documents={document.name},
    )


def _schema1_step(step: dict[str, Any]) -> dict[str, Any]:
    container = step.get("container_config")
    argv = _strings(container.get("Cmd")) if isinstance(container, dict) else []
    return {
        "created_by": " ".join(argv),
        "comment": step.get("comment"),
        "author": step.get("author"),
        "empty_layer": step.get("throwaway") is True,
    }


def _v1_compatibility(step: object) -> dict[str, Any]:
    text = step.get("v1Compatibility") if isinstance(step, dict) else None
    try:
        value = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        value = {}
    return value if isinstance(value, dict) else {}
