"""
SARIF 2.1.0, as GitHub's code scanning and other readers take it.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sarif import loader

from auditor.model import Gap, Place, Report, Severity
from auditor.reports.sarif import write as writing
from tests.reports.given import REPORTS, clean, hostile, leak, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, as_json, schema, write

SCHEMA = schema("sarif-2.1.0-rtm.5.json")
CHECK = jsonschema.Draft4Validator(SCHEMA)


def sarif(*reports: Report) -> Any:
    """
    The log, which is valid.
    """
    log = as_json("sarif", *reports)
    CHECK.validate(log)
    return log


def run(report: Report) -> Any:
    """
    The run of one image.
    """
    (only,) = sarif(report)["runs"]
    return only


def texts(node: Any) -> list[str]:
    """
    Every string of a document.
    """
    if isinstance(node, str):
        return [node]
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for part in parts for text in texts(part)]


# --- valid -----------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
def test_valid(report: str) -> None:
    """
    The OASIS schema takes it.
    """
    assert sarif(REPORTS[report]())["version"] == "2.1.0"


@pytest.mark.parametrize("text", HOSTILE)
def test_valid_whatever_things_are_called(text: str) -> None:
    """
    So it does with hostile names, and GitHub's ban on empty texts is kept.
    """
    log = sarif(hostile(HOSTILE[text]))
    assert "" not in texts(log)
    for uri in re.findall(r'"uri": "([^"]*)"', json.dumps(log)):
        assert re.fullmatch(r"[A-Za-z0-9/!$&'()*+,;=@~._%-]+", uri)
        assert not uri.startswith("/")


def test_of_nothing() -> None:
    """
    Without images there are no runs.
    """
    assert sarif()["runs"] == []


def test_schema_can_refuse() -> None:
    """
    The schema is one: what is no SARIF is refused.
    """
    log = as_json("sarif", leaky())
    log["runs"][0]["results"][0]["level"] = "dire"
    with pytest.raises(jsonschema.ValidationError):
        CHECK.validate(log)


# --- what GitHub reads -----------------------------------------------------------------------


def test_first_location_is_the_one_to_look_at() -> None:
    """
    GitHub shows the first location alone: the line of the Dockerfile if there is one, else the
    file below the image's name. The others are related.
    """
    first, second, third, *_ = run(leaky())["results"]
    at = first["locations"]
    assert len(at) == 1
    assert at[0]["physicalLocation"]["artifactLocation"]["uri"] == "build/Dockerfile"
    assert at[0]["physicalLocation"]["region"]["startLine"] == 7
    uris = [
        place["physicalLocation"]["artifactLocation"]["uri"] for place in first["relatedLocations"]
    ]
    assert uris == ["team/app/app/old", "team/app/app/.env"]
    where = second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert where == "team/app/history%5B3%5D.created_by"
    assert len(third["locations"]) == 1
    assert len(third["relatedLocations"]) == 11
    name = third["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert (
        name
        == f"registry.example.com/team/app:1.2@sha256:{'2' * 64}:/srv/application/settings/1.yaml"
    )


def test_severity_is_that_of_the_leak() -> None:
    """
    GitHub takes the severity of an alert from its rule, so each rule has one severity.
    """
    made = run(leaky())
    rules = made["tool"]["driver"]["rules"]
    for result, one in zip(made["results"][:3], leaky().leaks, strict=True):
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        score = float(rule["properties"]["security-severity"])
        limits = {"critical": (9.0, 10), "high": (7.0, 8.9), "medium": (4.0, 6.9)}[one.severity]
        assert limits[0] <= score <= limits[1]
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= 10
        for key in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[key]["text"]) <= 1024
    assert len({rule["id"] for rule in rules}) == len(rules)


def hashes(report: Report) -> list[str]:
    """
    What GitHub knows the alerts of an image by.
    """
    return [r["partialFingerprints"]["primaryLocationLineHash"] for r in run(report)["results"]]


def test_alerts_outlive_a_build() -> None:
    """
    Another tag, layer or line makes no new alert; another image, variant, platform or secret does.
    """
    report = leaky()
    moved = replace(
        report,
        reference="other.example.com/team/app:1.3",
        leaks=tuple(
            replace(one, places=(Place(2, "/elsewhere", None, 9),)) for one in report.leaks
        ),
    )
    assert hashes(moved) == hashes(report)
    assert len(set(hashes(report)[:3])) == 3
    for other in (
        replace(report, reference="registry.example.com/team/worker:1.2"),
        replace(report, reference="registry.example.com/team/app:1.2-alpine"),
        replace(report, platform="linux/arm64"),
        replace(report, leaks=tuple(replace(o, fingerprint="ff" * 32) for o in report.leaks)),
    ):
        assert not set(hashes(other)[:3]) & set(hashes(report)[:3])


def test_images_have_categories_of_their_own() -> None:
    """
    GitHub replaces the alerts of a category by the next upload's, and refuses two runs of one.
    """
    reports = [
        leaky(), replace(leaky(), platform="linux/arm64"), leaky(), clean(),
        replace(leaky(), reference="registry.example.com/team/app:1.2-alpine"),
    ]  # fmt: skip
    ids = [made["automationDetails"]["id"] for made in sarif(*reports)["runs"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"layer-auditor/[A-Za-z0-9._/:-]+/", name) for name in ids)
    assert ids[-1] == "layer-auditor/team/app:alpine/linux-amd64/"


def test_gaps_are_notifications() -> None:
    """
    What was not looked into is told; a layer that was not read is an execution that failed.
    """
    (invocation,) = run(partial())["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = invocation["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["error", *["warning"] * 17]
    assert "layer 1, (layer): is not in the archive" in notes[0]["message"]["text"]
    (invocation,) = run(clean())["invocations"]
    assert invocation == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_brackets_make_no_links() -> None:
    """
    In a SARIF message brackets make a link, which the name of a file must not.
    """
    text = run(hostile("[here](1)"))["results"][0]["message"]["text"]
    assert "\\[here\\](1)" in text
    assert not re.search(r"(?<!\\)[\[\]]", text)


def test_secrets_are_shown_when_asked_for() -> None:
    """
    A secret that the report holds is a property of the result, and else is nowhere.
    """
    assert run(hostile("plain-secret"))["results"][0]["properties"]["secret"] == "plain-secret"
    assert '"secret":' not in write("sarif", leaky())


# --- limits ----------------------------------------------------------------------------------


def notes(made: Any) -> list[str]:
    """
    What was cut.
    """
    (invocation,) = made["invocations"]
    return [
        note["message"]["text"]
        for note in invocation["toolExecutionNotifications"]
        if note["descriptor"]["id"] == "truncated"
    ]


def test_thirty_thousand_leaks() -> None:
    """
    GitHub takes 25,000 results of a run in 10 MB: the least severe are left out, and it is told.
    """
    text = write("sarif", many(30_000, gaps=2_000))
    assert len(gzip.compress(text.encode(), 6)) <= 10_000_000
    made = json.loads(text)["runs"][0]
    assert len(made["results"]) == 25_000
    assert len(made["tool"]["driver"]["rules"]) <= 25_000
    kept = [result["ruleId"].rpartition("/")[2] for result in made["results"]]
    assert [kept.count(s) for s in Severity] == [7_500, 7_500, 7_500, 2_500]
    assert notes(made) == [
        "5000 of 30000 leaks, the least severe, are not in this file: GitHub takes no more.",
        "1000 more gaps are not in this file.",
    ]


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file of more bytes than GitHub takes is cut until it fits, worst leaks kept.
    """
    monkeypatch.setattr(writing, "PACKED", 20_000)
    text = write("sarif", many(3_000))
    assert len(gzip.compress(text.encode(), 6)) <= 21_000
    made = json.loads(text)["runs"][0]
    assert 100 < len(made["results"]) < 3_000
    assert {result["ruleId"].rpartition("/")[2] for result in made["results"]} == {"critical"}
    assert "of 3000 leaks, the least severe" in notes(made)[0]


def test_many_places() -> None:
    """
    GitHub refuses a result of more than 1,000 locations and shows 100; as many are written.
    """
    made = run(many(2, places=1_500))
    for result in made["results"]:
        assert len(result["locations"]) + len(result["relatedLocations"]) == 100
    assert notes(made) == ["2 leaks have more than 100 places; only as many are in this file."]


def test_many_images() -> None:
    """
    GitHub takes 20 runs: the images with the worst leaks, in their order; the others are named.
    """
    few = [replace(clean(), reference=f"clean{n}") for n in range(15)]
    bad = [replace(leaky(), reference=f"leaky{n}") for n in range(12)]
    runs = sarif(*few, *bad)["runs"]
    names = [made["properties"]["image"] for made in runs]
    assert names == [*(f"clean{n}" for n in range(8)), *(f"leaky{n}" for n in range(12))]
    assert notes(runs[-1]) == [
        "7 images are not in this file, which GitHub takes 20 in: "
        + ", ".join(f"clean{n}" for n in range(8, 15))
    ]


def test_accepted_leaks_are_left_out_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where there are too many, a leak that was accepted makes room for one that was not.
    """
    monkeypatch.setattr(writing, "RESULTS", 3)
    assert not any("suppressions" in result for result in run(leaky())["results"])


# --- read by others --------------------------------------------------------------------------


def loaded(report: Report, folder: Path) -> Any:
    """
    The file as sarif-tools reads it.
    """
    file = folder / "report.sarif"
    file.write_text(write("sarif", report), encoding="utf-8")
    return loader.load_sarif_file(str(file))


def test_read_by_sarif_tools(tmp_path: Path) -> None:
    """
    sarif-tools finds every leak with its severity, place and rule.
    """
    read = loaded(leaky(), tmp_path)
    assert read.get_distinct_tool_names() == ["layer-auditor"]
    records = read.get_records()
    assert [(r["Severity"], r["Location"], r["Line"]) for r in records] == [
        ("error", "build/Dockerfile", 7),
        ("error", "team/app/history%5B3%5D.created_by", 1),
        ("warning", "team/app/srv/application/settings/1.yaml", 1),
        ("error", "team/app/srv/test.key", 1),
        ("note", "team/app/config.Env.EXAMPLE", 1),
    ]


def test_suppressions_are_read_by_sarif_tools(tmp_path: Path) -> None:
    """
    Leaks that the baseline accepts are suppressed results, and a reader can leave them out.
    """
    read = loaded(leaky(), tmp_path)
    suppressed = [result for result in read.get_results() if result.get("suppressions")]
    assert [result["suppressions"][0]["status"] for result in suppressed] == ["accepted"] * 2
    keep = {"default-include": False}
    read.init_general_filter("open", keep, [], [{"suppression": "external"}])
    left = read.get_results()
    assert len(left) == 3
    assert not any("suppressions" in result for result in left)


def test_layers_that_are_none(tmp_path: Path) -> None:
    """
    A place in a layer that the image does not list still has a location.
    """
    odd = replace(leaky(), leaks=(leak(Severity.HIGH, Place(99, "/x")),))
    assert run(odd)["results"][0]["locations"]
    gap = replace(clean(), ledger=replace(clean().ledger, gaps=(Gap("", "", 99),)))
    assert run(gap)["invocations"][0]["toolExecutionNotifications"]
