"""
The seam: what an evaluation is asked, and the table it answers with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Options:
    """
    What was asked of `scripts/evaluate`.
    """

    corpus: Path | None = None
    """
    Labelled strings, a JSON object a line, zstd-compressed or plain.
    """
    jobs: int = 2
    """
    Processes to use.
    """
    part: int = 1
    """
    Only every N-th case of a large table, for a quick look.
    """
    misses: bool = False
    """
    Whether to list what was missed or invented, one line a case.
    """
    trees: Path = Path("trees")
    """
    Where clean systems are kept once they were made, as archives of images.
    """
    oracle: bool = True
    """
    Whether to run detect-secrets itself for comparison, which takes minutes.
    """


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table of the README.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[Sequence[str], ...]
    note: str = ""
    """
    A paragraph below the table: how it was measured.
    """
    details: tuple[str, ...] = ()
    """
    Lines for the terminal alone, such as misses; they never go into the README.
    """

    def markdown(self) -> str:
        """
        The table as Markdown; columns after the first are aligned right.
        """
        lines = [f"**{self.title}**", "", f"| {' | '.join(self.heads)} |"]
        lines.append("|---|" + "--:|" * (len(self.heads) - 1))
        cells = [[cell.replace("|", "\\|") for cell in row] for row in self.rows]
        lines += [f"| {' | '.join(row)} |" for row in cells]
        return "\n".join([*lines, "", *([self.note, ""] if self.note else [])])


class Evaluation(Protocol):
    """
    Measures one thing. It answers with nothing where it lacks what it needs.
    """

    def __call__(self, options: Options) -> Iterator[Table]:
        """
        One or more tables.
        """


def percent(part: int, whole: int) -> str:
    """
    A share, with one digit after the point.
    """
    return f"{100 * part / whole:.1f} %" if whole else "-"
