"""
One value of the metadata to findings.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.decoders import Limits
from auditor.detectors.confidence import base62_checksum
from auditor.fields import scan_field
from auditor.model import Confidence, Field, Finding, Gap

BODY = "aB3dE6gH9jK2mN5pQ8sT1uV4wX7yZ0"
TOKEN = "ghp_" + BODY + base62_checksum(BODY)


def findings(field: Field) -> list[Finding]:
    """
    What is found in a field.
    """
    return [found for found in scan_field(field) if isinstance(found, Finding)]


def test_a_variable_with_a_telling_name() -> None:
    """
    A value that nothing quotes is found by the name that it was given to.
    """
    value = "correct-horse-" + "battery9"
    found = findings(Field("config.Env.DB_PASSWORD", value, name="DB_PASSWORD"))
    assert {(f.secret.reveal(), f.path, f.line) for f in found} == {
        (value, "config.Env.DB_PASSWORD", None)
    }
    assert Confidence.LIKELY in {f.confidence for f in found}


def test_a_value_without_a_name() -> None:
    """
    A token in any text of the metadata is found; lines mean nothing there.
    """
    (found,) = findings(Field("history[0].created_by", f"RUN make\n&& login {TOKEN}"))
    assert (found.secret.reveal(), found.line) == (TOKEN, None)


def test_a_command_is_no_value() -> None:
    """
    A command line that has a name is read as a text, not as the secret itself.
    """
    field = Field("config.Healthcheck", "curl localhost", name="PASSWORD", command=True)
    assert findings(field) == []


@pytest.mark.parametrize("value", ["\ud800", f"\udfff {TOKEN}", "", "\0" * 100])
def test_half_a_pair_of_surrogates(value: str) -> None:
    """
    JSON can hold what no encoder takes; the rest of the value is scanned.
    """
    found = {f.secret.reveal() for f in findings(Field("config.Env.A", value, name="A"))}
    assert found == ({TOKEN} if TOKEN in value else set())


@pytest.mark.parametrize(
    ("packed", "inside"),
    [
        (lambda data: base64.b64encode(data).decode(), "base64"),
        (lambda data: base64.b64encode(gzip.compress(data)).decode(), "base64!gzip"),
        (lambda data: data.hex(), "hex"),
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        Field("config.Env.SETTINGS", "{}", name="SETTINGS"),
        Field("config.Labels.org.example.settings", "{}", name="org.example.settings"),
        Field("history[2].created_by", "RUN echo {} | base64 -d > /x", command=True),
        Field("history[2].comment", "{}"),
    ],
)
def test_what_is_encoded_in_the_metadata_is_found(
    field: Field, packed: Callable[[bytes], str], inside: str
) -> None:
    """
    As in a file, and its place says how it is encoded.
    """
    plain = f"API_URL=x\nGITHUB={TOKEN}\n".encode()
    held = replace(field, value=field.value.replace("{}", packed(plain)))
    found = {(f.secret.reveal(), f.path, f.inside, f.line) for f in findings(held)}
    assert (TOKEN, field.path, inside, None) in found


def test_what_is_too_large_in_the_metadata_is_a_gap() -> None:
    """
    A bomb in a label is bounded like one in a file, and told.
    """
    bomb = base64.b64encode(gzip.compress(bytes(1 << 20))).decode()
    limits = Limits(floor=1 << 14, ratio=1)
    found = list(scan_field(Field("config.Labels.x", bomb, name="x"), limits))
    (gap,) = (item for item in found if isinstance(item, Gap))
    assert gap.path.startswith("config.Labels.x!")
    assert "more than is opened" in gap.reason
