"""
A lossless prefilter: fast where Hyperscan has a wheel, plain where not, equal findings in both.
"""

from __future__ import annotations

from auditor.detectors.prefilter.base import Lines, Patterns, Prefilter
from auditor.detectors.prefilter.plain import PlainPrefilter


def make(patterns: Patterns) -> Prefilter:
    """
    The best prefilter that there is here.
    """
    try:
        from auditor.detectors.prefilter.fast import FastPrefilter
    except ImportError:
        return PlainPrefilter(patterns)
    return FastPrefilter(patterns)


__all__ = ["Lines", "Patterns", "PlainPrefilter", "Prefilter", "make"]
