"""
Images in a registry, read over HTTP without an engine (distribution-spec; Docker's registry v2).
"""

from auditor.exporter.registry.source import RegistrySource

__all__ = ["RegistrySource"]
