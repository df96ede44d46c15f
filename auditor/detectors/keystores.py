"""
Stores of private keys: PKCS #12 that no password protects, others noted.

An empty password is no protection: it is tried on the store's own checksum, as is what everybody
uses for Java's stores.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator

from auditor.detectors.keys import judge_key
from auditor.model import Confidence, Finding, Reading, Secret, Text
from auditor.patterns import lazy_regex

NAME = "Key Store"
KEY = "Private Key"
DECODED = ("PKCS#1", "DSA", "SEC1", "PKCS#8", "PKCS#12", "JKS")
"""
What the decoder calls what it found.
"""
ROUNDS = 200_000
"""
Stores that want more rounds of hashing than this are not tried.
"""
COMMON = ("", "changeit", "changeme", "password", "secret", "123456")
"""
Passwords that are none.
"""
_BLOCK = lazy_regex(r"-----BEGIN (PKCS12|JAVA KEYSTORE)-----\n(.*?)-----END", re.DOTALL)
_KEY = lazy_regex(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n.*?-----END \1-----", re.DOTALL)
_BAG = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
"""
The OID of a bag up to its last number: 1 is a key, 2 an encrypted key (RFC 7292, appendix D).
"""
_MAC = lazy_regex(
    rb"\x30.\x30.\x30.\x06(?P<oid_length>.)(?P<oid>.{5,9})(?:\x05\x00)?\x04(?P<length>[\x10-\x40])",
    re.DOTALL,
)
_HASHES = {
    bytes.fromhex("2b0e03021a"): ("sha1", 64),
    bytes.fromhex("608648016503040201"): ("sha256", 64),
    bytes.fromhex("608648016503040202"): ("sha384", 128),
    bytes.fromhex("608648016503040203"): ("sha512", 128),
}


class KeystoreDetector:
    """
    Judges what the decoder of key stores gives.
    """

    readings = frozenset({Reading.TOKENS})

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            if text.reading is not Reading.TOKENS or not (text.inside or "").endswith(DECODED):
                continue
            for match in _BLOCK.finditer(text.content):
                yield from _store(text, match[1], "".join(match[2].split()))
            for match in _KEY.finditer(text.content):
                sure, reason = judge_key(match[0])
                if sure is not Confidence.POSSIBLE:
                    reasons = (f"{reason}, in binary",)
                    yield Finding(
                        KEY, Secret(match[0]), text.path, text.inside, None, sure, reasons
                    )


def _store(text: Text, label: str, value: str) -> Iterator[Finding]:
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return
    judgement = pkcs12(data) if label == "PKCS12" else java(data)
    if judgement is not None:
        confidence, reason = judgement
        yield Finding(NAME, Secret(value), text.path, text.inside, None, confidence, (reason,))


def pkcs12(data: bytes) -> tuple[Confidence, str] | None:
    """
    How sure it is that a PKCS #12 store gives a private key away; `None` if it shows none.
    """
    bare, shrouded = _BAG + b"\x01" in data, _BAG + b"\x02" in data
    if bare:
        return Confidence.CERTAIN, "a PKCS#12 store with a private key that is not encrypted"
    if not shrouded:
        return None
    opened = next((word for word in COMMON if opens(data, word)), None)
    if opened == "":
        return Confidence.CERTAIN, "a PKCS#12 store with a private key and an empty password"
    if opened is not None:
        return Confidence.CERTAIN, "a PKCS#12 store with a private key and a password that all know"
    return Confidence.POSSIBLE, "a PKCS#12 store with a private key behind a password"


def opens(data: bytes, password: str) -> bool:
    """
    Whether a password is right, by the store's MAC (RFC 7292, section 5 and appendix B).
    """
    tail = data[-220:]
    start = len(data) - len(tail)
    for match in _MAC.finditer(tail):
        known = _HASHES.get(match["oid"][: match["oid_length"][0]])
        if known is None:
            continue
        name, block = known
        at = match.end()
        digest = tail[at : at + match["length"][0]]
        salt, rounds = _salt(tail[at + len(digest) :])
        content = _content(data[: start + match.start()])
        if (
            salt
            and content
            and 0 < rounds <= ROUNDS
            and len(digest) == hashlib.new(name).digest_size
        ):
            key = _derived(name, block, password, salt, rounds)
            if hmac.compare_digest(hmac.new(key, content, name).digest(), digest):
                return True
    return False


def _salt(rest: bytes) -> tuple[bytes, int]:
    """
    OCTET STRING, then INTEGER, by default 1.
    """
    if len(rest) < 2 or rest[0] != 4:
        return b"", 0
    salt, rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
    rounds = int.from_bytes(rest[2 : 2 + rest[1]], "big") if rest[:1] == b"\x02" else 1
    return salt, rounds


def _content(data: bytes) -> bytes:
    """
    What the MAC is over: the content of the OCTET STRING in the outer ContentInfo.
    """
    at = data.find(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01") + 9
    for tag in (0xA0, 0x04):
        if at < 9 or at + 2 > len(data) or data[at] != tag:
            return b""
        first = data[at + 1]
        count = first & 0x7F if first & 0x80 else 0
        length = int.from_bytes(data[at + 2 : at + 2 + count], "big") if count else first
        at += 2 + count
    return data[at : at + length]


def _derived(name: str, block: int, password: str, salt: bytes, rounds: int) -> bytes:
    """
    The key of the MAC: RFC 7292, appendix B.2, with the diversifier 3. One round of blocks is
    enough, since the key is as long as the hash.
    """
    words = password.encode("utf-16-be") + b"\0\0"
    parts = [part * (-(-block * -(-len(part) // block) // len(part))) for part in (salt, words)]
    filled = b"".join(
        p[: block * -(-len(o) // block)] for p, o in zip(parts, (salt, words), strict=True)
    )
    key = hashlib.new(name, bytes([3]) * block + filled).digest()
    for _ in range(rounds - 1):
        key = hashlib.new(name, key).digest()
    return key


def java(data: bytes) -> tuple[Confidence, str] | None:
    """
    The same for Java's own stores: tag 1 is a private key, 2 a certificate, 3 a secret key.
    """
    if len(data) < 32 or not 0 < int.from_bytes(data[8:12], "big") < 10_000:
        return None
    if (
        data[12:16] not in (b"\0\0\0\1", b"\0\0\0\3")
        and b"\x06\x0a\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01" not in data
    ):
        return None
    for word in COMMON:
        known = word.encode("utf-16-be") + b"Mighty Aphrodite" + data[:-20]
        if hashlib.sha1(known, usedforsecurity=False).digest() == data[-20:]:
            return (
                Confidence.LIKELY,
                "a Java key store with a private key and a password that all know",
            )
    return Confidence.POSSIBLE, "a Java key store with a private key behind a password"
