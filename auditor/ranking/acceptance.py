"""
Which leaks are no news: accepted by a baseline, found in an older image too, or ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from auditor.model import Acceptance, AcceptedBy, Known, Leak, Origin, Place, Secret, Standing
from auditor.ranking.globs import matches
from auditor.records import dataclass


@dataclass(frozen=True, slots=True)
class Ignore:
    """
    Leaks that the user does not want to hear of. What is `None` or empty matches everything.
    """

    reason: str
    paths: tuple[str, ...] = ()
    """
    Patterns of which one must match: `*` and `?` within a name, `**` for any folders.
    """
    detector: str | None = None
    origin: Origin | None = None
    expires: date | None = None

    def covers(self, leak: Leak, place: Place) -> bool:
        """
        Whether it means this place of a leak.
        """
        return (
            (not self.paths or any(matches(place.path, one) for one in self.paths))
            and (self.detector is None or self.detector == leak.detector)
            and (self.origin is None or self.origin is leak.origin)
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    All that is no news.
    """

    known: tuple[Known, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    today: date = date.min

    def judge(self, leaks: Iterable[Leak]) -> list[Leak]:
        """
        The leaks, each with what accepts it or did until it expired. Leaks carry their secret.
        """
        known: dict[str | Secret | None, Acceptance] = {
            one.secret or one.fingerprint: one.acceptance for one in self.known
        }
        return [self._judged(leak, known) for leak in leaks]

    def _judged(self, leak: Leak, known: Mapping[str | Secret | None, Acceptance]) -> Leak:
        told = (known.get(leak.fingerprint), self._ignored(leak), known.get(leak.secret))
        found = [one for one in told if one is not None]
        held = next((one for one in found if one.holds(self.today)), None)
        if held is not None:
            return replace(leak, accepted=True, acceptance=held)
        if not found:
            return leak
        expired = found[0]
        words = f": {expired.reason}" if expired.reason else ""
        reason = f"its acceptance expired on {expired.expires}{words}"
        return replace(leak, acceptance=expired, reasons=(*leak.reasons, reason))

    def _ignored(self, leak: Leak) -> Acceptance | None:
        """
        What ignores all places of a leak: a secret that also lies elsewhere is not ignored.
        """
        # Those that hold longest go first; of what they come to, the one that ends first counts.
        ignores = sorted(self.ignores, key=_end, reverse=True)
        used = []
        for place in leak.places if ignores else ():
            covering = next((one for one in ignores if one.covers(leak, place)), None)
            if covering is None:
                return None
            used.append(covering)
        first = min(used, key=_end, default=None)
        if first is None:
            return None
        return Acceptance(AcceptedBy.IGNORED, first.reason, first.expires)

    def standing(self, leaks: Sequence[Leak]) -> Standing:
        """
        How judged leaks compare with what was known.
        """
        found = {leak.fingerprint for leak in leaks}
        values = {leak.secret for leak in leaks}
        known = [leak for leak in leaks if _by(leak) in (AcceptedBy.BASELINE, AcceptedBy.AGAINST)]
        gone = [
            replace(one, secret=None)
            for one in self.known
            if (one.secret not in values if one.secret else one.fingerprint not in found)
        ]
        return Standing(
            new=sum(leak.acceptance is None for leak in leaks),
            known=len(known),
            expired=sum(leak.acceptance is not None and not leak.accepted for leak in leaks),
            ignored=sum(leak.accepted and _by(leak) is AcceptedBy.IGNORED for leak in leaks),
            gone=tuple(gone),
        )


def _end(ignore: Ignore) -> date:
    return ignore.expires or date.max


def _by(leak: Leak) -> AcceptedBy | None:
    return leak.acceptance.by if leak.acceptance else None


def in_older(leaks: Iterable[Leak], reference: str) -> tuple[Known, ...]:
    """
    The leaks of an older image, as known to the audit of a newer one.

    They are known again by their value, so that a weak secret that was replaced by another at
    the same place is new.
    """
    acceptance = Acceptance(AcceptedBy.AGAINST, reference)
    return tuple(
        Known(
            leak.fingerprint,
            acceptance,
            leak.detector,
            leak.severity,
            leak.places[0].path,
            leak.secret,
        )
        for leak in leaks
    )
