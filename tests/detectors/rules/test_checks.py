"""
What can be verified without asking anyone.
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import zlib

import pytest

from auditor.detectors.rules import checks
from auditor.detectors.rules.examples import expand
from auditor.model import Confidence


def _confidence(judgement: tuple[Confidence, str] | None) -> Confidence | None:
    return judgement[0] if judgement else None


def test_a_github_token_with_its_checksum_is_certain() -> None:
    """Right digits at the end are no chance, wrong ones say nothing."""
    _, token = expand("ghp_{alnum:30}{crc}")

    assert _confidence(checks.crc_base62(token)) is Confidence.CERTAIN
    assert checks.crc_base62(token[:-1] + ("a" if token[-1] != "a" else "b")) is None


def test_a_gitlab_token_with_its_checksum_is_certain() -> None:
    """Seven digits in base 36 are the CRC-32 of what stands before."""
    _, body = expand("glpat-{alnum:27}.01.{lower:2}")
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits

    assert _confidence(checks.crc_base36(body + digits.rjust(7, "0"))) is Confidence.CERTAIN
    assert checks.crc_base36(body + "0000000") is None


def test_an_nkey_seed_is_certain_or_possible() -> None:
    """Its last two bytes are a checksum; without it, it is no seed."""
    raw = bytes([18 << 3, 20 << 3]) + random.Random(1).randbytes(32)
    good = raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    bad = raw + bytes(2)

    def encoded(data: bytes) -> str:
        return base64.b32encode(data).decode().rstrip("=")

    assert _confidence(checks.nkey(encoded(good))) is Confidence.CERTAIN
    assert _confidence(checks.nkey(encoded(bad))) is Confidence.POSSIBLE


def test_an_age_key_in_other_letters_is_none() -> None:
    """Bech32 has no `b`, `i`, `o` and no second `1`."""
    assert _confidence(checks.age_key("AGE-SECRET-KEY-1" + "B" * 58)) is Confidence.POSSIBLE
    assert checks.age_key("AGE-SECRET-KEY-1" + "Q" * 58) is None


def test_a_grafana_key_is_told_from_other_json() -> None:
    """Both begin alike in base64; what they hold tells them apart."""

    def encoded(held: object) -> str:
        return base64.b64encode(json.dumps(held, separators=(",", ":")).encode()).decode()

    key = encoded({"k": "7f3a9c2e" * 4, "n": "name", "id": 1})
    other = encoded({"k": "x" * 36, "t": "y" * 36})

    assert _confidence(checks.grafana_key(key)) is Confidence.CERTAIN
    assert _confidence(checks.grafana_key(other)) is Confidence.POSSIBLE


def test_an_elastic_key_with_its_checksum_is_certain() -> None:
    """One letter changed, and it is none."""
    _, key = expand("essu_{checked:60}")

    assert _confidence(checks.elastic_key(key)) is Confidence.CERTAIN
    assert _confidence(checks.elastic_key(key[:9] + "xy" + key[11:])) is Confidence.POSSIBLE


def test_keys_of_another_length_are_only_possible() -> None:
    """Azure's keys are 64 bytes and WireGuard's 32."""
    good, short = base64.b64encode(bytes(range(64))), base64.b64encode(bytes(30))

    assert checks.storage_key(good.decode()) is None
    assert _confidence(checks.storage_key(short.decode())) is Confidence.POSSIBLE
    assert checks.key_of_32(base64.b64encode(bytes(range(32))).decode()) is None


def test_hostile_input_is_no_error() -> None:
    """Anything at all is judged, or not; nothing is raised."""
    for value in ("", ".", "=" * 9, "eyJ" * 999, "\x00", "ü" * 40, "_-" * 30):
        for check in (checks.crc_base62, checks.crc_base36, checks.crc_hex, checks.macaroon,
                      checks.age_key, checks.nkey, checks.jwt, checks.json_within,
                      checks.storage_key, checks.key_of_32, checks.grafana_key,
                      checks.sentry_token, checks.vault_token, checks.elastic_key):  # fmt: skip
            check(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20FunctionLoweringInfoEPKNS_17TargetLibraryInfoE", Confidence.POSSIBLE),
        ("test_badandgoodreplaceexceptions", Confidence.POSSIBLE),
        ("2aB3dE6gH9jK2mN5pQ8sT1uV4wX_7yZ0bC4fG8kL2nP6rS0tV4", None),
    ],
)
def test_names_in_programs_are_not_drawn(value: str, said: Confidence | None) -> None:
    """A mangled name and a test's name have the format of tokens, and are made of words."""
    judgement = checks.drawn(value)

    assert (judgement[0] if judgement else None) is said
