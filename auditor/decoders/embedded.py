"""
Base64 and hex in a text, where text or something compressed lies behind it.

Every text of an image passes here, so what holds no long run is passed over at the speed of
memory, and a run is decoded only if its first bytes read like something.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator

from auditor.model import Text
from auditor.patterns import lazy_regex
from auditor.streams.inflate import compression
from auditor.streams.reading import File, Held

Spot = Callable[[bytes], list[int]]
"""
The offsets behind all matches of an expression in some bytes, ascending.
"""
SHORTEST = 24
"""
Runs shorter than this are not decoded, in characters: what they hold is shorter than a token.
"""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_RUNS = bytes(98 if byte in _ALPHABET else 32 for byte in range(256))
_LONG = b"b" * SHORTEST
_HEXED = lazy_regex(rb"[0-9a-f]{24,}|[0-9A-F]{24,}")
_ZLIB = (b"x\x9c", b"x\xda", b"x\x01", b"x\x5e")
_NO_CONTROL = bytes([*range(0x20, 0x7F), 9, 10, 13, *range(0x80, 0x100)])
_NEXT_LINE = lazy_regex(rb"\r?\n[ \t]*([A-Za-z0-9+/\-_]+)(={0,2})(?=[ \t]*(?:\r?\n|\Z))")
_HEX = lazy_regex(rb"(?:[0-9a-f]{2}){24,}|(?:[0-9A-F]{2}){24,}")
_RUN = lazy_regex(rb"[A-Za-z0-9+/\-_]+")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_PRINTABLE = bytes([*range(0x20, 0x7F), 9, 10, 13])
_WIDTHS = frozenset((60, 64, 70, 72, 76))
"""
Where the usual tools wrap base64: a line as long as that may go on in a shorter one.
"""


def _where(test: Callable[[int], bool]) -> bytes:
    """
    A class of those letters of base64 whose six bits pass a test.
    """
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    chosen = bytes(letter for bits, letter in enumerate(letters) if test(bits))
    return b"[" + chosen.replace(b"+/", b"+/_\\-") + b"]"


# Three bytes are four letters: of text, the top bit of each byte is 0, and no byte is a control
# character, which shows in the letters.
_TEXT_GROUP = b"%b%b%b." % (
    _where(lambda bits: 2 <= bits < 4 or 8 <= bits < 32),
    _where(lambda bits: bits & 15 in (0, 2, 3, 4, 5, 6, 7)),
    _where(lambda bits: bits & 3 < 2),
)
_WIDE_GROUP = b"%b[AQgw][AB].A%b%bA" % (
    _where(lambda bits: 8 <= bits < 32),
    _where(lambda bits: 2 <= bits & 15 < 8),
    _where(lambda bits: bits & 3 == 0),
)
_PROMISING = lazy_regex(
    b"(?:%b){4}|%b|H4sI|KLUv/|/Td6WFoA|Qlpo[M-Z]|UEsDB|eJ|eNo|eAE|77u/|(?:[2-7][0-9a-fA-F]|0[9aAdD]){16}"
    % (_TEXT_GROUP, _WIDE_GROUP)
)
_TRIAL = 32
"""
Letters by which it shows what is behind them.
"""
_LETTER = rb"[A-Za-z0-9+/\-_]"
CANDIDATE = rb"(?:^|[^A-Za-z0-9+/\-_])(?:%b)" % b"|".join(
    b"%b%b{%d}" % (start, _LETTER, SHORTEST - length)
    for start, length in (
        (_TEXT_GROUP * 4, 16),
        (_WIDE_GROUP, 8),
        (b"(?:H4sI|KLUv|Qlpo|77u/)", 4),
        (b"/Td6WFoA", 8),
        (b"UEsDB", 5),
        (b"eJ", 2),
        (b"(?:eNo|eAE)", 3),
        (b"(?:[2-7][0-9a-fA-F]|0[9aAdD]){10}", 20),
    )
)
"""
A run that promises something, up to its `SHORTEST`th letter. In words that Hyperscan knows too,
which sees it several times as fast as Python sees any run.
"""


def embedded(text: Text, spot: Spot | None = None) -> Iterator[File]:
    """
    What is encoded in a text, in order. `spot` gives the offsets behind the matches of
    `CANDIDATE`; without it every long run is looked at.
    """
    data = text.data
    line, counted, done = text.first_line, 0, 0
    for at in _starts(data) if spot is None else [end - SHORTEST for end in spot(data)]:
        if at < done:
            continue
        end = _end(data, at)
        if _PROMISING.match(data, at) and _promises(data[at : min(end, at + _TRIAL)]):
            found, encoding, done = _decoded(data, at, end)
            line += data.count(b"\n", counted, at)
            counted = at
            if found:
                label = f"{encoding} in line {line}"
                reader = Held(found)
                inside = f"{text.inside}!{label}" if text.inside else label
                yield File(text.path, reader, len(found), inside)


def _starts(data: bytes) -> Iterator[int]:
    """
    Where long runs begin.
    """
    runs = data.translate(_RUNS)
    at = runs.find(_LONG)
    while at >= 0:
        yield at
        end = runs.find(b" ", at)
        at = runs.find(_LONG, end) if end >= 0 else -1


def _end(data: bytes, at: int) -> int:
    run = _RUN.match(data, at)
    return run.end() if run else at


def _promises(first: bytes) -> bool:
    """
    Whether a run that begins with these letters is worth decoding.
    """
    if _HEXED.match(first):
        return _reads(binascii.unhexlify(first[: len(first) // 2 * 2]))
    return _reads(_base64(first[: len(first) // 4 * 4]))


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
    if compression(head[:6]) or head.startswith((b"PK\x03\x04", *_ZLIB)):
        return True
    if not any(head[1::2]) and head[1:2]:
        # UTF-16, as PowerShell takes its commands.
        return not head[::2].translate(None, _PRINTABLE)
    return max(head) > 0x7F and not head.translate(None, _NO_CONTROL) and _is_utf_8(head)


def _is_utf_8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The head may end within a character.
        return error.reason == "unexpected end of data"
    return True


def _decoded(data: bytes, at: int, end: int) -> tuple[bytes, str, int]:
    """
    The bytes behind a run and the lines it goes on in, their encoding, and where it ends.
    """
    hexed = _HEX.match(data, at, end)
    if hexed and end - hexed.end() <= 1:
        return binascii.unhexlify(hexed[0]), "hex", end
    pieces = [data[at:end]]
    width = end - at
    while width % 4 == 0 and width >= min(_WIDTHS) and len(pieces[-1]) == width:
        following = _NEXT_LINE.match(data, end)
        length = len(following[1]) if following else 0
        if following is None or length > width or (length < width and width not in _WIDTHS):
            break
        pieces.append(following[1])
        end = following.end()
    return _base64(b"".join(pieces)), "base64", end
