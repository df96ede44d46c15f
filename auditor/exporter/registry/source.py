"""
A registry as a source.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from auditor.exporter.base import Export
from auditor.model import Image


class RegistrySource:
    """
    An image in a registry, read without an engine.
    """

    # NOTE: what asks a registry is imported when it is asked: HTTP takes a while to load, and
    # most images come from elsewhere.

    def __init__(self, name: str) -> None:
        self._name = name

    def open(self, reference: str, platform: str | None = None) -> AbstractContextManager[Export]:
        """
        See `Source.open`.
        """
        from auditor.exporter.registry import reading

        return reading.export(self._name, reference, platform)

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        See `Source.describe`.
        """
        from auditor.exporter.registry import reading

        return reading.describe(reference)

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        See `Source.files`. What a tag means may change unseen.
        """
        return None
