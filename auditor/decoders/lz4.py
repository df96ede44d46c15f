"""
LZ4 frames, as apt keeps its package lists in images: lz4_Frame_format.md and
lz4_Block_format.md of the LZ4 project.
"""

from __future__ import annotations

from auditor.streams.reading import Reader

MAGIC = b"\x04\x22\x4d\x18"
BLOCK_LIMIT = 4 << 20
"""
The largest block that the format knows, in bytes.
"""
_HISTORY = 1 << 16


def is_lz4(head: bytes) -> bool:
    """
    Whether a file that begins with `head` is an LZ4 frame of version 1.
    """
    return head[:4] == MAGIC and len(head) >= 7 and head[4] >> 6 == 1


class Lz4:
    """
    The uncompressed bytes of all frames in a reader. Damage ends them early.
    """

    def __init__(self, source: Reader) -> None:
        self._source = source
        self._out = b""
        self._history = b""
        self._flags = 0
        self._ended = not self._frame(self._source.read(4))
        self.is_damaged = self._ended

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        while len(self._out) < n and not self._ended:
            try:
                self._out += self._block()
            except (IndexError, ValueError):
                self._ended = self.is_damaged = True
        data, self._out = self._out[:n], self._out[n:]
        return data

    def _frame(self, magic: bytes) -> bool:
        if magic != MAGIC:
            return False
        head = self._source.read(2)
        if len(head) < 2:
            return False
        self._flags = head[0]
        # Content size, dictionary id, checksum of the header.
        self._source.read(8 * (head[0] >> 3 & 1) + 4 * (head[0] & 1) + 1)
        self._history = b""
        return True

    def _block(self) -> bytes:
        size = int.from_bytes(self._exactly(4), "little")
        if not size:
            if self._flags & 4:
                self._source.read(4)
            # A frame may follow.
            self._ended = not self._frame(self._source.read(4))
            return b""
        is_plain, size = size >> 31, size & 0x7FFFFFFF
        if size > BLOCK_LIMIT + 64:
            raise ValueError("too large a block")
        data = self._exactly(size)
        if self._flags & 16:
            self._source.read(4)
        out = data if is_plain else block(data, self._history)
        if not self._flags & 32:
            self._history = (self._history + out)[-_HISTORY:]
        return out

    def _exactly(self, n: int) -> bytes:
        data = self._source.read(n)
        if len(data) < n:
            raise ValueError("cut")
        return data


def block(data: bytes, history: bytes = b"") -> bytes:
    """
    One block inflated; matches may reach back into `history`. Raises `IndexError` and
    `ValueError` if it is damaged.
    """
    out = bytearray(history)
    at, end = 0, len(data)
    while at < end:
        token = data[at]
        length, at = _length(data, at + 1, token >> 4)
        out += data[at : at + length]
        at += length
        if at >= end:
            break
        offset = data[at] | data[at + 1] << 8
        length, at = _length(data, at + 2, token & 15)
        _copy(out, offset, length + 4)
        if len(out) > BLOCK_LIMIT + _HISTORY:
            raise ValueError("too large a block")
    return bytes(out[len(history) :])


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while (more := data[at]) == 255:
            length += 255
            at += 1
        length += more
        at += 1
    return length, at


def _copy(out: bytearray, offset: int, length: int) -> None:
    start = len(out) - offset
    if offset == 0 or start < 0 or length > BLOCK_LIMIT:
        raise ValueError("a match that leads nowhere")
    if offset >= length:
        out += out[start : start + length]
    else:
        out += (bytes(out[start:]) * (length // offset + 1))[:length]
