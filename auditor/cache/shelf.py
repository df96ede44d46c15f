"""
What is kept, by kind and subject: the nouns of the model in boxes in the database.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

from auditor.cache import coding
from auditor.cache.boxes import Boxes, key_in
from auditor.cache.store import BOUND, Store
from auditor.folders import user_cache

log = logging.getLogger("auditor")

KEY = "key"
"""
The name of the file with the key.
"""
_T = TypeVar("_T")


class Shelf:
    """
    The cache of one folder. Close it after use.
    """

    def __init__(self, folder: Path, bound: int = BOUND) -> None:
        """
        Raises `OSError` if nothing can be kept in the folder.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.boxes = Boxes(key_in(folder / KEY))
        self._store = Store(folder, bound)

    def take(self, kind: str, subject: bytes, of: type[_T], inner: bytes = b"") -> _T | None:
        """
        What was kept, as it was; `None` if there is nothing, or it was changed since.
        """
        name = self.boxes.name(kind, subject)
        box = self._store.get(name)
        if box is None:
            return None
        try:
            return coding.load(of, self.boxes.open(name, box, inner))
        except ValueError:
            log.info("something in the cache is damaged and left out")
            self._store.drop(name)
            return None

    def has(self, kind: str, subject: bytes) -> bool:
        """
        Whether anything was kept.
        """
        return self._store.has(self.boxes.name(kind, subject))

    def keep(self, kind: str, subject: bytes, value: object, inner: bytes = b"") -> None:
        """
        Keep a noun, for whoever knows `inner`.
        """
        name = self.boxes.name(kind, subject)
        self._store.put(name, self.boxes.shut(name, coding.dump(value), inner))

    def close(self) -> None:
        """
        Give the files back.
        """
        self._store.close()


def open_shelf(folder: str | None) -> Shelf | None:
    """
    The cache in a folder, or in the user's own; `None` if there cannot be one.
    """
    try:
        return Shelf(Path(folder).expanduser() if folder else user_cache())
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        log.info("nothing is kept in the cache: %s", reason or type(error).__name__)
        return None
