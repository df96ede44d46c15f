"""
Marshalled code objects of CPython 2.7 and 3, read without the interpreter's own `marshal`, which
crashes on hostile bytes. Only strings, tuples and code are kept; the format is told in
Python/marshal.c.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Value = bytes | tuple[object, ...] | None

_REF = 0x80
_SHORT = frozenset(b"zZ")
_LONG = frozenset(b"stuaA")
_SINGLE = frozenset(b"NFTS.")
_MANY = {40: 4, 91: 4, 60: 4, 62: 4, 41: 1}
"""
`( [ < >` and `)`: the width of their count.
"""
_FIXED = {105: 4, 73: 8, 103: 8, 121: 16}
"""
`i I g y`: the width of their data.
"""
_REFERENCES = frozenset(b"rR")
_INTERNED = 116
_PYTHON_2 = 16
_WORDS = struct.Struct("<i")


@dataclass(slots=True)
class Code:
    """
    What of a code object is of use.
    """

    code: bytes = b""
    constants: tuple[object, ...] = ()
    names: tuple[object, ...] = ()
    variables: tuple[object, ...] = ()
    """
    Names of local variables.
    """


@dataclass(slots=True)
class _Frame:
    """
    A tuple or code object whose parts are being read.
    """

    left: int
    slot: int
    """
    Where it stands among the references; -1 if nothing refers to it.
    """
    is_code: bool = False
    is_dictionary: bool = False
    items: list[Value] = field(default_factory=list)


class Unmarshal:
    """
    The code objects in marshalled bytes; every string as it passes is put into `strings`.
    """

    def __init__(self, data: bytes, at: int, header: int, parts: tuple[int, int]) -> None:
        self._data = data
        self._at = at
        self._header = header
        """
        Bytes of numbers at the beginning of a code object.
        """
        self._before, self._behind = parts
        """
        Objects before the number of its first line, and behind it.
        """
        self._refs: list[Value] = []
        self.strings: list[bytes] = []

    def __iter__(self) -> Iterator[Code]:
        """
        Inner code before outer. Raises `IndexError` or `ValueError` where the bytes are damaged.
        """
        stack = [_Frame(1, -1)]
        while True:
            frame = stack[-1]
            if frame.left == 0:
                stack.pop()
                if not stack:
                    return
                if frame.is_code:
                    yield self._finish(frame)
                    self._put(stack[-1], None, -1)
                else:
                    self._put(stack[-1], tuple(frame.items), frame.slot)
                continue
            frame.left -= 1
            if frame.is_code and len(frame.items) == self._before:
                # The number of the first line stands between the objects.
                self._at += 4
            self._object(stack, frame)

    def _put(self, frame: _Frame, value: Value, slot: int) -> None:
        frame.items.append(value)
        if slot >= 0:
            self._refs[slot] = value

    def _object(self, stack: list[_Frame], frame: _Frame) -> None:
        data, at = self._data, self._at
        byte = data[at]
        kind = byte & 0x7F
        at += 1
        if kind in _SHORT:
            end = at + 1 + data[at]
            self._string(frame, byte, data[at + 1 : end], end)
        elif kind in _REFERENCES:
            number = _WORDS.unpack_from(data, at)[0]
            self._at = at + 4
            frame.items.append(self._refs[number] if 0 <= number < len(self._refs) else None)
        elif kind in _LONG:
            end = at + 4 + _WORDS.unpack_from(data, at)[0]
            if not at + 4 <= end <= len(data):
                raise ValueError("a string longer than the file")
            self._string(frame, byte, data[at + 4 : end], end)
        elif kind in _SINGLE:
            self._at = at
            self._put(frame, None, self._slot(byte))
        else:
            self._at = at
            self._larger(stack, frame, byte, kind)

    def _slot(self, byte: int) -> int:
        if not byte & _REF:
            return -1
        self._refs.append(None)
        return len(self._refs) - 1

    def _string(self, frame: _Frame, byte: int, value: bytes, end: int) -> None:
        self._at = end
        if not (frame.is_code and (not frame.items or len(frame.items) >= self._before)):
            self.strings.append(value)
        frame.items.append(value)
        if byte & _REF or (byte == _INTERNED and self._header == _PYTHON_2):
            self._refs.append(value)

    def _larger(self, stack: list[_Frame], frame: _Frame, byte: int, kind: int) -> None:
        slot = self._slot(byte)
        if kind in _MANY:
            width = _MANY[kind]
            count = int.from_bytes(self._data[self._at : self._at + width], "little")
            self._at += width
            stack.append(_Frame(count, slot))
        elif kind == 99:
            self._at += self._header
            stack.append(_Frame(self._before + self._behind, slot, is_code=True))
        elif kind in _FIXED:
            self._at += _FIXED[kind]
            self._put(frame, None, slot)
        elif kind == 123:
            stack.append(_Frame(len(self._data), slot, is_dictionary=True))
        elif kind == 58:
            stack.append(_Frame(3, slot))
        else:
            self._number(frame, kind, slot)

    def _number(self, frame: _Frame, kind: int, slot: int) -> None:
        if kind == 48:
            # NULL ends a dictionary; elsewhere it stands for nothing.
            frame.left = 0 if frame.is_dictionary else frame.left
        elif kind == 108:
            self._at += 4 + 2 * abs(_WORDS.unpack_from(self._data, self._at)[0])
        elif kind in (102, 120):
            for _ in range(1 if kind == 102 else 2):
                self._at += 1 + self._data[self._at]
        else:
            raise ValueError("no marshalled object")
        self._put(frame, None, slot)

    def _finish(self, frame: _Frame) -> Code:
        code, constants, names, variables = (*frame.items, None, None, None, None)[:4]
        return Code(
            code if isinstance(code, bytes) else b"",
            constants if isinstance(constants, tuple) else (),
            names if isinstance(names, tuple) else (),
            variables if isinstance(variables, tuple) else (),
        )
