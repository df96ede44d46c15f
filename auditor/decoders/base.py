"""
The seam: bytes in, text out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from auditor.decoders.budget import Budget
from auditor.model import Gap, Text
from auditor.streams.reading import File

HEAD = 8192
"""
Bytes by which a decoder decides.
"""


class Decoder(Protocol):
    """
    Makes one kind of file readable. Holds no state: one serves all files, in any process.
    """

    first: bytes | None
    """
    The bytes with one of which such a file begins; `None` if its first byte does not tell. Only
    files that begin so are shown to `accepts`, and empty ones.
    """

    def accepts(self, path: str, head: bytes) -> bool:
        """
        Whether a file that begins with `head` is of this kind. Asked of every file of an image,
        so it costs a few microseconds at most.
        """

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        What can be read in it: texts, files within it, and gaps. A file is valid until the next
        part is asked for. May raise `OverBudget`, and `ValueError` and the like where the file is
        damaged: what was given before counts.
        """
