"""
All detectors over one text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

import pytest

from auditor import detectors
from auditor.detectors import keystores
from auditor.model import Finding, Gap, Reading, Text
from tests.fakes import fakes


class Broken:
    """
    A detector that fails, with the secret in its message.
    """

    readings = frozenset(Reading)

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """See `Detector.scan`."""
        for text in texts:
            raise ValueError(text.content)
        yield from ()


def test_a_detector_that_fails_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, and the exception's text, which may hold the secret, is not told."""
    monkeypatch.setattr(detectors, "interested", lambda reading: [("broken", Broken())])

    (found,) = detectors.detect(Text("/x", "hunter2"))

    assert found == Gap("/x", "detector broken failed: ValueError")


@pytest.mark.parametrize("name", detectors.detectors())
def test_readings_are_those_in_which_a_detector_finds_something(name: str) -> None:
    """
    Texts that are read in another way are not shown to it.
    """
    detector, secrets = detectors.detectors()[name], fakes()
    bag = base64.b64encode(keystores._BAG + b"\x01").decode()
    content = (
        f"machine example.com login deploy password {secrets['GITHUB_TOKEN']}\n"
        f"DB_PASSWORD={secrets['DB_PASSWORD']}\n"
        f"-----BEGIN PKCS12-----\n{bag}\n-----END PKCS12-----\n"
    )
    texts = [Text("/root/.netrc", content, reading, "PKCS#12", "password") for reading in Reading]
    assert {text.reading for text in texts if list(detector.scan([text]))} == detector.readings
