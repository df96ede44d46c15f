"""
detect-secrets' filters, called directly.

The library looks up by name, for each secret and each filter, which arguments a filter takes. Here
that is done once for each of the two moments at which `scan_file` asks filters; which filters are
asked, with which arguments and in which order, is the same.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from detect_secrets.core.scan import get_filters_with_parameter
from detect_secrets.filters import allowlist, heuristic
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.util.code_snippet import CodeSnippet

from auditor.detectors.library import lines

PRAGMA = lines.PRAGMA.decode()
_ALLOWING = re.compile(f"{PRAGMA}: ?(?:allow|white)list")

LONG = 1000
"""
Up to here the library's own filters are as fast, in characters.
"""

Filter = tuple[Callable[..., Any], tuple[str, ...]]


@cache
def _of_secrets() -> tuple[Filter, ...]:
    return _filters("secret", {"filename", "secret", "plugin", "line"})


@cache
def _of_lines() -> tuple[Filter, ...]:
    return _filters("line", {"filename", "line", "context"})


@cache
def _of_contexts() -> tuple[Filter, ...]:
    return _filters("context", {"filename", "secret", "plugin", "line", "context"})


def _filters(parameter: str, known: set[str]) -> tuple[Filter, ...]:
    found = get_filters_with_parameter(parameter)
    quick: dict[Any, Callable[..., Any]] = {
        allowlist.is_line_allowlisted: _is_allowlisted,
        heuristic.is_indirect_reference: _is_indirect_reference,
        heuristic.is_likely_id_string: _is_likely_id,
    }
    named = (
        (quick.get(one, one), tuple(sorted(one.injectable_variables & known))) for one in found
    )
    return tuple(one for one in named if _may_be_asked(*one))


def _may_be_asked(one: Callable[..., Any], names: tuple[str, ...]) -> bool:
    """
    Whether a filter wants no more than these: the library asks it all the same, and goes on.
    """
    try:
        inspect.signature(one).bind(**dict.fromkeys(names))
    except TypeError:
        return False
    except ValueError:
        # What it wants is not known.
        return True
    return True


def _is_indirect_reference(line: str) -> bool:
    """
    The library's filter, asked only of lines with brackets: its pattern is slow without any.
    """
    opens, closes = "(" in line or "[" in line, ")" in line or "]" in line
    return opens and closes and bool(heuristic.is_indirect_reference(line))


def _is_likely_id(secret: str, line: str, plugin: BasePlugin | None = None) -> bool:
    """
    The library's filter: whether a word for an id stands before a value. On a long line the first
    such word is looked for once, not for each value.
    """
    if isinstance(plugin, RegexBasedDetector):
        return False
    if len(line) <= LONG:
        return bool(heuristic.is_likely_id_string(secret, line, plugin))
    first = _end_of_first_id(line)
    if first < 0:
        return False
    if isinstance(plugin, HighEntropyStringsPlugin):
        # It stands on the line somewhere, or the plugin would not have found it.
        return line.find(secret, 0, first - 1 + len(secret)) < 0
    return line.find(secret) >= first


@lru_cache(maxsize=4)
def _end_of_first_id(line: str) -> int:
    found = heuristic._get_id_detector_regex().search(line)
    return found.end() if found else -1


def may_allow(line: str, context: CodeSnippet) -> bool:
    """
    Whether a filter may reject something on a long line for what stands elsewhere on it or around
    it: a comment that allows it. Indirect references are looked for on short lines alone.
    """
    known = {_is_allowlisted, _is_indirect_reference, _is_likely_id}
    others = any(one not in known for one, _ in (*_of_lines(), *_of_contexts()))
    return others or _may_be_allowed(line) or _may_be_allowed(context.previous_line)


@cache
def wants_context() -> bool:
    """
    Whether a filter asks for the lines around one for something else than comments that allow it.
    """
    asked = (one for one, names in (*_of_lines(), *_of_contexts()) if "context" in names)
    return any(one is not _is_allowlisted for one in asked)


def _is_allowlisted(filename: str, line: str, context: CodeSnippet) -> bool:
    """
    The library's filter, asked only where its comment can be: it has twelve patterns.
    """
    if not _may_be_allowed(line) and not _may_be_allowed(context.previous_line):
        return False
    return bool(allowlist.is_line_allowlisted(filename, line, context))


def _may_be_allowed(line: str) -> bool:
    """
    Whether there may be a comment that allows a line: programs have pragmas of many kinds.
    """
    return PRAGMA in line and bool(_ALLOWING.search(line))


def _rejects(filters: tuple[Filter, ...], values: dict[str, Any]) -> bool:
    for one, names in filters:
        try:
            if one(**{name: values[name] for name in names}):
                return True
        except TypeError:
            # As in the library: this filter wants more than is known here.
            continue
    return False


@lru_cache(maxsize=4096)
def _rejects_alone(secret: str) -> bool:
    """
    Whether one of the filters that ask for the secret and nothing else rejects it.
    """
    alone = tuple(one for one in _of_secrets() if one[1] == ("secret",))
    return _rejects(alone, {"secret": secret})


@cache
def _of_more() -> tuple[Filter, ...]:
    return tuple(one for one in _of_secrets() if one[1] != ("secret",))


def wants_letters() -> bool:
    """
    Whether values without any letter are rejected.
    """
    return any(one is heuristic.is_not_alphanumeric_string for one, _ in _of_secrets())


def rejects_secret(secret: str, filename: str, plugin: BasePlugin, line: str) -> bool:
    """
    Whether a plugin's value is none by itself, or by the line that it stands on.
    """
    if _rejects_alone(secret):
        return True
    values = {"filename": filename, "secret": secret, "plugin": plugin, "line": line}
    return _rejects(_of_more(), values)


def rejects_line(filename: str, line: str, context: CodeSnippet) -> bool:
    """
    Whether nothing on a line is to be reported, such as behind an allowlist comment.
    """
    return _rejects(_of_lines(), {"filename": filename, "line": line, "context": context})


def rejects_context(
    secret: str, filename: str, plugin: BasePlugin, line: str, context: CodeSnippet
) -> bool:
    """
    Whether a plugin's value is none by the lines around it.
    """
    values = {
        "filename": filename,
        "secret": secret,
        "plugin": plugin,
        "line": line,
        "context": context,
    }
    return _rejects(_of_contexts(), values)
