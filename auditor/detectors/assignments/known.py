"""
What is known of a value before anybody looks at it: the provider that its name names, and the lead
that a provider's tokens have.

Our rules tell such tokens by their exact format. A value under a provider's name that none of them
tells, or with a lead that is followed by something else, is a token that was cut, changed or made
up, or no token at all.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from auditor.detectors.names import words
from auditor.detectors.rules import RULES
from auditor.detectors.rules.base import RANDOM
from auditor.patterns import lazy_regex

SHORTEST_NAME = 3
"""
Shorter parts of names name nobody, in characters.
"""
SHORTEST_LEAD = 3
LONGEST_PAIR = 3
"""
A provider's name may be written in so many parts: `NEW_RELIC_KEY`.
"""
_COMMON = (
    "access account api app application auth authtoken bearer bot client cloud code credentials "
    "database deployer device email enterprise eth hash hub id jdbc json key keys license line "
    "login password passwords personal private project provision public secret secrets server "
    "service site skey sub test token tokens tracking url user wallet web webhook with x open send "
    "mail data web3 age"
)
"""
Words of providers' names and rules that names of anybody's secrets have too.
"""
_ALSO = frozenset({"aws", "gh", "ghe", "git", "github", "gitlab", "vault", "openai", "wpe"})
_FAMILIES = ("xox[a-z]-", "gh[a-z]_", "gl[a-z]{2,5}-")
"""
Leads of Slack, GitHub and GitLab, of which a letter tells the kind of token.
"""
_LEAD = lazy_regex(r"(?:\(\?P<value>)?(?P<lead>(?:[A-Za-z0-9_~-]|\\[.\-])+)(?P<more>[?*{]?)")


@lru_cache(maxsize=8192)
def names_provider(name: str) -> bool:
    """
    Whether a part of a name names a provider of whose tokens the format is known.
    """
    parts = words(name).split("_")
    known = _providers()
    return any(
        "".join(parts[at : at + count]) in known
        for at in range(len(parts))
        for count in range(1, LONGEST_PAIR + 1)
    )


def has_lead(value: str) -> bool:
    """
    Whether a value begins as the tokens of some provider do.
    """
    return bool(_leads().match(value))


@cache
def _providers() -> frozenset[str]:
    exact = [rule for rule in RULES if RANDOM.pattern not in rule.pattern]
    named = {word for rule in exact for word in rule.words}
    named |= {rule.provider for rule in exact}
    named |= {rule.provider.split(" ")[0] for rule in exact}
    plain = {_plain(name) for name in named if not _is_common(name)}
    return frozenset(name for name in plain | _ALSO if len(name) >= SHORTEST_NAME or name in _ALSO)


def _is_common(name: str) -> bool:
    common = _COMMON.split()
    return all(part in common for part in re.split(r"[^a-z0-9]+", name.lower()) if part) or (
        _plain(name) in {"accesskey", "secretkey", "privatekey", "licensekey"}
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def _leads() -> re.Pattern[str]:
    found = set()
    for rule in RULES:
        match = None if rule.words or rule.ignore_case else _LEAD.match(rule.pattern)
        lead = match["lead"].replace("\\", "") if match else ""
        lead = lead[:-1] if match and match["more"] else lead
        if len(lead) >= SHORTEST_LEAD and not lead[-1].isalnum():
            found.add(lead)
    return re.compile("|".join([*map(re.escape, sorted(found, reverse=True)), *_FAMILIES]))
