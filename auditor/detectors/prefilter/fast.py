"""
The prefilter with Hyperscan: all patterns of all rules in one pass over the bytes.

Patterns are compiled with `HS_FLAG_PREFILTER`, by which Hyperscan may match more than the pattern
but never less. Two things differ between its bytes and Python's text, and lines that hold them go
through the plain prefilter: characters beyond ASCII, and the separators 0x1c to 0x1f, which only
Python takes for blanks.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hyperscan
import platformdirs

from auditor.detectors.prefilter.base import Lines, Patterns
from auditor.detectors.prefilter.plain import PlainPrefilter

_SEPARATORS = ("\x1c", "\x1d", "\x1e", "\x1f")
_SEPARATOR_BYTES = tuple(mark.encode() for mark in _SEPARATORS)


class FastPrefilter:
    """
    One database of all patterns. Raises `hyperscan.error` if it takes none.
    """

    def __init__(self, patterns: Patterns) -> None:
        self._plain = PlainPrefilter(patterns)
        probes = [(n, regex) for n, group in enumerate(patterns) for regex in group or ()]
        self._rules = [rule for rule, _ in probes]
        self._database, refused = compiled([(translate(r), _flags(r)) for _, r in probes])
        # What Hyperscan does not take is left to the plain prefilter.
        left: dict[int, tuple[re.Pattern[str], ...]] = {}
        for rule, regex in (probes[number] for number in refused):
            left[rule] = (*left.get(rule, ()), regex)
        self._left = _left(patterns, left)

    def touches(self, data: bytes) -> bool:
        """
        See `Prefilter.touches`.
        """
        if self._matches(data) or (self._left is not None and self._left.touches(data)):
            return True
        separated = any(mark in data for mark in _SEPARATOR_BYTES)
        if data.isascii() and not separated:
            return False
        return self._plain.touches(_odd_lines(data, separated))

    def _matches(self, data: bytes) -> bool:
        try:
            self._database.scan(data, match_event_handler=_stop)
        except hyperscan.ScanTerminated:
            return True
        return False

    def candidates(self, text: Lines) -> dict[int, set[int]]:
        """
        See `Prefilter.candidates`.
        """
        found = self._left.candidates(text) if self._left is not None else {}
        data = text.joined.encode("utf-8", "surrogatepass")
        index = counted = 0
        for end, number in sorted(self._events(data)):
            # The match's last byte is on the line; a match of nothing is where it is.
            last = max(end - 1, 0)
            index += data.count(b"\n", counted, last)
            counted = last
            found.setdefault(index, set()).add(self._rules[number])
        for index, numbers in self._odd(text):
            found.setdefault(index, set()).update(numbers)
        return found

    def _events(self, data: bytes) -> set[tuple[int, int]]:
        events: set[tuple[int, int]] = set()

        def seen(number: int, start: int, end: int, flags: int, context: object) -> None:
            events.add((end, number))

        self._database.scan(data, match_event_handler=seen)
        return events

    def _odd(self, text: Lines) -> Iterator[tuple[int, set[int]]]:
        """
        The plain prefilter over the lines that Hyperscan would see otherwise than Python.
        """
        separated = any(mark in text.joined for mark in _SEPARATORS)
        if text.joined.isascii() and not separated:
            return
        lines = text.joined.split("\n")
        odd = [
            index
            for index, line in enumerate(lines)
            if not line.isascii() or (separated and any(mark in line for mark in _SEPARATORS))
        ]
        some = Lines("\n".join(lines[index] for index in odd))
        for index, numbers in self._plain.candidates(some).items():
            yield odd[index], numbers


def _left(
    patterns: Patterns, left: dict[int, tuple[re.Pattern[str], ...]]
) -> PlainPrefilter | None:
    """
    The plain prefilter for rules without patterns and for patterns that Hyperscan does not take.
    """
    rest = [None if group is None else left.get(n, ()) for n, group in enumerate(patterns)]
    return PlainPrefilter(rest) if any(group is None or group for group in rest) else None


def _stop(number: int, start: int, end: int, flags: int, context: object) -> bool:
    return True


def _odd_lines(data: bytes, separated: bool) -> bytes:
    return b"\n".join(
        line
        for line in data.splitlines()
        if not line.isascii() or (separated and any(mark in line for mark in _SEPARATOR_BYTES))
    )


def translate(regex: re.Pattern[str]) -> bytes:
    """
    A pattern as Hyperscan writes it, bound to one line: what a line never holds, a newline, is
    taken out of negated classes and blanks, so that no match runs through a whole file. An end of
    line may have blanks before it, since plugins are shown lines without them.
    """
    result, position, pattern, in_class = "", 0, regex.pattern, False
    while position < len(pattern):
        part = pattern[position : position + 2] if pattern[position] == "\\" else pattern[position]
        position += len(part)
        if part == "\\v":
            part = "\\x0b"
        elif part == "\\s" and not in_class:
            part = "[^\\S\\n]"
        elif part == "[" and not in_class:
            in_class = True
            for opening in ("^]", "^", "]"):
                if pattern.startswith(opening, position):
                    position += len(opening)
                    part += opening.replace("^", "^\\n").replace("]", "\\]")
                    break
        elif part == "]" and in_class:
            in_class = False
        elif part == "[":
            part = "\\["
        elif part == "$" and not in_class:
            part = "[^\\S\\n]*$"
        result += part
    verbose = "(?x)" if regex.flags & re.VERBOSE else ""
    return f"{verbose}{result}".encode()


def _flags(regex: re.Pattern[str]) -> int:
    flags = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_MULTILINE
    if regex.flags & re.IGNORECASE:
        flags |= hyperscan.HS_FLAG_CASELESS
    if regex.flags & re.DOTALL:
        flags |= hyperscan.HS_FLAG_DOTALL
    return flags


Expression = tuple[bytes, int]


def compiled(expressions: list[Expression]) -> tuple[hyperscan.Database, list[int]]:
    """
    The compiled patterns, and the numbers of those that Hyperscan does not take. From the user's
    cache if they are there: compiling takes half a second.
    """
    path = _cache_path(expressions)
    with suppress(OSError, ValueError, hyperscan.error):
        head, _, dump = path.read_bytes().partition(b"\n")
        refused = json.loads(head)
        database = hyperscan.loadb(dump, mode=hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return database, refused
    refused = []
    try:
        database = _compile(expressions, refused)
    except hyperscan.error:
        refused = [n for n, expression in enumerate(expressions) if not _is_taken(expression)]
        database = _compile(expressions, refused)
    with suppress(OSError, hyperscan.error):
        _keep(path, json.dumps(refused).encode() + b"\n" + hyperscan.dumpb(database))
    return database, refused


def _compile(expressions: list[Expression], refused: list[int]) -> hyperscan.Database:
    taken = [n for n in range(len(expressions)) if n not in refused]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expressions[n][0] for n in taken],
        flags=[expressions[n][1] for n in taken],
        ids=taken,
        elements=len(taken),
    )
    return database


def _is_taken(expression: Expression) -> bool:
    try:
        _compile([expression], [])
    except hyperscan.error:
        return False
    return True


def _cache_path(expressions: list[Expression]) -> Path:
    # NOTE: a compiled database is for one version and one kind of processor; Hyperscan refuses
    # another, and then it is compiled anew.
    key = hashlib.sha256(
        repr((importlib.metadata.version("hyperscan"), expressions)).encode()
    ).hexdigest()
    return platformdirs.user_cache_path("layer-auditor") / f"patterns-{key[:32]}.hs"


def _keep(path: Path, data: bytes) -> None:
    """
    Write at once or not at all: another process may be reading.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".patterns-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)
