"""
GitLab's secret detection report, schema 15.2.

`artifacts: reports: secret_detection:` takes it. The schemas of GitLab for container scanning are
made for packages with known flaws, so a secret in an image goes into this one.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from auditor import __version__
from auditor.model import Gap, Leak, Report
from auditor.patterns import lazy_regex
from auditor.reports.identity import identities
from auditor.reports.json import TOOL, dump
from auditor.reports.places import best, sentence, target
from auditor.reports.terminal import plain, shorten

VERSION = "15.2.1"
_SCHEMA = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v"
    f"{VERSION}/dist/secret-detection-report-format.json"
)
NAME = 255
SOLUTION = 7000
DESCRIPTION = 60_000
"""
The longest texts, in characters. GitLab takes a description of a megabyte; nobody reads one.
"""
MESSAGES = 1_000
"""
How many gaps of an image are told one by one.
"""
PLACES = 100
"""
How many places of a leak are told one by one.
"""
_PAGE = lazy_regex(r"https?://[!-~]+")


def write_gitlab(reports: Sequence[Report], out: TextIO) -> None:
    """
    See `Format.__call__`.
    """
    now = _now()
    about = {
        "id": TOOL,
        "name": "Layer auditor",
        "version": __version__,
        "vendor": {"name": TOOL},
    }
    partial = any(gap.blocking for report in reports for gap in report.ledger.gaps)
    document = {
        "version": VERSION,
        "schema": _SCHEMA,
        "scan": {
            "analyzer": about,
            "scanner": about,
            "type": "secret_detection",
            "start_time": now,
            "end_time": now,
            "status": "failure" if partial else "success",
            "messages": [message for report in reports for message in _messages(report)],
        },
        "vulnerabilities": [
            _vulnerability(report, identity, leak)
            for report, identity in zip(reports, identities(reports), strict=True)
            for leak in report.leaks
        ],
    }
    out.write(dump(document, reports))


def _now() -> str:
    """
    GitLab asks for a time without a zone. SOURCE_DATE_EPOCH makes the report reproducible.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(given) if given.isdecimal() and len(given) < 12 else time.time()
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _messages(report: Report) -> list[dict[str, str]]:
    gaps = sorted(report.ledger.gaps, key=lambda gap: not gap.blocking)
    told = [_message(gap) for gap in gaps[:MESSAGES]]
    read = f"{report.reference}: {len(report.layers)} layers, {report.ledger.files} files read"
    if report.accepted:
        read += f"; {report.accepted} leaks accepted by the baseline are not listed"
    if len(gaps) > MESSAGES:
        told.append({"level": "warn", "value": f"{len(gaps) - MESSAGES} more gaps"})
    return [{"level": "info", "value": plain(read)}, *told]


def _message(gap: Gap) -> dict[str, str]:
    holder = "" if gap.layer is None else f"layer {gap.layer}, "
    text = plain(f"Not looked into: {holder}{gap.path}: {gap.reason}")
    return {"level": "fatal" if gap.blocking else "warn", "value": text}


def _vulnerability(report: Report, identity: str, leak: Leak) -> dict[str, Any]:
    at = target(report, best(report, leak))
    mark = _mark(identity, leak)
    detector = plain(leak.detector) or "Secret"
    made: dict[str, Any] = {
        # The same leak of the same image has the same id in every report.
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, mark)),
        "name": shorten(f"{detector} in a container image", NAME),
        "description": _cut(_description(report, leak), DESCRIPTION),
        "severity": leak.severity.value.capitalize(),
        "solution": _cut(_solution(leak), SOLUTION),
        "identifiers": [
            {
                "type": "layer_auditor_detector",
                "name": f"{TOOL} {detector}",
                "value": detector,
            },
            {"type": "cwe", "name": "CWE-798", "value": "798",
             "url": "https://cwe.mitre.org/data/definitions/798.html"},
        ],
        "location": {
            "file": at.uri,
            "start_line": at.line,
            "end_line": at.line,
            "commit": {"sha": os.environ.get("CI_COMMIT_SHA") or "0000000"},
        },
        "tracking": {
            "type": "source",
            "items": [
                {
                    "file": at.uri,
                    "start_line": at.line,
                    "end_line": at.line,
                    "signatures": [{"algorithm": "hash", "value": mark}],
                }
            ],
        },
        "details": _details(report, leak),
    }  # fmt: skip
    if leak.rotate and _PAGE.fullmatch(leak.rotate):
        made["links"] = [{"name": "Replace the secret", "url": leak.rotate}]
    if leak.secret:
        made["raw_source_code_extract"] = leak.secret.reveal()
    return made


def _mark(identity: str, leak: Leak) -> str:
    """
    What the leak is known by in the next report, whatever tag, layer and line it has then.
    """
    text = f"{identity}\0{leak.detector}\0{leak.fingerprint}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _description(report: Report, leak: Leak) -> str:
    """
    Plain sentences. What comes from the image stands in code, so that it makes no Markdown.
    """
    places = [f"- {_code(sentence(place))}" for place in leak.places[:PLACES]]
    if len(leak.places) > PLACES:
        places.append(f"- and {len(leak.places) - PLACES} more places")
    why = "; ".join(leak.reasons)
    return "\n".join(
        [
            f"The image {_code(plain(report.reference))} gives away {_code(plain(leak.preview))}:",
            "",
            *places,
            "",
            f"Confidence {leak.confidence}, exposure {leak.exposure}, origin {leak.origin}: "
            f"{_code(plain(why))}",
        ]
    )


def _code(text: str) -> str:
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if text.strip() else "(empty)"


def _solution(leak: Leak) -> str:
    parts = [plain(leak.advice)]
    if leak.fix:
        parts += ["", "Write it so:", "", *(plain(line) for line in leak.fix.split("\n"))]
    return "\n".join(parts)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _details(report: Report, leak: Leak) -> dict[str, Any]:
    first = best(report, leak)
    told = {
        "image": ("Image", "text", plain(report.reference)),
        "image_id": ("Image id", "text", plain(report.id)),
        "platform": ("Platform", "text", plain(report.platform)),
        "layer": ("Layer", "text", "metadata" if first.layer is None else str(first.layer)),
        "instruction": ("Instruction", "code", plain(first.instruction or "")),
        "fix": ("Instead", "code", _plain_lines(leak.fix)),
        "proof": ("Proof", "code", _plain_lines(leak.proof)),
        "fingerprint": ("Fingerprint", "text", leak.fingerprint),
    }
    return {
        key: {"name": name, "type": kind, "value": value}
        for key, (name, kind, value) in told.items()
        if value
    }


def _plain_lines(text: str | None) -> str:
    return "\n".join(plain(line) for line in (text or "").split("\n"))
