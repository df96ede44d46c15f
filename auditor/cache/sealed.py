"""
A layer as it is kept: without the plaintext of what was found in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.model import Confidence, Finding, Gap, LayerScan, Place, Secret
from auditor.packages.databases import is_database
from auditor.packages.packing import key_of_value, packages_with
from auditor.ranking.echoes import without_echoes
from auditor.ranking.lives import Evidence
from auditor.ranking.marks import Marks
from auditor.ranking.sealing import sealed

SEARCHED = 2 << 30
"""
How much is looked through for a secret in a file's name, in bytes; more is not kept.
"""
_PASSING = ("MemoryError", "OSError", "TimeoutError", "BrokenProcessPool", "was cut off while")
"""
What a gap says that another run may not meet.
"""


def seal(scan: LayerScan, marks: Marks) -> LayerScan | None:
    """
    What may be kept of a layer; `None` if nothing may: it was not read whole, another run may see
    more of it, or a secret stands in the name of a file.
    """
    if not scan.is_tar:
        # NOTE: what is found in a blob that is no layer is told with the blob's name.
        return None if scan.findings or scan.gaps else replace(scan, name="")
    if scan.diff_id is None or any(map(is_passing, scan.gaps)):
        return None
    if any(gap.blocking for gap in scan.gaps) or _tells(scan):
        return None
    secrets: dict[tuple[str, bytes | None], Secret] = {}
    findings = []
    for finding in scan.findings:
        value = finding.secret.reveal()
        recorded = key_of_value(finding.path, value) if is_database(finding.path) else None
        if recorded is not None and next(packages_with(scan.claims, recorded), None) is None:
            recorded = None
        if (value, recorded) not in secrets:
            secrets[value, recorded] = sealed(value, marks, recorded)
        findings.append(replace(finding, secret=secrets[value, recorded]))
    return replace(scan, name="", findings=tuple(findings), echoes=_echoes(scan.findings))


def is_passing(gap: Gap) -> bool:
    """
    Whether another run may not meet it.
    """
    return any(word in gap.reason for word in _PASSING)


def _echoes(findings: tuple[Finding, ...]) -> frozenset[int]:
    evidence = [
        Evidence(found, Place(0, found.path, found.inside, found.line)) for found in findings
    ]
    kept = {id(item) for item in without_echoes(evidence)}
    return frozenset(number for number, item in enumerate(evidence) if id(item) not in kept)


def _tells(scan: LayerScan) -> bool:
    """
    Whether names in the layer, which are kept, hold a secret.
    """
    values = {
        finding.secret.reveal()
        for finding in scan.findings
        if finding.confidence is not Confidence.POSSIBLE
    }
    if not values:
        return False
    index = scan.index
    names = b"\0".join([index.files, index.directories, index.whiteouts, index.hard_links])
    text = names + "\0".join(_texts(scan)).encode("utf-8", "surrogatepass")
    if len(values) * len(text) > SEARCHED:
        return True
    return any(value.encode("utf-8", "surrogatepass") in text for value in values)


def _texts(scan: LayerScan) -> Iterator[str]:
    for finding in scan.findings:
        yield finding.inside or ""
        yield finding.name or ""
        yield from finding.reasons
    for gap in scan.gaps:
        yield gap.path
        yield gap.reason
    for path, name in scan.stored:
        yield path
        yield name
