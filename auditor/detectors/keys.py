"""
Private keys: what a block decodes to, and whether it is one that everybody has.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from auditor.detectors import published
from auditor.model import Confidence
from auditor.patterns import lazy_regex

SMALLEST = 32
"""
No private key is shorter than this, in bytes.
"""
PUBLISHED = published.PUBLISHED | {
    # GnuTLS checks itself with these; they are in libgnutls.so of every distribution.
    "87e288dc7dbc29a24241b596ec8c84f949d9f09f34fc0cf69242481fb2274770": "GnuTLS",
    "d245e52c341a76645e1b0e56c58dc964cd4f3ecaea64a9c6d6db9897d4948a8a": "GnuTLS",
    "0294b4406902e33bb02f89eaf4c691328790d7a9cd01b873d68edac994f310a1": "GnuTLS",
    "60c323abe4854b03743005874156ef6e0343bc9c05c09a2a43335cdda19342b3": "GnuTLS",
    "995b8d5b08ac126a74f39d812fc8cce270d026093d810f366de923bb0fe47f60": "GnuTLS",
    "09416ba3e0782523c56225fb168cd58cda7796e938db1b53f79b6abbaed2bbc7": "GnuTLS",
    "7e38af7715bbb425a6aa8060b7c0af60aeb81d39975c55e83edcb9eae7a5e9f8": "GnuTLS",
    "458022ddcb5598b39253bc027eb02c4f3dba00e2bdbaef239a35bc91c9bd4f3a": "GnuTLS",
    "09f1c1a4680df80b9e8e6e587d3a787de7402a919e366426ad807a1c0f8c98c1": "GnuTLS",
    "2859ff03b44c8f0e4f96604b8cced325ef4d01ca935422b2041d88d8809f8fa1": "GnuTLS",
}
"""
SHA-256 of the decoded body of keys that software publishes on purpose, and whose they are.
"""

_BLOCK = lazy_regex(
    r"BEGIN (?P<label>[A-Z0-9 ]+?)-{4,5}(?P<body>.*?)-{4,5}END (?P=label)", re.DOTALL
)


def body(value: str) -> bytes | None:
    """
    What the base64 of a block decodes to; `None` if it is no block, or decodes to nothing.
    """
    block = _BLOCK.search(value)
    if block is None:
        return None
    lines = (line.strip() for line in block["body"].split("\n"))
    # Lines with a colon are headers, a line that begins with `=` is PGP's checksum.
    text = "".join(line for line in lines if ":" not in line and not line.startswith("="))
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def judge_key(value: str) -> tuple[Confidence, str]:
    """
    How sure it is that a block is a private key of somebody's.
    """
    if value.startswith("PuTTY"):
        if re.search(r"^Private-Lines: \d", value, re.MULTILINE):
            return Confidence.LIKELY, "a PuTTY private key"
        return Confidence.POSSIBLE, "the header of a PuTTY key without the key"
    data = body(value)
    if data is None or len(data) < SMALLEST:
        return Confidence.POSSIBLE, "the frame of a private key without a key"
    publisher = PUBLISHED.get(hashlib.sha256(data).hexdigest())
    if publisher:
        return Confidence.POSSIBLE, f"a test key that {publisher} publishes"
    if "ENCRYPTED" in value or b"bcrypt" in data[:64]:
        return Confidence.LIKELY, "an encrypted private key"
    if _parses(data):
        return Confidence.CERTAIN, "a private key that parses"
    return Confidence.LIKELY, "a private key block"


def _parses(data: bytes) -> bool:
    """
    DER: a SEQUENCE of exactly this length; OpenSSH: its magic; PGP: a secret-key packet.
    """
    if data.startswith(b"openssh-key-v1\0"):
        return True
    if data[:1] == b"\x30":
        first = data[1]
        count = first & 0x7F if first & 0x80 else 0
        length = int.from_bytes(data[2 : 2 + count], "big") if count else first
        return 2 + count + length == len(data)
    return data[:1] in (b"\x95", b"\xc5", b"\x94") and len(data) > 100
