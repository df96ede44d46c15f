"""
Decompression of data that says where it ends: raw deflate, zlib, and the methods of zip.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable

from auditor.decoders.buffer import STEP, Buffer
from auditor.streams.inflate import DECOMPRESSION_ERRORS, Decompressor, inflating

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor
else:
    from backports.zstd import ZstdDecompressor

DICTIONARY_LIMIT = 64 << 20
"""
The largest dictionary of LZMA that is made, in bytes.
"""
_PIECE = 1 << 18


class Zlib:
    """
    Deflate with the manners of the other libraries. `wbits` as in `zlib`: -15 raw, 15 zlib.
    """

    def __init__(self, wbits: int) -> None:
        self._zlib = inflating(wbits)

    @property
    def eof(self) -> bool:
        """
        Whether the data ended.
        """
        return bool(self._zlib.eof)

    @property
    def unused_data(self) -> bytes:
        """
        What came after its end.
        """
        return bytes(self._zlib.unused_data)

    @property
    def needs_input(self) -> bool:
        """
        Whether nothing more comes without new input.
        """
        return not self._zlib.unconsumed_tail and not self._zlib.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """
        The next bytes, at most `max_length`. Raises one of `DECOMPRESSION_ERRORS`.
        """
        tail = self._zlib.unconsumed_tail
        return bytes(self._zlib.decompress(tail + data if tail else data, max_length))


class ZipLzma:
    """
    LZMA as zip has it: version, size of the properties, properties, raw data (APPNOTE 5.8.8).
    """

    def __init__(self) -> None:
        self._head = b""
        self._lzma: lzma.LZMADecompressor | None = None

    @property
    def eof(self) -> bool:
        """
        Whether an end mark was seen.
        """
        return self._lzma is not None and self._lzma.eof

    @property
    def unused_data(self) -> bytes:
        """
        What came after its end.
        """
        return self._lzma.unused_data if self._lzma else b""

    @property
    def needs_input(self) -> bool:
        """
        Whether nothing more comes without new input.
        """
        return self._lzma is None or self._lzma.needs_input

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """
        The next bytes, at most `max_length`. Raises `ValueError` and `lzma.LZMAError`.
        """
        if self._lzma is None:
            self._head += data
            if len(self._head) < 9:
                return b""
            self._lzma = raw_lzma(self._head[4:9])
            data = self._head[9:]
        return self._lzma.decompress(data, max_length)


def raw_lzma(properties: bytes) -> lzma.LZMADecompressor:
    """
    A decompressor for raw LZMA with these five bytes of properties. Raises `ValueError`.
    """
    first, dictionary = properties[0], int.from_bytes(properties[1:5], "little")
    if first >= 225 or dictionary > DICTIONARY_LIMIT:
        raise ValueError("LZMA properties")
    told = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[told])


METHODS: dict[str, Callable[[], Decompressor]] = {
    "bzip2": bz2.BZ2Decompressor,
    "deflate": lambda: Zlib(-15),
    "lzma": ZipLzma,
    "lzma alone": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ),
    "zlib": lambda: Zlib(15),
    "zstd": ZstdDecompressor,
}


class Unpacked:
    """
    The uncompressed bytes of one piece of data in a buffer. At its end the buffer stands behind
    it, wherever that is; damage ends it early.
    """

    def __init__(self, source: Buffer, method: str, size: int | None = None) -> None:
        self._source = source
        self._decompressor = METHODS[method]()
        self.left = size
        """
        Compressed bytes that were not read yet, if their number is known.
        """
        self.consumed = 0
        """
        Compressed bytes that were read.
        """
        self.is_damaged = False
        self._ended = False

    @property
    def ended(self) -> bool:
        """
        Whether the end was reached, as the data says it.
        """
        return self._decompressor.eof

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        held = []
        have = 0
        while have < n and not self._ended:
            piece = self._step(min(n - have, _PIECE))
            held.append(piece)
            have += len(piece)
        return b"".join(held)

    def _step(self, most: int) -> bytes:
        fresh = self._fresh() if self._decompressor.needs_input else b""
        if self._decompressor.needs_input and not fresh:
            # NOTE: raw LZMA may have no end mark; then its size alone ends it.
            self._ended, self.is_damaged = True, self.left != 0
            return b""
        try:
            data = self._decompressor.decompress(fresh, most)
        except (zlib.error, *DECOMPRESSION_ERRORS):
            self._ended = self.is_damaged = True
            return b""
        if self._decompressor.eof:
            self._ended = True
            self._give_back(len(self._decompressor.unused_data))
        return data

    def _fresh(self) -> bytes:
        # NOTE: what is read too much is given back, so a small step where no size is known.
        most = 1 << 14 if self.left is None else min(self.left, STEP)
        data = self._source.read(most)
        self._give_back(-len(data))
        return data

    def _give_back(self, count: int) -> None:
        if count > 0:
            self._source.back(count)
        self.consumed -= count
        if self.left is not None:
            self.left += count
