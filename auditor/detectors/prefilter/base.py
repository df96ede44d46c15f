"""
The seam: where in a text which rule may match. Always a superset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

Patterns = Sequence[tuple[re.Pattern[str], ...] | None]
"""
For each rule, patterns of which one matches every line that it finds anything on; `None` where
none are known.
"""
Hit = tuple[int, int]
"""
An offset behind the last byte of what may be a match, and the rule's number.
"""

Worth = Callable[[bytes, int], bool]
"""
A cheap last question: given a text and the offset of a hit, whether its rule can find anything
there after all.
"""

NEAR = 512
"""
Of matches of one expression that are closer on a line, one is enough, in bytes: who reads only a
part of a long line reads more than this around each.
"""


class Prefilter(Protocol):
    """
    Knows for a set of rules where they can match.
    """

    def hits(self, data: bytes) -> list[Hit]:
        """
        Where rules may match, in the order of the offsets. `data` is text in UTF-8 or Latin-1
        with newlines between its lines; one for strings takes any bytes. A rule may be told
        several times of one line.
        """
