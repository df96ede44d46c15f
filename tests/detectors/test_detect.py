"""
All detectors over one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from auditor import detectors
from auditor.model import Finding, Gap, Text


class Broken:
    """
    A detector that fails, with the secret in its message.
    """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """See `Detector.scan`."""
        for text in texts:
            raise ValueError(text.content)
        yield from ()


def test_a_detector_that_fails_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, and the exception's text, which may hold the secret, is not told."""
    monkeypatch.setattr(detectors, "detectors", lambda: {"broken": Broken()})

    (found,) = detectors.detect(Text("/x", "hunter2"))

    assert found == Gap("/x", "detector broken failed: ValueError")
