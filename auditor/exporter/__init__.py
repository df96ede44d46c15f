"""
Where images come from: one explicit table of sources, and the choice among them.
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.errors import AuditError
from auditor.exporter import engine_images
from auditor.exporter.archive import ArchiveSource, StdinSource
from auditor.exporter.base import HEAD, Blob, Export, Source
from auditor.exporter.docker import DockerSource
from auditor.exporter.folder import FolderSource
from auditor.exporter.registry import RegistrySource
from auditor.patterns import lazy_regex

SOURCES: dict[str, Source] = {
    "dir": FolderSource("dir"),
    "docker": DockerSource("docker"),
    "docker-archive": ArchiveSource("docker-archive"),
    "docker-daemon": DockerSource("docker"),
    "oci": FolderSource("oci"),
    "oci-archive": ArchiveSource("oci-archive"),
    "podman": DockerSource("podman"),
    "registry": RegistrySource("registry"),
    "stdin": StdinSource("stdin"),
}
"""
By the prefix that names them on the command line.
"""

_PREFIX = lazy_regex(r"^([a-z][a-z-]*):(.+)$", re.DOTALL)


def choose(reference: str) -> tuple[Source, str]:
    """
    The source for what the user typed, and the reference without its prefix.

    A known prefix decides; else `-` is standard input, an existing file or folder that can be an
    image is read, and anything else is a name for the engine.
    """
    if reference == "-":
        return SOURCES["stdin"], reference
    match = _PREFIX.match(reference)
    if match and match[1] in SOURCES and not Path(reference).exists():
        return SOURCES[match[1]], match[2]
    path = Path(reference)
    if path.is_file() or _looks_like_path(reference):
        return SOURCES["oci" if path.is_dir() else "docker-archive"], reference
    if path.is_dir() and _is_layout(path):
        return SOURCES["oci"], reference
    return SOURCES["docker"], reference


def state(reference: str) -> bytes | None:
    """
    All that an engine says of an image; `None` for what is no engine's. Raises an `AuditError`.
    """
    source, name = choose(reference)
    return source.state(name) if isinstance(source, DockerSource) else None


def pull(reference: str, platform: str | None) -> None:
    """
    Have the engine fetch what the user typed. Nothing for what is no engine's. Raises
    `ImageNotFound`.
    """
    source, name = choose(reference)
    if isinstance(source, DockerSource):
        engine_images.pull(source.engine, name, platform)


def local() -> list[str]:
    """
    References of all images of the engine, dangling ones too. Raises an `AuditError`.
    """
    return [_reference(names[0]) for names in engine_images.names("docker")]


def _reference(name: str) -> str:
    """
    NOTE: an image may be called `oci:1`, or as a file is that happens to be here.
    """
    return name if choose(name) == (SOURCES["docker"], name) else f"docker:{name}"


def completions(begin: str, timeout: int = 3) -> list[str]:
    """
    What a reference that begins so may be: names of the engine's images. None if no engine
    answers within `timeout` seconds.
    """
    prefix = next((p for p in ("docker:", "podman:") if begin.startswith(p)), "")
    try:
        known = engine_images.names(prefix.rstrip(":") or "docker", timeout)
    except AuditError:
        return []
    found = [prefix + name for names in known for name in names]
    return [name for name in found if name.startswith(begin)]


def _looks_like_path(reference: str) -> bool:
    return reference.startswith(("/", "./", "../", "~")) or reference.endswith((".tar", ".tgz"))


def _is_layout(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("index.json", "manifest.json"))


__all__ = [
    "HEAD",
    "SOURCES",
    "Blob",
    "Export",
    "Source",
    "choose",
    "completions",
    "local",
    "pull",
    "state",
]
