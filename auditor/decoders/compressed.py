"""
One file compressed: gzip, bzip2, xz, zstd with all their members, zlib, LZMA alone, LZ4, LZW.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.decoders.lz4 import Lz4, is_lz4
from auditor.decoders.lzw import Lzw, is_lzw
from auditor.decoders.unpacked import Unpacked
from auditor.model import Gap, Text
from auditor.streams.inflate import Inflated, compression
from auditor.streams.reading import File, Peekable, Then

_FIRST = b"\x1f\x28\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\x5b\x5c\x5d\x5e\x5f\xfdBx\x04"
"""
With one of these every such file begins.
"""
_BZIP2 = (b"1AY&SY", b"\x17rE8P\x90")
_TRIAL = 4096


class CompressedDecoder:
    """
    A single file, compressed.
    """

    first: bytes | None = _FIRST

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head[:1] in _FIRST and kind(head) is not None

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        name = kind(file.reader.peek(_TRIAL)) or ""
        content = _content(file.reader, name)
        encoding = name.partition(" ")[0]
        if file.encoded:
            encoding = f"{file.encoded}!{encoding}"
        yield File(file.path, Peekable(content), None, file.inside, encoded=encoding)
        if isinstance(content, Inflated):
            if content.damage:
                yield Gap(file.place, content.damage)
            if content.tail.strip(b"\0"):
                behind = file.within(f"(behind the {name} data)")
                yield File(file.path, Peekable(Then(content.tail, file.reader)), None, behind)
        elif content.is_damaged:
            yield Gap(file.place, f"damaged {name} data")
        elif file.reader.peek(1):
            behind = file.within(f"(behind the {name} data)")
            yield File(file.path, file.reader, None, behind)


def _content(reader: Peekable, name: str) -> Inflated | Unpacked | Lz4 | Lzw:
    if name in ("gzip", "bzip2", "xz", "zstd"):
        return Inflated(reader, name)
    if name == "lz4":
        return Lz4(reader)
    if name == "lzw":
        return Lzw(reader)
    return Unpacked(Buffer(reader), name)


def kind(head: bytes) -> str | None:
    """
    The compression that `head` begins, if it holds what it promises.
    """
    name = compression(head[:6])
    if name == "gzip":
        return name if head[2:3] == b"\x08" and not head[3] & 0xE0 else None
    if name == "bzip2":
        return name if head[4:10] in _BZIP2 else None
    if name:
        return name
    if head[:1] == b"x":
        return "zlib" if _is_zlib(head) else None
    if is_lz4(head):
        return "lz4"
    if is_lzw(head):
        return "lzw"
    return "lzma alone" if _is_lzma_alone(head) else None


def _is_zlib(head: bytes) -> bool:
    """
    RFC 1950: no magic but a checksum of two bytes, so the beginning must inflate too.
    """
    if len(head) < 8 or int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:
        return False
    state = zlib.decompressobj()
    try:
        out = state.decompress(head[:_TRIAL], 64)
    except zlib.error:
        return False
    return len(out) >= 16 or state.eof


def _is_lzma_alone(head: bytes) -> bool:
    """
    The format before xz: properties, a dictionary of a power of two, a size that can be.
    """
    if head[:1] != b"\x5d" or len(head) < 18:
        return False
    dictionary = int.from_bytes(head[1:5], "little")
    size = int.from_bytes(head[5:13], "little")
    usual = dictionary.bit_count() == 1 and 12 <= dictionary.bit_length() <= 31
    return usual and head[13] == 0 and (size == (1 << 64) - 1 or size < 1 << 40)
