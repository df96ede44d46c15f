"""
Tags in YAML that its safe loader does not know, as CloudFormation and others have them.

detect-secrets makes nothing of such a file, but finds that out only after it has built all of it.
"""

from __future__ import annotations

from auditor.patterns import lazy_regex

_TAG = lazy_regex(r"[\s\[{,]![A-Za-z!<]")
_PREFIX = "tag:yaml.org,2002:"
_PASSED_OVER = frozenset(_PREFIX + name for name in ("merge", "omap", "pairs", "value"))
"""
Of what belongs to one of these, the loader takes some nodes without asking for their tags.
"""
_MERGED = ("<<", "=")
"""
Scalars that are one of these without a tag.
"""


def are_unknown(content: str) -> bool:
    """
    Whether the loader certainly refuses a text, for a tag or for what stands before it.
    """
    if not _TAG.search(content):
        return False
    import yaml

    known = yaml.SafeLoader.yaml_constructors
    try:
        for event in yaml.parse(content, yaml.SafeLoader):
            tag = getattr(event, "tag", None)
            if tag in _PASSED_OVER or getattr(event, "value", None) in _MERGED:
                return False
            # A tag of `!` alone asks for nothing but what is usual.
            if tag not in known and tag != "!":
                return True
    except yaml.YAMLError:
        return True
    return False
