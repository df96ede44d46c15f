"""
From findings to a ranked report: lives across layers, origin, severity, advice.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.ranking.acceptance import Expectation, Ignore, in_older
    from auditor.ranking.lives import Evidence
    from auditor.ranking.policy import Policy
    from auditor.ranking.whence import Whence
    from auditor.ranking.whole import Context, rank

_PLACES = {
    "Context": "whole",
    "Evidence": "lives",
    "Expectation": "acceptance",
    "Ignore": "acceptance",
    "Policy": "policy",
    "Whence": "whence",
    "in_older": "acceptance",
    "rank": "whole",
}


def __getattr__(name: str) -> object:
    # NOTE: an audit whose report is known asks for a policy, and not for all that ranks.
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"auditor.ranking.{_PLACES[name]}"), name)


__all__ = [
    "Context",
    "Evidence",
    "Expectation",
    "Ignore",
    "Policy",
    "Whence",
    "in_older",
    "rank",
]
