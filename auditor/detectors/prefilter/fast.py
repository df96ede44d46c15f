"""
The prefilter with Hyperscan: all patterns of all rules in one pass over the bytes.

Patterns are compiled with `HS_FLAG_PREFILTER`, by which Hyperscan may match more than the pattern
but never less. Lines that are not ASCII have a database of their own, in which classes such as
`\\w` are widened rather than taught Unicode, which would take seconds to compile.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import hyperscan
import platformdirs

from auditor.detectors.prefilter.base import Lines, Patterns
from auditor.detectors.prefilter.plain import PlainPrefilter

_TURKISH = ("İ", "ı")
"""
What `re.IGNORECASE` takes for an `i`, and Unicode's case folding does not.
"""


class FastPrefilter:
    """
    All patterns of all rules. Raises `hyperscan.error` if Hyperscan takes none.
    """

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    @cached_property
    def _ascii(self) -> _Matcher:
        return _Matcher(self._patterns, wide=False)

    @cached_property
    def _wide(self) -> _Matcher:
        return _Matcher(self._patterns, wide=True)

    def touches(self, data: bytes) -> bool:
        """
        See `Prefilter.touches`.
        """
        if self._ascii.touches(data):
            return True
        if data.isascii():
            return False
        odd = b"\n".join(line for line in data.splitlines() if not line.isascii())
        try:
            text = odd.decode()
        except UnicodeDecodeError:
            text = odd.decode("latin-1")
        return any(self._wide.touches(form.encode("utf-8", "replace")) for form in _forms(text))

    def candidates(self, text: Lines) -> dict[int, set[int]]:
        """
        See `Prefilter.candidates`.
        """
        found = self._ascii.candidates(text, text.joined.encode("utf-8", "replace"))
        if text.joined.isascii():
            return found
        lines = text.joined.split("\n")
        odd = [index for index, line in enumerate(lines) if not line.isascii()]
        for form in _forms("\n".join(lines[index] for index in odd)):
            some = self._wide.candidates(Lines(form), form.encode("utf-8", "replace"))
            for number, rules in some.items():
                found.setdefault(odd[number], set()).update(rules)
        return found


def _forms(text: str) -> list[str]:
    """
    The text, and as `re.IGNORECASE` sees it where Unicode's case folding does not.
    """
    forms = [text]
    if any(letter in text for letter in _TURKISH):
        forms.append(text.replace("İ", "i").replace("ı", "i"))
    return forms


class _Matcher:
    """
    One database, and the plain prefilter for what it does not take.
    """

    def __init__(self, patterns: Patterns, wide: bool) -> None:
        probes = [(n, regex) for n, group in enumerate(patterns) for regex in group or ()]
        self._rules = [rule for rule, _ in probes]
        self._database, refused = compiled(
            [(translate(r, wide), _flags(r, wide)) for _, r in probes]
        )
        left: dict[int, tuple[re.Pattern[str], ...]] = {}
        for rule, regex in (probes[number] for number in refused):
            left[rule] = (*left.get(rule, ()), regex)
        self._left = _left(patterns, left)

    def touches(self, data: bytes) -> bool:
        """
        Whether anything matches in ASCII, or in UTF-8 if this one is wide.
        """
        try:
            self._database.scan(data, match_event_handler=_stop)
        except hyperscan.ScanTerminated:
            return True
        return self._left is not None and self._left.touches(data)

    def candidates(self, text: Lines, data: bytes) -> dict[int, set[int]]:
        """
        See `Prefilter.candidates`; `data` is the text in ASCII or UTF-8.
        """
        found = self._left.candidates(text) if self._left is not None else {}
        index = counted = 0
        for end, number in sorted(self._events(data)):
            # The match's last byte is on the line; a match of nothing is where it is.
            last = max(end - 1, 0)
            index += data.count(b"\n", counted, last)
            counted = last
            found.setdefault(index, set()).add(self._rules[number])
        return found

    def _events(self, data: bytes) -> set[tuple[int, int]]:
        events: set[tuple[int, int]] = set()

        def seen(number: int, start: int, end: int, flags: int, context: object) -> None:
            events.add((end, number))

        self._database.scan(data, match_event_handler=seen)
        return events


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


_BLANKS = r" \t\r\x0b\x0c\x1c-\x1f"
"""
What Python takes for blanks in ASCII, without the newline, as a part of a class.
"""
_WIDE_BLANKS = r"\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_BEYOND = r"\x{80}-\x{10ffff}"


def translate(regex: re.Pattern[str], wide: bool = False) -> bytes:
    """
    A pattern as Hyperscan writes it, bound to one line: what a line never holds, a newline, is
    taken out of negated classes and blanks, so that no match runs through a whole file. An end of
    line may have blanks before it, since plugins are shown lines without them.

    If `wide`, classes whose meaning in Python goes beyond ASCII hold all that is beyond ASCII.
    """
    blanks = _BLANKS + (_WIDE_BLANKS if wide else "")
    result, position, pattern, within = "", 0, regex.pattern, ""
    while position < len(pattern):
        part = pattern[position : position + 2] if pattern[position] == "\\" else pattern[position]
        position += len(part)
        if within:
            result += _in_class(part, blanks, wide) if within == "[" else _negated(part)
            within = "" if part == "]" else within
            continue
        if part == "[":
            within = "[^" if pattern.startswith("^", position) else "["
            position += len(within) - 1
            part = "[^\\n" if within == "[^" else "["
            if pattern.startswith("]", position):
                position, part = position + 1, part + "\\]"
        result += _outside(part, blanks, wide)
    verbose = "(?x)" if regex.flags & re.VERBOSE else ""
    return f"{verbose}{result}".encode()


def _negated(part: str) -> str:
    """
    A part of a negated class: taken as ASCII, it keeps out less than Python would.
    """
    return {"\\v": "\\x0b", "[": "\\["}.get(part, part)


def _in_class(part: str, blanks: str, wide: bool) -> str:
    """
    A part of a class that is not negated: it may hold more, never less.
    """
    if part == "\\s":
        return blanks
    if part in ("\\w", "\\d") and wide:
        return part + _BEYOND
    return {"\\v": "\\x0b", "[": "\\["}.get(part, part)


def _outside(part: str, blanks: str, wide: bool) -> str:
    if part == "\\s":
        return f"[{blanks}]"
    if part == "$":
        return f"[{blanks}]*$"
    if part in ("\\w", "\\d") and wide:
        return f"[{part}{_BEYOND}]"
    if part in ("\\b", "\\B") and wide:
        # What is a word differs, so its borders are not asked for.
        return ""
    return "\\x0b" if part == "\\v" else part


def _flags(regex: re.Pattern[str], wide: bool) -> int:
    flags = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_MULTILINE
    flags |= hyperscan.HS_FLAG_UTF8 if wide else 0
    if regex.flags & re.IGNORECASE:
        flags |= hyperscan.HS_FLAG_CASELESS
    if regex.flags & re.DOTALL:
        flags |= hyperscan.HS_FLAG_DOTALL
    return int(flags)


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
