"""
How leaks compare with what was known before, as the formats tell it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from auditor.model import Acceptance, AcceptedBy, Known, Report, Standing

LIMIT = 10
"""
How many reasons, and how many leaks that are gone, are told one by one.
"""


def lines(report: Report) -> Iterator[str]:
    """
    For people: what accepts leaks and why, and what is gone. Text of the user is as it was given.
    """
    known = [leak.acceptance for leak in report.accepted_leaks if leak.acceptance is not None]
    reasons = Counter(known).most_common()
    if reasons:
        yield f"Accepted: {len(known)} {'leak' if len(known) == 1 else 'leaks'}"
    for acceptance, count in reasons[:LIMIT]:
        yield f"  {count} {told(acceptance)}"
    if len(reasons) > LIMIT:
        yield f"  and {len(reasons) - LIMIT} more reasons (see -f json)"
    gone = report.standing.gone
    for one in gone[:LIMIT]:
        where = f"in {one.acceptance.reason}" if _is_older(one.acceptance) else "in the baseline"
        words = f"{one.detector}  {one.place}".strip() or one.fingerprint[:12]
        yield f"Gone: {words}  (was {where})"
    if len(gone) > LIMIT:
        yield f"Gone: {len(gone) - LIMIT} more (see -f json)"


def told(acceptance: Acceptance) -> str:
    """
    What accepts a leak, why and how long, in words.
    """
    if _is_older(acceptance):
        return f"in {acceptance.reason} too"
    by = {AcceptedBy.BASELINE: "by the baseline", AcceptedBy.IGNORED: "ignored"}[acceptance.by]
    until = f", until {acceptance.expires}" if acceptance.expires else ""
    return f"{by}{until}: {acceptance.reason or 'no reason is given'}"


def _is_older(acceptance: Acceptance) -> bool:
    return acceptance.by is AcceptedBy.AGAINST


def numbers(standing: Standing) -> dict[str, int]:
    """
    For the summary of a document.
    """
    return {
        "new": standing.new,
        "known": standing.known,
        "expired": standing.expired,
        "ignored": standing.ignored,
        "gone": len(standing.gone),
    }


def reason(acceptance: Acceptance | None) -> dict[str, Any] | None:
    """
    For a document: what accepts a leak, or did.
    """
    if acceptance is None:
        return None
    day = acceptance.expires
    return {
        "by": acceptance.by,
        "reason": acceptance.reason,
        "expires": day.isoformat() if day else None,
    }


def gone(known: Known) -> dict[str, Any]:
    """
    For a document: a leak that is no longer found.
    """
    return {
        "fingerprint": known.fingerprint,
        "detector": known.detector,
        "severity": known.severity,
        "place": known.place,
        "acceptance": reason(known.acceptance),
    }
