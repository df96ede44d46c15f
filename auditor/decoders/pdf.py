"""
PDF: its raw bytes as strings, and what its compressed streams hold. ISO 32000-1, 7.3.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.decoders.unpacked import Unpacked
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File, Held, Kept

MAGIC = b"%PDF-"
LIMIT = 32 << 20
"""
The largest document whose streams are opened, in bytes.
"""
_STREAM = lazy_regex(rb"stream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78][\x01-\xff])")
_IMAGE = lazy_regex(rb"/Subtype\s*/Image|/FontFile|/Length[123]\b")
_STREAM_LIMIT = 8 << 20
_SHOWN = lazy_regex(rb"\(((?:[^()\\]|\\.){0,4096})\)|<([0-9A-Fa-f\s]{0,8192})>|(T[*dDm]|ET|')")
_ESCAPED = lazy_regex(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
_CHARS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}


class PdfDecoder:
    """
    Documents with `%PDF-` at the beginning.
    """

    first: bytes | None = MAGIC[:1]

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(MAGIC)

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        data = file.reader.read(LIMIT)
        raw = File(file.path, Held(data), len(data), file.inside)
        yield from BinaryDecoder().decode(raw, budget)
        for number, found in enumerate(_STREAM.finditer(data), start=1):
            if _IMAGE.search(data, max(found.start() - 512, data.rfind(b"obj", 0, found.start()))):
                continue
            buffer = Buffer(Kept(data[found.end() : data.find(b"endstream", found.end())]))
            content = Unpacked(buffer, "zlib").read(min(_STREAM_LIMIT, max(budget.left, 0)))
            budget.spend(len(content))
            if content:
                budget.member()
                inside = file.within(f"stream {number}")
                yield Text(file.path, content, Reading.TOKENS, inside=inside)
                if shown := _shown(content):
                    yield Text(file.path, shown, inside=inside)
        if file.reader.peek(1):
            yield Gap(file.place, f"PDF larger than {LIMIT >> 20} MiB: the rest is read as strings")
            yield from BinaryDecoder().decode(file, budget)


def _shown(content: bytes) -> bytes:
    """
    The text of a page, of which a word may stand in several pieces.
    """
    if b"BT" not in content:
        return b""
    out: list[bytes] = []
    for plain, hexed, moved in _SHOWN.findall(content):
        if moved:
            out.append(b"\n")
        elif hexed:
            digits = b"".join(hexed.split())
            out.append(bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii")))
        else:
            out.append(_ESCAPED.sub(_char, plain))
    return b"".join(out)


def _char(match: re.Match[bytes]) -> bytes:
    told = match[1]
    if told in _CHARS:
        return _CHARS[told]
    if told[:1].isdigit():
        return bytes([int(told, 8) & 0xFF])
    return b"" if told.endswith(b"\n") else told
