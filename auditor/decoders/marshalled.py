"""
Marshalled code objects of CPython 2.7 and 3, read without the interpreter's own `marshal`, which
crashes on hostile bytes. Only strings, tuples and code are kept; the format is told in
Python/marshal.c.

An image holds thousands of compiled modules, and a module thousands of objects: so it is one loop
over local variables, the most frequent kinds first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Value = bytes | tuple[object, ...] | None

_REF = 0x80
_SHORT = frozenset((*b"zZ", *(kind | _REF for kind in b"zZ")))
_LONG = frozenset((*b"stuaA", *(kind | _REF for kind in b"stuaA")))
_SINGLE = frozenset((*b"NFTS.", *(kind | _REF for kind in b"NFTS.")))
_MANY = {40: 4, 91: 4, 60: 4, 62: 4, 41: 1}
"""
`( [ < >` and `)`: the width of their count.
"""
_FIXED = {105: 4, 73: 8, 103: 8, 121: 16}
"""
`i I g y`: the width of their data.
"""
_REFERENCE = 114
_REFERENCES = frozenset((*b"rR", *(kind | _REF for kind in b"rR")))
_CODE = 99
_DICTIONARY = 123
_INTERNED = 116
_PYTHON_2 = 16
_WORDS = struct.Struct("<i")
_INDEX = struct.Struct("<I")
_TUPLE, _OBJECTS, _BEFORE, _BEHIND = range(4)
"""
What an open object is: a tuple or the like; a dictionary or other that ends at NULL; a code object
before the number of its first line, and behind it.
"""


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
        self.strings: list[bytes] = []

    def __iter__(self) -> Iterator[Code]:  # noqa: C901 - a call for each object costs more than it
        """
        Inner code before outer. Raises `IndexError` or `ValueError` where the bytes are damaged.
        """
        data, at, size = self._data, self._at, len(self._data)
        strings, word, index = self.strings, _WORDS.unpack_from, _INDEX.unpack_from
        refs: list[Value] = []
        stack: list[tuple[list[Value], int, int, int]] = []
        # Of the innermost open object: its parts, how many are missing, what it is, and where it
        # stands among the references, -1 if nothing refers to it.
        items: list[Value] = []
        left, kind, slot = 1, _TUPLE, -1
        while True:
            while left == 0:
                if kind == _BEFORE:
                    at += 4
                    kind, left = _BEHIND, self._behind
                    break
                if not stack:
                    return
                value: Value = None
                if kind == _BEHIND:
                    yield _code(items)
                else:
                    value = tuple(items)
                    if slot >= 0:
                        refs[slot] = value
                items, left, kind, slot = stack.pop()
                items.append(value)
            left -= 1
            byte = data[at]
            at += 1
            if byte in _REFERENCES:
                number = index(data, at)[0]
                at += 4
                items.append(refs[number] if number < len(refs) else None)
                # They come in rows: the names of a code object.
                while left and data[at] == _REFERENCE:
                    number = index(data, at + 1)[0]
                    at += 5
                    left -= 1
                    items.append(refs[number] if number < len(refs) else None)
                continue
            if byte in _SHORT:
                start = at + 1
                at = start + data[at]
            elif byte in _LONG:
                start = at + 4
                at = start + word(data, at)[0]
                if not start <= at <= size:
                    raise ValueError("a string longer than the file")
            elif byte in _SINGLE:
                items.append(None)
                if byte & _REF:
                    refs.append(None)
                continue
            else:
                is_referred = byte & _REF
                byte &= 0x7F
                if is_referred:
                    refs.append(None)
                if byte in _MANY or byte in (_CODE, _DICTIONARY, 58):
                    stack.append((items, left, kind, slot))
                    items, kind = [], _TUPLE
                    slot = len(refs) - 1 if is_referred else -1
                    if byte == _CODE:
                        at += self._header
                        left, kind = self._before, _BEFORE
                    elif byte == _DICTIONARY:
                        left, kind = size, _OBJECTS
                    elif byte == 58:
                        left = 3
                    else:
                        width = _MANY[byte]
                        left = int.from_bytes(data[at : at + width], "little")
                        at += width
                    continue
                if byte == 48:
                    # NULL ends a dictionary; elsewhere it stands for nothing.
                    left = 0 if kind == _OBJECTS else left
                else:
                    at = _behind_number(data, at, byte)
                items.append(None)
                continue
            text = data[start:at]
            if kind < _BEFORE or (kind == _BEFORE and items):
                strings.append(text)
            items.append(text)
            if byte & _REF or (byte == _INTERNED and self._header == _PYTHON_2):
                refs.append(text)


def _behind_number(data: bytes, at: int, kind: int) -> int:
    """
    Where a number ends that begins there. Raises `ValueError` if it is none.
    """
    if kind in _FIXED:
        return at + _FIXED[kind]
    if kind == 108:
        length: int = _WORDS.unpack_from(data, at)[0]
        return at + 4 + 2 * abs(length)
    if kind in (102, 120):
        for _ in range(1 if kind == 102 else 2):
            at += 1 + data[at]
        return at
    raise ValueError("no marshalled object")


def _code(items: list[Value]) -> Code:
    code, constants, names, variables = (*items, None, None, None, None)[:4]
    return Code(
        code if isinstance(code, bytes) else b"",
        constants if isinstance(constants, tuple) else (),
        names if isinstance(names, tuple) else (),
        variables if isinstance(variables, tuple) else (),
    )
