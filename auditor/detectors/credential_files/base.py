"""
The seam: a file known by its path, and how its credentials are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from auditor.model import Confidence
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """
    A credential in a file.
    """

    value: str
    name: str
    line: int
    """
    From 1.
    """
    reason: str
    confidence: Confidence = Confidence.LIKELY


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """
    A kind of file that holds credentials in a form of its own.
    """

    detector: str
    path: re.Pattern[str]
    read: Callable[[Sequence[str], str], Iterator[Found]]
    """
    Lines and path in, credentials out.
    """
    mark: re.Pattern[bytes] | None = None
    """
    What such a file holds, where its path tells little; `None` if the path is enough.
    """
