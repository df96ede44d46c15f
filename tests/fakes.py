"""
Secrets that look real and open nothing, made at run time so that the repository holds none.

The same seed gives the same fakes: a demo can be repeated, and a test knows what it planted.
"""

from __future__ import annotations

import base64
import random
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE32 = string.ascii_uppercase + "234567"
SEED = 20240
"""
The seed of the sample images.
"""


def fakes(seed: int = SEED) -> dict[str, str]:
    """
    One of each kind, by the name of the placeholder that stands for it.
    """
    source = random.Random(seed)
    return {
        "GITHUB_TOKEN": checksummed("ghp_", source),
        "NPM_TOKEN": checksummed("npm_", source),
        "GITLAB_TOKEN": "glpat-" + _word(source, BASE62, 20),
        "AWS_ACCESS_KEY_ID": "AKIA" + _word(source, BASE32, 16),
        "AWS_SECRET_ACCESS_KEY": _word(source, BASE62 + "+/", 40),
        "DB_PASSWORD": "hunter2-" + _word(source, BASE62, 12),
        "PRIVATE_KEY": private_key(source),
    }


def checksummed(prefix: str, source: random.Random) -> str:
    """
    A token of GitHub's scheme, npm's too: 30 characters, then their CRC32 in 6 base 62 digits.
    """
    body = _word(source, BASE62, 30)
    return prefix + body + checksum(body)


def checksum(body: str) -> str:
    """
    What ends a GitHub token with this body.
    """
    rest = zlib.crc32(body.encode())
    digits = ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = BASE62[digit] + digits
    return digits


def private_key(source: random.Random) -> str:
    """
    An Ed25519 key in PKCS #8: any 32 bytes are a valid one.
    """
    # SEQUENCE { version 0, AlgorithmIdentifier 1.3.101.112, OCTET STRING { OCTET STRING } }
    der = bytes.fromhex("302e020100300506032b657004220420") + source.randbytes(32)
    label = "PRIVATE KEY"
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----"


def _word(source: random.Random, alphabet: str, length: int) -> str:
    return "".join(source.choices(alphabet, k=length))
