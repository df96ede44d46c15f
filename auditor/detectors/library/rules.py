"""
detect-secrets' plugins, each with the patterns that tell on which lines it can find anything.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache, lru_cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins import keyword
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.settings import get_plugins, get_settings
from detect_secrets.util.filetype import determine_file_type

from auditor.detectors.library.custom import custom_plugins
from auditor.detectors.library.filters import wants_letters
from auditor.detectors.library.providers import ProviderPlugin, provider_plugins
from auditor.detectors.library.unplugged import unplugged
from auditor.detectors.library.worth import behind
from auditor.detectors.prefilter import Prefilter, Worth, make
from auditor.patterns import lazy_regex
from auditor.records import dataclass

TOKENS = "tokens"
"""
The family of rules for binaries and names: what looks like a secret by itself.
"""
COMPILED = "compiled"
"""
The family of rules for what was made of compiled programs: no plugin of detect-secrets goes by
names or randomness there, since most of it others wrote.
"""
RUN_LIMIT = 256
"""
How far back a quoted string is looked at before a plugin is asked, in bytes.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A plugin and its patterns, of which one matches every line that the plugin finds something on.
    """

    plugin: BasePlugin
    patterns: tuple[re.Pattern[str], ...] | None
    """
    `None`: nothing is known of it, so it is shown every line.
    """
    family: str | None = None
    """
    The only family of files that it is for; `None` for all.
    """
    generic: bool = False
    """
    Whether it goes by names or randomness, of which a binary is full.
    """
    worth: Worth | None = None
    """
    A cheap last question before a line is shown to the plugin.
    """
    bare: tuple[re.Pattern[str], ...] | None = None
    """
    Patterns of which one matches a file in INI or YAML if the plugin finds anything in it once
    its values are quoted. `None` if they can be told from those in `patterns`.
    """
    bare_worth: Worth | None = None
    """
    The same as `worth`, for a hit of `bare`.
    """


def _group_name(group: object) -> str:
    same = sorted(kind.name for kind, g in keyword.REGEX_BY_FILETYPE.items() if g is group)
    default = group is keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    return "default" if default or not same else same[0]


_KEYWORDS: Mapping[str, Mapping[re.Pattern[str], int]] = {
    "default": keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP,
    **{_group_name(group): group for group in keyword.REGEX_BY_FILETYPE.values()},
}
"""
The keyword plugin has other patterns for each family of files.
"""


_WORD = rf"(?:{'|'.join(keyword.DENYLIST)})\w*"
_BARE_KEYWORDS = tuple(
    lazy_regex(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WORD}(?:\[[0-9]*\])?[\]'\"]{{0,2}}\s*[:=!]",
        rf"{_WORD}\S{{0,50}}?\s*['\"`(]",
        rf"[!=]{{2}}\s*\w*{_WORD}",
    )
)
"""
What all of the keyword plugin's patterns ask of a name and of a value, quotes left aside.
"""


@lru_cache(maxsize=1024)
def _family_of(extension: str) -> str:
    filetype = determine_file_type(f"x{extension}")
    return _group_name(keyword.REGEX_BY_FILETYPE.get(filetype, _KEYWORDS["default"]))


def family(filename: str) -> str:
    """
    Which keyword patterns are for a file of that name.
    """
    stem, dot, extension = filename.rpartition("/")[2].rpartition(".")
    # NOTE: what begins with its only dot has no extension, as `os.path.splitext` sees it.
    return _family_of(dot + extension) if len(extension) < 12 and stem.strip(".") else "default"


@cache
def plugins() -> tuple[BasePlugin, ...]:
    """
    All default plugins, set up in detect-secrets' process-wide settings, once, for good.
    """
    # NOTE: what `default_settings` does, but for good: leaving that context takes the plugins away,
    # and an interpreter that ends leaves it too late to import what it needs.
    with unplugged():
        known: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    get_settings().configure_plugins([{"name": kind.__name__} for kind in known.values()])
    found = list(get_plugins())
    found += [_ungrouped(p) for p in found if isinstance(p, GitLabTokenDetector)]
    return tuple(found)


def _ungrouped(plugin: RegexBasedDetector) -> RegexBasedDetector:
    """
    The plugin without its groups: an optional one that is empty makes it yield nothing at all.
    """
    other = copy.copy(plugin)
    other.denylist = [  # type: ignore[misc]
        lazy_regex(re.sub(r"(?<!\\)\((?!\?)", "(?:", regex.pattern), regex.flags)
        for regex in plugin.denylist
    ]
    return other


@cache
def rules() -> tuple[Rule, ...]:
    """
    All rules, for all families of files.
    """
    every = (*plugins(), *provider_plugins(), *custom_plugins())
    return tuple(rule for plugin in every for rule in _rules(plugin))


def _rules(plugin: BasePlugin) -> list[Rule]:
    if isinstance(plugin, ProviderPlugin):
        # Our own rules need no quotes, so nothing is rewritten for them.
        near = bool(plugin.rule.words)
        worth = behind(plugin.rule) if near else None
        return [Rule(plugin, plugin.denylist, None, near, worth, bare=())]
    if isinstance(plugin, HighEntropyStringsPlugin):
        return [_entropy_rule(plugin)]
    if isinstance(plugin, keyword.KeywordDetector):
        return [
            Rule(plugin, tuple(group), family=name, generic=True, bare=_BARE_KEYWORDS)
            for name, group in _KEYWORDS.items()
        ]
    if isinstance(plugin, RegexBasedDetector):
        return [Rule(plugin, tuple(plugin.denylist))]
    return [Rule(plugin, None)]


def _entropy_rule(plugin: HighEntropyStringsPlugin) -> Rule:
    """
    An entropy above n bits needs more than 2**n different characters.
    """
    shortest = int(2**plugin.entropy_limit) + 1
    run = f"[{re.escape(plugin.charset)}]{{{shortest},}}"
    quoted = lazy_regex(f"['\"]{run}['\"]")
    before, behind = r"(?:^|[:=,\[{?-])\s*(?:[!&]\S+\s+)*['\"]?", r"['\"]?\s*(?:$|#|[,\]}])"
    bare = lazy_regex(f"{before}{run}{behind}")

    def worth(data: bytes, end: int) -> bool:
        # The quote before it is the one that opens it.
        start = data.rfind(data[end - 1 : end], max(end - RUN_LIMIT, 0), end - 1)
        return start < 0 or len(set(data[start + 1 : end - 1])) >= shortest

    charset = plugin.charset.encode()

    def bare_worth(data: bytes, end: int) -> bool:
        piece = data[max(end - RUN_LIMIT, 0) : end].rstrip(b" \t\"',]}#")
        found = piece[len(piece.rstrip(charset)) :]
        return len(found) > RUN_LIMIT - 9 or len(set(found)) >= shortest

    return Rule(plugin, (quoted,), None, True, worth, (bare,), bare_worth)


@cache
def allowed(kind: str) -> frozenset[int]:
    """
    The numbers of the rules for a family of files, for `TOKENS` or for `COMPILED`.
    """
    return frozenset(number for number, rule in enumerate(rules()) if _is_for(kind, rule))


def _is_for(kind: str, rule: Rule) -> bool:
    if kind == TOKENS:
        return not rule.generic
    if kind == COMPILED:
        return not rule.generic or isinstance(rule.plugin, ProviderPlugin)
    return rule.family in (None, kind)


@cache
def in_text() -> Prefilter:
    """
    The prefilter of all rules for texts.
    """
    known = rules()
    worth = {number: rule.worth for number, rule in enumerate(known) if rule.worth}
    lettered = frozenset(n for n, rule in enumerate(known) if _tells_letters(rule.plugin))
    return make([rule.patterns for rule in known], worth=worth, lettered=lettered)


def _tells_letters(plugin: BasePlugin) -> bool:
    """
    Whether a filter rejects whatever a plugin finds without a letter in it. That is all that the
    plugin for public addresses finds, on every line of a server's log.
    """
    return (
        isinstance(plugin, RegexBasedDetector)
        and type(plugin).analyze_line is BasePlugin.analyze_line
        and type(plugin).analyze_string is RegexBasedDetector.analyze_string
        and wants_letters()
    )


@cache
def in_strings() -> Prefilter:
    """
    The prefilter of all rules for binaries.
    """
    return make([() if rule.generic else rule.patterns for rule in rules()], strings=True)


def forget() -> None:
    """
    Make rules and prefilters anew when next asked for: there are other plugins now.
    """
    for made in (rules, allowed, in_text, in_strings):
        made.cache_clear()
