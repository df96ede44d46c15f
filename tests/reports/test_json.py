"""
JSON, version 1: the document that other tools live on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from auditor.model import Report
from tests.reports.given import REPORTS, clean, hostile, leaky, partial
from tests.reports.written import HOSTILE, write

KEYS = {
    "": ["version", "tool", "images"],
    "tool": ["name", "version"],
    "images": ["reference", "id", "platform", "source", "layers", "leaks", "ledger", "summary",
               "accepted_leaks", "gone", "dockerfile", "complete"],
    "layers": ["index", "diff_id", "digest", "size", "created_by", "origin", "score", "leaks",
               "instruction", "missing"],
    "layers.leaks": ["critical", "high", "medium", "low"],
    "leaks": ["id", "fingerprint", "detector", "severity", "confidence", "exposure", "origin",
              "preview", "secret", "places", "reasons", "advice", "fix", "proof", "rotate",
              "acceptance"],
    "places": ["layer", "path", "inside", "line", "instruction", "dockerfile_line", "state",
               "removed_by"],
    "ledger": ["files", "bytes", "gaps"],
    "gaps": ["layer", "path", "reason", "blocking"],
    "summary": ["critical", "high", "medium", "low", "accepted", "worst", "metadata", "package",
                "new", "known", "expired", "ignored", "gone"],
    "gone": ["fingerprint", "detector", "severity", "place", "acceptance"],
    "acceptance": ["by", "reason", "expires"],
}  # fmt: skip
"""
DESIGN.md §6, word for word and in its order; what was added stands behind.
"""


SCHEMA = json.loads(
    files("auditor.reports").joinpath("schema/report-1.json").read_text(encoding="utf-8")
)


def as_json(*reports: Report) -> Any:
    """
    The JSON document.
    """
    return json.loads(write("json", *reports))


def check(items: Sequence[Any], kind: str) -> None:
    """
    Each item has just these keys.
    """
    assert items, kind
    for item in items:
        assert list(item) == KEYS[kind]


def test_json_keys() -> None:
    """
    The document has the keys that were agreed on, no more and no less.
    """
    document = as_json(leaky(), clean(), partial())
    images = document["images"]
    check([document], "")
    check([document["tool"]], "tool")
    check(images, "images")
    check([layer for image in images for layer in image["layers"]], "layers")
    check([layer["leaks"] for image in images for layer in image["layers"]], "layers.leaks")
    check([one for image in images for one in image["leaks"]], "leaks")
    check([p for image in images for one in image["leaks"] for p in one["places"]], "places")
    check([image["ledger"] for image in images], "ledger")
    check([gap for image in images for gap in image["ledger"]["gaps"]], "gaps")
    check([image["summary"] for image in images], "summary")
    check([known for image in images for known in image["gone"]], "gone")
    check([known["acceptance"] for image in images for known in image["gone"]], "acceptance")


def test_json_values() -> None:
    """
    Values are what the report holds: words in lower case, numbers, and null for what is none.
    """
    document = as_json(leaky())
    assert (document["version"], document["tool"]["name"]) == (1, "layer-auditor")
    (image,) = document["images"]
    assert image["summary"] == {
        "critical": 1, "high": 1, "medium": 1, "low": 3, "accepted": 2, "worst": "critical",
        "metadata": {"critical": 0, "high": 1, "medium": 0, "low": 0},
        "package": 4, "new": 6, "known": 2, "expired": 1, "ignored": 1, "gone": 1,
    }  # fmt: skip
    assert [layer["origin"] for layer in image["layers"]] == ["base", "own", "own"]
    first = image["leaks"][0]
    assert (first["severity"], first["confidence"], first["exposure"], first["secret"]) == (
        "critical", "likely", "layer", None
    )  # fmt: skip
    assert first["places"][0] == {
        "layer": 1, "path": "/app/.env", "inside": None, "line": 4,
        "instruction": "COPY .env /app/", "dockerfile_line": None, "state": "deleted",
        "removed_by": 2,
    }  # fmt: skip
    assert as_json(clean())["images"][0]["summary"]["worst"] is None


def test_json_of_nothing() -> None:
    """
    Without images the document is whole nevertheless.
    """
    assert as_json()["images"] == []


def test_json_holds_names_as_they_are() -> None:
    """
    Hostile names come back from JSON character for character.
    """
    for text in HOSTILE.values():
        assert as_json(hostile(text))["images"][0]["reference"] == text


def test_json_shows_secrets_when_asked() -> None:
    """
    A secret that the report holds is in `secret`.
    """
    report = hostile("plain-secret")
    assert as_json(report)["images"][0]["leaks"][0]["secret"] == "plain-secret"


def exact(schema: Any) -> Any:
    """
    The schema without its promise to readers that keys may be added.
    """
    if isinstance(schema, list):
        return [exact(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: exact(value) for key, value in schema.items()}
    if closed.get("type") == "object":
        closed["additionalProperties"] = False
        closed["required"] = list(closed["properties"])
    return closed


@pytest.mark.parametrize("report", REPORTS)
def test_json_schema_describes_the_report(report: str) -> None:
    """
    The published schema describes every key that is written, and each one is written.
    """
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = as_json(REPORTS[report]())
    jsonschema.validate(document, SCHEMA)
    jsonschema.validate(document, exact(SCHEMA))


@pytest.mark.parametrize("text", HOSTILE)
def test_json_schema_holds_for_hostile_names(text: str) -> None:
    """
    Names do not decide whether a report is one.
    """
    jsonschema.validate(as_json(hostile(HOSTILE[text])), SCHEMA)


def test_json_schema_takes_the_first_reports_of_version_1() -> None:
    """
    Keys that were added later are not required, else older reports would have become wrong.
    """
    document = as_json(leaky())
    for image in document["images"]:
        for key in ("accepted_leaks", "gone", "dockerfile", "complete"):
            del image[key]
        for key in ("metadata", "package", "new", "known", "expired", "ignored", "gone"):
            del image["summary"][key]
        for one in image["leaks"]:
            del one["fix"], one["proof"], one["rotate"], one["acceptance"]
        for layer in image["layers"]:
            del layer["instruction"], layer["missing"]
    jsonschema.validate(document, SCHEMA)


def test_json_schema_refuses_what_is_no_report() -> None:
    """
    A severity that is none, a place that is missing, another version: the schema tells.
    """
    wrong: Any = {"version": 2}, {"severity": "dire"}, {"places": []}, {"layers": None}
    for part in wrong:
        document = as_json(leaky())
        image = document["images"][0]
        for node in (document, image, image["leaks"][0]):
            node.update({key: value for key, value in part.items() if key in node})
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, SCHEMA)
