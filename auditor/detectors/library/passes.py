"""
A text through detect-secrets' passes: as it is, and as its INI and YAML transformers rewrite it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import log2

from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import (
    HexHighEntropyString,
    HighEntropyStringsPlugin,
)
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.util.code_snippet import CodeSnippet

from auditor.detectors.library import keywords
from auditor.detectors.library.filters import (
    may_allow,
    rejects_context,
    rejects_line,
    rejects_secret,
    wants_context,
)
from auditor.detectors.library.lines import OPEN, Line, Lines
from auditor.detectors.library.providers import ProviderPlugin
from auditor.detectors.library.rewritten import rewritten
from auditor.detectors.library.rules import COMPILED, TOKENS, allowed, family, in_text, rules
from auditor.detectors.prefilter import NEAR, Hit
from auditor.model import Confidence
from auditor.records import dataclass

LONG_LINE = 1 << 14
"""
Of lines longer than this our own rules see only what lies around a hit, in bytes.
"""
BEFORE = 1 << 10
BEHIND = 1 << 13
"""
How much of it is seen, in bytes. A rule whose matches are all short sees no more than may be one.
"""
CHARACTER = 4
"""
The bytes of a character in UTF-8, at most.
"""
LONGEST_LINE = 1 << 20
"""
Lines longer than this are cut for plugins, in characters; the parts overlap.
"""
_LINE_OVERLAP = 1 << 12
ROUNDING = 1e-6
"""
So many bits are no matter of rounding.
"""
_ANY_ENTROPY = HighEntropyStringsPlugin.calculate_shannon_entropy
_ENTROPIES = (_ANY_ENTROPY, HexHighEntropyString.calculate_shannon_entropy)
_OF_ALL, _OF_ENTROPY = BasePlugin.analyze_line, HighEntropyStringsPlugin.analyze_line


Spots = dict[int, list[int]]
"""
By the numbers of rules, the offsets of their hits on a line, ascending.
"""


@dataclass(frozen=True, slots=True)
class Match:
    """
    What a plugin reported.
    """

    secret_type: str
    value: str
    line: Line
    origin: Lines
    """
    The text that was scanned, or what a transformer made of it; the line is one of its own.
    """
    judgement: tuple[Confidence, str] | None = None
    """
    What one of our own rules says of it; `None` for detect-secrets' plugins.
    """
    near: str | None = None
    """
    What lies around it on a long line, if it was found there.
    """


def matches(
    text: Lines, filename: str, only_tokens: bool = False, is_file: bool = True
) -> Iterator[Match]:
    """
    All that detect-secrets' plugins and filters find in a text of that file name, each once. Only
    a file is tried as INI and YAML.
    """
    kind = TOKENS if only_tokens else family(filename) if is_file else COMPILED
    hits = in_text().hits(text.data)
    seen: set[tuple[str, str, int]] = set()
    for found in scan(text, hits, filename, kind) if hits else ():
        seen.add((found.secret_type, found.value, text.index(found.line)))
        yield found
    for made in rewritten(text, filename) if is_file and not only_tokens else ():
        for found in scan(made, in_text().hits(made.data), filename, kind):
            key = (found.secret_type, found.value, made.index(found.line))
            if key not in seen:
                seen.add(key)
                yield found


def scan(text: Lines, hits: Iterable[Hit], filename: str, kind: str) -> Iterator[Match]:
    """
    The lines of some hits through the plugins that may find something on them. Offsets ascend.
    """
    known, chosen = rules(), allowed(kind)
    line: Line | None = None
    spots: Spots = {}
    for end, number in hits:
        if number not in chosen:
            continue
        here = text.at(end, line)
        if here is not line and line is not None:
            yield from _line(
                text, line, filename, [(known[n].plugin, spots[n]) for n in sorted(spots)]
            )
            spots = {}
        line = here
        spots.setdefault(number, []).append(end)
    if line is not None:
        yield from _line(text, line, filename, [(known[n].plugin, spots[n]) for n in sorted(spots)])


def _line(
    text: Lines, line: Line, filename: str, plugins: list[tuple[BasePlugin, list[int]]]
) -> Iterator[Match]:
    """
    One line through plugins and all filters, as `scan_file` does it. With each plugin come the
    offsets at which it may find something.
    """
    own: list[tuple[ProviderPlugin, list[int]]] = []
    others: list[tuple[BasePlugin, list[int]]] = []
    for plugin, ends in plugins:
        # NOTE: a plugin's class is abstract, and `isinstance` is slow there.
        if type(plugin) is ProviderPlugin:
            own.append((plugin, ends))
        else:
            others.append((plugin, ends))
    if line.end - line.start > LONG_LINE:
        yield from _of_rules_around(text, line, own)
        yield from _of_long_line(text, line, filename, others)
        return
    yield from _of_rules(text, line, [plugin for plugin, _ in own])
    if others:
        whole = text.text(line).rstrip()
        told = _told([plugin for plugin, _ in others], whole, filename)
        yield from _let_through(told, text, line, filename, whole)


def _told(plugins: Iterable[BasePlugin], part: str, filename: str) -> list[tuple[BasePlugin, str]]:
    """
    What plugins find on a line, or a part of it, but for what is no secret by itself.
    """
    return [
        (plugin, value)
        for plugin in plugins
        for value in _values(plugin, part, filename)
        if value and not rejects_secret(value, filename, plugin, part)
    ]


def _let_through(
    told: Sequence[tuple[BasePlugin, str]], text: Lines, line: Line, filename: str, part: str
) -> Iterator[Match]:
    """
    What the filters leave of values on a line, or a part of it.
    """
    if not told:
        return
    # NOTE: `scan_file` asks the line's filters first; they are slower than most plugins.
    matters = text.has_pragma or wants_context()
    context = text.context(line) if matters else CodeSnippet([part], 0, 0)
    if rejects_line(filename, part, context):
        return
    for plugin, value in told:
        if not rejects_context(value, filename, plugin, part, context):
            yield Match(plugin.secret_type, value, line, text)


def _of_long_line(
    text: Lines, line: Line, filename: str, plugins: list[tuple[BasePlugin, list[int]]]
) -> Iterator[Match]:
    """
    The same for a long line: whoever needs no more sees only what lies around the offsets, and
    nothing is looked for on all of the line for each value.
    """
    if not plugins:
        return
    whole = text.text(line).rstrip()
    context = text.context(line)
    allowing = may_allow(whole, context)
    parts = list(_parts(whole)) if allowing or not all(_sees_less(p) for p, _ in plugins) else []
    for plugin, ends in plugins:
        if not _sees_less(plugin):
            continue
        for near in text.windows(line, ends, BEFORE, BEHIND):
            for _, value in _told([plugin], near, filename):
                holders = (part for part in parts if value in part) if allowing else ()
                if allowing and all(rejects_line(filename, part, context) for part in holders):
                    continue
                yield Match(plugin.secret_type, value, line, text, near=near)
    rest = [plugin for plugin, _ in plugins if not _sees_less(plugin)]
    for part in parts if rest else ():
        told = _told(rest, part, filename)
        if allowing:
            yield from _let_through(told, text, line, filename, part)
        else:
            yield from (Match(plugin.secret_type, value, line, text) for plugin, value in told)


def _of_rules(text: Lines, line: Line, plugins: list[ProviderPlugin]) -> Iterator[Match]:
    """
    One line through our own rules, which judge by themselves: detect-secrets' filters drop UUIDs
    and what looks like a call.
    """
    if not plugins:
        return
    whole = text.text(line).rstrip()
    if whole.endswith(OPEN):
        # The value stands alone on the next line, as in XML.
        whole = " ".join(more.strip() for more in text.following(line, 2))
    for part in _parts(whole):
        for plugin in plugins:
            for found in plugin.look(part):
                judgement = found.confidence, found.reason
                yield Match(plugin.secret_type, found.value, line, text, judgement)


def _of_rules_around(
    text: Lines, line: Line, plugins: list[tuple[ProviderPlugin, list[int]]]
) -> Iterator[Match]:
    """
    A long line through our own rules: only what lies around the offsets, each value once.
    """
    width = 1 if text.data.isascii() else CHARACTER
    for plugin, ends in plugins:
        told: set[str] = set()
        reach = min(plugin.longest * width + NEAR, BEHIND)
        for part in text.windows(line, ends, min(reach, BEFORE), reach):
            for found in plugin.look(part):
                if found.value not in told:
                    told.add(found.value)
                    judgement = found.confidence, found.reason
                    yield Match(plugin.secret_type, found.value, line, text, judgement)


def _sees_less(plugin: BasePlugin) -> bool:
    """
    Whether a plugin finds all it finds on a long line around its offsets. It goes by its
    patterns alone.
    """
    return isinstance(plugin, RegexBasedDetector) and type(plugin).analyze_line is _OF_ALL


def _values(plugin: BasePlugin, line: str, filename: str) -> Iterable[str]:
    """
    What a plugin finds on a line, each once, in an order that is the same in every process. Of
    plugins that are known, without the records around it.
    """
    method = type(plugin).analyze_line
    if method is _OF_ENTROPY and isinstance(plugin, HighEntropyStringsPlugin):
        return dict.fromkeys(v for v in plugin.analyze_string(line) if _is_random(plugin, v))
    if method is _OF_ALL and isinstance(plugin, RegexBasedDetector):
        return dict.fromkeys(plugin.analyze_string(line))
    if type(plugin) is KeywordDetector and not plugin.keyword_exclude:
        return keywords.values(line, filename)
    found = plugin.analyze_line(filename=filename, line=line, line_number=1)
    return sorted({secret.secret_value or "" for secret in found})


def _is_random(plugin: HighEntropyStringsPlugin, value: str) -> bool:
    """
    Whether a value's entropy is above the plugin's limit. Near to it, and where something else may
    matter, the plugin itself tells, which adds up all of its alphabet.
    """
    limit, entropy = plugin.entropy_limit, type(plugin).calculate_shannon_entropy
    if entropy in _ENTROPIES:
        characters = set(value)
        bits = _bits(value, characters)
        if bits < limit - ROUNDING:
            return False
        # Of numbers less is told.
        is_plain = entropy is _ANY_ENTROPY or (value.isalnum() and not value.isdecimal())
        if bits > limit + ROUNDING and is_plain and characters.issubset(plugin.charset):
            return True
    return plugin.calculate_shannon_entropy(value) > limit


def _bits(value: str, characters: set[str]) -> float:
    """
    The entropy of a value that is made of these characters, in bits.
    """
    if not value:
        return 0
    repeated = sum(count * log2(count) for count in map(value.count, characters) if count > 1)
    return log2(len(value)) - repeated / len(value)


def _parts(line: str) -> Iterator[str]:
    if len(line) <= LONGEST_LINE:
        yield line
        return
    for at in range(0, len(line), LONGEST_LINE - _LINE_OVERLAP):
        yield line[at : at + LONGEST_LINE]
