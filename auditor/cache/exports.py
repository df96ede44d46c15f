"""
Exports of an engine that were read before: what was in them beside the layers.

An engine's API tells what is in a config, but not its bytes, and neither manifests nor
attestations. They hold secrets, so they are shut by everything that the engine says of the image:
who is not let in by the engine, or has only guesses of it, cannot open them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Member:
    """
    One thing in an export: a link, a document, or a blob that is known by its digest.
    """

    name: str
    stored: str | None = None
    """
    The name as the archive writes it, where that is another one.
    """
    link: str | None = None
    raw: bytes | None = None
    digest: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """
    A whole export, in its order.
    """

    members: tuple[Member, ...]


def recall(shelf: Shelf, rules: bytes, state: bytes) -> Exported | None:
    """
    What the export of an image was of which the engine says `state`.
    """
    return shelf.take("export", rules + state, Exported, state)


def keep(shelf: Shelf, rules: bytes, state: bytes, exported: Exported) -> None:
    """
    Keep an export that was read whole.
    """
    shelf.keep("export", rules + state, exported, state)
