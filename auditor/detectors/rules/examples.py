"""
Examples of secrets, made when asked for, so that no source and no test holds one.

In a template `{hex:32}` stands for 32 random hexadecimal digits; `lower`, `upper`, `alnum`,
`base32`, `digit` and `letter` are further alphabets, `{uuid}` is a UUID and `{crc}` the checksum of
GitHub's scheme over what stands between the last `_` and it; `{checked:60}` is so many bytes with
their CRC-32 behind them, in base 64. The same template gives the same text.
"""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
import zlib

from auditor.detectors.confidence import base62_checksum
from auditor.patterns import lazy_regex

_ALPHABETS = {
    "hex": string.digits + "abcdef",
    "HEX": string.digits + "ABCDEF",
    "lower": string.digits + string.ascii_lowercase,
    "upper": string.digits + string.ascii_uppercase,
    "alnum": string.digits + string.ascii_letters,
    "letter": string.ascii_letters,
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "base32l": string.ascii_lowercase + "234567",
    "base32": string.ascii_uppercase + "234567",
    "digit": string.digits,
}
_FIELD = lazy_regex(r"\{(\w+)(?::(\d+))?\}")
_SHOWN = 4


def expand(template: str) -> tuple[str, str]:
    """
    The text of a template, and the value in it.
    """
    source = random.Random(template)
    text = _FIELD.sub(lambda field: _drawn(field, source), template)
    if "{crc}" in text:
        body, _, rest = text.partition("{crc}")
        text = body + base62_checksum(re.split(r"[<_]", body)[-1]) + rest
    marked = re.search(r"<(.*)>", text, re.DOTALL)
    value = marked[1] if marked else text
    return text.replace(f"<{value}>", value, 1) if marked else text, value


def masked(template: str) -> str:
    """
    An example's value with all but its lead hidden.
    """
    inner = re.search(r"<(.*)>", template, re.DOTALL)
    inside = inner[1] if inner else template
    lead = _FIELD.split(inside)[0] if _FIELD.search(inside) else inside[:_SHOWN]
    return f"{lead}…" if lead else "…"


def _drawn(field: re.Match[str], source: random.Random) -> str:
    kind, count = field[1], int(field[2] or 0)
    if kind == "uuid":
        return str(uuid.UUID(int=source.getrandbits(128), version=4))
    if kind == "crc":
        return "{crc}"
    if kind == "checked":
        data = source.randbytes(count)
        return base64.b64encode(data + zlib.crc32(data).to_bytes(8, "big")).decode()
    alphabet = _ALPHABETS[kind]
    drawn = source.choices(alphabet, k=count)
    if count >= len(_NEEDED) and kind not in ("letter", "digit"):
        # Real ones of that length have both; the dice need not agree.
        drawn[1:3] = ["E" if kind in _LARGE else "e", "7"]
    return "".join(drawn)


_NEEDED = "...."
_LARGE = ("HEX", "upper", "base32", "bech32")
