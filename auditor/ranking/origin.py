"""
Who put it there: the image's own build, or the base image below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.model import Field, Gap, Image, Origin


def with_base(image: Image, base: Image) -> tuple[Image, list[Gap]]:
    """
    The image with its lowest layers marked as the base's, if they are.
    """
    below = [layer.diff_id for layer in base.layers]
    mine = [layer.diff_id for layer in image.layers[: len(below)]]
    if not below or mine != below:
        reason = "is not what this image was built on: its layers are not the lowest here"
        return image, [Gap(f"base image {base.reference}", reason)]
    layers = tuple(
        replace(layer, origin=Origin.BASE) if layer.index < len(below) else layer
        for layer in image.layers
    )
    return replace(image, layers=layers), []


def fields(image: Image, base: Image | None) -> Iterator[tuple[Field, Origin]]:
    """
    All metadata values with their origin: what the base says in the same place is inherited.
    """
    inherited: set[tuple[str, str | None, str]] = set()
    if base is not None and any(layer.origin is Origin.BASE for layer in image.layers):
        inherited = {(known.path, known.name, known.value) for known in base.fields}
    for value in dict.fromkeys(image.fields):
        key = (value.path, value.name, value.value)
        yield value, Origin.BASE if key in inherited else Origin.OWN
