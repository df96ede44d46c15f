"""
A text through detect-secrets' passes: as it is, and as its INI and YAML transformers rewrite it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from detect_secrets.core import scan as library
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector
from detect_secrets.transformers import get_transformed_file
from detect_secrets.util.code_snippet import get_code_snippet
from detect_secrets.util.filetype import FileType, determine_file_type

from auditor.detectors.library.rules import family, rules
from auditor.detectors.prefilter import Lines, Prefilter, make

INTERPOLATIONS = 30
"""
An INI file with more `%(name)s` than this is not expanded: each may double the text.
"""
ALIASES = 20
"""
A YAML file with more aliases than this is not expanded, for the same reason.
"""
LONGEST_LINE = 1 << 20
"""
Lines longer than this are cut for plugins, in characters; the parts overlap.
"""
_LINE_OVERLAP = 1 << 12
WILD_WORD = 200
"""
Words longer than this, in characters, and with more than `WILD_KEYWORDS` keywords are no names.
"""
WILD_KEYWORDS = 8
_LONG_WORD = re.compile(rf"\w{{{WILD_WORD},}}")
_KEYWORD = re.compile("|".join(DENYLIST), re.IGNORECASE)

_ALIAS = re.compile(r"[\[,:\-]\s*\*[A-Za-z0-9_]")
_NO_INI = re.compile(rb"^(?![#;\[=:])[!-~][^=:\n]*$", re.MULTILINE)
"""
A line for which configparser fails in every case: it begins in the first column and is neither
comment nor section nor assignment.
"""


@dataclass(frozen=True, slots=True)
class Match:
    """
    What a plugin reported.
    """

    secret_type: str
    value: str
    line: int
    """
    From 1.
    """


@cache
def prefilter(kind: str) -> Prefilter:
    """
    The prefilter for a family of rules.
    """
    return make([rule.patterns for rule in rules(kind)])


def may_match(data: bytes, filename: str, only_tokens: bool) -> bool:
    """
    Whether a text can hold anything at all, told without decoding it.
    """
    if not only_tokens and _may_be_rewritten(data, filename):
        return True
    return prefilter(family(filename, only_tokens)).touches(data)


def _may_be_rewritten(data: bytes, filename: str) -> bool:
    """
    Whether one of the transformers can make something of a text.
    """
    if determine_file_type(filename) is FileType.YAML:
        return True
    return _NO_INI.search(data) is None


def matches(content: str, filename: str, only_tokens: bool = False) -> Iterator[Match]:
    """
    All that detect-secrets' plugins and filters find in a text of that file name, each once.
    """
    seen: set[Match] = set()
    for text in _passes(content, filename, only_tokens):
        for found in scan(text, filename, only_tokens):
            if found not in seen:
                seen.add(found)
                yield found


def _passes(content: str, filename: str, only_tokens: bool) -> Iterator[Lines]:
    yield Lines.of_text(content)
    if only_tokens or not _is_safe(content, filename):
        return
    for eager in (False, True):
        try:
            lines = get_transformed_file(
                _Named(content, filename),  # type: ignore[arg-type]
                use_eager_transformers=eager,
            )
        except Exception:
            # NOTE: parsers for other people's formats fail in many ways; the lines as they are
            # were scanned already, and detect-secrets would have found nothing at all.
            lines = None
        if lines:
            yield Lines.of_list(lines)


def _is_safe(content: str, filename: str) -> bool:
    """
    Whether the transformers have anything to do, and cannot be made to work for ever.
    """
    if not _may_be_rewritten(content.encode("utf-8", "replace"), filename):
        return False
    if determine_file_type(filename) is FileType.YAML:
        return len(_ALIAS.findall(content)) <= ALIASES
    return content.count("%(") <= INTERPOLATIONS


class _Named(io.StringIO):
    """
    A text that says it is a file of that name.
    """

    def __init__(self, content: str, name: str) -> None:
        super().__init__(content, newline=None)
        self.name = name


def scan(text: Lines, filename: str, only_tokens: bool) -> Iterator[Match]:
    """
    Lines through the plugins that may find something on them.
    """
    kind = family(filename, only_tokens)
    known = rules(kind)
    chosen = prefilter(kind).candidates(text)
    for index in sorted(chosen):
        line = text.lines[index].rstrip()
        plugins = [
            known[number].plugin
            for number in sorted(chosen[index])
            if (worth := known[number].worth) is None or worth(line)
        ]
        if plugins:
            yield from _line(text.lines, line, index, filename, plugins)


def _line(
    lines: list[str], line: str, index: int, filename: str, plugins: list[BasePlugin]
) -> Iterator[Match]:
    """
    One line through plugins and all filters, as `scan_file` does it.
    """
    context = get_code_snippet(lines=lines, line_number=index + 1)
    for part in _parts(line):
        found = [
            (plugin, secret)
            for plugin in plugins
            for secret in library._scan_line(
                plugin=plugin,
                filename=filename,
                line=_tamed(part) if isinstance(plugin, KeywordDetector) else part,
                line_number=index + 1,
                context=context,
            )
            if secret.secret_value
        ]
        # NOTE: `scan_file` asks the line's filters first; they are slower than most plugins.
        if not found or library._is_filtered_out(
            required_filter_parameters=["line"], filename=filename, line=part, context=context
        ):
            continue
        for plugin, secret in found:
            if not library._is_filtered_out(
                required_filter_parameters=["context"],
                filename=filename,
                secret=secret.secret_value,
                plugin=plugin,
                line=part,
                context=context,
            ):
                yield Match(secret.type, secret.secret_value or "", index + 1)


def _tamed(line: str) -> str:
    """
    Words made of nothing but keywords, shortened: the keyword plugin tries each of them against
    the rest of the word, which for `secretsecretsecret…` takes hours.
    """
    return _LONG_WORD.sub(_shorten, line) if len(line) > WILD_WORD else line


def _shorten(word: re.Match[str]) -> str:
    many = len(_KEYWORD.findall(word[0])) > WILD_KEYWORDS
    return word[0][: WILD_WORD // 2] + word[0][-WILD_WORD // 2 :] if many else word[0]


def _parts(line: str) -> Iterator[str]:
    if len(line) <= LONGEST_LINE:
        yield line
        return
    for at in range(0, len(line), LONGEST_LINE - _LINE_OVERLAP):
        yield line[at : at + LONGEST_LINE]
