"""
What an audit is asked for. It knows nothing of how an audit is done, so that it loads at once.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.ranking.policy import Policy
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.decoders import Limits


@dataclass(frozen=True, slots=True)
class Request:
    """
    What to audit, and how.
    """

    reference: str
    platform: str | None = None
    base: str | None = None
    jobs: int | None = None
    """
    How many processes may scan; `None` for one on each core.
    """
    policy: Policy = field(default_factory=Policy)
    dockerfile: str | None = None
    """
    The path of the Dockerfile that the image was built from.
    """
    detectors: tuple[str, ...] = ()
    """
    The user's own, as `auditor.detectors.load_plugins` takes them.
    """
    limits: Limits | None = None
    """
    How far files within files are opened; `None` for the default.
    """
    pull: bool = False
    """
    Whether the engine is to pull it first.
    """
    all_platforms: bool = False
    """
    Whether a platform that is named and not there makes the audit partial.
    """
    cache: bool = False
    """
    Whether what is known of layers and images is kept, and used.
    """
    cache_dir: str | None = None
    """
    The folder in which it is kept; `None` for the user's own.
    """

    @property
    def subject(self) -> bytes | None:
        """
        Stands for all that decides what the report says, beside the files that are read, the
        engine and the programs. `None` if the report may not be kept.
        """
        policy = self.policy
        secret = policy.show_secrets or policy.keep_secrets
        if secret or self.pull or any(known.secret for known in policy.expected.known):
            return None
        try:
            here = Path.cwd()
            place = Path(self.reference).expanduser()
            is_there = (place.exists(), place.is_file(), place.is_dir())
        except (OSError, RuntimeError, ValueError):
            return None
        told = (here, self.reference, place, is_there, self.platform, self.base, self.dockerfile,
                self.detectors, self.limits, self.all_platforms, _lasting(policy))  # fmt: skip
        return repr(told).encode("utf-8", "surrogatepass")


def _lasting(policy: Policy) -> Policy:
    """
    The policy without the day, if nothing in it expires.
    """
    expected = policy.expected
    ends = [one.expires for one in expected.ignores]
    ends += [one.acceptance.expires for one in expected.known]
    if any(ends):
        return policy
    return replace(policy, expected=replace(expected, today=date.min))
