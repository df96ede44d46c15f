"""
The life of a leak, drawn across the layers: where it came in, and where it went.

The drawing is SVG with numbers in its attributes, so that the page needs no inline style, which
its content security policy forbids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model import Leak, Place, State
from auditor.reports.html.markup import text
from auditor.reports.places import fate, spot, where
from auditor.reports.terminal import plural

WIDTH = 320
"""
Of a drawing, in pixels.
"""
_EDGE = 10
_Y = 9
TRACKS = 6
"""
How many files of one leak are shown at once.
"""
DRAWN = 20
"""
How many files of one leak are drawn.
"""
PLACES = 100
"""
How many places of one leak are told in words.
"""


def axis(key: str, layers: int) -> str:
    """
    The line with a tick for each layer, which all drawings of an image share.
    """
    unit = _unit(layers)
    ticks = "".join(f"M{_at(n, unit)} 4v10" for n in range(min(layers, 150) + 1))
    return (
        '<svg class="shared" width="0" height="0" aria-hidden="true"><defs>'
        f'<path id="{key}-axis" class="axis" d="M{_EDGE} {_Y}H{WIDTH - _EDGE}{ticks}"/>'
        "</defs></svg>"
    )


def lives(leak: Leak, name: str, key: str, layers: int) -> str:
    """
    A list of the files that hold the secret, each with its drawing and its places in words. Those
    beyond the first are folded away.
    """
    tracks: dict[tuple[bool, str, str | None], list[Place]] = {}
    for place in leak.places[:PLACES]:
        tracks.setdefault((place.layer is None, place.path, place.inside), []).append(place)
    items = list(_items(list(tracks.values()), name, key, layers))
    if len(leak.places) > PLACES:
        items.append(f"<li>and {len(leak.places) - PLACES:,} more places</li>")
    shown, folded = "".join(items[:TRACKS]), "".join(items[TRACKS:])
    if folded:
        count = len(items) - TRACKS
        folded = (
            f"<details><summary>{plural(count, 'more file')}</summary>"
            f'<ul class="lives">{folded}</ul></details>'
        )
    return f'<ul class="lives">{shown}</ul>{folded}'


def glance(leak: Leak, name: str, key: str, layers: int) -> str:
    """
    The life of a leak's first file, small, for the line that tells the leak: a list of them is a
    chart. It is drawn once, and the body uses it by its name.
    """
    marks = "".join(_mark(place, layers, _unit(layers)) for place in _first(leak))
    return (
        f'<svg class="life glance" viewBox="0 0 {WIDTH} 18" width="{WIDTH}" height="18" '
        f'aria-hidden="true"><use href="#{key}-axis"/><g id="{name}">{marks}</g></svg>'
    )


def _first(leak: Leak) -> list[Place]:
    first = leak.places[0]
    same = (first.layer is None, first.path, first.inside)
    return [p for p in leak.places[:PLACES] if (p.layer is None, p.path, p.inside) == same]


def _items(tracks: Sequence[Sequence[Place]], name: str, key: str, layers: int) -> Iterator[str]:
    before = None
    for number, places in enumerate(tracks):
        told = []
        for place in places:
            # An instruction that wrote many files is told once.
            told.append(f"<p>{_told(place, place.instruction != before)}</p>")
            before = place.instruction
        drawn = f'<use href="#{name}"/>' if number == 0 else None
        drawing = _drawing(places, key, layers, drawn) if number < DRAWN else ""
        yield f'<li><div class="told">{"".join(told)}</div>{drawing}</li>'


def _told(place: Place, with_instruction: bool) -> str:
    by = ""
    if place.instruction and with_instruction:
        by = f' <span class="by">by <code>{text(place.instruction)}</code></span>'
    line = ""
    if place.dockerfile_line:
        line = f' <span class="by">Dockerfile line {place.dockerfile_line}</span>'
    return (
        f'<span class="where">{where(place)}</span> <code class="path">{text(spot(place))}</code> '
        f'<span class="fate {_kind(place)}">{text(fate(place))}</span>{by}{line}'
    )


def _kind(place: Place) -> str:
    """
    The class by which a fate is coloured.
    """
    if place.layer is None:
        return "readable"
    return str(place.state)


def _drawing(places: Sequence[Place], key: str, layers: int, drawn: str | None) -> str:
    label = "; ".join(_words(place) for place in places)
    marks = drawn or "".join(_mark(place, layers, _unit(layers)) for place in places)
    marks += "".join(_numbers(place, layers, _unit(layers)) for place in places)
    return (
        f'<svg class="life" viewBox="0 0 {WIDTH} 28" width="{WIDTH}" height="28" role="img" '
        f'aria-label="{text(label)}"><use href="#{key}-axis"/>{marks}</svg>'
    )


def _unit(layers: int) -> float:
    """
    The width of a layer in the drawing.
    """
    return (WIDTH - 2 * _EDGE) / max(layers, 1)


def _words(place: Place) -> str:
    if place.layer is None:
        return "in the metadata of the image"
    return f"added by layer {place.layer}, {fate(place)}"


def _at(layer: int, unit: float) -> str:
    return f"{_EDGE + layer * unit:.1f}".removesuffix(".0")


def _span(place: Place, layers: int, unit: float) -> tuple[float, float]:
    """
    From where to where a file of a layer was there.
    """
    start = min(place.layer or 0, max(layers - 1, 0))
    gone = layers if place.removed_by is None else min(max(place.removed_by, start), layers)
    x1 = _EDGE + (start + 0.5) * unit
    return x1, min(_EDGE + (gone + 0.5) * unit, WIDTH - _EDGE)


def _never(place: Place) -> bool:
    """
    Whether it never was a file: a comment of the tar, the body of a whiteout.
    """
    return place.state is not State.PRESENT and place.removed_by is None


def _mark(place: Place, layers: int, unit: float) -> str:
    """
    A bar from the layer that adds to the layer that takes away, and a sign for how it ended.
    """
    end = WIDTH - _EDGE
    if place.layer is None:
        return f'<line class="bar readable" x1="{_EDGE}" y1="{_Y}" x2="{end}" y2="{_Y}"/>'
    x1, x2 = _span(place, layers, unit)
    if _never(place):
        return f'<circle class="never" cx="{x1:.1f}" cy="{_Y}" r="4"/>'
    parts = [
        f'<line class="bar {place.state}" x1="{x1:.1f}" y1="{_Y}" x2="{x2:.1f}" y2="{_Y}"/>',
        f'<circle class="start {place.state}" cx="{x1:.1f}" cy="{_Y}" r="4"/>',
    ]
    if place.state is State.PRESENT:
        parts.append(f'<path class="end present" d="M{end - 2} {_Y - 5}l7 5l-7 5z"/>')
    else:
        parts.append(_cross(x2) if place.state is State.DELETED else _square(x2))
    return "".join(parts)


def _numbers(place: Place, layers: int, unit: float) -> str:
    """
    The layers that add and take away, below the bar.
    """
    if place.layer is None:
        return ""
    x1, x2 = _span(place, layers, unit)
    first = _number(place.layer, x1)
    if place.state is State.PRESENT or place.removed_by is None or x1 == x2:
        return first
    return first + _number(place.removed_by, x2)


def _cross(x: float) -> str:
    return f'<path class="end deleted" d="M{x - 4:.1f} {_Y - 4}l8 8m0 -8l-8 8"/>'


def _square(x: float) -> str:
    return f'<rect class="end overwritten" x="{x - 4:.1f}" y="{_Y - 4}" width="8" height="8"/>'


def _number(layer: int, x: float) -> str:
    return f'<text class="number" x="{x:.1f}" y="25" text-anchor="middle">{layer}</text>'
