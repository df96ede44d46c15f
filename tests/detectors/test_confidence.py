"""
How sure a match is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib

import pytest

from auditor.detectors import keys
from auditor.detectors.confidence import base62_checksum, is_credential_file, judge
from auditor.model import Confidence
from tests.fakes import fakes

FAKES = fakes()
CERTAIN, LIKELY, POSSIBLE = Confidence


def test_a_github_token_with_its_checksum_is_certain() -> None:
    """The checksum is verified without asking anyone."""
    assert judge("GitHub Token", FAKES["GITHUB_TOKEN"], "", "/x")[0] is CERTAIN


def test_a_github_token_with_another_checksum_is_likely() -> None:
    """One character changed, and it has the format only."""
    token = FAKES["GITHUB_TOKEN"]
    other = token[:-1] + ("a" if token[-1] != "a" else "b")

    assert judge("GitHub Token", other, "", "/x")[0] is LIKELY


def test_the_checksum_is_the_crc_in_base_62() -> None:
    """Read back as a number it is the CRC-32 of the body, in six digits."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = 0
    for digit in base62_checksum("0" * 30):
        number = number * 62 + digits.index(digit)

    assert len(base62_checksum("0" * 30)) == 6
    assert number == zlib.crc32(b"0" * 30)


def test_a_private_key_that_parses_is_certain() -> None:
    """DER of the stated length."""
    assert judge("Private Key", FAKES["PRIVATE_KEY"], "", "/x")[0] is CERTAIN


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("not base64!", POSSIBLE),
        (base64.b64encode(b"random bytes, no key" * 2).decode(), LIKELY),
        (base64.b64encode(b"too short").decode(), POSSIBLE),
        (base64.b64encode(b"openssh-key-v1\0" + b"none" * 9).decode(), CERTAIN),
        (base64.b64encode(b"openssh-key-v1\0" + b"\0\0\0\x06bcrypt" * 2).decode(), LIKELY),
    ],
)
def test_a_private_key_is_judged_by_what_it_decodes_to(body: str, expected: Confidence) -> None:
    """Documentation has blocks that decode to nothing; encrypted keys are less sure."""
    label = "OPENSSH PRIVATE" + " KEY"
    block = f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"

    assert judge("Private Key", block, "", "/x")[0] is expected


def test_a_key_header_in_a_program_is_possible() -> None:
    """Source code that speaks of keys holds none."""
    assert judge("Private Key", "BEGIN PRIVATE" + " KEY", "", "/x")[0] is POSSIBLE
    assert judge("Private Key", "PuTTY-User-Key-File-2\nfoo", "", "/x")[0] is POSSIBLE


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ("s3cr3t-pa55", "config.Env.DATABASE_URL", LIKELY),
        ("s3cr3t-pa55", "/app/.env", LIKELY),
        ("s3cr3t-pa55", "/usr/lib/python3/x.py", POSSIBLE),
        ("tiger", "config.Env.DATABASE_URL", POSSIBLE),
        ("${PASS}", "/app/.env", POSSIBLE),
    ],
)
def test_a_password_in_a_url_is_judged_by_its_place(
    value: str, path: str, expected: Confidence
) -> None:
    """Documentation is full of them, credentials files and metadata are not."""
    assert judge("Basic Auth Credentials", value, "", path)[0] is expected


def test_a_documented_example_key_is_possible() -> None:
    """AWS prints this one in its manuals."""
    key = "AKIA" + "IOSFODNN7EXAMPLE"

    assert judge("AWS Access Key", key, key, "/x")[0] is POSSIBLE
    assert judge("AWS Access Key", FAKES["AWS_ACCESS_KEY_ID"], "", "/x")[0] is LIKELY


def test_a_shapeless_format_needs_its_provider_beside_it() -> None:
    """`AC` and 32 characters are Twilio's only where Twilio is named."""
    value = "AC" + "0123456789abcdef" * 2

    assert judge("Twilio API Key", value, "x = " + value, "/x")[0] is POSSIBLE
    assert judge("Twilio API Key", "AC" + "9f3b5c7d1e2a4f60" * 2, "twilio", "/x")[0] is LIKELY


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/app/.env", True), ("/root/.npmrc", True), ("/root/.aws/credentials", True),
     ("/app/.env.production", True), ("/app/settings.py", False), ("/app/environment", False)],
)  # fmt: skip
def test_credential_files_are_known_by_name(path: str, expected: bool) -> None:
    """They are there to hold credentials, so a keyword in them says more."""
    assert is_credential_file(path) is expected


def test_a_key_on_one_line_is_judged_like_any_other() -> None:
    """Binaries hold them without line breaks."""
    assert judge("Private Key", FAKES["PRIVATE_KEY"].replace("\n", ""), "", "/x")[0] is CERTAIN


def test_a_key_that_software_publishes_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has it, so it opens nothing; the reason names whose it is."""
    data = keys.body(FAKES["PRIVATE_KEY"])
    assert data is not None
    monkeypatch.setitem(keys.PUBLISHED, hashlib.sha256(data).hexdigest(), "Example")

    assert judge("Private Key", FAKES["PRIVATE_KEY"], "", "/x") == (
        POSSIBLE,
        "a test key that Example publishes",
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [("GR1348941" + "123" * 7, POSSIBLE), ("GR1348941" + "k3Xq9vTz" + "7mBw2LpRs4Yd", LIKELY)],
)
def test_a_gitlab_token_is_drawn(value: str, expected: Confidence) -> None:
    """Three characters over and over were never drawn."""
    assert judge("GitLab Token", value, "", "/x")[0] is expected


@pytest.mark.parametrize(
    ("algorithm", "signature", "expected"),
    [
        ("RS256", "k3Xq9vTz" * 5, POSSIBLE),
        ("PS512", "k3Xq9vTz" * 5, POSSIBLE),
        ("RS256", ("k3Xq9vTz" * 43)[:342], LIKELY),
        ("HS256", ("k3Xq9vTz" * 6)[:43], LIKELY),
    ],
)
def test_a_signature_of_rsa_is_as_long_as_a_key(
    algorithm: str, signature: str, expected: Confidence
) -> None:
    """No key has fewer than 1024 bits: `signature` behind the second dot is an example."""
    head, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": algorithm}, {"sub": "bob"})
    )

    assert judge("JSON Web Token", f"{head}.{claims}.{signature}", "", "/x")[0] is expected
