"""
GitLab's secret detection report.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from auditor.model import Place, Report
from tests.reports.given import REPORTS, clean, hostile, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, as_json, schema, write

CHECK = jsonschema.Draft7Validator(schema("gitlab-secret-detection.json"))


def gitlab(*reports: Report) -> Any:
    """
    The document, which is valid.
    """
    document = as_json("gitlab", *reports)
    CHECK.validate(document)
    return document


@pytest.mark.parametrize("report", REPORTS)
def test_valid(report: str) -> None:
    """
    What GitLab asks for is there.
    """
    gitlab(REPORTS[report]())


@pytest.mark.parametrize("text", HOSTILE)
def test_valid_whatever_things_are_called(text: str) -> None:
    """
    So it is with hostile names: no text is empty or too long, no link is none.
    """
    gitlab(hostile(HOSTILE[text]))


def test_of_nothing() -> None:
    """
    Without images the document is whole.
    """
    assert gitlab()["vulnerabilities"] == []


def test_schema_can_refuse() -> None:
    """
    A severity that GitLab does not know is refused.
    """
    document = as_json("gitlab", leaky())
    document["vulnerabilities"][0]["severity"] = "critical"
    with pytest.raises(jsonschema.ValidationError):
        CHECK.validate(document)


def test_vulnerabilities() -> None:
    """
    Each leak is one, with severity, place, advice and the rewritten instruction.
    """
    first, second, _ = gitlab(leaky())["vulnerabilities"]
    assert (first["severity"], second["severity"]) == ("Critical", "High")
    assert first["location"] == {
        "file": "build/Dockerfile", "start_line": 7, "end_line": 7, "commit": {"sha": "0000000"},
    }  # fmt: skip
    assert second["location"]["file"] == "team/app/history%5B3%5D.created_by"
    assert first["solution"].endswith("make --directory /src")
    assert first["links"] == [
        {"name": "Replace the secret", "url": "https://tokens.example.com/settings"}
    ]
    assert (
        "` layer 1: /app/.env:4, deleted by layer 2, by: COPY .env /app/ `"
        in (first["description"])
    )
    assert first["details"]["fix"]["value"].startswith("RUN --mount=type=secret")
    assert "raw_source_code_extract" not in first


def test_secrets_are_shown_when_asked_for() -> None:
    """
    A secret that the report holds is the extract.
    """
    assert gitlab(hostile("plain"))["vulnerabilities"][0]["raw_source_code_extract"] == "plain"


def test_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    In GitLab's CI the commit is known.
    """
    monkeypatch.setenv("CI_COMMIT_SHA", "abc123")
    assert gitlab(leaky())["vulnerabilities"][0]["location"]["commit"]["sha"] == "abc123"


@pytest.mark.parametrize("epoch", ["", "x", "-1", "9" * 30])
def test_time(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The time is now unless SOURCE_DATE_EPOCH tells one; nonsense in it does no harm.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert gitlab(clean())["scan"]["start_time"] == "2023-11-14T22:13:20"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert gitlab(clean())["scan"]["start_time"] > "2024"


def test_ids_outlive_a_build() -> None:
    """
    The same leak has the same id after another build, and another one in another image.
    """
    report = leaky()
    moved = replace(
        report,
        reference="registry.example.com/team/app:1.3",
        leaks=tuple(replace(one, places=(Place(2, "/x"),)) for one in report.leaks),
    )
    other = replace(report, reference="worker:1")

    def ids(one: Report) -> list[str]:
        return [item["id"] for item in gitlab(one)["vulnerabilities"]]

    assert ids(moved) == ids(report)
    assert not set(ids(other)) & set(ids(report))
    assert all(uuid.UUID(name) for name in ids(report))


def test_gaps() -> None:
    """
    A layer that was not read makes the scan a failure, and every gap is a message.
    """
    scan = gitlab(partial())["scan"]
    assert scan["status"] == "failure"
    levels = [message["level"] for message in scan["messages"]]
    assert levels == ["info", "fatal", *["warn"] * 17]
    assert gitlab(clean())["scan"]["status"] == "success"


def test_many() -> None:
    """
    Three thousand leaks are all written; of places and gaps the first ones, and how many more.
    """
    document = as_json("gitlab", many(3_000))
    assert len(document["vulnerabilities"]) == 3_000
    crowded = gitlab(many(1, places=1_000, gaps=3_000))
    assert "and 900 more places" in crowded["vulnerabilities"][0]["description"]
    assert crowded["scan"]["messages"][-1]["value"] == "2000 more gaps"


def test_names_make_no_markdown() -> None:
    """
    GitLab shows a description as Markdown; what comes from the image stands in code.
    """
    text = gitlab(hostile("x`y` <b> @all"))["vulnerabilities"][0]["description"]
    outside = "".join(part for part in text.split("``")[::2])
    assert "@all" not in outside
    assert "<b>" not in outside
    assert write("gitlab", hostile("@all")).count("@all") > 5
