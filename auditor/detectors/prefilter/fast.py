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
from auditor.records import dataclass

_ASCII = int(re.ASCII)
_IGNORING_CASE = int(re.IGNORECASE)
_IGNORING_HERE = lazy_regex(r"\(\?[aLmsux]*i")
_TEXT, _ASCII_TEXT = (Form.TEXT,), (Form.ASCII,)
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


@dataclass(frozen=True, slots=True)
class _Table:
    """
    What is looked for in bytes of one kind.
    """

    database: hyperscan.Database
    """
    All expressions, compiled.
    """
    rules: list[tuple[tuple[int, Worth | None], ...]]
    """
    By the numbers of the expressions.
    """
    left: PlainPrefilter | None
    """
    What looks for patterns that have no expression.
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
        self._patterns = patterns
        self._strings = strings
        self._once = once
        self._worth = worth or {}
        self._lettered = lettered
        # NOTE: most texts are ASCII. What else there may be is looked for in others alone: it takes
        # Hyperscan a quarter more time.
        self._narrow = self._compiled(_STRINGS if strings else _ASCII_TEXT)
        self._wide = self._narrow if strings else None

    def database(self, data: bytes) -> hyperscan.Database:
        """
        All expressions that some bytes are searched for, compiled.
        """
        return (self._narrow if data.isascii() else self._for_any()).database

    def _for_any(self) -> _Table:
        """
        What is looked for in bytes that may be anything, made when first asked for.
        """
        if self._wide is None:
            self._wide = self._compiled(_TEXT)
        return self._wide

    def _compiled(self, forms: tuple[Form, ...]) -> _Table:
        patterns, once, lettered = self._patterns, self._once, self._lettered
        texts = [[(regex.pattern, regex.flags) for regex in group or ()] for group in patterns]
        found = compiled(
            (texts, tuple(form.name for form in forms), sorted(once), sorted(lettered)),
            lambda: _plan(patterns, forms, once, lettered),
        )
        rules = [
            tuple(
                (rule, self._worth.get(rule)) for rule in dict.fromkeys(rule for rule, _ in sources)
            )
            for sources in found.sources
        ]
        return _Table(found.database, rules, _left(patterns, found.left, self._strings))

    def hits(self, data: bytes) -> list[Hit]:
        """
        See `Prefilter.hits`.
        """
        hits: list[Hit] = []
        is_ascii = data.isascii()
        table = self._narrow if is_ascii else self._for_any()
        see = _in_strings(table, hits) if self._strings else _in_text(table, data, hits)
        table.database.scan(data, match_event_handler=see)
        if table.left is not None:
            hits += table.left.hits(data)
        if not is_ascii:
            hits = self._unfolded(hits)
        hits.sort()
        return hits

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


def _in_strings(table: _Table, hits: list[Hit]) -> See:
    """
    Takes every match: of a binary the lines are not told apart.
    """
    rules = table.rules

    def see(number: int, start: int, end: int, flags: int, context: object) -> None:
        for rule, _ in rules[number]:
            hits.append((end, rule))

    return see


def _in_text(table: _Table, data: bytes, hits: list[Hit]) -> See:
    """
    Takes a match if its rules find it worth a look; others of the same near it on its line say
    nothing new then.
    """
    rules, find = table.rules, data.find
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
    patterns: Patterns, forms: tuple[Form, ...], once: frozenset[int], lettered: frozenset[int]
) -> Plan:
    plan = Plan()
    for rule, group in enumerate(patterns):
        for number, regex in enumerate(group or ()):
            if rule in lettered and not may_hold_letters(regex):
                continue
            for form in forms:
                try:
                    expression = superset(regex, form), _flags(rule in once)
                except Unknown:
                    # NOTE: strings are ASCII; a pattern that asks for more is none for them.
                    if form not in _STRINGS:
                        plan.left.append((rule, number))
                    continue
                told_as = rule + len(patterns) * (form is Form.WIDE)
                plan.sources.setdefault(expression, []).append((told_as, number))
    if Form.TEXT in forms:
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
