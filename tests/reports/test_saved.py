"""
A saved JSON report, written again without the image.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import Unreadable
from auditor.model import (
    Acceptance,
    AcceptedBy,
    Counts,
    Gap,
    Leak,
    Ledger,
    Place,
    Report,
    Secret,
    Severity,
)
from auditor.reports import FORMATS
from auditor.reports.saved import parse_report, read_report
from tests.reports.given import REPORTS, hostile, leaky
from tests.reports.written import HOSTILE, as_json, write


def again(*reports: Report) -> list[Report]:
    """
    Reports written as JSON and read back.
    """
    return parse_report(write("json", *reports), "report.json")


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_report_writes_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Every format says of a saved report what it said of the image.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    reports = [make() for make in REPORTS.values()]
    assert write(name, *again(*reports)) == write(name, *reports)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_come_back(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    So it is whatever things are called, and with plain secrets.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    report = hostile(HOSTILE[text])
    assert write(name, *again(report)) == write(name, report)


def full(kind: type[Any]) -> Any:
    """
    An object of the model with a value of its own in every field, whatever fields it has.
    """
    values: dict[str, Any] = {}
    for number, field in enumerate(dataclasses.fields(kind), start=1):
        text = str(field.type)
        values[field.name] = {
            "str": f"{field.name} {number}",
            "str | None": f"{field.name} {number}",
            "int": number,
            "int | None": number,
            "bool": True,
            "tuple[str, ...]": (field.name, "x"),
            "tuple[Place, ...]": (full(Place),) if kind is Leak else (),
            "tuple[Gap, ...]": (full(Gap),) if kind is Ledger else (),
            "Secret | None": Secret("plain"),
            "Severity": Severity.MEDIUM,
            "Acceptance | None": Acceptance(AcceptedBy.IGNORED, "a reason", date(2031, 1, 31)),
        }.get(text)
        if values[field.name] is None:
            values[field.name] = list(_enumeration(text))[-1]
    return kind(**values)


def _enumeration(name: str) -> Any:
    from auditor import model

    return getattr(model, name)


@pytest.mark.parametrize("kind", [Place, Gap, Leak, Counts, Ledger])
def test_every_field_comes_back(kind: type[Any]) -> None:
    """
    No field of the model is lost in JSON, also none that is added later.
    """
    thing = full(kind)
    one = full(Leak)
    if kind is Place:
        one = dataclasses.replace(one, places=(thing,))
    report = dataclasses.replace(
        leaky(),
        leaks=(dataclasses.replace(one, accepted=False),),
        accepted_leaks=(one,),
        ledger=full(Ledger),
        counts=full(Counts),
        metadata_counts=dataclasses.replace(full(Counts), low=77),
    )
    (back,) = again(report)
    assert back.leaks == report.leaks
    assert back.accepted_leaks == report.accepted_leaks
    assert back.ledger == report.ledger
    assert (back.counts, back.metadata_counts) == (report.counts, report.metadata_counts)


def test_a_report_of_the_first_version_1() -> None:
    """
    Reports from before some keys were added are read.
    """
    document = as_json("json", leaky())
    for image in document["images"]:
        for key in ("accepted_leaks", "dockerfile", "complete"):
            del image[key]
        del image["summary"]["metadata"]
        for one in image["leaks"]:
            del one["fix"], one["proof"], one["rotate"]
        for layer in image["layers"]:
            del layer["instruction"], layer["missing"]
        for gap in image["ledger"]["gaps"]:
            del gap["blocking"]
    (report,) = parse_report(json.dumps(document), "old.json")
    assert report.worst is Severity.CRITICAL
    assert [len(one.places) for one in report.leaks] == [2, 3, 12]


def test_keys_that_are_not_known_are_let_be() -> None:
    """
    A report of a newer version 1 is read.
    """
    document = as_json("json", leaky())
    document["new"] = document["images"][0]["new"] = {"a": 1}
    assert len(parse_report(json.dumps(document), "new.json")) == 1


WRONG: dict[str, Any] = {
    "no JSON": "{",
    "empty": "",
    "no object": "[]",
    "a number": "7",
    "deep": "[" * 100_000,
    "long number": f'{{"version": {"9" * 10_000}}}',
    "another version": '{"version": 2, "images": []}',
    "true for 1": '{"version": true, "images": []}',
    "float": '{"version": 1.0, "images": []}',
    "no images": '{"version": 1}',
    "images is an object": '{"version": 1, "images": {}}',
    "an image is a list": '{"version": 1, "images": [[]]}',
    "a baseline": '{"version": 1, "accepted": []}',
    "NUL": "\0",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_report(name: str) -> None:
    """
    What is no report is told in one line, with a hint.
    """
    with pytest.raises(Unreadable) as caught:
        parse_report(WRONG[name], "x.json")
    assert caught.value.message.startswith("x.json: is not a report")
    assert "\n" not in caught.value.message
    assert "json" in caught.value.hint


def _everywhere(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, (dict, list)):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(place for key, part in items for place in _everywhere(part, (*path, key)))]


BAD: list[Any] = [None, -1, 1 << 80, 1.5, True, "text", [], {}, [[]], [{}], "\ud800"]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_any_wrong_value_is_refused_or_harmless(bad: Any) -> None:
    """
    Whatever stands at any place of the document, it is refused, or formats can write it.
    """
    refused = 0
    formats = list(FORMATS)
    for number, place in enumerate(_everywhere(as_json("json", leaky()))[1:]):
        document = as_json("json", leaky())
        node = document
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] = bad
        try:
            reports = parse_report(json.dumps(document), "x.json")
        except Unreadable:
            refused += 1
            continue
        # Each place meets one format, with another value the next one.
        write(formats[(number + BAD.index(bad)) % len(formats)], *reports)
    assert refused


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json(document: Any) -> None:
    """
    Any JSON is refused as an error that we know.
    """
    with pytest.raises(Unreadable):
        parse_report(json.dumps(document), "x.json")


def test_layers_that_are_none() -> None:
    """
    Places in layers that the image does not have do no harm, however high their numbers.
    """
    high = (1 << 62) + 5
    places = (Place(high, "/a", removed_by=high + 1), Place(3, "/b", removed_by=0))
    report = dataclasses.replace(
        leaky(), leaks=(dataclasses.replace(leaky().leaks[0], places=places),)
    )
    for name in FORMATS:
        assert len(write(name, *again(report))) < 200_000


@pytest.mark.parametrize("kind", ["missing", "folder", "latin-1"])
def test_files_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    """
    A file that cannot be read is told by its name.
    """
    path = tmp_path / "x.json"
    if kind == "folder":
        path.mkdir()
    if kind == "latin-1":
        path.write_bytes(b'{"version": "\xe9"}')
    with pytest.raises(Unreadable, match=r"x\.json"):
        read_report(path)


def test_no_field_of_a_report_is_forgotten() -> None:
    """
    All of the report itself comes back; only the names of blobs are not told.
    """
    report = dataclasses.replace(leaky(), complete=True, leaks=hostile("x").leaks)
    empty = Report("", "", "", "", (), (), Ledger(), Counts(), Counts())
    for field in dataclasses.fields(Report):
        assert getattr(report, field.name) != getattr(empty, field.name), "set it in given.leaky()"
    (back,) = again(report)
    for field in dataclasses.fields(Report):
        if field.name != "layers":
            assert getattr(back, field.name) == getattr(report, field.name)
    for one, other in zip(back.layers, report.layers, strict=True):
        assert dataclasses.replace(one.layer, blob="x") == dataclasses.replace(
            other.layer, blob="x"
        )
        assert (one.size, one.score, one.leaks) == (other.size, other.score, other.leaks)
