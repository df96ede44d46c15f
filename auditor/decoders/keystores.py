"""
Private keys in binary: DER as PEM, and PKCS #12 and Java key stores as blocks of base64.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File

LARGEST = 1 << 20
"""
A key or a store of keys is no larger than this, in bytes.
"""
_LENGTH = rb"(?:[\x20-\x7f]|\x81.|\x82..|\x80|\x83...)"
_KINDS = (
    # RFC 8017: version, modulus.
    (rb"\x30" + _LENGTH + rb"\x02\x01\x00\x02\x82", "RSA PRIVATE KEY", "PKCS#1"),
    # DSA, as OpenSSL writes it: version, p.
    (rb"\x30" + _LENGTH + rb"\x02\x01\x00\x02\x81", "DSA PRIVATE KEY", "DSA"),
    # RFC 5915: version 1, the key in an OCTET STRING.
    (rb"\x30" + _LENGTH + rb"\x02\x01\x01\x04[\x1c\x20\x30\x42]", "EC PRIVATE KEY", "SEC1"),
    # RFC 5958: version, algorithm with its OID.
    (rb"\x30" + _LENGTH + rb"\x02\x01[\x00\x01]\x30.\x06", "PRIVATE KEY", "PKCS#8"),
    # The same encrypted: PBES2 or an older scheme of PKCS #5 and #12.
    (
        rb"\x30" + _LENGTH + rb"\x30.\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05"
        rb"|\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01)",
        "ENCRYPTED PRIVATE KEY",
        "PKCS#8",
    ),
    # RFC 7292: version 3, then a ContentInfo of PKCS #7.
    (
        rb"\x30"
        + _LENGTH
        + rb"\x02\x01\x03\x30"
        + _LENGTH
        + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
        "PKCS12",
        "PKCS#12",
    ),
    # Java's own stores, JKS and JCEKS: magic, version 1 or 2.
    (rb"(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce)\x00\x00\x00[\x01\x02]", "JAVA KEYSTORE", "JKS"),
)
_PATTERNS = tuple((lazy_regex(magic, re.DOTALL), label, name) for magic, label, name in _KINDS)


class KeystoreDecoder:
    """
    Private keys and stores of keys, told by their first bytes.
    """

    first: bytes | None = b"\x30\xfe\xce"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return _kind(head) is not None

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        kind = _kind(file.reader.peek(64))
        data = file.reader.read(LARGEST + 1)
        if kind is None or len(data) > LARGEST:
            yield Gap(file.path, "begins like a private key, but is too large for one")
            return
        label, name = kind
        inside = f"{file.inside}!{name}" if file.inside else name
        text = base64.encodebytes(data).decode()
        block = f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"
        yield Text(file.path, block, Reading.TOKENS, inside=inside)


def _kind(head: bytes) -> tuple[str, str] | None:
    for pattern, label, name in _PATTERNS:
        if pattern.match(head):
            return label, name
    return None
