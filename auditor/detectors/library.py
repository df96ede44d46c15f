"""
detect-secrets, in memory: its plugins, filters and transformers, and nothing of it lost.

`detect_secrets.core.scan.scan_file` is the measure. It reads files only, stops after the first
pass with a hit and drops in silence what it does not decode; here every pass is run on any text.
This is the one module that imports detect_secrets.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from detect_secrets.core import scan as library
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.filters import heuristic
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import DENYLIST, KeywordDetector
from detect_secrets.settings import get_plugins, get_settings
from detect_secrets.transformers import get_transformed_file
from detect_secrets.util.code_snippet import get_code_snippet
from detect_secrets.util.filetype import FileType, determine_file_type

from auditor.detectors.confidence import judge
from auditor.detectors.names import sounds_public
from auditor.detectors.prefilter import Lines, Pattern, prepare
from auditor.detectors.whole import whole
from auditor.model import Finding, Reading, Secret, Text

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

RANDOM = ("Base64 High Entropy String", "Hex High Entropy String")
"""
Plugins that go by randomness alone.
"""

_BUILD_VALUES = re.compile(r"\.args\.|\.env\.|\.proxy_env\.")
_ALIAS = re.compile(r"[\[,:\-]\s*\*[A-Za-z0-9_]")
_MAY_BE_QUOTED = re.compile(
    r"[A-Za-z0-9+/_\-\\=]{23}|(?i:" + "|".join(DENYLIST) + r"|aws)|A(?:KC|P[0-9A-F])[a-zA-Z0-9]{8}"
    r"|[0-9a-fA-F]{9}"
)
"""
What a value must hold so that the quotes which INI transformers add can make a difference.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A plugin with the patterns that choose its lines. Without patterns it is shown every line.
    """

    plugin: BasePlugin
    patterns: tuple[Pattern, ...]
    generic: bool
    """
    Whether it goes by names and randomness, which means nothing in binaries.
    """


@cache
def rules() -> tuple[Rule, ...]:
    """
    All default plugins. Enters detect-secrets' process-wide settings, once, for good.
    """
    # NOTE: what `default_settings` does, but for good: leaving that context takes the plugins away,
    # and an interpreter that ends leaves it too late to import what it needs.
    names = [kind.__name__ for kind in get_mapping_from_secret_type_to_class().values()]
    get_settings().configure_plugins([{"name": name} for name in names])
    plugins = list(get_plugins())
    plugins += [_ungrouped(p) for p in plugins if isinstance(p, GitLabTokenDetector)]
    return tuple(_rule(plugin) for plugin in plugins)


def _ungrouped(plugin: RegexBasedDetector) -> RegexBasedDetector:
    """
    The plugin without its groups: an optional one that is empty makes it yield nothing at all.
    """
    other = copy.copy(plugin)
    other.denylist = [  # type: ignore[misc]
        re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?:", regex.pattern), regex.flags)
        for regex in plugin.denylist
    ]
    return other


def _rule(plugin: BasePlugin) -> Rule:
    if isinstance(plugin, HighEntropyStringsPlugin):
        # An entropy above n bits needs more than 2**n different characters.
        shortest = int(2**plugin.entropy_limit) + 1
        quoted = rf"['\"][{re.escape(plugin.charset)}]{{{shortest},}}['\"]"
        return Rule(plugin, (prepare(re.compile(quoted)),), True)
    if isinstance(plugin, KeywordDetector):
        words = re.compile("|".join(DENYLIST), re.IGNORECASE)
        return Rule(plugin, (prepare(words),), True)
    if isinstance(plugin, RegexBasedDetector):
        return Rule(plugin, tuple(prepare(regex) for regex in plugin.denylist), False)
    return Rule(plugin, (), False)


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


def matches(content: str, filename: str, only_specific: bool = False) -> Iterator[Match]:
    """
    All that detect-secrets' plugins and filters find in a text of that file name, each once.
    """
    seen: set[Match] = set()
    for lines in _passes(content, filename, only_specific):
        for found in _scan(lines, filename, only_specific):
            if found not in seen:
                seen.add(found)
                yield found


def _passes(content: str, filename: str, only_specific: bool) -> Iterator[list[str]]:
    """
    The text as it is, then as the INI and YAML transformers rewrite it.
    """
    file = io.StringIO(content, newline=None)
    yield file.readlines()
    if only_specific:
        return
    is_yaml = determine_file_type(filename) is FileType.YAML
    if is_yaml and len(_ALIAS.findall(content)) > ALIASES:
        return
    if not is_yaml and (content.count("%(") > INTERPOLATIONS or not _MAY_BE_QUOTED.search(content)):
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
            yield lines


class _Named(io.StringIO):
    """
    A text that says it is a file of that name.
    """

    def __init__(self, content: str, name: str) -> None:
        super().__init__(content, newline=None)
        self.name = name


def _scan(lines: list[str], filename: str, only_specific: bool) -> Iterator[Match]:
    text = Lines(lines)
    chosen: dict[int, list[BasePlugin]] = {}
    for rule in rules():
        if only_specific and rule.generic:
            continue
        for index in _candidates(rule, text):
            chosen.setdefault(index, []).append(rule.plugin)
    for index in sorted(chosen):
        yield from _line(lines, text.lines[index], index, filename, chosen[index])


def _candidates(rule: Rule, text: Lines) -> Iterable[int]:
    if not rule.patterns:
        return range(len(text.lines))
    found: set[int] = set()
    for pattern in rule.patterns:
        if text.may_hold(pattern):
            found.update(text.candidates(pattern))
    return found


def _line(
    lines: list[str], line: str, index: int, filename: str, plugins: Sequence[BasePlugin]
) -> Iterator[Match]:
    """
    One line through the plugins and all filters, as `scan_file` does it.
    """
    context = get_code_snippet(lines=lines, line_number=index + 1)
    for part in _parts(line):
        if library._is_filtered_out(
            required_filter_parameters=["line"], filename=filename, line=part, context=context
        ):
            continue
        for plugin in plugins:
            for secret in library._scan_line(
                plugin=plugin, filename=filename, line=part, line_number=index + 1, context=context
            ):
                if secret.secret_value and not library._is_filtered_out(
                    required_filter_parameters=["context"],
                    filename=filename,
                    secret=secret.secret_value,
                    plugin=plugin,
                    line=part,
                    context=context,
                ):
                    yield Match(secret.type, secret.secret_value, index + 1)


def _parts(line: str) -> Iterator[str]:
    if len(line) <= LONGEST_LINE:
        yield line
        return
    for at in range(0, len(line), LONGEST_LINE - _LINE_OVERLAP):
        yield line[at : at + LONGEST_LINE]


def _reads_names_only(path: str) -> bool:
    """
    Whether detect-secrets would pass over a file by its name: lock files, swagger, extensions.
    """
    filters = (heuristic.is_lock_file, heuristic.is_non_text_file, heuristic.is_swagger_file)
    return any(reject(path) for reject in filters)


class LibraryDetector:
    """
    What detect-secrets finds, with whole secrets and a confidence.
    """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        rules()
        for text in texts:
            variable = text.reading is Reading.VARIABLE
            found = self._variable(text) if variable else self._document(text)
            # Several fragments of a line may be of one secret.
            yield from dict.fromkeys(found)

    def _document(self, text: Text) -> Iterator[Finding]:
        only_specific = text.reading is Reading.TOKENS or _reads_names_only(text.path)
        lines: list[str] | None = None
        for match in matches(text.content, text.path, only_specific):
            if match.secret_type in RANDOM and _is_public(text):
                continue
            if lines is None:
                lines = io.StringIO(text.content, newline=None).read().split("\n")
            numbered = text.reading is Reading.DOCUMENT
            line = text.first_line + match.line - 1 if numbered else None
            yield from _findings(text, match, lines, line)

    def _variable(self, text: Text) -> Iterator[Finding]:
        """
        A value under its name: quoted, so that plugins which go by quotes see it, and bare.
        """
        quoted = [f'{text.name} = "{line}"' for line in text.content.splitlines()]
        bare = text.content.splitlines()
        for lines, only_specific in ((quoted, False), (bare, True)):
            for found in _scan(lines, "variable", only_specific):
                if found.secret_type in RANDOM and _is_public(text):
                    continue
                yield from _findings(text, found, bare, None)


def _is_public(text: Text) -> bool:
    """
    Whether randomness means nothing there: digests and signatures of manifests and attestations,
    revisions and checksums by their names.
    """
    if text.path.startswith(("manifest.", "index.", "attestation/", "attestation.")):
        return not _BUILD_VALUES.search(text.path)
    return text.reading is Reading.VARIABLE and sounds_public(text.name or "")


def _findings(
    text: Text, match: Match, lines: Sequence[str], line: int | None
) -> Iterator[Finding]:
    index = min(match.line, len(lines)) - 1
    for value in whole(match.secret_type, match.value, lines, index):
        confidence, reason = judge(match.secret_type, value, lines[index], text.path)
        yield Finding(
            detector=match.secret_type,
            secret=Secret(value),
            path=text.path,
            inside=text.inside,
            line=line,
            confidence=confidence,
            reasons=(reason,),
            name=text.name,
        )
