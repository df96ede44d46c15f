"""
detect-secrets' transformer for INI: the same lines, but in linear time.

The library compiles a pattern for each line under each key, and copies the lines that are left.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from detect_secrets.transformers.config import _is_allowlist_nextline_secret_comment

from auditor.detectors.library.filters import PRAGMA
from auditor.patterns import lazy_regex

HEADER = "[global]\n"
"""
What the eager transformer puts before a file, so that it has a section.
"""
_COMMENT = (";", "#")
_BEFORE_FIRST = lazy_regex(r"(?:\s+|[#;][^\n]*)*+")
"""
Blanks and comments.
"""
_LONE = lazy_regex(r"(?<!%)(?:%%)*%(?!%)")
_BETWEEN = " :="
"""
What stands between a key and its value.
"""


def quoted(content: str, eager: bool = False) -> list[str] | None:
    """
    The lines of an INI file as `key = "value"`, each at its place; `None` if it is none. Raises
    what configparser raises when it meets what its authors did not think of.
    """
    if not eager and not _begins_with_section(content):
        return None
    parser = configparser.ConfigParser(interpolation=_INTERPOLATION)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        lines = _lines(content)
        parser.read_file(chain([HEADER], lines) if eager else lines)
        return _quoted(_Values(parser, content))
    except configparser.Error:
        return None
    finally:
        # NOTE: a parser refers to itself; what it read would stay until the collector comes.
        parser.clear()


def _begins_with_section(content: str) -> bool:
    """
    Whether the first line that says anything may be a section: else no parser takes the text, and
    it would write the whole line into its error.
    """
    before = _BEFORE_FIRST.match(content)
    return content.startswith("[", before.end() if before else 0)


class _Interpolation(configparser.BasicInterpolation):
    """
    The library's, but a value with a `%` that stands for nothing is not written into an error: it
    may be a line of megabytes.
    """

    def before_get(
        self, parser: Any, section: str, option: str, value: str, defaults: Mapping[str, str]
    ) -> str:
        if "%" in value and "%(" not in value and _LONE.search(value):
            raise configparser.InterpolationSyntaxError(option, section, "a % that stands alone")
        return super().before_get(parser, section, option, value, defaults)


_INTERPOLATION = _Interpolation()


def _lines(content: str) -> Iterator[str]:
    """
    The lines of a text with their newlines. A parser stops at the first that it does not take, and
    `io.StringIO` would hold a large text once more, four bytes a character.
    """
    start = 0
    while end := content.find("\n", start) + 1:
        yield content[start:end]
        start = end
    if start < len(content):
        yield content[start:]


def _quoted(values: _Values) -> list[str]:
    lines: list[str] = []
    for key, value, index in values:
        lines += [""] * (index - len(lines))
        if _is_allowed(value):
            lines.append(value)
            continue
        if value[0] in "'\"" and value[-1] == value[0]:
            value = value[1:-1]
        escaped = value.replace('"', '\\"')
        lines.append(f'{key} = "{escaped}"')
    return lines


def _is_allowed(line: str) -> bool:
    """
    Whether a line is a comment that allows the next.
    """
    return PRAGMA in line and _is_allowlist_nextline_secret_comment(line)


class _Values:
    """
    Keys with their values and the indexes of their lines.
    """

    def __init__(self, parser: configparser.ConfigParser, content: str) -> None:
        self._parser = parser
        self._lines = [line.strip() for line in content.split("\n")]
        self._allowing = {n for n, line in enumerate(self._lines) if _is_allowed(line)}
        self._at = 0
        """
        The first line that belongs to no key before.
        """

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        if not self._parser.sections():
            raise configparser.Error
        for section in self._parser:
            for key, values in self._parser.items(section):
                first, *more = values.splitlines() or [""]
                given = [first, *filter(None, more)] if values else []
                for value, index in self._of_key(key, given):
                    if value:
                        yield key, value, index

    def _of_key(self, key: str, values: list[str]) -> Iterator[tuple[str, int]]:
        """
        The values of a key with their lines, and the comments between them that allow a line.
        """
        if not values:
            return
        first, told = self._at, 0
        self._at = len(self._lines)
        for index in range(first, len(self._lines)):
            line = self._lines[index]
            if index in self._allowing:
                yield line, index
            elif not line or line.startswith(_COMMENT):
                continue
            elif told == 0:
                told = int(_is_given(line, key, values[0]))
                if told:
                    yield values[0], index
            elif told == len(values):
                self._at = max(index, first + 1)
                return
            else:
                yield values[told], index
                told += 1


def _is_given(line: str, key: str, value: str) -> bool:
    """
    Whether a line begins with a key and its value.
    """
    if not line.startswith(key):
        return False
    rest = line[len(key) :]
    blanks = len(rest) - len(rest.lstrip(_BETWEEN))
    return any(rest.startswith(value, at) for at in range(blanks, 0, -1))
