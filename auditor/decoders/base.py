"""
The seam: bytes in, text out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from auditor.model import Gap, Text
from auditor.streams.reading import File

HEAD = 8192
"""
Bytes by which a decoder decides.
"""


class Decoder(Protocol):
    """
    Makes one kind of file readable.
    """

    def accepts(self, path: str, head: bytes) -> bool:
        """
        Whether a file that begins with `head` is of this kind.
        """

    def decode(self, file: File) -> Iterator[File | Text | Gap]:
        """
        What can be read in it: texts, files within it, and gaps.
        """
