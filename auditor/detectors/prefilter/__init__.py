"""
A lossless prefilter: fast where Hyperscan has a wheel, plain where not, equal findings in both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from auditor.detectors.prefilter.base import NEAR, Hit, Patterns, Prefilter, Worth
from auditor.detectors.prefilter.plain import PlainPrefilter

PLAIN = "AUDIT_PLAIN_PREFILTER"
"""
An environment variable: do without Hyperscan. For tests, and for whoever distrusts it.
"""


def make(
    patterns: Patterns,
    strings: bool = False,
    once: frozenset[int] = frozenset(),
    worth: Mapping[int, Worth] | None = None,
    lettered: frozenset[int] = frozenset(),
) -> Prefilter:
    """
    The best prefilter that there is here. One for `strings` looks into binaries: what cannot be
    printed ends a line there, and a hit in UTF-16 has the rule's number plus `len(patterns)`.
    The rules in `once` need not be told more than once; hits of the rules in `worth` may be left
    out if that says no. Of those in `lettered`, matches without a letter are of no use.
    """
    if os.environ.get(PLAIN):
        return PlainPrefilter(patterns, strings)
    try:
        from auditor.detectors.prefilter.fast import FastPrefilter
    except ImportError:
        return PlainPrefilter(patterns, strings)
    return FastPrefilter(patterns, strings, once, worth or {}, lettered)


__all__ = ["NEAR", "Hit", "Patterns", "PlainPrefilter", "Prefilter", "Worth", "make"]
