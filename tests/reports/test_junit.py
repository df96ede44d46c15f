"""
JUnit XML.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from auditor.model import Report
from tests.reports.given import REPORTS, clean, hostile, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, SCHEMAS, write

CHECK = etree.XMLSchema(etree.parse(str(SCHEMAS / "junit-10.xsd")))


def junit(*reports: Report) -> Any:
    """
    The document, which is valid.
    """
    root = etree.fromstring(write("junit", *reports).encode())
    CHECK.assertValid(root)
    return root


@pytest.mark.parametrize("report", REPORTS)
def test_valid(report: str) -> None:
    """
    The schema of Jenkins takes it.
    """
    junit(REPORTS[report]())


@pytest.mark.parametrize("text", HOSTILE)
def test_valid_whatever_things_are_called(text: str) -> None:
    """
    So it does with hostile names, which add no element.
    """
    root = junit(hostile(HOSTILE[text]))
    assert len(root.findall(".//failure")) == 2
    assert len(root.findall(".//error")) == 1
    assert len(root.findall(".//skipped")) == 2
    assert len(root.findall(".//testsuite")) == 2


def test_of_nothing() -> None:
    """
    Without images there are no suites.
    """
    assert junit().get("tests") == "0"


def test_schema_can_refuse() -> None:
    """
    An attribute that JUnit does not know is refused.
    """
    root = junit(leaky())
    root[0].set("colour", "red")
    assert not CHECK.validate(root)


def test_a_layer_is_a_suite_and_a_leak_a_failure() -> None:
    """
    Metadata and each layer are suites; a leak fails in each one where it has a place.
    """
    root = junit(leaky())
    suites = root.findall("testsuite")
    assert [suite.get("name").partition(": ")[0] for suite in suites] == [
        f"registry.example.com/team/app:1.2 {name}"
        for name in ("metadata", "layer 0", "layer 1", "layer 2")
    ]
    assert [suite.get("failures") for suite in suites] == ["1", "0", "2", "1"]
    assert root.get("failures") == "4"
    assert [case.get("name") for case in suites[1].findall("testcase")] == ["gives no secret away"]
    failure = suites[2].find("testcase/failure")
    assert failure.get("type") == "critical"
    assert failure.get("message") == (
        "critical: GitHub Token ghp_… in /app/.env:4, deleted by layer 2"
    )
    for told in ("layer 1: /app/old:1", "its checksum is right", "make --directory", "docker save"):
        assert told in failure.text


def test_counts_are_those_of_the_cases() -> None:
    """
    The numbers of a suite are the numbers of its cases.
    """
    root = junit(leaky(), partial(), clean())
    for suite in root.findall("testsuite"):
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        for kind in ("failure", "error", "skipped"):
            plural = kind if kind == "skipped" else f"{kind}s"
            assert suite.get(plural) == str(len(suite.findall(f"testcase/{kind}")))
    assert root.get("tests") == str(len(root.findall(".//testcase")))


def test_accepted_leaks_are_skipped() -> None:
    """
    What the baseline accepts is seen and fails nothing.
    """
    skipped = junit(leaky()).findall(".//skipped")
    assert [one.get("message") for one in skipped] == ["in the baseline"] * 2


def test_a_layer_that_was_not_read_does_not_pass() -> None:
    """
    It is an error, as is what belongs to no layer; other gaps are in the output of their layer.
    """
    root = junit(partial())
    _, zero, one = root.findall("testsuite")
    assert one.get("errors") == "1"
    assert [case.find("error") is None for case in one.findall("testcase")] == [False]
    assert "not looked into: /archive.zip: encrypted" in zero.find("system-out").text
    lost = replace(partial(), layers=())
    assert junit(lost).get("errors") == "1"


def test_clean() -> None:
    """
    Every layer of a clean image passes.
    """
    root = junit(clean())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")


def test_many() -> None:
    """
    Three thousand leaks are all there.
    """
    assert junit(many(3_000)).get("failures") == "3000"
