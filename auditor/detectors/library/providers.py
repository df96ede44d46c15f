"""
Our own rules as detect-secrets' plugins.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import cache

from detect_secrets.plugins.base import BasePlugin

from auditor.detectors.rules import RULES, Found, Rule, longest, look
from auditor.detectors.rules.base import probes


class ProviderPlugin(BasePlugin):
    """
    A rule that detect-secrets can run.
    """

    rule: Rule

    def __init__(self, rule: Rule | None = None) -> None:
        # A class that is made for one rule has it already.
        if rule is not None:
            self.rule = rule

    @property
    def secret_type(self) -> str:
        """
        See `BasePlugin.secret_type`.
        """
        return self.rule.name

    @property
    def denylist(self) -> tuple[re.Pattern[str], ...]:
        """
        One of these matches every line on which the rule finds anything.
        """
        return probes(self.rule)

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """
        See `BasePlugin.analyze_string`.
        """
        for found in self.look(string):
            yield found.value

    @property
    def longest(self) -> int:
        """
        How long a match of the rule may be, in characters.
        """
        return longest(self.rule)

    def look(self, line: str) -> Iterator[Found]:
        """
        What the rule finds on a line, with its confidence.
        """
        return look(self.rule, line)


@cache
def provider_plugins() -> tuple[ProviderPlugin, ...]:
    """
    One for each rule.
    """
    return tuple(ProviderPlugin(rule) for rule in RULES)
