"""
Marshalled code objects of CPython 2.7 and 3, read without the interpreter's own `marshal`, which
crashes on hostile bytes. Only strings, tuples and code are kept; the format is told in
Python/marshal.c.

An image holds thousands of compiled modules, and a module thousands of objects: so the most
frequent kinds are read where they stand, without a call, and nothing is made of what is not wanted.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import repeat

from auditor.records import dataclass

Value = bytes | tuple[object, ...] | None
Wanted = Callable[[bytes, int, int], object]
"""
Whether a code object is of use, by its code: some bytes, where it begins in them and where it ends.
"""

_REF = 0x80
_SHORT = frozenset((*b"zZ", *(kind | _REF for kind in b"zZ")))
_LONG = frozenset((*b"stuaA", *(kind | _REF for kind in b"stuaA")))
_WIDTHS = {
    kind | flag: 1 + width
    for kinds, width in ((b"NFTS.0", 0), (b"i", 4), (b"Ig", 8), (b"y", 16))
    for kind in kinds
    for flag in (0, _REF)
}
"""
What is always as long, and of no use: how long it is, in bytes.
"""
_MANY = {40: 4, 91: 4, 60: 4, 62: 4, 41: 1}
"""
`( [ < >` and `)`: the width of their count.
"""
_NULL = 48
_REFERENCES = b"rR"
_CODE = 99
_NAMED = 3
"""
Constants, names, and names of local variables, which stand behind the code itself.
"""
_DICTIONARY = 123
_SLICE = 58
_INTERNED = 116
_PYTHON_2 = 16
_number = struct.Struct("<i").unpack_from
_index = struct.Struct("<I").unpack_from


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
    The code objects in marshalled bytes.
    """

    def __init__(
        self, data: bytes, at: int, header: int, parts: tuple[int, int], wanted: Wanted
    ) -> None:
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
        self._wanted = wanted
        self._refs: list[Value] = []
        self.codes: list[Code] = []
        """
        What is wanted, inner code before outer.
        """
        self.strings: list[bytes] = []
        """
        Every string as it passes, but for code and its tables.
        """

    def read(self) -> None:
        """
        Read all. Raises `IndexError`, `ValueError` and the like where the bytes are damaged, and
        `RecursionError` where they nest too deep: what was read before stays.
        """
        self._object(self._at, False)

    def _object(self, at: int, kept: bool) -> tuple[Value, int]:
        """
        The object that begins there, if it is to be kept, and where it ends.
        """
        data = self._data
        byte = data[at]
        width = _WIDTHS.get(byte)
        if width is not None:
            if byte >= _REF:
                self._refs.append(None)
            return None, at + width
        if byte in _SHORT:
            start = at + 2
            end = start + data[at + 1]
            text = data[start:end]
            self.strings.append(text)
            if byte >= _REF:
                self._refs.append(text)
            return text, end
        if byte in _LONG:
            start, end = self._long(at)
            text = data[start:end]
            self.strings.append(text)
            return text, end
        if byte & 0x7F in _REFERENCES:
            return self._referred(at), at + 5
        return self._other(at, kept)

    def _other(self, at: int, kept: bool) -> tuple[Value, int]:
        """
        The same for what is no string and no reference.
        """
        data = self._data
        kind, is_referred = data[at] & 0x7F, data[at] >= _REF
        slot = len(self._refs)
        if is_referred:
            self._refs.append(None)
        if kind == _CODE:
            return None, self._code(at + 1 + self._header)
        if kind in _MANY:
            start = at + 1 + _MANY[kind]
            count = int.from_bytes(data[at + 1 : start], "little")
            if not (kept or is_referred):
                return None, self._passed(start, count)
            items, end = self._row(start, count)
            value = tuple(items)
            if is_referred:
                self._refs[slot] = value
            return value, end
        if kind == _SLICE:
            return None, self._passed(at + 1, 3)
        if kind == _DICTIONARY:
            return None, self._dictionary(at + 1)
        return None, _behind_number(data, at + 1, kind)

    def _row(self, at: int, count: int) -> tuple[list[Value], int]:
        """
        So many objects that begin there, and where they end.
        """
        data, strings, refs, index = self._data, self.strings, self._refs, _index
        items: list[Value] = []
        for _ in repeat(None, count):
            byte = data[at]
            if byte == 114:  # r
                number = index(data, at + 1)[0]
                items.append(refs[number] if number < len(refs) else None)
                at += 5
            elif byte == 218 or byte == 122:  # Z that is referred to, z
                start = at + 2
                at = start + data[at + 1]
                text = data[start:at]
                strings.append(text)
                if byte == 218:
                    refs.append(text)
                items.append(text)
            elif byte == 99:  # c
                at = self._code(at + 1 + self._header)
                items.append(None)
            elif byte == 41:  # )
                row, at = self._row(at + 2, data[at + 1])
                items.append(tuple(row))
            elif byte == 78:  # N
                at += 1
                items.append(None)
            else:
                value, at = self._object(at, True)
                items.append(value)
        return items, at

    def _passed(self, at: int, left: int) -> int:
        """
        Pass over so many objects that begin there; where they end. Of a tuple that nobody refers
        to only the length matters: its items are so many more.
        """
        data, strings, refs = self._data, self.strings, self._refs
        while left:
            left -= 1
            byte = data[at]
            if byte == 114:  # r
                at += 5
            elif byte == 218 or byte == 122:  # Z that is referred to, z
                start = at + 2
                at = start + data[at + 1]
                text = data[start:at]
                strings.append(text)
                if byte == 218:
                    refs.append(text)
            elif byte == 41:  # )
                left += data[at + 1]
                at += 2
            elif byte == 78:  # N
                at += 1
            elif byte == 99:  # c
                at = self._code(at + 1 + self._header)
            elif byte in _LONG:
                start, at = self._long(at)
                strings.append(data[start:at])
            else:
                _, at = self._object(at, False)
        return at

    def _code(self, at: int) -> int:
        """
        A code object behind its numbers; where it ends.
        """
        data = self._data
        if data[at] in _LONG:
            start, at = self._long(at)
            wanted = self._wanted(data, start, at) is not None
            code = data[start:at] if wanted else b""
        else:
            value, at = self._object(at, True)
            code = value if isinstance(value, bytes) else b""
            wanted = self._wanted(code, 0, len(code)) is not None
        parts: list[Value] = []
        if wanted:
            parts, at = self._row(at, _NAMED)
            at = self._passed(at, self._before - 1 - _NAMED)
        else:
            at = self._passed(at, self._before - 1)
        at = self._tables(at + 4)
        if wanted:
            self.codes.append(Code(code, *map(_told, parts)))
        return at

    def _tables(self, at: int) -> int:
        """
        What stands behind the number of a code object's first line; where it ends.
        """
        data = self._data
        for _ in range(self._behind):
            byte = data[at]
            if byte == 114:  # r
                at += 5
            elif byte in _LONG:
                _, at = self._long(at)
            else:
                _, at = self._object(at, False)
        return at

    def _long(self, at: int) -> tuple[int, int]:
        """
        Where a long string begins and ends, or code or a table of it.
        """
        data = self._data
        start = at + 5
        end: int = start + _number(data, at + 1)[0]
        if not start <= end <= len(data):
            raise ValueError("a string longer than the file")
        byte = data[at]
        if byte >= _REF or (byte == _INTERNED and self._header == _PYTHON_2):
            self._refs.append(data[start:end])
        return start, end

    def _referred(self, at: int) -> Value:
        number = _index(self._data, at + 1)[0]
        return self._refs[number] if number < len(self._refs) else None

    def _dictionary(self, at: int) -> int:
        """
        Keys and values up to a NULL; where they end.
        """
        while self._data[at] & 0x7F != _NULL:
            _, at = self._object(at, False)
        return at + 1


def _told(value: Value) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _behind_number(data: bytes, at: int, kind: int) -> int:
    """
    Where a long or printed number ends that begins there. Raises `ValueError` if it is none.
    """
    if kind == 108:
        length: int = _number(data, at)[0]
        return at + 4 + 2 * abs(length)
    if kind in (102, 120):
        for _ in range(1 if kind == 102 else 2):
            at += 1 + data[at]
        return at
    raise ValueError("no marshalled object")
