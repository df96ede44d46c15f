"""
Compiled Python: the constants of a `.pyc`, and which name each was given.

Its strings lie in the file as they are, but with their length before them and the next object's
type behind them, so that a token has letters at its borders that are not its own. A source that
was removed lives on here: an administrator's token of a package index once leaked that way.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget
from auditor.decoders.marshalled import Code, Unmarshal, Wanted
from auditor.model import Gap, Reading, Text
from auditor.patterns import lazy_regex
from auditor.records import dataclass
from auditor.streams.reading import File

SHORTEST = 6
"""
Strings shorter than this are no secrets, in bytes.
"""
LONGEST = 1 << 13
"""
A longer constant is no secret but a document, with lines of its own, in bytes.
"""
_LINES = bytes(byte if (byte >= 32 and byte != 127) or byte == 9 else 10 for byte in range(256))
_SPACES = _LINES.replace(b"\n", b" ")
_NAME = lazy_regex(rb"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class _Version:
    """
    What differs between interpreters.
    """

    start: int
    """
    Where the code begins, in bytes.
    """
    header: int
    parts: tuple[int, int]
    given: re.Pattern[bytes] | None = None
    """
    A constant is loaded (1) and stored under a name (2), an attribute's name (3), or the name of a
    local variable (4).
    """

    @property
    def search(self) -> Wanted:
        """
        Finds whether code gives anything to a name.
        """
        return self.given.search if self.given is not None else _nothing


def _nothing(code: bytes, start: int, end: int) -> None:
    return None


def _words(load: int, names: bytes, attribute: int, fast: int) -> re.Pattern[bytes]:
    """
    Code of two bytes an instruction; constants beyond the 256th are left out.
    """
    first, third, fourth = (re.escape(bytes([number])) for number in (load, attribute, fast))
    pattern = b"%b(.)(?:[%b](.)|..%b(.)|%b(.))" % (first, names, third, fourth)
    return lazy_regex(pattern, re.DOTALL)


_CLASSIC = lazy_regex(rb"d(..)(?:[Za](..)|...?_(..)|\x7d(..))", re.DOTALL)
"""
Before 3.6 an argument had two bytes.
"""
_WORDCODE = _words(100, b"Za", 95, 125)
_WORDCODE_313 = _words(83, b"rq", 108, 110)
_VERSIONS = (
    # The magic numbers that belong to each: Include/internal/pycore_magic_number.h.
    (62211, 65535, _Version(8, 16, (8, 1), _CLASSIC)),  # 2.7
    (3550, 3600, _Version(16, 20, (8, 2), _WORDCODE_313)),  # 3.13
    (3600, 4000, _Version(16, 20, (8, 2))),  # 3.14 and later
    (3450, 3550, _Version(16, 20, (8, 2), _WORDCODE)),  # 3.11, 3.12
    (3400, 3450, _Version(16, 24, (8, 1), _WORDCODE)),  # 3.8 to 3.10
    (3390, 3400, _Version(16, 20, (8, 1), _WORDCODE)),  # 3.7
    (3360, 3390, _Version(12, 20, (8, 1), _WORDCODE)),  # 3.6
    (3190, 3360, _Version(12, 20, (8, 1), _CLASSIC)),  # 3.3 to 3.5
    (3000, 3190, _Version(8, 20, (8, 1), _CLASSIC)),  # 3.0 to 3.2
)


class BytecodeDecoder:
    """
    `.pyc` of CPython 2.7 and 3.
    """

    first: bytes | None = None

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        if head[2:4] != b"\r\n":
            return False
        version = _version(head)
        return version is not None and head[version.start : version.start + 1] in (b"c", b"\xe3")

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        data = file.reader.read(budget.limits.held + 1)
        version = _version(data)
        if version is None or len(data) > budget.limits.held:
            yield Gap(file.place, "too large for bytecode: it is read as strings")
            yield Text(file.path, data, Reading.STRINGS, inside=file.inside)
            yield from BinaryDecoder().decode(file, budget)
            return
        objects = Unmarshal(data, version.start, version.header, version.parts, version.search)
        try:
            objects.read()
        except (IndexError, ValueError, ArithmeticError, RecursionError, struct.error):
            yield Gap(file.place, "damaged bytecode: it is read as strings")
            yield Text(file.path, data, Reading.STRINGS, inside=file.inside)
        given: dict[bytes, None] = {}
        named: set[bytes] = set()
        for code in objects.codes:
            for name, value in _given(code, version):
                given[name + b" = " + _written(value)] = None
                named.add(value)
        # What was given to a name is told with that alone.
        found = b"\n".join(
            [value for value in objects.strings if len(value) >= SHORTEST and value not in named]
        )
        if found:
            yield Text(file.path, found.translate(_LINES), Reading.TOKENS, inside=file.inside)
        if given:
            yield Text(file.path, b"\n".join(given), inside=file.inside)


def _version(head: bytes) -> _Version | None:
    magic = int.from_bytes(head[:2], "little")
    return next((known for first, end, known in _VERSIONS if first <= magic < end), None)


def _given(code: Code, version: _Version) -> Iterator[tuple[bytes, bytes]]:
    """
    Names, and the strings that they were given.
    """
    if version.given is None:
        return
    for match in version.given.finditer(code.code):
        value = _at(code.constants, match[1])
        stored = match[2] or match[3]
        name = _at(code.names, stored) if stored else _at(code.variables, match[4])
        if not isinstance(name, bytes) or not isinstance(value, bytes):
            continue
        if len(value) >= SHORTEST and name != b"__doc__" and _NAME.fullmatch(name):
            yield name, value


def _written(value: bytes) -> bytes:
    """
    A constant as its source had it, without escapes.
    """
    if len(value) > LONGEST:
        return value.strip().translate(_LINES)
    told = value.translate(_SPACES)
    quote = next((quote for quote in (b'"', b"'") if quote not in told), b"")
    return quote + told + quote


def _at(values: tuple[object, ...], index: bytes) -> object:
    number = int.from_bytes(index, "little")
    return values[number] if number < len(values) else None
