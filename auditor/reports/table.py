"""
The table: layers worst first, then the leaks, then what was not read.
"""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model import Counts, Gap, LayerRow, Leak, Origin, Place, Report, Severity, State
from auditor.reports import standing
from auditor.reports.terminal import has_colour, plain, shorten, size

FIXED = 44
"""
Columns that the numbers of a layer's row take.
"""
NARROWEST = 16
GAP_LIMIT = 10
"""
How many kinds of gaps are told one by one.
"""
PLACE_LIMIT = 8
"""
How many places of one leak are told one by one.
"""

_COLOURS = {
    Severity.CRITICAL: "\x1b[1;31m",
    Severity.HIGH: "\x1b[31m",
    Severity.MEDIUM: "\x1b[33m",
    Severity.LOW: "\x1b[2m",
}


def write_table(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    page = _Page(shutil.get_terminal_size((100, 24)).columns, has_colour(out))
    for number, report in enumerate(reports):
        if number:
            out.write("\n")
        for line in page.report(report):
            out.write(line.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


class _Page:
    """
    A width and the use of colour.
    """

    def __init__(self, width: int, colour: bool) -> None:
        self._width = max(width, 60)
        self._room = max(self._width - FIXED, NARROWEST)
        self._colour = colour

    def report(self, report: Report) -> Iterator[str]:
        yield self._bold(plain(report.reference))
        about = [report.platform, report.source, report.id[:19]]
        yield "  ".join(plain(part) for part in about if part)
        yield ""
        yield from self._layers(report)
        yield ""
        advice = ""
        for leak in report.leaks:
            yield from self._leak(leak)
            yield from self._wrap("as above" if leak.advice == advice else leak.advice, "  fix: ")
            yield f"  id:  {leak.id}"
            yield ""
            advice = leak.advice
        yield from self._summary(report)
        yield from self._ledger(report)

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._colour else text

    def _tint(self, severity: Severity, text: str) -> str:
        return f"{_COLOURS[severity]}{text}\x1b[0m" if self._colour else text

    def _layers(self, report: Report) -> Iterator[str]:
        # Imported late: only this format needs it, and not for a report of nothing.
        import tabulate

        rows = [self._row(row) for row in _ranked(report)]
        meta = [
            "meta",
            shorten("history, config, labels, attestations", self._room),
            "",
            *_numbers(report.metadata_counts),
        ]
        if any(_numbers(report.metadata_counts)):
            rows.insert(0, meta)
        else:
            rows.append(meta)
        heads = ["layer", "instruction", "size", "crit", "high", "med", "low"]
        align = ("right", "left", "right", "right", "right", "right", "right")
        # Its default widens every column with a heading by two.
        tabulate.MIN_PADDING = 0
        table = tabulate.tabulate(
            rows, heads, tablefmt="simple", disable_numparse=True, colalign=align
        )
        yield from table.splitlines()

    def _row(self, row: LayerRow) -> list[str]:
        text = row.layer.instruction or row.layer.created_by or "(unknown instruction)"
        if row.layer.origin is Origin.BASE:
            text = f"[base] {text}"
        missing = row.layer.blob is None
        stored = "missing" if missing else size(row.size)
        return [str(row.layer.index), shorten(text, self._room), stored, *_numbers(row.leaks)]

    def _leak(self, leak: Leak) -> Iterator[str]:
        head = f"{leak.severity.value.upper():<8}  {leak.detector}  {plain(leak.preview)}"
        if leak.secret:
            head += f"  {plain(leak.secret.reveal())}"
        yield self._tint(leak.severity, head)
        for place in leak.places[:PLACE_LIMIT]:
            yield from self._wrap(_where(place), "  ")
        if len(leak.places) > PLACE_LIMIT:
            yield f"  and {len(leak.places) - PLACE_LIMIT} more places"
        facts = f"{leak.confidence} · {leak.exposure} · {leak.origin}: " + "; ".join(leak.reasons)
        yield from self._wrap(facts, "  why: ")

    def _wrap(self, text: str, lead: str) -> Iterator[str]:
        lines = textwrap.wrap(
            plain(text),
            self._width,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_on_hyphens=False,
        )
        yield from lines or [lead]

    def _summary(self, report: Report) -> Iterator[str]:
        counts = report.counts
        parts = [f"{getattr(counts, s.value)} {s.value}" for s in Severity]
        hidden = counts.low and not any(leak.severity is Severity.LOW for leak in report.leaks)
        if hidden:
            parts[-1] += " (not listed, see --all)"
        if report.accepted:
            parts.append(f"{report.accepted} accepted")
        first, *rest = self._wrap(", ".join(parts), "Leaks: ")
        yield self._bold("Leaks: ") + first.removeprefix("Leaks: ")
        yield from rest
        for line in standing.lines(report):
            yield from self._wrap(line.lstrip(), "  " if line.startswith(" ") else "")

    def _ledger(self, report: Report) -> Iterator[str]:
        ledger = report.ledger
        read = f"Read: {len(report.layers)} layers, {ledger.files} files, {size(ledger.bytes)}."
        if not ledger.gaps:
            yield from self._wrap(f"{read} Nothing was left out.", "")
            return
        yield from self._wrap(f"{read} Not looked into:", "")
        for line in _gaps(ledger.gaps):
            yield from self._wrap(line, "  ")


def _ranked(report: Report) -> list[LayerRow]:
    return sorted(report.layers, key=lambda row: (-row.score, row.layer.index))


def _numbers(counts: Counts) -> list[str]:
    numbers = (counts.critical, counts.high, counts.medium, counts.low)
    return [str(number) if number else "" for number in numbers]


def _where(place: Place) -> str:
    where = "metadata" if place.layer is None else f"layer {place.layer}"
    spot = place.path + (f":{place.line}" if place.line else "")
    if place.inside:
        spot += f" ({place.inside})"
    text = f"{where}  {spot}"
    if place.state is not State.PRESENT:
        by = f" by layer {place.removed_by}" if place.removed_by is not None else ""
        text += f"  [{place.state}{by}]" if by else "  [not in the file system]"
    if place.instruction:
        text += f"  ← {shorten(place.instruction, 120)}"
    return text


def _gaps(gaps: Sequence[Gap]) -> Iterator[str]:
    """
    One line for each kind of gap, with an example; those that make the audit partial first.
    """
    ordered = sorted(gaps, key=lambda gap: not gap.blocking)
    kinds = Counter((gap.blocking, gap.reason) for gap in ordered)
    for blocking, reason in list(kinds)[:GAP_LIMIT]:
        same = [gap for gap in ordered if (gap.blocking, gap.reason) == (blocking, reason)]
        first = same[0]
        where = f"layer {first.layer} {first.path}" if first.layer is not None else first.path
        more = f" and {len(same) - 1} more" if len(same) > 1 else ""
        yield f"{'! ' if blocking else '- '}{reason}: {where}{more}"
    if len(kinds) > GAP_LIMIT:
        yield f"- and {len(kinds) - GAP_LIMIT} more kinds of gaps (see -f json)"
