"""
Base64 and hex in a text, where text or something compressed lies behind it.

Every text of an image passes here, so what holds no long run is passed over at the speed of
memory, and a run is decoded only if its first bytes read like something.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from auditor.model import Text
from auditor.streams.inflate import compression
from auditor.streams.reading import File, Kept, Peekable

SHORTEST = 24
"""
Runs shorter than this are not decoded, in characters: what they hold is shorter than a token.
"""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_RUNS = bytes(98 if byte in _ALPHABET else 32 for byte in range(256))
_LONG = b"b" * SHORTEST
_RUN = re.compile(rb"[A-Za-z0-9+/\-_]+")
_NEXT_LINE = re.compile(rb"\r?\n[ \t]*([A-Za-z0-9+/\-_]+)(={0,2})(?=[ \t]*(?:\r?\n|\Z))")
_HEX = re.compile(rb"(?:[0-9a-f]{2}){24,}|(?:[0-9A-F]{2}){24,}")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_PRINTABLE = bytes([*range(0x20, 0x7F), 9, 10, 13])
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}) + b"\x7f"
_TRIAL = 24
"""
Decoded bytes by which it shows what they are.
"""
_WRAPPED = 40
"""
Lines of base64 shorter than this do not go on in the next.
"""


def embedded(text: Text) -> Iterator[File]:
    """
    What is encoded in a text, in order.
    """
    data = text.data
    runs = data.translate(_RUNS)
    at = runs.find(_LONG)
    line, counted = text.first_line, 0
    while at >= 0:
        run = _RUN.match(data, at)
        end = run.end() if run else at + 1
        if _promises(data[at : min(end, at + 96)]):
            found, encoding, end = _decoded(data, at, end)
            line += data.count(b"\n", counted, at)
            counted = at
            if found:
                label = f"{encoding} in line {line}"
                reader = Peekable(Kept(found))
                yield File(text.path, reader, len(found), text.inside, label)
        at = runs.find(_LONG, end)


def _promises(first: bytes) -> bool:
    """
    Whether a run that begins with these characters may be worth decoding.
    """
    if _HEX.match(first):
        return _reads(binascii.unhexlify(first[:48]))
    size = min(len(first), _TRIAL * 4 // 3) // 4 * 4
    return _reads(_base64(first[:size]))


def _base64(run: bytes) -> bytes:
    try:
        return binascii.a2b_base64(run.translate(_STANDARD) + b"=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def _reads(head: bytes) -> bool:
    """
    Whether these bytes begin a text or something compressed.
    """
    if not head.translate(None, _PRINTABLE):
        return bool(head)
    if compression(head[:6]) or head.startswith((b"PK\x03\x04", b"x\x9c", b"x\xda")):
        return True
    if not any(head[1::2]) and head[1:2]:
        # UTF-16, as PowerShell takes its commands.
        return not head[::2].translate(None, _PRINTABLE)
    return max(head) > 0x7F and _is_utf_8(head)


def _is_utf_8(head: bytes) -> bool:
    # NOTE: the last character may be cut.
    for end in range(len(head), len(head) - 4, -1):
        try:
            head[:end].decode()
        except UnicodeDecodeError:
            continue
        return head.translate(None, _CONTROL) == head
    return False


def _decoded(data: bytes, at: int, end: int) -> tuple[bytes, str, int]:
    """
    The bytes behind a run and the lines it goes on in, their encoding, and where it ends.
    """
    hexed = _HEX.match(data, at, end)
    if hexed and end - hexed.end() <= 1:
        return binascii.unhexlify(hexed[0]), "hex", end
    pieces = [data[at:end]]
    if end - at >= _WRAPPED and (end - at) % 4 == 0:
        width = end - at
        while following := _NEXT_LINE.match(data, end):
            pieces.append(following[1])
            end = following.end()
            if len(following[1]) != width:
                break
    return _base64(b"".join(pieces)), "base64", end
