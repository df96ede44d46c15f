"""
Values that the metadata gave away, wherever they lie bare in a file.

A RUN that writes a build arg to a file leaves it there without the name that gave it away: no
pattern finds `hunter2xyz!` on a line of its own, but its value is known by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.detectors.placeholders import is_example
from auditor.model import Confidence, Finding, Reading, Text

SHORTEST = 8
"""
Shorter values turn up by chance, in characters.
"""
PLAIN = 16
"""
So do words, of letters alone, shorter than this.
"""
TIMES = 20
"""
How often one value is told in one text.
"""


class ToldDetector:
    """
    Looks for the very values of earlier findings.
    """

    readings = frozenset(Reading)

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._known = {
            finding.secret.reveal().encode("utf-8", "replace"): finding
            for finding in findings
            if _is_telling(finding)
        }

    @property
    def subject(self) -> bytes:
        """
        Stands for what is looked for: the same finds the same.
        """
        told = [
            (value, one.detector, one.name, one.confidence) for value, one in self._known.items()
        ]
        return repr(told).encode() if told else b""

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            data = text.data if self._known else b""
            for value, finding in self._known.items():
                if value in data:
                    yield from _places(text, data, value, finding)


def _is_telling(finding: Finding) -> bool:
    """
    Whether a value is too special to stand somewhere by chance.
    """
    value = finding.secret.reveal()
    if finding.confidence is Confidence.POSSIBLE or is_example(value) or "\n" in value:
        return False
    return len(value) >= (PLAIN if value.isalpha() else SHORTEST)


def _places(text: Text, data: bytes, value: bytes, finding: Finding) -> Iterator[Finding]:
    # Part of a longer word it is another word.
    whole = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(value) + rb"(?![A-Za-z0-9_])")
    numbered = text.reading is Reading.DOCUMENT
    for number, match in enumerate(whole.finditer(data)):
        if number == TIMES:
            return
        line = text.first_line + data.count(b"\n", 0, match.start()) if numbered else None
        yield Finding(
            detector=finding.detector,
            secret=finding.secret,
            path=text.path,
            inside=text.inside,
            line=line,
            confidence=finding.confidence,
            reasons=(f"the value of {finding.name or 'a secret'} in the metadata",),
        )
