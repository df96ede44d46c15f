"""
LZW as `compress` of Unix writes it (`.Z`): codes of 9 to 16 bits, in groups of eight.
"""

from __future__ import annotations

from auditor.streams.reading import Reader

_CLEAR = 256
_GROUPS = 512


def is_lzw(head: bytes) -> bool:
    """
    Whether a file that begins with `head` was written by `compress`.
    """
    return head[:2] == b"\x1f\x9d" and len(head) > 3 and 9 <= head[2] & 0x1F <= 16


class Lzw:
    """
    The uncompressed bytes. Damage ends them early.
    """

    def __init__(self, source: Reader) -> None:
        self._source = source
        flags = source.read(3)[2]
        self._most = flags & 0x1F
        self._first = 257 if flags & 0x80 else 256
        self._blocks = bool(flags & 0x80)
        self._width = 9
        self._table: list[bytes] = []
        self._reset()
        self._previous = b""
        self._out = b""
        self._ended = False
        self.is_damaged = False

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        while len(self._out) < n and not self._ended:
            self._out += self._some()
        data, self._out = self._out[:n], self._out[n:]
        return data

    def _reset(self) -> None:
        self._table = [bytes([byte]) for byte in range(256)] + [b""] * (self._first - 256)

    def _some(self) -> bytes:
        """
        What the next groups of codes of one width hold.
        """
        # NOTE: a group is eight codes; when the width changes, what is left of it is padding.
        until = (1 << self._width) - len(self._table)
        groups = max(min(until // 8, _GROUPS), 1) if self._width < self._most else _GROUPS
        out: list[bytes] = []
        for _ in range(groups):
            group = self._source.read(self._width)
            self._ended = len(group) < self._width
            if not self._group(group, out) or self._ended:
                break
        return b"".join(out)

    def _group(self, group: bytes, out: list[bytes]) -> bool:
        """
        Eight codes; `False` if the width changed, or the data is damaged.
        """
        bits = int.from_bytes(group, "little")
        width = self._width
        for number in range(len(group) * 8 // width):
            code = bits >> (number * width) & ((1 << width) - 1)
            if code == _CLEAR and self._blocks:
                self._reset()
                self._width, self._previous = 9, b""
                return False
            if not self._code(code, out):
                self._ended = self.is_damaged = True
                return False
            if len(self._table) >= 1 << width and width < self._most:
                self._width += 1
                return False
        return True

    def _code(self, code: int, out: list[bytes]) -> bool:
        table, previous = self._table, self._previous
        if code < len(table):
            entry = table[code]
        elif code == len(table) and previous:
            entry = previous + previous[:1]
        else:
            return False
        if previous and len(table) < 1 << self._most:
            table.append(previous + entry[:1])
        self._previous = entry
        out.append(entry)
        return True
