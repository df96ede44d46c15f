"""
What a name in a layer means for the layers below: image-spec layer.md, "Whiteouts".
"""

from __future__ import annotations

import posixpath
from enum import Enum, auto

from auditor.records import dataclass

PREFIX = ".wh."
OPAQUE = ".wh..wh..opq"
_META = ".wh..wh."


class Mark(Enum):
    """
    What an entry does to lower layers.
    """

    NONE = auto()
    WHITEOUT = auto()
    OPAQUE = auto()
    META = auto()
    """
    A left-over of aufs: no file of the image, and it hides none.
    """


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    A mark and the path it is about.
    """

    mark: Mark
    path: str


def normalise(name: str) -> str:
    """
    An absolute path without `.`, `..` and doubled slashes; nothing leads above the root.
    """
    # NOTE: pax names may hold a NUL, which ends a path in `PathIndex`; loaders refuse them.
    path = posixpath.normpath("/" + name.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return path[1:] if path.startswith("//") else path


def meaning(path: str) -> Meaning:
    """
    What the entry at the absolute `path` means.
    """
    folder, _, name = path.rpartition("/")
    if not name.startswith(PREFIX):
        return Meaning(Mark.NONE, path)
    if name == OPAQUE:
        return Meaning(Mark.OPAQUE, folder or "/")
    if name.startswith(_META):
        return Meaning(Mark.META, path)
    if name == PREFIX:
        # The specification calls it invalid; taken as an ordinary name it hides nothing.
        return Meaning(Mark.NONE, path)
    return Meaning(Mark.WHITEOUT, f"{folder}/{name[len(PREFIX) :]}")
