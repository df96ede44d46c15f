"""
Credentials in files that are there to keep them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from auditor.detectors.assigned import normalised
from auditor.detectors.assignments.base import decoded
from auditor.detectors.credential_files import FILES, CredentialFile
from auditor.model import Finding, Reading, Secret, Text
from auditor.patterns import lazy_regex


@cache
def _any_path() -> re.Pattern[str]:
    """
    One pattern for all paths: most files are none of these, and that must cost nothing.
    """
    return re.compile("|".join(f"(?:{kind.path.pattern})" for kind in FILES.values()), re.I)


_WORD = lazy_regex(
    r"netrc|pass|shadow|pwd|secret|token|cred|key|auth|tfstate|docker|kaniko|\.ya?ml|\.json"
)
"""
All their paths hold one of these.
"""


def kinds(path: str) -> tuple[CredentialFile, ...]:
    """
    What a file of that path may be.
    """
    low = path.lower()
    # NOTE: beyond ASCII there are letters that a pattern takes for one of these without case.
    if (low.isascii() and not _WORD.search(low)) or not _any_path().search(path):
        return ()
    return tuple(kind for kind in FILES.values() if kind.path.search(path))


class KeptDetector:
    """
    All kinds of credential files.
    """

    readings = frozenset({Reading.DOCUMENT})

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            if text.reading is Reading.DOCUMENT and text.path.startswith("/"):
                path = text.inside if text.inside and "/" in text.inside else text.path
                if possible := kinds(path):
                    yield from self._document(text, path, possible)

    def _document(
        self, text: Text, path: str, possible: tuple[CredentialFile, ...]
    ) -> Iterator[Finding]:
        data = text.data
        chosen = [kind for kind in possible if kind.mark is None or kind.mark.search(data)]
        lines = decoded(normalised(data)).split("\n") if chosen else []
        for kind in chosen:
            for found in kind.read(lines, path):
                yield Finding(
                    detector=kind.detector,
                    secret=Secret(found.value),
                    path=text.path,
                    inside=text.inside,
                    line=text.first_line + found.line - 1,
                    confidence=found.confidence,
                    reasons=(found.reason,),
                    name=found.name,
                )
