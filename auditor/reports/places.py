"""
A place in words, and as platforms want it named: a file of the repository and a line.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from auditor.model import Leak, Place, Report, State
from auditor.records import dataclass
from auditor.reports.identity import image_name
from auditor.reports.terminal import plain

METADATA = "metadata"


def where(place: Place) -> str:
    """
    `layer 3`, or `metadata`.
    """
    return METADATA if place.layer is None else f"layer {place.layer}"


def spot(place: Place) -> str:
    """
    `/app/.env:4 (json)`, with nothing in it that does harm to a terminal.
    """
    text = place.path + (f":{place.line}" if place.line else "")
    return plain(f"{text} ({place.inside})" if place.inside else text)


def fate(place: Place) -> str:
    """
    What became of the place: in the image, overwritten, deleted.
    """
    if place.layer is None:
        return "readable without pulling a layer"
    if place.state is State.PRESENT:
        return "in the final file system"
    if place.removed_by is None:
        return "not in the final file system"
    return f"{place.state} by layer {place.removed_by}"


def sentence(place: Place) -> str:
    """
    All of a place on one line.
    """
    text = f"{where(place)}: {spot(place)}, {fate(place)}"
    return f"{text}, by: {plain(place.instruction)}" if place.instruction else text


@dataclass(frozen=True, slots=True)
class Target:
    """
    Where a platform shows a leak.
    """

    file: str
    """
    Relative, with `/`, in plain text.
    """
    line: int
    """
    From 1; 1 if no line is known.
    """
    in_dockerfile: bool
    """
    Whether `file` is the Dockerfile, and no file of the image.
    """

    @property
    def uri(self) -> str:
        """
        The file as a relative URI reference.
        """
        # NOTE: a name that is no UTF-8 has its bytes back before they are escaped.
        try:
            data = os.fsencode(self.file)
        except UnicodeEncodeError:
            data = self.file.encode("utf-8", "backslashreplace")
        return quote(data, safe="/!$&'()*+,;=@~-._")


def target(report: Report, place: Place) -> Target:
    """
    The line of the Dockerfile if it is known, else the file below the image's name.
    """
    if report.dockerfile and place.dockerfile_line:
        return Target(_in_repository(report.dockerfile), place.dockerfile_line, True)
    parts = [image_name(report), *_segments(place.path)]
    # A line of the whole file is none of a member in it.
    return Target("/".join(parts), place.line or 1 if place.inside is None else 1, False)


def best(report: Report, leak: Leak) -> Place:
    """
    The place by which platforms show a leak: one with a line of the Dockerfile, else the first.
    """
    mapped = (place for place in leak.places if place.dockerfile_line and report.dockerfile)
    return next(mapped, leak.places[0])


def _segments(path: str) -> list[str]:
    """
    Without what would lead out of the folder.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return ["_" if part == ".." else part for part in parts] or ["_"]


def _in_repository(dockerfile: str) -> str:
    """
    Relative to the working folder, which is the checkout in CI.
    """
    path = Path(dockerfile)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            path = Path(path.name)
    return "/".join(_segments(PurePosixPath(path.as_posix()).as_posix()))
