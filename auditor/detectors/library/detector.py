"""
What detect-secrets finds, with whole secrets and a confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from detect_secrets.filters import heuristic

from auditor.detectors.confidence import judge
from auditor.detectors.library.passes import Match, matches, may_match, scan
from auditor.detectors.names import sounds_public
from auditor.detectors.placeholders import is_reference
from auditor.detectors.prefilter import Lines
from auditor.detectors.whole import whole
from auditor.model import Confidence, Finding, Reading, Secret, Text

RANDOM = ("Base64 High Entropy String", "Hex High Entropy String")
"""
Plugins that go by randomness alone.
"""
_BUILD_VALUES = re.compile(r"\.args\.|\.env\.|\.proxy_env\.")


class LibraryDetector:
    """
    All default plugins and filters of detect-secrets.
    """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            variable = text.reading is Reading.VARIABLE
            found = self._variable(text) if variable else self._document(text)
            # Several fragments of a line may be of one secret.
            yield from dict.fromkeys(found)

    def _document(self, text: Text) -> Iterator[Finding]:
        only_tokens = text.reading is Reading.TOKENS or _is_passed_over(text.path)
        if not may_match(text.data, text.path, only_tokens):
            return
        content = text.content
        lines: list[str] | None = None
        for match in matches(content, text.path, only_tokens):
            if _means_nothing(match, text):
                continue
            if lines is None:
                lines = Lines.of_text(content).lines
            numbered = text.reading is Reading.DOCUMENT
            line = text.first_line + match.line - 1 if numbered else None
            yield from _findings(text, match, lines, line)

    def _variable(self, text: Text) -> Iterator[Finding]:
        """
        A value under its name: quoted, so that plugins which go by quotes see it, and bare.
        """
        bare = text.content.splitlines()
        quoted = [f'{text.name} = "{line}"' for line in bare]
        for lines, only_tokens in ((quoted, False), (bare, True)):
            for found in scan(Lines.of_list(lines), "variable", only_tokens):
                if _means_nothing(found, text):
                    continue
                yield from _findings(text, found, bare, None)


def _is_passed_over(path: str) -> bool:
    """
    Whether detect-secrets would pass over a file by its name: lock files, swagger, extensions.
    """
    filters = (heuristic.is_lock_file, heuristic.is_non_text_file, heuristic.is_swagger_file)
    return any(reject(path) for reject in filters)


def _means_nothing(match: Match, text: Text) -> bool:
    """
    Whether a match in the metadata is none. In files everything that detect-secrets finds stays.
    """
    if text.path.startswith("/"):
        return False
    if match.secret_type == "Secret Keyword":
        # In a command the value runs on to the end of the line.
        return is_reference(match.value) or is_reference(match.value.split(" ", 1)[0])
    return match.secret_type in RANDOM and _is_public(text)


def _is_public(text: Text) -> bool:
    """
    Whether randomness means nothing there: digests and signatures of manifests and attestations,
    revisions and checksums by their names.
    """
    if text.path.startswith(("manifest.", "index.", "attestation/", "attestation.")):
        return not _BUILD_VALUES.search(text.path)
    return text.reading is Reading.VARIABLE and sounds_public(text.name or "")


def _findings(
    text: Text, match: Match, lines: Sequence[str], line: int | None
) -> Iterator[Finding]:
    index = min(match.line, len(lines)) - 1
    in_binary = text.reading is Reading.TOKENS and text.path.startswith("/")
    # In a binary a line is one string; what names the provider is another.
    context = text.content if in_binary else lines[index]
    for value in whole(match.secret_type, match.value, lines, index):
        confidence, reason = judge(match.secret_type, value, context, text.path)
        if in_binary and confidence is Confidence.POSSIBLE:
            # No more than chance among millions of strings; detect-secrets reads no binaries.
            continue
        yield Finding(
            detector=match.secret_type,
            secret=Secret(value),
            path=text.path,
            inside=text.inside,
            line=line,
            confidence=confidence,
            reasons=(reason,),
            name=text.name,
        )
