"""
The leaks below the table: the worst in full, the others one line each; what was told is not told
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model import Leak, Place, State
from auditor.reports.terminal import Style, plain, plural, shorten

FULL_LIMIT = 12
"""
How many leaks are told in full. The others have a line each.
"""
PLACE_LIMIT = 8
"""
How many places of one leak are told one by one.
"""
_ABOVE = "as above"


def leak_lines(leaks: Sequence[Leak], style: Style, complete: bool) -> Iterator[str]:
    """
    All leaks, in the order given; of a complete report each in full.
    """
    # One more in full is shorter than to say that it is not.
    limit = len(leaks) if complete or len(leaks) <= FULL_LIMIT + 1 else FULL_LIMIT
    told = _Told()
    for leak in leaks[:limit]:
        yield from _leak(leak, style, complete)
        yield from _remedy(leak, style, told)
        yield style.dim(f"  id:  {plain(leak.id)}")
        yield ""
    if rest := leaks[limit:]:
        yield style.bold(f"{plural(len(rest), 'more leak')}, in short (in full with --all):")
        for leak in rest:
            yield from _short(leak, style)
        yield ""


class _Told:
    """
    Which leak came first with an advice, and with a fix.
    """

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def again(self, kind: str, text: str, leak: Leak) -> str | None:
        """
        Where the same text stands already; `None` if it was not told yet.
        """
        key = f"{kind} {text}"
        above = self._last.get(kind) == text
        self._last[kind] = text
        first = self._first.setdefault(key, leak.id)
        return None if first == leak.id else _ABOVE if above else f"as for {plain(first)}"


def _leak(leak: Leak, style: Style, complete: bool) -> Iterator[str]:
    head = f"{leak.severity.value.upper():<8}  {leak.detector}  {plain(leak.preview)}"
    if leak.secret:
        head += f"  {plain(leak.secret.reveal())}"
    yield style.tint(leak.severity, head)
    limit = len(leak.places) if complete else PLACE_LIMIT
    instruction = None
    for place in leak.places[:limit]:
        # An instruction that wrote many files is told once.
        known = place.instruction == instruction
        yield from style.wrap(_where(place, not known), "  ", "      ")
        instruction = place.instruction
    if len(leak.places) > limit:
        yield f"  and {plural(len(leak.places) - limit, 'more place')}"
    facts = f"{leak.confidence} · {leak.exposure} · {leak.origin}: " + "; ".join(leak.reasons)
    yield from style.wrap(facts, "  why: ")


def _remedy(leak: Leak, style: Style, told: _Told) -> Iterator[str]:
    """
    What to do. Dockerfile text and commands are never broken, so that they can be copied.
    """
    advised = told.again("advice", leak.advice, leak)
    yield from style.wrap(advised or leak.advice, "  fix: ")
    if leak.fix:
        fixed = told.again("fix", leak.fix, leak)
        if fixed is None:
            for number, line in enumerate(leak.fix.split("\n")):
                yield ("       " if number else "  now: ") + plain(line)
        elif advised is None:
            yield f"  now: {fixed}"
    if leak.rotate:
        yield f"  new: {plain(leak.rotate)}"
    if leak.proof:
        yield style.dim(f"  see: {plain(leak.proof)}")


def _short(leak: Leak, style: Style) -> Iterator[str]:
    """
    A leak that is not told in full: its id, what, and where.
    """
    lead = f"{leak.severity.value.upper():<8}  {plain(leak.id):<12}  "
    more = f"  +{len(leak.places) - 1}" if len(leak.places) > 1 else ""
    shown = f"  {leak.secret.reveal()}" if leak.secret else f"  {leak.preview}"
    text = f"{leak.detector}{shown}  {_where(leak.places[0], False)}{more}"
    first, *rest = style.wrap(text, lead)
    yield style.tint(leak.severity, lead) + first.removeprefix(lead)
    yield from rest


def _where(place: Place, with_instruction: bool) -> str:
    where = "metadata" if place.layer is None else f"layer {place.layer}"
    spot = place.path + (f":{place.line}" if place.line else "")
    if place.inside:
        spot += f" ({place.inside})"
    text = f"{where}  {spot}"
    if place.state is not State.PRESENT:
        by = f" by layer {place.removed_by}" if place.removed_by is not None else ""
        text += f"  [{place.state}{by}]" if by else "  [not in the file system]"
    if place.instruction and with_instruction:
        text += f"  ← {shorten(place.instruction, 120)}"
    if place.dockerfile_line:
        text += f"  (Dockerfile line {place.dockerfile_line})"
    return text
