"""
From the documents of an archive or layout to the images in it.

`manifest.json` (docker-archive) and `index.json` (OCI) may both be there and each may know more
than the other, so images come from both and are joined by their config.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from auditor.errors import NotAnImage
from auditor.model import Field, Gap, HistoryEntry, Image, Layer
from auditor.oci import history, metadata
from auditor.oci.documents import Document, Documents
from auditor.oci.found import Found, Stored
from auditor.oci.manifests import find
from auditor.records import dataclass

BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


def assemble(
    documents: Documents,
    reference: str,
    *,
    tag: str | None = None,
    platform: str | None = None,
    exact: Mapping[int, Sequence[str]] | None = None,
) -> tuple[Image, ...]:
    """
    The images of an archive that was read whole.

    `tag` and `platform` choose among several. `exact` gives argument lists of history entries
    that the engine told. Raises `NotAnImage` if there is none, or none that was asked for.
    """
    found = find(documents)
    chosen = _choose(found.manifests, tag, platform, reference)
    used = {name for manifest in found.manifests for name in manifest.documents}
    spare = tuple(_unreferenced(documents, used | found.indexes))
    images = [
        replace(
            _image(documents, manifest, reference if _is_one(chosen) else None, exact),
            source=found.sources.get(manifest.id),
            documents=(*_documents(manifest), *found.statements),
        )
        for manifest in chosen
    ]
    extra = (*found.fields, *spare)
    first = replace(
        images[0], fields=images[0].fields + extra, gaps=images[0].gaps + tuple(found.gaps)
    )
    return (first, *images[1:])


def _documents(manifest: Found) -> Iterator[tuple[str, str]]:
    """
    The blobs that hold config and manifest.
    """
    config = manifest.config.name if manifest.config else manifest.config_name
    yield "config", config
    for name in sorted(manifest.documents - {config}):
        if not name.endswith("/json"):
            yield "manifest", name


def referenced(documents: Documents) -> set[str]:
    """
    Names of all blobs that are a layer of any image in the archive, chosen or not.
    """
    return {
        blob
        for manifest in find(documents).manifests
        for stored in manifest.layers
        if (blob := _blob(documents, stored)) is not None
    }


def _blob(documents: Documents, stored: Stored) -> str | None:
    found = documents.resolve(stored.name) if stored.name else None
    return found or (documents.blob(stored.digest) if stored.digest else None)


def _choose(
    manifests: Sequence[Found], tag: str | None, platform: str | None, reference: str
) -> list[Found]:
    if not manifests:
        raise NotAnImage(
            f"{reference}: no image in it",
            "Give an archive of docker save, podman save or skopeo, or an OCI layout.",
        )
    tagged = [m for m in manifests if tag is None or m.has_tag(tag)]
    if not tagged:
        names = ", ".join(name for m in manifests for name in m.tags) or "untagged images"
        raise NotAnImage(f"{reference}: holds no image {tag}", f"It holds: {names}.")
    chosen = [m for m in tagged if platform is None or m.has_platform(platform)]
    if not chosen:
        there = ", ".join(dict.fromkeys(m.platform or "unknown" for m in tagged))
        raise NotAnImage(f"{reference}: not there for {platform}", f"Platforms: {there}.")
    return chosen


def _is_one(chosen: Sequence[Found]) -> bool:
    """
    Whether they are one image, which the reference names, be it for several platforms.
    """
    has_tags = any(manifest.tags for manifest in chosen)
    platforms = {manifest.platform for manifest in chosen}
    return len(chosen) == 1 or (not has_tags and len(platforms) == len(chosen))


def _unreferenced(documents: Documents, used: set[str]) -> Iterator[Field]:
    """
    JSON that no manifest names: old per-layer configs, left-over blobs.
    """
    for name, document in documents.by_name.items():
        if name not in used and document.data is not None:
            yield from metadata.flatten(document.data, f"unreferenced/{name}")


@dataclass(slots=True)
class _Draft:
    """
    An image on its way.
    """

    config: Mapping[str, Any]
    fields: list[Field] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def _image(
    documents: Documents,
    manifest: Found,
    reference: str | None,
    exact: Mapping[int, Sequence[str]] | None,
) -> Image:
    draft = _Draft(_config(manifest.config))
    draft.gaps += manifest.gaps
    if manifest.config is None or manifest.config.data is None:
        what = "is missing" if manifest.config is None else "is not JSON"
        draft.gaps.append(Gap(manifest.config_name, f"the config {what}", blocking=True))
    elif not isinstance(manifest.config.data, dict):
        draft.gaps.append(Gap(manifest.config_name, "the config is no object", blocking=True))
    steps = history.entries(draft.config, exact or manifest.exact)
    draft.fields += metadata.config_fields(draft.config)
    draft.fields += metadata.history_fields(
        steps, draft.config.get("history"), _names(draft.config)
    )
    draft.fields += manifest.fields
    layers = tuple(_layers(documents, manifest, draft, steps))
    annotations = {**_labels(draft.config), **manifest.annotations}
    return Image(
        reference=reference or next(iter(manifest.tags), manifest.id),
        id=manifest.config.digest if manifest.config else manifest.id,
        platform=manifest.platform or _platform(draft.config),
        layers=layers,
        history=steps,
        fields=tuple(draft.fields),
        gaps=tuple(draft.gaps),
        base_name=_text(annotations.get(BASE_NAME)),
        base_digest=_text(annotations.get(BASE_DIGEST)),
    )


def _config(document: Document | None) -> Mapping[str, Any]:
    return document.data if document and isinstance(document.data, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _labels(config: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = config.get("config")
    labels = inner.get("Labels") if isinstance(inner, dict) else None
    return labels if isinstance(labels, dict) else {}


def _names(config: Mapping[str, Any]) -> list[str]:
    inner = config.get("config")
    environment = inner.get("Env") if isinstance(inner, dict) else None
    names = [str(e).split("=", 1)[0] for e in environment] if isinstance(environment, list) else []
    return [*names, *_labels(config)]


def _platform(config: Mapping[str, Any]) -> str:
    parts = [config.get("os"), config.get("architecture"), config.get("variant")]
    return "/".join(part for part in parts if isinstance(part, str) and part)


def _layers(
    documents: Documents, manifest: Found, draft: _Draft, steps: tuple[HistoryEntry, ...]
) -> Iterator[Layer]:
    """
    The layers by manifest and config together: whichever names more, none is lost.
    """
    rootfs = draft.config.get("rootfs")
    stated = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    listed = stated if isinstance(stated, list) else []
    diff_ids = [d if isinstance(d, str) else None for d in listed]
    count = max(len(manifest.layers), len(diff_ids))
    if diff_ids and len(diff_ids) != len(manifest.layers):
        reason = f"the manifest names {len(manifest.layers)} layers, the config {len(diff_ids)}"
        draft.gaps.append(Gap(manifest.config_name, reason))
    makers = history.align(steps, count)
    for index in range(count):
        stored = manifest.layers[index] if index < len(manifest.layers) else None
        blob = _blob(documents, stored) if stored else None
        maker = makers[index]
        yield Layer(
            index=index,
            blob=blob,
            diff_id=diff_ids[index] if index < len(diff_ids) else None,
            digest=stored.digest if stored else None,
            media_type=stored.media_type if stored else "",
            created_by=steps[maker].created_by if maker is not None else "",
            instruction=history.layer_instruction(steps, maker),
            history=maker,
        )
