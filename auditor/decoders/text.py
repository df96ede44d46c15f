"""
Text in UTF-8, UTF-16, UTF-32 and Latin-1, whole if it is not too large, else in windows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from auditor.decoders.base import HEAD
from auditor.decoders.binary import appended_zip
from auditor.decoders.budget import Budget
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File, Peekable, Then

WHOLE = 8 << 20
"""
Files up to this size are one text, in bytes.
"""
LINE = 1 << 20
"""
How much of a line that is longer than a window is looked at at once, in bytes: in memory it is many
times as large.
"""
OVERLAP = 1 << 14
"""
Bytes that two windows share where a line is longer than a window.
"""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST_OF_BOMS = frozenset((b"", *(bom[:1] for bom, _ in _BOMS)))
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}) + b"\x7f"


_WRITTEN = lazy_regex(rb"[\x20-\x7e]{4}")
"""
The least that anybody wrote.
"""
_NARROW = lazy_regex(rb"[\x20-\x7e]{16}")


class TextDecoder:
    """
    Plain text.
    """

    first: bytes | None = None

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return encoding(head) is not None

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        head = file.reader.peek(HEAD)
        is_plain = head.isascii() and b"\0" not in head
        coding = "utf-8" if is_plain else encoding(head) or "latin-1"
        data = file.reader.read(WHOLE)
        if len(data) == WHOLE or coding != "utf-8" or data.startswith(b"#!"):
            windows = _windows(file, data, coding)
            del data
            yield from windows
        elif data:
            # NOTE: nearly all are such.
            yield Text(file.path, data, inside=file.inside)


def _windows(file: File, data: bytes, coding: str) -> Iterator[File | Text | Gap]:
    """
    The same for what may be large, in another encoding, or a script before something else. `data`
    is its beginning.
    """
    line, windows = 1, 0
    while data:
        windows += 1
        more = bool(file.reader.peek(1))
        is_cut = more or (windows > 1 and len(data) > LINE)
        end, is_line = _cut(data, coding) if is_cut else (len(data), False)
        whole, rest = data[:end], data[end:]
        again = data[end - min(OVERLAP, end // 2) : end] if is_line else b""
        # NOTE: windows are large: while one is looked into or the next is read, none is here twice.
        del data
        text = whole if coding == "utf-8" else whole.decode(coding, "replace").encode()
        behind = line + (text.count(b"\n") if is_cut else 0)
        yield Text(file.path, text, inside=file.inside, first_line=line)
        if coding != "utf-8" and _NARROW.search(whole):
            # A binary may begin like UTF-16, and go on with ASCII.
            yield Text(file.path, whole, Reading.TOKENS, inside=file.inside)
        if windows == 1 and whole.startswith(b"#!") and (start := appended_zip(whole)) >= 0:
            # A script that runs the zip behind it.
            zipped = Peekable(Then(whole[start:], Then(rest, file.reader)))
            yield File(file.path, zipped, None, file.inside, encoded="zip")
            return
        del whole, text
        line = behind
        # NOTE: of a long line most is here still.
        data = again + rest
        if len(data) <= LINE:
            data += file.reader.read(WHOLE - len(data))
    if windows > 1:
        yield Gap(
            file.path,
            f"larger than {WHOLE >> 20} MiB: read line by line, "
            "INI and YAML structure is seen in parts",
        )


def encoding(head: bytes) -> str | None:
    """
    The encoding of a text that begins with `head`; `None` if it is no text.
    """
    if head[:1] in _FIRST_OF_BOMS:
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
    if b"\0" in head:
        wide = _wide(head)
        if wide or not _is_utf_8(head):
            return wide
    # NOTE: detect-secrets reads whatever is UTF-8, also between control characters and zeros.
    if _WRITTEN.search(head) and _is_utf_8(head):
        return "utf-8"
    printable = len(head.translate(None, _CONTROL))
    return "utf-8" if printable >= 0.9 * len(head) else None


def _is_utf_8(head: bytes) -> bool:
    if head.isascii():
        return True
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The head may end within a character.
        return error.reason == "unexpected end of data"
    return True


def _wide(head: bytes) -> str | None:
    """
    UTF-16 and UTF-32 without a byte order mark: Latin text has zeros in between.
    """
    if head.count(0) < 0.3 * len(head) - 1:
        # In none of these there are so few.
        return None
    first, second, third, last = (head[at::4] for at in range(4))
    inner = second.count(0) + third.count(0)
    for zeros, letters, name in ((last, first, "utf-32-le"), (first, last, "utf-32-be")):
        if zeros.count(0) == len(zeros) and inner > 1.4 * len(zeros) and 0 not in letters:
            return name
    even, odd = head[0::2], head[1::2]
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.05 * max(len(letters), 1):
            return name
    return None


def _cut(data: bytes, coding: str) -> tuple[int, bool]:
    """
    The end of the last whole line in a window, and whether there is none: then of a part of a line.
    """
    width = 4 if coding.startswith("utf-32") else 2 if coding.startswith("utf-16") else 1
    newline = "\n".encode(coding)
    at = data.rfind(newline)
    while at > 0 and at % width:
        at = data.rfind(newline, 0, at)
    if at > 0:
        return at + width, False
    end = min(len(data), LINE)
    return end - end % width, True
