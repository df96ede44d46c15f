"""
Values that tell by themselves what they are: password hashes, docker's auth, keys of WireGuard and
age, WordPress' salts, private keys in base64 and as JSON Web Keys.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import Pair, Reader, Spot
from auditor.detectors.assignments.headers import decoded_basic
from auditor.detectors.assignments.places import EVERYWHERE, WORKING, Kind
from auditor.detectors.keys import judge_key
from auditor.detectors.placeholders import is_example
from auditor.detectors.whole import KEY_LINES, private_key
from auditor.model import Confidence
from auditor.patterns import lazy_regex

NEAR = 14
"""
Lines around one part of a JSON Web Key in which the others lie.
"""
_HASH = (
    r"(?:\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|md5|sha1|argon2(?:id?|d)|scrypt|pbkdf2(?:-\w+)?|P|H|S)\$"
    r"[A-Za-z0-9./$=,+\-]{16,}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{24,}={0,2}|\{BCRYPT\}\S{40,})"
)
_ENTRY = lazy_regex(
    rf"^\s*[\"']?(?P<name>[A-Za-z_][\w.\-@+]{{0,63}}):(?P<value>{_HASH})(?=[:\s\"']|$)"
)
ENTRY_PATTERN = lazy_regex(rf"^\s*[\"']?[A-Za-z_][\w.\-@+]*:{_HASH}")
_ASSIGNED = lazy_regex(
    rf"(?P<name>[\w.\-]*(?:pass|pwd|hash|secret)[\w.\-]{{0,40}})[\"']?\s*(?:=>|"
    rf"[:=,])\s*[\"']?(?P<value>{_HASH})",
    re.IGNORECASE,
)
ASSIGNED_PATTERN = lazy_regex(
    rf"(?:pass|pwd|hash|secret)[\w.\-]*[\"']?\s*(?:=>|[:=,])\s*[\"']?{_HASH}", re.IGNORECASE
)


def read_hashes(spot: Spot) -> Iterator[Pair]:
    """
    `user:$6$…` as in shadow and htpasswd, and hashes under the name of a password.
    """
    if "$" not in spot.line and "{" not in spot.line:
        return
    for pattern in (_ENTRY, _ASSIGNED):
        for match in pattern.finditer(spot.line):
            value = match["value"]
            if len(set(value)) > 10 and not is_example(value):
                reason = f"a password hash, of {match['name']}"
                yield _told("Password Hash", match["name"], value, Confidence.LIKELY, reason)


def _told(detector: str, name: str, value: str, sure: Confidence, reason: str) -> Pair:
    return Pair(name, value, True, True, detector, (sure, reason))


_AUTH = lazy_regex(r"\\?\"auth\\?\"\s*:\s*\\?\"(?P<value>[A-Za-z0-9+/]{4,}={0,2})\\?\"")
AUTH_PATTERN = lazy_regex(r"\"auth\\?\"\s*:\s*\\?\"[A-Za-z0-9+/]{4}")
_NPM = lazy_regex(
    r"(?:^|[/:])_(?P<name>auth|password)\s*=\s*\"?(?P<value>[A-Za-z0-9+/]{4,}={0,2})\"?\s*$"
)
NPM_PATTERN = lazy_regex(r"_(?:auth|password)\s*=\s*\"?[A-Za-z0-9+/]{4}")


def read_auth(spot: Spot) -> Iterator[Pair]:
    """
    The `auth` of a docker config and of `.npmrc`: base64 of user and password, however short.
    """
    for match in _AUTH.finditer(spot.line):
        password = decoded_basic(match["value"])
        if password and not is_example(password):
            reason = "the auth of a registry, which decodes to a user and a password"
            yield _told("Registry Credentials", "auth", match["value"], Confidence.CERTAIN, reason)
    for match in _NPM.finditer(spot.line):
        plain = decoded_basic(match["value"]) if match["name"] == "auth" else _text(match["value"])
        if plain and not is_example(plain):
            reason = f"the _{match['name']} of a registry, which decodes"
            yield _told(
                "Registry Credentials", match[1], match["value"], Confidence.CERTAIN, reason
            )


def _text(value: str) -> str | None:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text if text.isprintable() else None


_WIREGUARD = lazy_regex(
    r"(?P<name>Pr(?:ivate|"
    r"eshared)_?Key)\s*[=:]\s*\"?(?P<value>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)",
    re.I,
)
WIREGUARD_PATTERN = lazy_regex(r"pr(?:ivate|eshared)_?key\s*[=:]\s*\"?[A-Za-z0-9+/]{43}=", re.I)


def read_wireguard(spot: Spot) -> Iterator[Pair]:
    """
    WireGuard's keys: 32 bytes, and a private one has the bits that Curve25519 wants.
    """
    for match in _WIREGUARD.finditer(spot.line):
        key = base64.b64decode(match["value"])
        clamped = not key[0] & 7 and key[31] & 0xC0 == 0x40
        shared = match["name"].lower().startswith("pres")
        if len(set(key)) > 16:
            sure = Confidence.CERTAIN if clamped and not shared else Confidence.LIKELY
            yield _told("WireGuard Key", match["name"], match["value"], sure, "a WireGuard key")


_AGE = lazy_regex(r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}")
AGE_PATTERN = lazy_regex(r"AGE-SECRET-KEY-1[A-Z0-9]{58}")
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def read_age(spot: Spot) -> Iterator[Pair]:
    """
    age's keys, with their checksum: https://age-encryption.org/v1
    """
    for match in _AGE.finditer(spot.line):
        right = bech32_checks(match[0].lower())
        sure = Confidence.CERTAIN if right else Confidence.LIKELY
        reason = "an age key with the right checksum" if right else "the format of an age key"
        yield _told("age Secret Key", "age", match[0], sure, reason)


def bech32_checks(text: str) -> bool:
    """
    Whether the checksum of BIP 173 is right, see https://github.com/bitcoin/bips
    """
    human, _, data = text.rpartition("1")
    numbers = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    check = 1
    for number in numbers + [_BECH32.find(c) for c in data]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check == 1


_SALT = lazy_regex(
    r"(?P<name>(?:SECURE_AUTH|LOGGED_IN|AUTH|NONCE)_(?:KEY|"
    r"SALT))[\"']?\s*[,=:]\s*(?P<quote>[\"'])(?P<value>.{32,128}?)(?P=quote)"
)
SALT_PATTERN = lazy_regex(
    r"(?:SECURE_AUTH|LOGGED_IN|AUTH|NONCE)_(?:KEY|SALT)[\"']?\s*[,=:]\s*[\"'].{32}"
)


def read_salts(spot: Spot) -> Iterator[Pair]:
    """
    The eight keys and salts of a WordPress configuration.
    """
    for match in _SALT.finditer(spot.line):
        drawn = len(set(match["value"])) > 16 and "', '" not in match["value"]
        if drawn and "unique phrase" not in match["value"]:
            reason = f"WordPress' {match['name']}"
            yield _told("WordPress Key", match["name"], match["value"], Confidence.LIKELY, reason)


_ENCODED = lazy_regex(
    r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2}|LS0tLSBCRUdJTi[A-Za-z0-9+/]{60,}={0,2}"
)
ENCODED_PATTERN = lazy_regex(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{60}|LS0tLSBCRUdJTi[A-Za-z0-9+/]{60}")


def read_encoded(spot: Spot) -> Iterator[Pair]:
    """
    A private key within base64: `client-key-data` of a kubeconfig, variables of CI.
    """
    for match in _ENCODED.finditer(spot.line):
        value = match[0]
        text = _decoded(value)
        if "PRIVATE KEY" in text[:80]:
            sure, reason = judge_key(text)
            yield _told("Private Key", "key", value, sure, f"{reason}, in base64")


def _decoded(value: str) -> str:
    padded = value.rstrip("=")
    padded = padded[: len(padded) - (len(padded) % 4 == 1)]
    return base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("latin-1")


_JWK = lazy_regex(r"\\?[\"'](?P<name>d|k)\\?[\"']\s*:\s*\\?[\"'](?P<value>[\w\-]{40,1400})\\?[\"']")
JWK_PATTERN = lazy_regex(r"[\"'](?:d|k)\\?[\"']\s*:\s*\\?[\"'][\w\-]{40}")


def read_jwk(spot: Spot) -> Iterator[Pair]:
    """
    The private part of a JSON Web Key: `d`, or `k` of a symmetric one (RFC 7518).
    """
    found = list(_JWK.finditer(spot.line))
    if not found:
        return
    context = "\n".join([*spot.above().split("\n")[-NEAR:], spot.line, *spot.below(NEAR)])
    for match in found:
        kinds = r"(?:RSA|EC|OKP)" if match["name"] == "d" else "oct"
        if re.search(rf"kty\\?[\"']\s*:\s*\\?[\"']{kinds}", context):
            yield _told(
                "JSON Web Key", "d", match["value"], Confidence.LIKELY, "a private JSON Web Key"
            )


_KEY = lazy_regex(
    r"BEGIN (?:[A-Z0-9]+ )*ENCRYPTED PRIVATE KEY-----|BEGIN ANY PRIVATE KEY-----|"
    r"PuTTY-User-Key-File-[13-9]"
)


def read_keys(spot: Spot) -> Iterator[Pair]:
    """
    Private keys with headers that detect-secrets does not know: encrypted PKCS #8, PuTTY of today.
    """
    if _KEY.search(spot.line):
        value = private_key([spot.line, *spot.below(KEY_LINES)])
        sure, reason = judge_key(value) if value else (Confidence.POSSIBLE, "")
        if value and sure is not Confidence.POSSIBLE:
            yield _told("Private Key", "key", value, sure, reason)


KEYS = Reader((_KEY,), EVERYWHERE, read_keys)
HASHES = Reader((ENTRY_PATTERN, ASSIGNED_PATTERN), WORKING | {Kind.SOURCE}, read_hashes)
AUTHS = Reader((AUTH_PATTERN, NPM_PATTERN), WORKING, read_auth)
WIREGUARD = Reader((WIREGUARD_PATTERN,), WORKING, read_wireguard)
AGE = Reader((AGE_PATTERN,), EVERYWHERE, read_age)
SALTS = Reader((SALT_PATTERN,), EVERYWHERE, read_salts)
ENCODED = Reader((ENCODED_PATTERN,), EVERYWHERE, read_encoded)
JWKS = Reader((JWK_PATTERN,), EVERYWHERE, read_jwk)
