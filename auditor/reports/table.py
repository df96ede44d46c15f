"""
The table: layers worst first, then the leaks, then what was not read.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model import Counts, Gap, LayerRow, Leak, Origin, Place, Report, Severity, State
from auditor.reports import standing
from auditor.reports.terminal import has_colour, plain, shorten, size

FIXED = 40
"""
Columns that the numbers of a layer's row take.
"""
NARROWEST = 16
LAYER_LIMIT = 20
"""
How many layers have a row of their own; those with leaks always have.
"""
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


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """
    Rows of plain text under their headings.
    """
    import tabulate

    tabulate.MIN_PADDING = 0
    return tabulate.tabulate(rows, heads, tablefmt="simple", disable_numparse=True)


class _Page:
    """
    A width and the use of colour.
    """

    def __init__(self, width: int, colour: bool) -> None:
        self._width = max(width, 60)
        self._complete = False
        self._room = max(self._width - FIXED, NARROWEST)
        self._colour = colour

    def report(self, report: Report) -> Iterator[str]:
        self._complete = report.complete
        yield self._bold(plain(report.reference))
        about = [report.platform, report.source, report.id[:19]]
        yield "  ".join(plain(part) for part in about if part)
        yield ""
        yield from self._layers(report)
        yield ""
        advice = ""
        for leak in report.leaks:
            yield from self._leak(leak)
            yield from self._remedy(leak, leak.advice == advice)
            yield self._dim(f"  id:  {plain(leak.id)}")
            yield ""
            advice = leak.advice
        yield from self._summary(report)
        yield from self._ledger(report)

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._colour else text

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colour else text

    def _tint(self, severity: Severity, text: str) -> str:
        return f"{_COLOURS[severity]}{text}\x1b[0m" if self._colour else text

    def _layers(self, report: Report) -> Iterator[str]:
        # Imported late: only this format needs it, and not for a report of nothing.
        import tabulate

        ranked = _ranked(report)
        shown = [row for at, row in enumerate(ranked) if row.score or at < LAYER_LIMIT]
        shown = ranked if report.complete else shown
        rows = [self._row(row) for row in shown]
        meta = ["meta", shorten("history, config, labels, attestations", self._room), "",
                *self._numbers(report.metadata_counts)]  # fmt: skip
        # It leads where it leaks.
        rows.insert(0 if any(meta[3:]) else len(rows), meta)
        if lost := len(ranked) - len(shown):
            rows.append(["…", f"{lost} more layers without leaks", "", "", "", "", ""])
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
        return [str(row.layer.index), shorten(text, self._room), stored, *self._numbers(row.leaks)]

    def _numbers(self, counts: Counts) -> list[str]:
        numbers = ((severity, getattr(counts, severity.value)) for severity in Severity)
        return [self._tint(severity, str(number)) if number else "" for severity, number in numbers]

    def _leak(self, leak: Leak) -> Iterator[str]:
        head = f"{leak.severity.value.upper():<8}  {leak.detector}  {plain(leak.preview)}"
        if leak.secret:
            head += f"  {plain(leak.secret.reveal())}"
        yield self._tint(leak.severity, head)
        limit = len(leak.places) if self._complete else PLACE_LIMIT
        instruction = None
        for place in leak.places[:limit]:
            # An instruction that wrote many files is told once.
            known = place.instruction == instruction
            yield from self._wrap(_where(place, not known), "  ", "      ")
            instruction = place.instruction
        if len(leak.places) > limit:
            yield f"  and {len(leak.places) - limit} more places"
        facts = f"{leak.confidence} · {leak.exposure} · {leak.origin}: " + "; ".join(leak.reasons)
        yield from self._wrap(facts, "  why: ")

    def _remedy(self, leak: Leak, again: bool) -> Iterator[str]:
        """
        What to do. Dockerfile text and commands are never broken, so that they can be copied.
        """
        yield from self._wrap("as above" if again else leak.advice, "  fix: ")
        for number, line in enumerate((leak.fix or "").split("\n") if leak.fix else ()):
            yield ("       " if number else "  now: ") + plain(line)
        if leak.rotate:
            yield f"  new: {plain(leak.rotate)}"
        if leak.proof:
            yield self._dim(f"  see: {plain(leak.proof)}")

    def _wrap(self, text: str, lead: str, rest: str = "") -> Iterator[str]:
        lines = textwrap.wrap(
            plain(text),
            self._width,
            initial_indent=lead,
            subsequent_indent=rest or " " * len(lead),
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
        if report.package:
            yield from self._wrap(_packages(report), "")
        for line in standing.lines(report):
            yield from self._wrap(line.lstrip(), "  " if line.startswith(" ") else "")

    def _ledger(self, report: Report) -> Iterator[str]:
        ledger = report.ledger
        read = f"Read: {len(report.layers)} layers, {ledger.files} files, {size(ledger.bytes)}."
        if not ledger.gaps:
            yield from self._wrap(f"{read} Nothing was left out.", "")
            return
        yield from self._wrap(f"{read} Not looked into:", "")
        for line in _gaps(ledger.gaps, self._complete):
            yield from self._wrap(line, "  ", "    ")


def _packages(report: Report) -> str:
    """
    How many leaks are counted apart, and whether they are listed all the same.
    """
    number = report.package
    told = f"{number} finding{'' if number == 1 else 's'} in unchanged package files"
    listed = report.complete or any(leak.severity is Severity.LOW for leak in report.leaks)
    return f"{told}: counted apart." if listed else f"{told}: not listed (see --all)."


def _ranked(report: Report) -> list[LayerRow]:
    return sorted(report.layers, key=lambda row: (-row.score, row.layer.index))


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


def _gaps(gaps: Sequence[Gap], complete: bool) -> Iterator[str]:
    """
    Those that make the audit partial first; if not complete, one line for each kind.
    """
    ordered = sorted(gaps, key=lambda gap: not gap.blocking)
    if complete:
        yield from (f"{_sign(gap)} {gap.reason}: {_holder(gap)}" for gap in ordered)
        return
    kinds: dict[tuple[bool, str], list[Gap]] = {}
    for gap in ordered:
        kinds.setdefault((gap.blocking, gap.reason), []).append(gap)
    for first, *others in list(kinds.values())[:GAP_LIMIT]:
        more = f" and {len(others)} more" if others else ""
        yield f"{_sign(first)} {first.reason}: {_holder(first)}{more}"
    if len(kinds) > GAP_LIMIT:
        yield f"- and {len(kinds) - GAP_LIMIT} more kinds of gaps (see --all)"


def _sign(gap: Gap) -> str:
    return "!" if gap.blocking else "-"


def _holder(gap: Gap) -> str:
    return gap.path if gap.layer is None else f"layer {gap.layer} {gap.path}"
