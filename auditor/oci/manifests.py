"""
Where the manifests are: `manifest.json` of Docker, `index.json` of OCI, `manifest.json` of
skopeo's `dir:`, and schema 1. What Docker before 1.10 wrote (`repositories` alone) is not read.
"""

from __future__ import annotations

from auditor.model import Gap
from auditor.oci import metadata
from auditor.oci.documents import Documents
from auditor.oci.found import Everything, Found, Stored, strings
from auditor.oci.indexes import Descent


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
        Descent(documents, everything).index(root, 0)
    top = documents.named("manifest.json")
    if top is not None and isinstance(top.data, list):
        for entry in top.data:
            _docker_entry(documents, everything, entry)
    elif top is not None and isinstance(top.data, dict) and root is None:
        Descent(documents, everything).document(top, {}, 0)
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
    tags = strings(entry.get("RepoTags"))
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
