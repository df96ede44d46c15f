"""
detect-secrets' transformers: INI and YAML with quotes around every value.

They are slow, and seldom make anything out of a text that was not there before. A text is handed
to them only if its values, quoted, could be anything to a plugin.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from detect_secrets.util.filetype import FileType, determine_file_type

from auditor.detectors.library import ini
from auditor.detectors.library.lines import Lines
from auditor.detectors.library.rules import rules
from auditor.detectors.library.yaml_tags import are_unknown
from auditor.detectors.prefilter import Prefilter, Worth, make
from auditor.detectors.prefilter.cores import cores
from auditor.patterns import lazy_regex
from auditor.records import dataclass

INTERPOLATIONS = 30
"""
An INI file with more `%(name)s` than this is not expanded: each may double the text.
"""
ALIASES = 20
"""
A YAML file with more aliases than this is not expanded, for the same reason.
"""

_ALIAS = lazy_regex(r"[\[,:\-]\s*\*[A-Za-z0-9_]")
_NO_INI = lazy_regex(rb"\n(?![#;\[=:])[!-~][^=:\n]*$", re.MULTILINE)
"""
A line for which configparser fails in every case, with the newline before it, by which it is found
fast: it begins in the first column and is neither comment nor section nor assignment.
"""
_NO_INI_FIRST = lazy_regex(rb"(?![#;\[=:])[!-~][^=:\n]*$", re.MULTILINE)
"""
The same for the first line of a text.
"""
_MADE_IN_INI = lazy_regex(rb"%\(")
_MADE_IN_YAML = lazy_regex(rb"\"[^\"\n]*\\|!!binary|[^\s:,\[{(]''[^\s,\]})]")
"""
What makes a value that does not stand in the file as it is: interpolation, escapes, binaries.
"""


def rewritten(text: Lines, filename: str) -> Iterator[Lines]:
    """
    What the transformers make of a text in which a plugin may find something.
    """
    is_yaml = _type_of(filename) is FileType.YAML
    if not is_yaml and (_NO_INI_FIRST.match(text.data) or _NO_INI.search(text.data)):
        return
    is_made = (_MADE_IN_YAML if is_yaml else _MADE_IN_INI).search(text.data) is not None
    if not is_made and not _may_say_more(text.data):
        return
    content = text.content()
    if is_yaml and len(_ALIAS.findall(content)) > ALIASES:
        return
    if not is_yaml and content.count("%(") > INTERPOLATIONS:
        return
    for transform in _TRANSFORMERS:
        try:
            lines = transform(content, filename)
        except Exception:
            # NOTE: parsers for other people's formats fail in many ways; the lines as they are
            # were scanned already, and detect-secrets would have found nothing at all.
            lines = None
        if lines:
            yield Lines.of_list(lines)


def _first(content: str, filename: str) -> list[str] | None:
    """
    What detect-secrets makes of a file before it looks at the lines as they are.
    """
    lines = ini.quoted(content)
    if lines is None and _type_of(filename) is FileType.YAML and not are_unknown(content):
        # Few images need it, and it is slow to load.
        from detect_secrets.transformers.yaml import YAMLTransformer

        lines = YAMLTransformer().parse_file(_Named(content, filename))  # type: ignore[arg-type]
    return lines


def _eager(content: str, filename: str) -> list[str] | None:
    """
    What it makes of one in which it found nothing: of any whose type it does not know.
    """
    other = _type_of(filename) is FileType.OTHER
    return ini.quoted(content, eager=True) if other else None


_TRANSFORMERS = (_first, _eager)


def _type_of(filename: str) -> FileType:
    stem, dot, extension = filename.rpartition("/")[2].rpartition(".")
    return _type_by(dot + extension if stem.strip(".") else "")


@lru_cache(maxsize=1024)
def _type_by(extension: str) -> FileType:
    return determine_file_type(f"x{extension}")


class _Named(io.StringIO):
    """
    A text that says it is a file of that name.
    """

    def __init__(self, content: str, name: str) -> None:
        super().__init__(content, newline=None)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Wanted:
    """
    What must all be in a file before a pattern can match in its values.
    """

    patterns: tuple[re.Pattern[str], ...]
    worth: Worth | None = None


def _may_say_more(data: bytes) -> bool:
    """
    Whether a plugin may find something in the values of a text, once they are quoted.
    """
    wanted = _wanted()
    if wanted is None:
        return True
    hits = _in_values().hits(data)
    if not hits:
        return False
    owners = _owners()
    missing = [len(one.patterns) for one in wanted]
    told: set[int] = set()
    for _, number in hits:
        owner = owners[number]
        if number not in told:
            told.add(number)
            missing[owner] -= 1
            if not missing[owner]:
                return True
    return False


@cache
def _wanted() -> tuple[_Wanted, ...] | None:
    """
    One for each pattern of each rule; `None` if of one nothing can be told.
    """
    found = [_Wanted((regex,), rule.bare_worth) for rule in rules() for regex in rule.bare or ()]
    for rule in rules():
        if rule.bare is None:
            found += [_Wanted(cores(regex)) for regex in rule.patterns or ()]
    told = all(one.patterns for one in found) and all(
        rule.bare is not None or rule.patterns is not None for rule in rules()
    )
    return tuple(found) if told else None


@cache
def _owners() -> tuple[int, ...]:
    return tuple(n for n, one in enumerate(_wanted() or ()) for _ in one.patterns)


@cache
def _in_values() -> Prefilter:
    wanted = _wanted() or ()
    asked = ((number, wanted[owner].worth) for number, owner in enumerate(_owners()))
    worth = {number: ask for number, ask in asked if ask is not None}
    once = frozenset(range(len(_owners()))) - frozenset(worth)
    return make([(regex,) for one in wanted for regex in one.patterns], once=once, worth=worth)


def forget() -> None:
    """
    See `rules.forget`.
    """
    for made in (_wanted, _owners, _in_values):
        made.cache_clear()
