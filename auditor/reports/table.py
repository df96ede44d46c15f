"""
The table: layers worst first, then the leaks, then what was not read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model import Counts, Gap, LayerRow, Origin, Report, Severity
from auditor.reports import standing
from auditor.reports.table_leaks import leak_lines
from auditor.reports.terminal import Style, has_colour, plain, plural, shorten, size

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
        self._style = Style(max(width, 60), colour)
        self._complete = False
        self._room = max(self._style.width - FIXED, NARROWEST)

    def report(self, report: Report) -> Iterator[str]:
        self._complete = report.complete
        yield self._style.bold(plain(report.reference))
        about = [report.platform, report.source, report.id[:19]]
        yield "  ".join(plain(part) for part in about if part)
        yield ""
        yield from self._layers(report)
        yield ""
        yield from leak_lines(report.leaks, self._style, report.complete)
        yield from self._summary(report)
        yield from self._ledger(report)

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
            rows.append(["…", f"{plural(lost, 'more layer')} without leaks", "", "", "", "", ""])
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
        tint = self._style.tint
        numbers = ((severity, getattr(counts, severity.value)) for severity in Severity)
        return [tint(severity, str(number)) if number else "" for severity, number in numbers]

    def _summary(self, report: Report) -> Iterator[str]:
        counts = report.counts
        parts = [f"{getattr(counts, s.value)} {s.value}" for s in Severity]
        hidden = counts.low and not any(leak.severity is Severity.LOW for leak in report.leaks)
        if hidden:
            parts[-1] += " (not listed, see --all)"
        if report.accepted:
            parts.append(f"{report.accepted} accepted")
        first, *rest = self._style.wrap(", ".join(parts), "Leaks: ")
        yield self._style.bold("Leaks: ") + first.removeprefix("Leaks: ")
        yield from rest
        if report.package:
            yield from self._style.wrap(_packages(report), "")
        for line in standing.lines(report):
            yield from self._style.wrap(line.lstrip(), "  " if line.startswith(" ") else "")

    def _ledger(self, report: Report) -> Iterator[str]:
        ledger = report.ledger
        read = f"Read: {len(report.layers)} layers, {ledger.files} files, {size(ledger.bytes)}."
        if not ledger.gaps:
            yield from self._style.wrap(f"{read} Nothing was left out.", "")
            return
        yield from self._style.wrap(f"{read} Not looked into:", "")
        for line in _gaps(ledger.gaps, self._complete):
            yield from self._style.wrap(line, "  ", "    ")


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
