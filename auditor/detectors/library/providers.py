"""
Our own rules as detect-secrets plugins, one class each. Plain detect-secrets takes this very file:

    detect-secrets scan --plugin <this file>
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import cache

from detect_secrets.plugins.base import BasePlugin

from auditor.detectors.rules import RULES, Found, Rule, look
from auditor.detectors.rules.base import probes

_WORTH = re.compile(rb"[A-Za-z0-9_+/=.%~|:-]{11}")
_REACH = 200
"""
The value stands within so many bytes of its provider's name.
"""


def is_worth(data: bytes, end: int) -> bool:
    """
    Whether there is a word behind a provider's name that may be a value.
    """
    return _WORTH.search(data, end, end + _REACH) is not None


class ProviderPlugin(BasePlugin):
    """
    A rule that detect-secrets can run.
    """

    rule: Rule
    denylist: tuple[re.Pattern[str], ...]
    """
    One of these matches every line on which the rule finds anything.
    """

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """
        See `BasePlugin.analyze_string`.
        """
        for found in self.look(string):
            yield found.value

    def look(self, line: str) -> Iterator[Found]:
        """
        What the rule finds on a line, with its confidence.
        """
        return look(self.rule, line)


def class_name(rule: Rule) -> str:
    """
    The name by which detect-secrets knows a rule.
    """
    words = re.findall(r"[A-Za-z0-9]+", rule.name)
    return "".join(word[0].upper() + word[1:] for word in words) + "Rule"


def _plugin_class(rule: Rule) -> type[ProviderPlugin]:
    return type(
        class_name(rule),
        (ProviderPlugin,),
        {
            "__doc__": f"{rule.name}.",
            "__module__": __name__,
            "secret_type": rule.name,
            "rule": rule,
            "denylist": probes(rule),
        },
    )


_CLASSES = {class_name(rule): _plugin_class(rule) for rule in RULES}
# NOTE: detect-secrets looks for classes among a module's own names.
globals().update(_CLASSES)


@cache
def provider_plugins() -> tuple[ProviderPlugin, ...]:
    """
    One of each.
    """
    return tuple(kind() for kind in _CLASSES.values())
