"""
Keys that everybody has, known by the hash of what they decode to.
"""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from auditor.detectors import keys, published
from auditor.model import Confidence


def test_hashes_are_whole_and_each_has_a_publisher() -> None:
    """
    SHA-256 in lower case, none of them empty.
    """
    assert len(published.PUBLISHED) > 40
    for digest, publisher in published.PUBLISHED.items():
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert publisher
    assert hashlib.sha256(b"").hexdigest() not in published.PUBLISHED


def test_a_published_key_is_possible_at_most(
    monkeypatch: pytest.MonkeyPatch, planted: dict[str, str]
) -> None:
    """
    The same key is certain until its hash is among the published ones, in any line length.
    """
    key = planted["PRIVATE_KEY"]
    data = keys.body(key)
    assert data
    assert keys.judge_key(key)[0] is Confidence.CERTAIN
    digest = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(keys, "PUBLISHED", published.PUBLISHED | {digest: "somebody"})
    said = Confidence.POSSIBLE, "a test key that somebody publishes"
    assert keys.judge_key(key) == said
    text = base64.b64encode(data).decode()
    folded = key.replace(text, "\n".join(text[at : at + 20] for at in range(0, len(text), 20)))
    assert folded != key
    assert keys.judge_key(folded) == said
