"""
Python's patterns as Hyperscan takes them: wider, never narrower.

A pattern is parsed, and written again as an expression over bytes that matches wherever the
pattern matches the decoded text, whether the bytes are ASCII, UTF-8, Latin-1 or, if asked for,
UTF-16. What cannot be said over bytes is left out or widened: assertions, back references, the
difference between letters beyond ASCII. No expression reaches over a newline, since plugins are
shown one line at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import cache

# NOTE: the parser is not public, but has kept its shape since Python 2; what it does not know
# raises `Unknown`, and the pattern goes to the plain prefilter.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from auditor.detectors.prefilter.shortened import shortened

ASCII = 128
CHARACTER = 4
"""
A character beyond ASCII has at most so many bytes in UTF-8.
"""
MANY = 8
"""
How many bytes are in so many characters beyond ASCII, or more of them, is not counted: counting
costs more than it tells.
"""
LARGEST = 1000
"""
Repeats beyond this are taken as without end, in times: Hyperscan counts no further.
"""
_FOLDED = {"s": "\u017f", "k": "\u212a", "i": "\u0130\u0131"}
"""
What `re.IGNORECASE` takes for an ASCII letter though it is none.
"""
_NEWLINE, _RETURN = b"\n\r"
_BEGINNINGS = (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)
_ENDS = (ops.AT_END, ops.AT_END_STRING)
_Part = tuple[Any, Any]
"""
An operation of a parsed pattern, with what belongs to it.
"""


class Unknown(ValueError):
    """
    A pattern with a part that cannot be written as an expression.
    """


class Form(Enum):
    """
    How the characters lie in the bytes.
    """

    TEXT = auto()
    """
    Lines of text in UTF-8 or Latin-1.
    """
    STRINGS = auto()
    """
    Strings of ASCII characters, with anything between them.
    """
    WIDE = auto()
    """
    The same in UTF-16: a zero byte behind each character.
    """

    PYTHON = auto()
    """
    Characters of a string, for `re`.
    """


def superset(regex: re.Pattern[str], form: Form = Form.TEXT) -> bytes:
    """
    An expression that matches every line which the pattern matches, and maybe others. Raises
    `Unknown`.
    """
    parts = shortened(parser.parse(regex.pattern, regex.flags))
    return write(parts, bool(regex.flags & re.IGNORECASE), form).encode()


def write(parts: Iterable[tuple[Any, Any]], ignore_case: bool, form: Form) -> str:
    """
    An expression for some parts of a parsed pattern. Raises `Unknown`.
    """
    try:
        return _Writer(ignore_case, form).sequence(parts)
    except RecursionError:
        raise Unknown("nests too deep") from None


class _Class:
    """
    The characters that one position may hold: those in ASCII, and whether others.
    """

    def __init__(self, codes: Iterable[int] = (), beyond: bool = False) -> None:
        self.codes = frozenset(code for code in codes if code < ASCII)
        self.beyond = beyond

    def __or__(self, other: _Class) -> _Class:
        return _Class(self.codes | other.codes, self.beyond or other.beyond)

    def inverted(self) -> _Class:
        """
        All others. Which of those beyond ASCII are meant is not told apart.
        """
        return _Class(frozenset(range(ASCII)) - self.codes, True)


@cache
def _category(name: Any) -> _Class:
    """
    `\\w` and its kin, by what the `re` module itself says.
    """
    letter = {
        ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_NOT_DIGIT: r"\D",
        ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_NOT_SPACE: r"\S",
        ops.CATEGORY_WORD: r"\w", ops.CATEGORY_NOT_WORD: r"\W",
    }[name]  # fmt: skip
    return _Class((code for code in range(ASCII) if re.match(letter, chr(code))), True)


class _Writer:
    def __init__(self, ignore_case: bool, form: Form) -> None:
        self._ignore_case = ignore_case
        self._form = form

    def sequence(
        self, parts: Iterable[_Part], after: Sequence[_Part] = (), before: Sequence[_Part] = ()
    ) -> str:
        """
        An expression for some parts. What stands after and before them is told of a group.
        """
        parts = list(parts)
        return "".join(
            self._part(
                op, value, parts[at + 1 : at + 2] or after, parts[at - 1 : at] if at else before
            )
            for at, (op, value) in enumerate(parts)
        )

    def _part(self, op: Any, value: Any, after: Sequence[_Part], before: Sequence[_Part]) -> str:
        if op is ops.AT:
            return self._border(value, _is_word(after), _is_word(before))
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            return ""
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, getattr(ops, "POSSESSIVE_REPEAT", None)):
            return self._repeat(*value)
        if op is ops.SUBPATTERN:
            return self._group(value, after, before)
        if op is ops.BRANCH:
            branches = (self.sequence(branch, after, before) for branch in value[1])
            return f"(?:{'|'.join(branches)})"
        if op is getattr(ops, "ATOMIC_GROUP", None):
            return f"(?:{self.sequence(value)})"
        if op is ops.GROUPREF:
            return "[^\\n]*"
        return self._character(_class(op, value, self._ignore_case))

    def _border(self, kind: Any, is_before_word: bool, is_behind_word: bool) -> str:
        is_beside_word = is_before_word or is_behind_word
        if kind is ops.AT_BOUNDARY and is_beside_word and self._form is not Form.WIDE:
            return r"\b"
        if self._form is Form.STRINGS and (
            (is_before_word and kind in _BEGINNINGS) or (is_behind_word and kind in _ENDS)
        ):
            # Beside a string stands what cannot be printed, so no word goes on there.
            return r"\b"
        if self._form is Form.TEXT and kind in _ENDS:
            # NOTE: plugins are shown lines without the blanks at their ends.
            return r"[\x09\x0b-\x0d\x1c-\x20\x80-\xff]*$"
        if self._form is Form.TEXT and kind in _BEGINNINGS:
            return "^"
        return ""

    def _group(self, value: Any, after: Sequence[_Part], before: Sequence[_Part]) -> str:
        _, added, removed, parts = value
        if not (added | removed) & re.IGNORECASE:
            return f"(?:{self.sequence(parts, after, before)})"
        inner = _Writer(bool(added & re.IGNORECASE), self._form)
        return f"(?:{inner.sequence(parts, after, before)})"

    def _repeat(self, least: int, most: Any, parts: Any) -> str:
        single = parts[0] if len(parts) == 1 else None
        if single is not None and single[0] in _SINGLE:
            chosen = _class(single[0], single[1], self._ignore_case)
            if chosen.beyond and self._form is Form.TEXT:
                # One character is one to four bytes.
                most = ops.MAXREPEAT if least >= MANY or most is ops.MAXREPEAT else most * CHARACTER
                return f"{self._bytes(chosen)}{_times(least, most)}"
        return f"(?:{self.sequence(parts)}){_times(least, most)}"

    def _character(self, chosen: _Class) -> str:
        text = self._bytes(chosen)
        if self._form is not Form.TEXT or not chosen.beyond:
            return text
        if not chosen.codes:
            return f"{text}{{1,{CHARACTER}}}"
        return f"(?:{self._bytes(_Class(chosen.codes))}|[\\x80-\\xff]{{1,{CHARACTER}}})"

    def _bytes(self, chosen: _Class) -> str:
        codes = chosen.codes
        if _NEWLINE in codes:
            # NOTE: a line that was made of several has a carriage return in a newline's place.
            codes = codes - {_NEWLINE} | {_RETURN}
        high = _BEYOND.get(self._form, "") if chosen.beyond else ""
        inside = "".join(_ranges(sorted(codes))) + high
        if not inside:
            raise Unknown("asks for more than ASCII")
        text = inside if len(codes) == 1 and not high else f"[{inside}]"
        return f"(?:{text}\\x00)" if self._form is Form.WIDE else text


_BEYOND = {Form.TEXT: r"\x80-\xff", Form.PYTHON: r"\x80-\U0010ffff"}
_SINGLE = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN, ops.CATEGORY)


def _class(op: Any, value: Any, ignore_case: bool) -> _Class:
    """
    The characters that a part of one character stands for.
    """
    if op is ops.LITERAL:
        return _literal(value, ignore_case)
    if op is ops.NOT_LITERAL:
        return _literal(value, False).inverted()
    if op is ops.ANY:
        return _Class(range(ASCII), True)
    if op is ops.CATEGORY:
        return _category(value)
    if op is ops.IN:
        return _set(value, ignore_case)
    raise Unknown(f"{op} is not known")


def members(op: Any, value: Any, ignore_case: bool) -> frozenset[int]:
    """
    The bytes that a part of one character may be made of. Raises `Unknown` if it is none.
    """
    chosen = _class(op, value, ignore_case)
    return chosen.codes | frozenset(range(ASCII, 256)) if chosen.beyond else chosen.codes


def _literal(code: int, ignore_case: bool) -> _Class:
    if not ignore_case or code >= ASCII:
        return _Class([code], beyond=code >= ASCII)
    letter = chr(code).lower()
    # NOTE: what is folded to ASCII from beyond has an expression of its own, see `FOLDED`.
    return _Class([ord(letter), ord(letter.upper())])


def _set(items: Any, ignore_case: bool) -> _Class:
    negated = bool(items) and items[0][0] is ops.NEGATE
    chosen = _Class()
    for op, value in items[1:] if negated else items:
        if op is ops.RANGE:
            low, high = value
            codes = range(low, min(high, ASCII - 1) + 1)
            chosen |= _Class(codes, beyond=high >= ASCII)
            if ignore_case:
                chosen |= _Class(_both_cases(codes))
        elif op is ops.LITERAL:
            chosen |= _literal(value, ignore_case)
        else:
            chosen |= _category(value)
    return chosen.inverted() if negated else chosen


def _both_cases(codes: Iterable[int]) -> set[int]:
    return {ord(form) for code in codes for form in (chr(code).lower(), chr(code).upper())}


def _is_word(neighbour: Sequence[_Part]) -> bool:
    """
    Whether a part is ASCII letters, digits or underscores in any case. Only beside such a part a
    border between words is where Hyperscan sees one too.
    """
    if not neighbour:
        return False
    op, value = neighbour[0]
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] and len(value[2]) == 1:
        op, value = value[2][0]
    if op not in _SINGLE:
        return False
    try:
        chosen = _class(op, value, True)
    except Unknown:
        return False
    word = _category(ops.CATEGORY_WORD).codes
    return not chosen.beyond and chosen.codes <= word


def _ranges(codes: list[int]) -> Iterable[str]:
    start = 0
    for at in range(1, len(codes) + 1):
        if at < len(codes) and codes[at] == codes[at - 1] + 1:
            continue
        low, high = codes[start], codes[at - 1]
        yield _hex(low) if low == high else f"{_hex(low)}-{_hex(high)}"
        start = at


def _hex(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\x{code:02x}"


def _times(least: int, most: Any) -> str:
    least = min(least, LARGEST)
    if most is ops.MAXREPEAT or most > LARGEST:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return f"{{{least},{most}}}"


FOLDED = "|".join(
    "".join(f"\\x{byte:02x}" for byte in letter.encode())
    for letters in _FOLDED.values()
    for letter in letters
).encode()
"""
The letters in UTF-8 that `re.IGNORECASE` takes for ASCII ones: no other expression sees these.
"""
