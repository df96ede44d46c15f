"""
Secret-sounding names that were given a value: ENV, ARG, labels, assignments in commands.

detect-secrets finds none of these, since nothing quotes the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.detectors.names import sounds_secret
from auditor.detectors.placeholders import is_example, is_reference
from auditor.model import Confidence, Finding, Reading, Secret, Text

NAME = "Secret Variable"

SHORTEST = 4
"""
Values shorter than this are taken for settings, in characters.
"""
_SETTINGS = frozenset(
    {"true", "false", "none", "null", "yes", "no", "on", "off", "basic", "bearer"}
)


class VariableDetector:
    """
    Judges a value by the name it was given to.
    """

    readings = frozenset({Reading.VARIABLE})

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            if text.reading is Reading.VARIABLE and text.name and sounds_secret(text.name):
                yield from self._judge(text, text.name)

    def _judge(self, text: Text, name: str) -> Iterator[Finding]:
        value = text.content
        if not value.strip() or is_reference(value) or value.strip().lower() in _SETTINGS:
            return
        if len(value) < SHORTEST or (value.isdigit() and len(value) < 6):
            confidence, reason = Confidence.POSSIBLE, "a short value"
        elif is_example(value):
            confidence, reason = Confidence.POSSIBLE, "looks like a placeholder"
        else:
            confidence, reason = Confidence.LIKELY, "a value for a name that means a secret"
        yield Finding(
            detector=NAME,
            secret=Secret(value),
            path=text.path,
            inside=text.inside,
            line=None,
            confidence=confidence,
            reasons=(f"{reason}: {name}",),
            name=name,
        )
