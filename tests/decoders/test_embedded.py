"""
What is encoded in a text is seen in two ways that must not differ.
"""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.decoders.embedded import CANDIDATE, SHORTEST, embedded
from auditor.detectors import spotter
from auditor.model import Text
from auditor.streams.reading import File

PLAIN = b"user=admin; password=hunter2 and some more words"


def told(data: bytes, *, fast: bool) -> list[tuple[bytes, str | None]]:
    spot = spotter(CANDIDATE) if fast else None
    assert fast is (spot is not None)
    return [content(file) for file in embedded(Text("/a", data), spot)]


def content(file: File) -> tuple[bytes, str | None]:
    return file.reader.read(1 << 20), file.inside


ENCODED = [
    base64.b64encode(PLAIN),
    base64.urlsafe_b64encode(PLAIN),
    base64.encodebytes(PLAIN * 5),
    base64.b64encode(PLAIN.decode().encode("utf-16-le")),
    base64.b64encode("password and more: schöne Grüße".encode()),
    base64.b64encode(gzip.compress(PLAIN, mtime=0)),
    base64.b64encode(zlib.compress(PLAIN)),
    PLAIN.hex().encode(),
    PLAIN.hex().upper().encode(),
]


@pytest.mark.parametrize("encoded", ENCODED)
@pytest.mark.parametrize("around", [b"%b", b"key: %b\n", b"\xff%b\xff", b'"%b"', b"x=%b=="])
def test_seen_in_both_ways(encoded: bytes, around: bytes) -> None:
    """
    With Hyperscan and without, whatever lies around it.
    """
    data = around % encoded
    found = told(data, fast=True)
    assert found
    assert found == told(data, fast=False)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(ENCODED),
            st.sampled_from([b"\n", b" ", b"=", b"-", b"/", b"A" * 23, b"eJ" + b"a" * 40, b"\0"]),
            st.binary(max_size=40),
            st.text("abcdefIJKLMZ0279+/", min_size=SHORTEST).map(str.encode),
        ),
        max_size=8,
    ).map(b"".join)
)
def test_never_different(data: bytes) -> None:
    """
    Any bytes give the same in both ways.
    """
    assert told(data, fast=True) == told(data, fast=False)
