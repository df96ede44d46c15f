"""
Cells under their headings.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from auditor.patterns import lazy_regex

BETWEEN = "  "
_COLOUR = lazy_regex(r"\x1b\[[\d;]*m")


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()
) -> list[str]:
    """
    The lines of a table of plain text; colours take no room. Columns whose numbers are in `right`,
    from 0, end at the same place, the others begin there.
    """
    widths = [max(map(_width, cells)) for cells in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padding = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
        placed = (
            pad + cell if at in right else cell + pad
            for at, (cell, pad) in enumerate(zip(cells, padding, strict=True))
        )
        return BETWEEN.join(placed).rstrip()

    return [line(heads), line(["-" * width for width in widths]), *map(line, rows)]


def _width(cell: str) -> int:
    return len(_COLOUR.sub("", cell) if "\x1b" in cell else cell)
