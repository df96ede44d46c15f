"""
Which leaks are no news, and by what.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auditor.model import Acceptance, AcceptedBy, Known, Leak, Origin, Report, Secret
from auditor.ranking import Expectation, Ignore, Policy, in_older
from tests.ranking.given import STRONG, WEAK, finding, meta, report, scan

TODAY = date(2026, 6, 15)


def judged(leaky: Report, *known: Known, ignores: tuple[Ignore, ...] = ()) -> Leak:
    """
    The one leak of a report, compared with what was known.
    """
    (leak,) = Expectation(known, ignores, TODAY).judge(leaky.leaks)
    return leak


def entry(leak: Leak, expires: date | None = None) -> Known:
    """
    What a baseline says of a leak.
    """
    return Known(leak.fingerprint, Acceptance(AcceptedBy.BASELINE, "looked at", expires))


def test_last_day_still_holds() -> None:
    """
    An entry accepts on the day that it names, and not on the next.
    """
    found = report(scan(finding()))
    (leak,) = found.leaks
    assert judged(found, entry(leak, TODAY)).accepted
    late = judged(found, entry(leak, date(2026, 6, 14)))
    assert not late.accepted
    assert late.reasons[-1] == "its acceptance expired on 2026-06-14: looked at"
    assert late.acceptance == Acceptance(AcceptedBy.BASELINE, "looked at", date(2026, 6, 14))


def test_what_holds_goes_before_what_expired() -> None:
    """
    A leak is open only if nothing at all accepts it any more.
    """
    found = report(scan(finding()))
    (leak,) = found.leaks
    old = entry(leak, date(2020, 1, 1))
    ignored = judged(found, old, ignores=(Ignore("why", ("/app/**",)),))
    assert ignored.acceptance == Acceptance(AcceptedBy.IGNORED, "why")


def test_every_place_must_be_covered() -> None:
    """
    By any of the entries; of those the one that ends first is told.
    """
    found = report(scan(finding(path="/a/x"), finding(path="/b/x")))
    one, two = Ignore("a", ("/a/*",)), Ignore("b", ("/b/*",), expires=date(2030, 1, 1))
    assert judged(found, ignores=(one,)).acceptance is None
    assert judged(found, ignores=(one, two)).acceptance == Acceptance(
        AcceptedBy.IGNORED, "b", date(2030, 1, 1)
    )


def test_ignored_by_origin() -> None:
    """
    What is inherited can be ignored as such.
    """
    rule = Ignore("not ours", origin=Origin.BASE)
    inherited = report(scan(finding()), origins={0: Origin.BASE})
    assert judged(inherited, ignores=(rule,)).accepted
    assert not judged(report(scan(finding())), ignores=(rule,)).accepted


def test_older_image_is_compared_by_value() -> None:
    """
    The same secret at another place is known, another secret at the same place is new.
    """
    older = report(scan(finding()), policy=Policy(True, keep_secrets=True))
    known = in_older(older.leaks, "app:1")
    expected = Expectation(known, today=TODAY)

    def newer(value: str, path: str) -> Report:
        return report(scan(finding(value, path)), policy=Policy(True, expected=expected))

    moved, changed = newer(WEAK, "/other"), newer("hunter3-xyz", "/app/.env")
    assert (moved.accepted, moved.standing.gone) == (1, ())
    assert (changed.accepted, changed.standing.new) == (0, 1)
    (gone,) = changed.standing.gone
    assert (gone.place, gone.secret) == ("/app/.env", None)


def test_secrets_are_kept_only_when_asked_for() -> None:
    """
    Comparison sees plaintexts, the report does not, and its texts are redacted even so.
    """
    evidence = meta(STRONG, "config.Env.A")
    plain = report(metadata=evidence)
    assert [leak.secret for leak in plain.leaks] == [None]
    kept = report(metadata=evidence, policy=Policy(True, keep_secrets=True))
    assert [leak.secret for leak in kept.leaks] == [Secret(STRONG)]
    assert STRONG not in repr(kept)


def test_standing() -> None:
    """
    Every leak is new, known or ignored; an expired one is known and open.
    """
    values = {"/new": WEAK, "/known": STRONG, "/doc/x": "hunter3-xyz", "/old": "hunter4-xyz"}
    found = report(scan(*(finding(value, path) for path, value in values.items())))
    by_path = {leak.places[0].path: leak for leak in found.leaks}
    expected = Expectation(
        (
            entry(by_path["/known"]),
            entry(by_path["/old"], date(2020, 1, 1)),
            replace(entry(by_path["/old"]), fingerprint="ab"),
        ),
        (Ignore("why", ("/doc/*",)),),
        TODAY,
    )
    standing = expected.standing(expected.judge(found.leaks))
    counts = (standing.new, standing.known, standing.expired, standing.ignored)
    assert counts == (1, 2, 1, 1)
    assert [known.fingerprint for known in standing.gone] == ["ab"]
