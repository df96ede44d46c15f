"""
Whole audits that were done before. A report holds no plaintext, so it is kept as it is.

It holds as long as the programs, the question and everything that was read are the same: files by
what the file system says of them, an engine's image by all that the engine says of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auditor.cache import identity
from auditor.cache.identity import Identity
from auditor.model import Report
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

WATCHED = 10_000
"""
With more files to look at it is as quick to read the image.
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """
    A file or folder, and how it was.
    """

    path: str
    state: Identity


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Reports, and what they hold for.
    """

    watched: tuple[Watched, ...] = ()
    by_engine: bool = False
    """
    Whether the reports are kept under the engine's word, and not here.
    """
    reports: tuple[Report, ...] = ()

    @property
    def holds(self) -> bool:
        """
        Whether the files are as they were.
        """
        return all(identity.of(one.path) == one.state for one in self.watched)


def watch(paths: Iterable[str]) -> tuple[Watched, ...] | None:
    """
    Files that are about to be read; `None` if a later change of one might not show.
    """
    found: list[Watched] = []
    for path in paths:
        state = identity.settled(path)
        if state is None or len(found) >= WATCHED:
            return None
        found.append(Watched(path, state))
    return tuple(found)


def find(shelf: Shelf, subject: bytes) -> Verdict | None:
    """
    What was said before, if the files that it is about are as they were.
    """
    found = shelf.take("verdict", subject, Verdict)
    return found if found is not None and found.holds else None


def find_by_engine(shelf: Shelf, subject: bytes, state: bytes) -> Verdict | None:
    """
    What was said of an image of which the engine says `state`.
    """
    return shelf.take("verdict", subject + state, Verdict, state)


def keep(
    shelf: Shelf,
    subject: bytes,
    watched: tuple[Watched, ...],
    reports: tuple[Report, ...],
    state: bytes | None,
) -> None:
    """
    Keep what was said; of an engine's image under what the engine says of it.
    """
    if state is None:
        shelf.keep("verdict", subject, Verdict(watched, False, reports))
        return
    shelf.keep("verdict", subject, Verdict(watched, True))
    shelf.keep("verdict", subject + state, Verdict((), True, reports), state)
