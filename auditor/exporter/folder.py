"""
Layouts in a folder: OCI (image-spec image-layout.md) and skopeo's `dir:`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import ImageNotFound, NotAnImage, Unreadable
from auditor.exporter.base import Blob, Export, describe_by_reading
from auditor.model import Gap, Image
from auditor.streams.reading import Exact, Range


class FolderSource:
    """
    A layout that lies unpacked in a folder.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @contextmanager
    def open(self, reference: str, platform: str | None = None) -> Iterator[Export]:
        """
        See `Source.open`.
        """
        folder, tag = _locate(reference)
        try:
            files = sorted(_files(folder))
            size = sum(path.lstat().st_size for path in files)
        except PermissionError as error:
            raise Unreadable(
                f"{reference}: permission denied", "Run as a user who may read the folder."
            ) from error
        yield Export(self._name, reference, _blobs(folder, files), tag, size)

    def describe(self, reference: str) -> tuple[Image, ...]:
        """
        See `Source.describe`.
        """
        return describe_by_reading(self, reference)

    def files(self, reference: str) -> tuple[str, ...] | None:
        """
        See `Source.files`.
        """
        folder, _ = _locate(reference)
        # NOTE: a folder changes when anything comes into it.
        folders = [root for root, _, _ in os.walk(folder)]
        return (*folders, *(str(path) for path in _files(folder)))


def _locate(reference: str) -> tuple[Path, str | None]:
    path, tag = Path(reference).expanduser(), None
    if not path.exists() and ":" in reference:
        name, _, tag = reference.partition(":")
        path = Path(name).expanduser()
    if not path.exists():
        raise ImageNotFound(f"{reference}: no such folder", "Check the path.")
    if not path.is_dir():
        raise NotAnImage(
            f"{reference}: is a file, not a folder", "Give an archive as docker-archive:FILE."
        )
    if not any((path / name).is_file() for name in ("index.json", "manifest.json")):
        raise NotAnImage(
            f"{reference}: is no image layout",
            "A layout holds index.json (OCI) or manifest.json (skopeo dir:).",
        )
    return path, tag


def _files(folder: Path) -> Iterator[Path]:
    """
    Everything in the folder that is no folder itself.
    """
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        yield from (Path(root) / name for name in [*names, *links])


def _raise(error: OSError) -> None:
    raise error


def _why_not(folder: Path, path: Path) -> str | None:
    """
    Why something in the folder is none of the image's files, if it is none.
    """
    if not path.is_file():
        return "is a link that leads to no file" if path.is_symlink() else "is no file"
    # NOTE: a link may lead out of the layout; nothing outside it is the image's.
    if not path.resolve().is_relative_to(folder.resolve()):
        return "is a link that leads out of the layout"
    return None


def _blobs(folder: Path, files: list[Path]) -> Iterator[Blob | Gap]:
    for path in files:
        name = path.relative_to(folder).as_posix()
        reason = _why_not(folder, path)
        if reason:
            yield Gap(name, reason)
            continue
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                yield Blob(name, size, Exact(file), place=Range(str(path), 0, size))
        except OSError as error:
            yield Gap(name, f"cannot be read: {error.strerror}", blocking=True)
