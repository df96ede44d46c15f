"""
detect-secrets' plugins, each with the patterns that tell on which lines it can find anything.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins import keyword
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.settings import get_plugins, get_settings
from detect_secrets.util.filetype import determine_file_type

TOKENS = "tokens"
"""
The family of rules for binaries and names: what looks like a secret by itself.
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
    worth: Callable[[str], bool] | None = None
    """
    A cheap last question before a line is shown to the plugin.
    """


def family(filename: str, only_tokens: bool) -> str:
    """
    Which rules are for a file of that name: the keyword plugin has other patterns for each type.
    """
    if only_tokens:
        return TOKENS
    filetype = determine_file_type(filename)
    groups = keyword.REGEX_BY_FILETYPE
    default = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    chosen = groups.get(filetype, default)
    same = sorted(kind.name for kind, group in groups.items() if group is chosen)
    return same[0] if chosen is not default else "default"


@cache
def plugins() -> tuple[BasePlugin, ...]:
    """
    All default plugins, set up in detect-secrets' process-wide settings, once, for good.
    """
    # NOTE: what `default_settings` does, but for good: leaving that context takes the plugins away,
    # and an interpreter that ends leaves it too late to import what it needs.
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
        re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?:", regex.pattern), regex.flags)
        for regex in plugin.denylist
    ]
    return other


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """
    The rules of a family.
    """
    found = [_rule(plugin, kind) for plugin in plugins()]
    return tuple(rule for rule in found if rule is not None)


def _rule(plugin: BasePlugin, kind: str) -> Rule | None:
    generic = isinstance(plugin, HighEntropyStringsPlugin | keyword.KeywordDetector)
    if generic and kind == TOKENS:
        return None
    if isinstance(plugin, HighEntropyStringsPlugin):
        return _entropy_rule(plugin)
    if isinstance(plugin, keyword.KeywordDetector):
        return Rule(plugin, _keyword_patterns(kind))
    if isinstance(plugin, RegexBasedDetector):
        return Rule(plugin, tuple(plugin.denylist))
    return Rule(plugin, None)


def _entropy_rule(plugin: HighEntropyStringsPlugin) -> Rule:
    """
    An entropy above n bits needs more than 2**n different characters.
    """
    shortest = int(2**plugin.entropy_limit) + 1
    quoted = re.compile(rf"['\"][{re.escape(plugin.charset)}]{{{shortest},}}['\"]")

    def worth(line: str) -> bool:
        return any(len(set(found[1])) >= shortest for found in plugin.regex.findall(line))

    return Rule(plugin, (quoted,), worth)


def _keyword_patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    for filetype, group in keyword.REGEX_BY_FILETYPE.items():
        if filetype.name == kind:
            return tuple(group)
    return tuple(keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP)
