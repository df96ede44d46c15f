"""
What a manifest tells: its config, its layers, its tags.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

from auditor.model import BuildSource, Field, Gap
from auditor.oci.documents import Document
from auditor.records import dataclass


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
        mine = self.platform or platform_of(self.config.data if self.config else None)
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
    sources: dict[str, BuildSource] = field(default_factory=dict)
    """
    Dockerfiles of attestations, by the digest of the manifest that they are about.
    """
    statements: list[tuple[str, str]] = field(default_factory=list)
    """
    Where the paths of attestations begin, with the blob of each.
    """


def strings(value: object) -> list[str]:
    """
    The strings of a list; nothing of anything else.
    """
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def platform_of(data: object) -> str:
    """
    `os/architecture[/variant]` of a config or descriptor.
    """
    if not isinstance(data, dict):
        return ""
    parts = [data.get("os"), data.get("architecture"), data.get("variant")]
    return "/".join(part for part in parts if isinstance(part, str) and part)
