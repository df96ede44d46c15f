"""
Members of an archive as the engine hands them to `auditor.oci`.
"""

from __future__ import annotations

import json
from typing import Any

from auditor.model import Field, Image
from auditor.oci import Documents, assemble, looks_like_json
from tests.images import Members, Symlink, sha256, to_json


def read(members: Members) -> Documents:
    """
    JSON is kept, of everything else only the digest.
    """
    documents = Documents()
    for name, data in members.items():
        if isinstance(data, Symlink):
            documents.link(name, data.target)
        elif looks_like_json(data[:512]):
            documents.add(name, data)
        else:
            documents.saw(name, f"sha256:{sha256(data)}")
    return documents


def images(members: Members, tag: str | None = None, platform: str | None = None) -> list[Image]:
    """
    The images in the members.
    """
    return list(assemble(read(members), "ref", tag=tag, platform=platform))


def image(members: Members) -> Image:
    """
    The one image in the members.
    """
    (found,) = images(members)
    return found


def gaps(image: Image) -> list[tuple[str, bool]]:
    """
    Reason and weight of each gap.
    """
    return [(gap.reason, gap.blocking) for gap in image.gaps]


def values(image: Image) -> dict[str, str]:
    """
    Each metadata value with the first path where it stands.
    """
    found: dict[str, str] = {}
    for field in image.fields:
        found.setdefault(field.value, field.path)
    return found


def field_of(image: Image, value: str) -> Field:
    """
    The first field with that value.
    """
    return next(field for field in image.fields if field.value == value)


def json_of(members: Members, name: str) -> Any:
    """
    A member's JSON.
    """
    data = members[name]
    assert isinstance(data, bytes)
    return json.loads(data)


def put(members: Members, value: object) -> str:
    """
    Adds a JSON blob to a layout; its digest.
    """
    data = value if isinstance(value, bytes) else to_json(value)
    members[f"blobs/sha256/{sha256(data)}"] = data
    return f"sha256:{sha256(data)}"


def layout(*digests: str | dict[str, Any], **keys: Any) -> bytes:
    """
    An index that names descriptors, or digests alone.
    """
    listed = [{"digest": d} if isinstance(d, str) else d for d in digests]
    return to_json({"schemaVersion": 2, "manifests": listed, **keys})
