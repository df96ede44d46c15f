"""
Docker's schema 1, as old registries serve it: newest first, configs as JSON in strings.
"""

from __future__ import annotations

import json
from typing import Any

from auditor.oci.documents import Document
from auditor.oci.found import Found, Stored, strings


def schema1(document: Document, data: dict[str, Any]) -> Found:
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
    argv = strings(container.get("Cmd")) if isinstance(container, dict) else []
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
