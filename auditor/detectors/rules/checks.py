"""
Structure that can be verified without asking anyone: checksums, and encodings that decode.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib

from auditor.detectors.confidence import base62_checksum, judge_jwt
from auditor.detectors.placeholders import is_example, is_worded
from auditor.detectors.rules.base import Judgement
from auditor.model import Confidence
from auditor.patterns import lazy_regex

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_SANDBOX = lazy_regex(r"(?:^|[_-])(?:sandbox|sdbx|sbx|SBX|SB)[_-]")
_RIGHT = "its checksum is right"


def crc_base62(value: str) -> Judgement | None:
    """
    GitHub's and npm's tokens end in the CRC-32 of what is before, in base 62.
    """
    body = value.rpartition("_")[2]
    if len(body) >= 30 and base62_checksum(body[:-6]) == body[-6:]:
        return Confidence.CERTAIN, _RIGHT
    return None


def crc_base36(value: str) -> Judgement | None:
    """
    GitLab's routable tokens: the last seven digits are the CRC-32 of all before, in base 36.
    """
    number, digits = zlib.crc32(value[:-7].encode()), ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    if digits.rjust(7, "0") == value[-7:]:
        return Confidence.CERTAIN, _RIGHT
    return None


def crc_hex(value: str) -> Judgement | None:
    """
    Grafana's service account tokens end in the CRC-32 of what is before, in hexadecimal digits.
    """
    body, _, checksum = value.rpartition("_")
    forms = (body, body.partition("_")[2])
    if any(f"{zlib.crc32(form.encode()):08x}" == checksum for form in forms):
        return Confidence.CERTAIN, _RIGHT
    return None


def macaroon(value: str) -> Judgement | None:
    """
    PyPI's tokens are macaroons: version 2, a location, an identifier, caveats, a signature.
    """
    data = _decoded(value.removeprefix("pypi-"))
    if data and data[:1] == b"\x02" and data[-34:-32] == b"\x06\x20":
        return Confidence.CERTAIN, "a macaroon that decodes"
    return None


def age_key(value: str) -> Judgement | None:
    """
    age's secret keys are Bech32, see BIP 173.
    """
    prefix, _, data = value.lower().rpartition("1")
    if any(letter not in _BECH32 for letter in data):
        return Confidence.POSSIBLE, "the format of an age key, in letters that it never has"
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for number in expanded + [_BECH32.index(letter) for letter in data]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate(_BECH32_GENERATORS):
            check ^= generator if (top >> bit) & 1 else 0
    return (Confidence.CERTAIN, _RIGHT) if check == 1 else None


def nkey(value: str) -> Judgement | None:
    """
    NATS' seeds end in the CRC-16 of what is before, little endian; all of it is base 32.
    """
    try:
        data = base64.b32decode(value + "=" * (-len(value) % 8))
    except ValueError:
        return Confidence.POSSIBLE, "the format of an NKEY, but it does not decode"
    if binascii.crc_hqx(data[:-2], 0) == int.from_bytes(data[-2:], "little"):
        return Confidence.CERTAIN, _RIGHT
    return Confidence.POSSIBLE, "the format of an NKEY, but its checksum is wrong"


def elastic_key(value: str) -> Judgement | None:
    """
    Elastic Cloud's keys end in the CRC-32 of what is before, in eight bytes; all of it is base 64.
    """
    data = _decoded(value.removeprefix("essu_"))
    if data and zlib.crc32(data[:-8]) == int.from_bytes(data[-8:], "big"):
        return Confidence.CERTAIN, _RIGHT
    return Confidence.POSSIBLE, "the format of an Elastic Cloud key, but its checksum is wrong"


def jwt(value: str) -> Judgement | None:
    """
    A JSON Web Token decodes.
    """
    return judge_jwt(value)


def has_digit(value: str) -> Judgement | None:
    """
    What is drawn from letters and digits has a digit.
    """
    if any(map(str.isdigit, value)):
        return None
    return Confidence.POSSIBLE, "the format fits, but there is no digit in it"


def mixed(value: str) -> Judgement | None:
    """
    What is drawn from small and large letters and digits has some of each.
    """
    if any(map(str.isupper, value)) and any(map(str.islower, value)):
        return None
    return Confidence.POSSIBLE, "the format fits, but it has letters of one case alone"


def drawn(value: str) -> Judgement | None:
    """
    Names in programs have such a format too, but they are made of words, or of letters alone.
    """
    body = value.partition("_")[2] if value.startswith(("live_", "test_")) else value
    if any(is_worded(part) for part in body.split("_")):
        return Confidence.POSSIBLE, "the format fits, but it is made of words"
    return has_digit(body)


def grafana_key(value: str) -> Judgement | None:
    """
    Grafana's keys are JSON with a key, a name and an organisation; others begin like it.
    """
    decoded = _json(value.removeprefix("glc_"))
    if not isinstance(decoded, dict):
        return None
    if is_example(json.dumps(decoded)):
        return Confidence.POSSIBLE, "it decodes to an example"
    if "n" in decoded or "id" in decoded or "o" in decoded:
        return Confidence.CERTAIN, "it decodes to what such a key holds"
    return Confidence.POSSIBLE, "it decodes to something else"


def json_within(value: str) -> Judgement | None:
    """
    A lead, then base64 of JSON: what decodes is one for certain.
    """
    encoded = re.split(r"[_-]", value)[1] if re.match(r"[a-z0-9]+[_-]eyJ", value) else value
    decoded = _json(encoded.split("_")[0])
    if isinstance(decoded, dict) and decoded:
        return Confidence.CERTAIN, "it decodes to what such a token holds"
    return None


def storage_key(value: str) -> Judgement | None:
    """
    Azure's account keys are 64 bytes.
    """
    data = _decoded(value)
    if data is None or len(data) != 64:
        return Confidence.POSSIBLE, "the format of an Azure key, but it does not decode"
    return None


def key_of_32(value: str) -> Judgement | None:
    """
    A key of 32 bytes, as WireGuard has it.
    """
    data = _decoded(value)
    if data is None or len(data) != 32:
        return Confidence.POSSIBLE, "the format of a key of 32 bytes, but it does not decode"
    return None


def sentry_token(value: str) -> Judgement | None:
    """
    Sentry's organisation tokens are JSON that names the organisation, then a signature.
    """
    decoded = _json(value.removeprefix("sntrys_").split("_")[0])
    if not isinstance(decoded, dict):
        return None
    if "org" in decoded and "iat" in decoded:
        return Confidence.CERTAIN, "it decodes to what such a token holds"
    return Confidence.POSSIBLE, "it decodes to something else"


def vault_token(value: str) -> Judgement | None:
    """
    Vault's tokens of old have letters of both cases and digits after their lead.
    """
    body = value[2:]
    if any(map(str.isdigit, body)):
        return mixed(body)
    return Confidence.POSSIBLE, "the format of a Vault token, but no digit in it"


def sandbox(value: str) -> Judgement | None:
    """
    What opens nothing but the provider's sandbox says so in its lead.
    """
    if _SANDBOX.search(value):
        return Confidence.POSSIBLE, "for the provider's sandbox, where nothing is real"
    return None


def public(value: str) -> Judgement:
    """
    Meant to be seen by everyone.
    """
    return Confidence.POSSIBLE, "a key that is meant to be public"


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _json(text: str) -> object:
    data = _decoded(text)
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
