"""
Credentials in files that are there to keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from auditor.detectors.assigned import normalised
from auditor.detectors.assignments.base import decoded
from auditor.detectors.credential_files import FILES, CredentialFile
from auditor.model import Finding, Reading, Secret, Text
from auditor.patterns import lazy_regex

_NAME = lazy_regex(r"netrc|pass|shadow|pwd|secret|token|cred|key|auth|tfstate|docker")
_FOLDER = lazy_regex(r"secret|\.docker/|kaniko/")
"""
All paths of these files hold one of these words in their name or in their folder, but for those
that are told by what is in them.
"""
_TOLD_BY_CONTENT = (".json", ".yaml", ".yml")


def kinds(path: str) -> tuple[CredentialFile, ...]:
    """
    What a file of that path may be. Most are none of these, and that must cost nothing.
    """
    low = path.lower()
    # NOTE: beyond ASCII there are letters that a pattern takes for one of these without case.
    is_telling = not low.isascii() or _NAME.search(low, low.rfind("/") + 1) or _FOLDER.search(low)
    if is_telling:
        return tuple(kind for kind in FILES.values() if kind.path.search(path))
    if low.rstrip().endswith(_TOLD_BY_CONTENT):
        return tuple(kind for kind in _marked() if kind.path.search(path))
    return ()


@cache
def _marked() -> tuple[CredentialFile, ...]:
    return tuple(kind for kind in FILES.values() if kind.mark is not None)


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
