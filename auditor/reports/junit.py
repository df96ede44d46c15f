"""
JUnit XML, as Jenkins, GitLab and most CI systems show it: a layer is a suite, a leak a failure.

A layer that was not read is an error, never a pass; a clean one passes. Written against the XSD of
Jenkins' xUnit plugin (junit-10).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TextIO

from auditor.model import Gap, LayerRow, Leak, Place, Report
from auditor.records import dataclass
from auditor.reports.identity import identities
from auditor.reports.places import fate, sentence, spot
from auditor.reports.terminal import plain, shorten

TITLE = 120
"""
Of an instruction in a suite's name, in characters.
"""
GAPS = 1_000
"""
How many gaps of a layer are told one by one.
"""


@dataclass(frozen=True, slots=True)
class _Case:
    """
    A test case; `kind` is `failure`, `error`, `skipped`, or nothing for one that passed.
    """

    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    group: str
    """
    The class name of its cases.
    """
    cases: tuple[_Case, ...]
    properties: tuple[tuple[str, str], ...] = ()
    log: str = ""

    def count(self, kind: str) -> int:
        return sum(case.kind == kind for case in self.cases)


def write_junit(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    suites = [
        suite
        for report, identity in zip(reports, identities(reports), strict=True)
        for suite in _suites(report, identity)
    ]
    totals = {
        "tests": sum(len(suite.cases) for suite in suites),
        "failures": sum(suite.count("failure") for suite in suites),
        "errors": sum(suite.count("error") for suite in suites),
    }
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f"<testsuites{_attributes(name='layer-auditor', **totals)}>\n")
    for suite in suites:
        out.writelines(f"{line}\n" for line in _lines(suite))
    out.write("</testsuites>\n")


def _suites(report: Report, identity: str) -> list[_Suite]:
    """
    The metadata, then the layers from the base up, then what belongs to no layer.
    """
    known = {row.layer.index for row in report.layers}
    strange = [gap for gap in report.ledger.gaps if gap.layer not in known]
    return [
        _suite(report, identity, None, strange),
        *(_suite(report, identity, row, _of_layer(report, row)) for row in report.layers),
    ]


def _of_layer(report: Report, row: LayerRow) -> list[Gap]:
    return [gap for gap in report.ledger.gaps if gap.layer == row.layer.index]


def _suite(report: Report, identity: str, row: LayerRow | None, gaps: Sequence[Gap]) -> _Suite:
    index = row.layer.index if row else None
    cases = [*_leaks(report.leaks, index, "failure"), *_leaks(report.accepted_leaks, index)]
    cases += [
        _Case(f"is readable: {plain(gap.path)}", "error", "not read", plain(gap.reason))
        for gap in gaps
        if gap.blocking
    ]
    if not any(case.kind in ("failure", "error") for case in cases):
        cases.append(_Case("gives no secret away"))
    holder = "metadata" if row is None else f"layer {index}"
    about = "history, config, labels, attestations"
    if row is not None:
        about = shorten(row.layer.instruction or row.layer.created_by, TITLE)
    return _Suite(
        name=f"{plain(report.reference)} {holder}: {about or '(unknown instruction)'}",
        group=f"{identity.replace('.', '_').replace('/', '.')}.{holder.replace(' ', '_')}",
        cases=tuple(cases),
        properties=tuple(_properties(report, row)),
        log=_log(gaps),
    )


def _leaks(leaks: Iterable[Leak], index: int | None, kind: str = "skipped") -> list[_Case]:
    cases = []
    for leak in leaks:
        places = [place for place in leak.places if place.layer == index]
        if places:
            cases.append(_leak(leak, places, kind))
    return cases


def _leak(leak: Leak, places: Sequence[Place], kind: str) -> _Case:
    message = f"{leak.severity}: {leak.detector} {leak.preview} in {spot(places[0])}, "
    secret = [f"secret: {leak.secret.reveal()}"] if leak.secret else []
    text = [
        *(sentence(place) for place in places),
        *secret,
        f"why: {leak.confidence}, {leak.exposure}, {leak.origin}: {'; '.join(leak.reasons)}",
        f"fix: {leak.advice}",
        *(leak.fix or "").split("\n"),
        f"proof: {leak.proof}" if leak.proof else "",
        f"replace it at: {leak.rotate}" if leak.rotate else "",
        f"fingerprint: {leak.fingerprint}",
    ]
    return _Case(
        name=plain(f"{leak.detector} in {spot(places[0])} [{leak.id}]"),
        kind=kind,
        type=leak.severity if kind == "failure" else "accepted",
        message=plain(message + fate(places[0])) if kind == "failure" else "in the baseline",
        text="\n".join(plain(line) for line in text if line),
    )


def _properties(report: Report, row: LayerRow | None) -> Iterable[tuple[str, str]]:
    told = {"image": report.reference, "image id": report.id, "platform": report.platform}
    if row is not None:
        told = {
            "diff_id": row.layer.diff_id or "",
            "digest": row.layer.digest or "",
            "size": str(row.size),
            "origin": row.layer.origin,
            "created_by": row.layer.created_by,
        }
    return [(name, plain(value)) for name, value in told.items() if value]


def _log(gaps: Sequence[Gap]) -> str:
    told = [plain(f"not looked into: {gap.path}: {gap.reason}") for gap in gaps[:GAPS]]
    if len(gaps) > GAPS:
        told.append(f"and {len(gaps) - GAPS} more gaps")
    return "\n".join(told)


def _lines(suite: _Suite) -> Iterable[str]:
    counts = {
        "tests": len(suite.cases),
        "failures": suite.count("failure"),
        "errors": suite.count("error"),
        "skipped": suite.count("skipped"),
    }
    yield f"  <testsuite{_attributes(name=suite.name, **counts)}>"
    if suite.properties:
        yield "    <properties>"
        for name, value in suite.properties:
            yield f"      <property{_attributes(name=name, value=value)}/>"
        yield "    </properties>"
    for case in suite.cases:
        head = f"    <testcase{_attributes(name=case.name, classname=suite.group)}"
        if not case.kind:
            yield f"{head}/>"
            continue
        yield f"{head}>"
        about = _attributes(message=case.message, type=case.type)
        yield f"      <{case.kind}{about}>{escape(case.text)}</{case.kind}>"
        yield "    </testcase>"
    if suite.log:
        yield f"    <system-out>{escape(suite.log)}</system-out>"
    yield "  </testsuite>"


def _attributes(**values: object) -> str:
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items())
