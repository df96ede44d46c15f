"""
The prefilter with Hyperscan: all patterns of all rules in one pass over the bytes.

Patterns are compiled with `HS_FLAG_PREFILTER`, by which Hyperscan may match more than the pattern
but never less. Lines that are not ASCII have a database of their own, in which classes such as
`\\w` are widened rather than taught Unicode, which would take seconds to compile.
"""

from __future__ import annotations

import re
from functools import cached_property

import hyperscan

from auditor.detectors.prefilter.base import Lines, Patterns
from auditor.detectors.prefilter.database import compiled
from auditor.detectors.prefilter.expressions import flags, translate
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
            [(translate(r, wide), flags(r, wide)) for _, r in probes]
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
