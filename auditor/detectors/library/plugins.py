"""
Our own rules for plain detect-secrets, one class each, as it wants them:

    detect-secrets scan --plugin <this file>

The auditor itself does without: thousands of abstract classes take seconds to make and to tell
apart.
"""

from __future__ import annotations

import re

from auditor.detectors.library import providers
from auditor.detectors.rules import RULES, Rule


def class_name(rule: Rule) -> str:
    """
    The name by which detect-secrets knows a rule.
    """
    words = re.findall(r"[A-Za-z0-9]+", rule.name)
    return "".join(word[0].upper() + word[1:] for word in words) + "Rule"


def _plugin_class(rule: Rule) -> type[providers.ProviderPlugin]:
    return type(
        class_name(rule),
        (providers.ProviderPlugin,),
        {
            "__doc__": f"{rule.name}.",
            "__module__": __name__,
            "secret_type": rule.name,
            "rule": rule,
        },
    )


# NOTE: detect-secrets looks for classes among a module's own names, and takes all that it finds.
globals().update({class_name(rule): _plugin_class(rule) for rule in RULES})
