"""
The source of an image, as it is told to whoever looks for a leak there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Whence:
    """
    Where an image was read from, so that others can read it there as well.
    """

    kind: str
    """
    As the report names the source: docker, podman, docker-archive, oci, …
    """
    name: str
    """
    The image's name there, or the path.
    """
    stored: Mapping[str, str] = field(default_factory=dict)
    """
    Names of blobs as the archive writes them, where they are others.
    """

    @property
    def tool(self) -> str | None:
        """
        The engine's command, if it is in an engine.
        """
        return self.kind if self.kind in ("docker", "podman") else None
