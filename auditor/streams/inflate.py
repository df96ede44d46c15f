"""
Decompression told by magic, streamed, across members and frames.

Layers come as gzip (estargz: one member a file), zstd (zstd:chunked: many frames, some of them
skippable), xz, bzip2 or plain, and the declared media type may lie: see RFC 1952, RFC 8878 and
the image specification's layer.md.
"""

from __future__ import annotations

import bz2
import lzma
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, cast

from zlib_ng import zlib_ng

from auditor.streams.reading import CHUNK, Reader

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

MAGIC_SIZE = 6
"""
Bytes needed to tell a compression.
"""

_GZIP_ERROR = cast("type[Exception]", zlib_ng.error)
DECOMPRESSION_ERRORS = (_GZIP_ERROR, lzma.LZMAError, ZstdError, OSError, EOFError, ValueError)


class Decompressor(Protocol):
    """
    What the four libraries have in common.
    """

    @property
    def eof(self) -> bool:
        """
        Whether the member or frame ended.
        """

    @property
    def unused_data(self) -> bytes:
        """
        What came after its end.
        """

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """
        The next bytes, at most `max_length`.
        """

    @property
    def needs_input(self) -> bool:
        """
        Whether nothing more comes without new input.
        """


def inflating(wbits: int) -> Any:
    """
    What inflates one stream, as `zlib.decompressobj` does, in less time. It raises one of
    `DECOMPRESSION_ERRORS`.
    """
    return zlib_ng.decompressobj(wbits=wbits)


class _Gzip:
    """
    zlib with the manners of the other three.
    """

    def __init__(self) -> None:
        self._zlib = inflating(31)
        self._error: Exception | None = None

    @property
    def eof(self) -> bool:
        return bool(self._zlib.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._zlib.unused_data)

    @property
    def needs_input(self) -> bool:
        return not self._error and not self._zlib.unconsumed_tail and not self._zlib.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._error:
            raise self._error
        data = self._zlib.unconsumed_tail + data
        before = self._zlib.copy()
        try:
            return bytes(self._zlib.decompress(data, max_length))
        except _GZIP_ERROR as error:
            # NOTE: what this call inflated before it came to the damage is lost with it.
            self._error = error
            return _salvage(before, data)


def _salvage(state: Any, data: bytes) -> bytes:
    """
    What comes out before the damage, byte by byte.
    """
    out = bytearray()
    with suppress(_GZIP_ERROR):
        for at in range(len(data)):
            out += state.decompress(data[at : at + 1])
    return bytes(out)


def _is_skippable(head: bytes) -> bool:
    return len(head) >= 4 and 0x50 <= head[0] <= 0x5F and head[1:4] == b"\x2a\x4d\x18"


def compression(head: bytes) -> str | None:
    """
    The name of the compression that `head` (at least `MAGIC_SIZE` bytes) begins, if any.
    """
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd" or _is_skippable(head):
        return "zstd"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if head[:3] == b"BZh" and b"1" <= head[3:4] <= b"9":
        return "bzip2"
    return None


_DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    "bzip2": bz2.BZ2Decompressor,
    "gzip": _Gzip,
    "xz": lzma.LZMADecompressor,
    "zstd": ZstdDecompressor,
}


class Inflated:
    """
    The uncompressed bytes of a compressed reader.

    Damage ends the stream early and is told in `damage`, so that all before it is still read.
    """

    def __init__(self, source: Reader, kind: str) -> None:
        self._source = source
        self._kind = kind
        # NOTE: a call that comes to damage gives nothing; only gzip's can be done again.
        self._most = CHUNK if kind == "gzip" else 1 << 14
        self._current: Decompressor = _DECOMPRESSORS[kind]()
        self._pending = b""
        self._out = b""
        self._done = False
        self._inside = False
        self.damage: str | None = None
        """
        Why the stream ended before its end, once it did.
        """
        self.tail = b""
        """
        First bytes of what follows the last member and is none itself; the rest is left in the
        source.
        """

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        held = [self._out]
        have = len(self._out)
        while have < n and not self._done:
            piece = self._step(min(max(n - have, 1 << 16), self._most))
            held.append(piece)
            have += len(piece)
        data = b"".join(held)
        self._out = data[n:]
        return data[:n]

    def _step(self, size: int) -> bytes:
        if self._current.eof and not self._next_member():
            return b""
        fresh = b""
        if self._current.needs_input:
            fresh = self._pending or self._source.read(1 << 18)
            self._pending = b""
            if not fresh:
                self._finish("compressed data is cut" if self._inside else None)
                return b""
            self._inside = True
        try:
            return self._current.decompress(fresh, size)
        except DECOMPRESSION_ERRORS:
            self._finish(f"damaged {self._kind} data")
            return b""

    def _next_member(self) -> bool:
        """
        Go on with the next member or frame; `False` if none follows.
        """
        rest = self._unpadded(self._current.unused_data)
        while len(rest) < MAGIC_SIZE and (more := self._source.read(1 << 18)):
            rest = self._unpadded(rest + more)
        if compression(rest[:MAGIC_SIZE]) != self._kind:
            self.tail = rest
            self._finish(None)
            return False
        self._current = _DECOMPRESSORS[self._kind]()
        self._pending = rest
        return True

    def _unpadded(self, rest: bytes) -> bytes:
        # NOTE: xz allows zero padding in steps of four bytes between streams.
        return rest.lstrip(b"\0") if self._kind == "xz" else rest

    def _finish(self, damage: str | None) -> None:
        self._done = True
        self.damage = damage
