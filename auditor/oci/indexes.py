"""
Down an index: manifests, attestations, and indexes again, at any depth.

An index may name what is not there; see image-spec image-layout.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from auditor.model import Gap, Image
from auditor.oci import metadata, provenance
from auditor.oci.documents import Document, Documents
from auditor.oci.found import Everything, Found, Stored, platform_of, strings
from auditor.oci.schema1 import schema1

INDEX_DEPTH = 8
"""
How deep indexes may nest.
"""
_PLATFORM = "platform "
REFERENCE_TYPE = "vnd.docker.reference.type"
"""
Annotation by which BuildKit marks the manifest that holds attestations.
"""


class Descent:
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
        platform = platform_of(descriptor.get("platform"))
        if self._documents.blob(digest):
            self._all.gaps.append(Gap(digest, "the manifest is not JSON", blocking=True))
        elif kind:
            self._all.gaps.append(Gap(digest, f"the {kind} is named but not in the archive"))
        elif platform:
            self._all.gaps.append(Gap(digest, f"{_PLATFORM}{platform} is not in the archive"))
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
            self._all.manifests.append(schema1(document, data))
        elif self._is_attestation(data, descriptor):
            self._attestation(document, data, descriptor)
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

    def _attestation(
        self, document: Document, data: dict[str, Any], descriptor: dict[str, Any]
    ) -> None:
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
            self._all.statements.append((f"attestation/{number}", statement.name))
            source = provenance.source(statement.data)
            if source is not None:
                for subject in _subjects(data, descriptor):
                    self._all.sources.setdefault(subject, source)

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
            platform=platform_of(descriptor.get("platform")) or platform_of(config and config.data),
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


def _subjects(data: dict[str, Any], descriptor: dict[str, Any]) -> list[str]:
    """
    The manifest that attestations are about: BuildKit's annotation, OCI's `subject`.
    """
    stated = data.get("subject")
    found = [stated.get("digest")] if isinstance(stated, dict) else []
    return strings([*found, _annotations(descriptor).get("vnd.docker.reference.digest")])


def must_have_platforms(image: Image) -> Image:
    """
    An image of an index of which every platform is asked for: one that is not there is missed.
    """
    gaps = (
        replace(gap, blocking=gap.blocking or gap.reason.startswith(_PLATFORM))
        for gap in image.gaps
    )
    return replace(image, gaps=tuple(gaps))


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
