"""
The prefilter with Hyperscan: all patterns of all rules in one pass over the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import hyperscan

from auditor.detectors.prefilter.base import NEAR, Hit, Patterns, Worth
from auditor.detectors.prefilter.database import Plan, compiled
from auditor.detectors.prefilter.expressions import FOLDED, Form, Unknown, superset
from auditor.detectors.prefilter.letters import may_hold_letters
from auditor.detectors.prefilter.plain import PlainPrefilter
from auditor.patterns import lazy_regex

_ASCII = int(re.ASCII)
_IGNORING_CASE = int(re.IGNORECASE)
_IGNORING_HERE = lazy_regex(r"\(\?[aLmsux]*i")
_TEXT = (Form.TEXT,)
_STRINGS = (Form.STRINGS, Form.WIDE)
_ANY = -1
"""
In place of a rule's number: all rules that ignore case.
"""

See = Callable[[int, int, int, int, object], None]
"""
What Hyperscan calls with each match: the expression's number, where it begins and ends, flags, and
what was given along.
"""


class FastPrefilter:
    """
    All patterns of all rules. Raises `hyperscan.error` if Hyperscan takes none.
    """

    def __init__(
        self,
        patterns: Patterns,
        strings: bool = False,
        once: frozenset[int] = frozenset(),
        worth: Mapping[int, Worth] | None = None,
        lettered: frozenset[int] = frozenset(),
    ) -> None:
        self._foldable = [n for n, group in enumerate(patterns) if _may_fold(group)]
        self._strings = strings
        texts = [[(regex.pattern, regex.flags) for regex in group or ()] for group in patterns]
        found = compiled(
            (texts, strings, sorted(once), sorted(lettered)),
            lambda: _plan(patterns, strings, once, lettered),
        )
        self.database = found.database
        """
        All expressions, compiled.
        """
        asked = worth or {}
        self._rules = [
            tuple((rule, asked.get(rule)) for rule in dict.fromkeys(rule for rule, _ in sources))
            for sources in found.sources
        ]
        self._left = _left(patterns, found.left, strings)

    def hits(self, data: bytes) -> list[Hit]:
        """
        See `Prefilter.hits`.
        """
        hits: list[Hit] = []
        see = self._in_strings(hits) if self._strings else self._in_text(data, hits)
        self.database.scan(data, match_event_handler=see)
        if self._left is not None:
            hits += self._left.hits(data)
        if not data.isascii():
            hits = self._unfolded(hits)
        hits.sort()
        return hits

    def _in_strings(self, hits: list[Hit]) -> See:
        """
        Takes every match: of a binary the lines are not told apart.
        """
        rules = self._rules

        def see(number: int, start: int, end: int, flags: int, context: object) -> None:
            for rule, _ in rules[number]:
                hits.append((end, rule))

        return see

    def _in_text(self, data: bytes, hits: list[Hit]) -> See:
        """
        Takes a match if its rules find it worth a look; others of the same near it on its line say
        nothing new then.
        """
        rules, find = self._rules, data.find
        last: dict[int, int] = {}

        def see(number: int, start: int, end: int, flags: int, context: object) -> None:
            before = last.get(number)
            if before is not None and end - before < NEAR and find(b"\n", before, end) < 0:
                return
            are_told = True
            for rule, worth in rules[number]:
                if worth is None or worth(data, end):
                    hits.append((end, rule))
                else:
                    are_told = False
            if are_told:
                last[number] = end

        return see

    def _unfolded(self, hits: list[Hit]) -> list[Hit]:
        """
        The hits, with every rule wherever there is a letter which stands for an ASCII one when
        case is ignored.
        """
        ends = [end for end, rule in hits if rule == _ANY]
        if not ends:
            return hits
        told = [(end, rule) for end, rule in hits if rule != _ANY]
        return [*told, *((end, rule) for end in ends for rule in self._foldable)]


def _may_fold(group: tuple[re.Pattern[str], ...] | None) -> bool:
    """
    Whether patterns of a rule may take a letter beyond ASCII for one of theirs: those that ignore
    case, unless they are for ASCII alone.
    """
    return group is None or any(
        not regex.flags & _ASCII
        and (regex.flags & _IGNORING_CASE or _IGNORING_HERE.search(regex.pattern))
        for regex in group
    )


def _plan(
    patterns: Patterns, strings: bool, once: frozenset[int], lettered: frozenset[int]
) -> Plan:
    plan = Plan()
    for rule, group in enumerate(patterns):
        for number, regex in enumerate(group or ()):
            if rule in lettered and not may_hold_letters(regex):
                continue
            for form in _STRINGS if strings else _TEXT:
                try:
                    expression = superset(regex, form), _flags(rule in once)
                except Unknown:
                    # NOTE: strings are ASCII; a pattern that asks for more is none for them.
                    if form is Form.TEXT:
                        plan.left.append((rule, number))
                    continue
                told_as = rule + len(patterns) * (form is Form.WIDE)
                plan.sources.setdefault(expression, []).append((told_as, number))
    if not strings:
        # Of a binary, only strings in ASCII are ever shown to a plugin.
        plan.sources[FOLDED, _flags(False)] = [(_ANY, 0)]
    return plan


def _flags(once: bool) -> int:
    chosen = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_MULTILINE
    return int(chosen | hyperscan.HS_FLAG_SINGLEMATCH if once else chosen)


def _left(patterns: Patterns, left: list[tuple[int, int]], strings: bool) -> PlainPrefilter | None:
    """
    The plain prefilter for rules without patterns and for patterns that Hyperscan does not take.
    """
    rest: list[tuple[re.Pattern[str], ...] | None] = [
        None if group is None else () for group in patterns
    ]
    for rule, number in dict.fromkeys((rule % len(patterns), number) for rule, number in left):
        rest[rule] = (*(rest[rule] or ()), (patterns[rule] or ())[number])
    if any(group is None or group for group in rest):
        return PlainPrefilter(rest, strings)
    return None
