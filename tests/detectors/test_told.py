"""
Values of the metadata, found again in files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.detectors.told import TIMES, ToldDetector
from auditor.model import Confidence, Finding, Reading, Secret, Text
from tests.command import audit
from tests.images import Recipe, docker_archive

PASSWORD = "hunter2" + "xyz!"


def known(value: str, confidence: Confidence = Confidence.LIKELY) -> ToldDetector:
    """
    A detector that knows one value.
    """
    finding = Finding(
        "Secret Variable", Secret(value), "config.Env.P", None, None, confidence, (), "P"
    )
    return ToldDetector([finding])


def test_a_bare_value_is_found_on_its_line() -> None:
    """Nothing names it there, yet it is the same secret."""
    (found,) = known(PASSWORD).scan([Text("/app/x", f"a\n{PASSWORD}\n", first_line=10)])

    assert (found.path, found.line, found.secret.reveal()) == ("/app/x", 11, PASSWORD)
    assert found.reasons == ("the value of P in the metadata",)


def test_a_binary_has_no_lines() -> None:
    """The value is found there as well."""
    (found,) = known(PASSWORD).scan([Text("/bin/x", PASSWORD, Reading.TOKENS)])

    assert found.line is None


@pytest.mark.parametrize("content", ["xhunter2xyz!", "hunter2xy", "hunter2xyz!1"])
def test_a_part_of_another_word_is_not_it(content: str) -> None:
    """Only whole words count."""
    assert list(known(PASSWORD).scan([Text("/x", content)])) == []


@pytest.mark.parametrize("value", ["admin12", "postgres", "changeme123", "a\nb" * 10])
def test_values_that_turn_up_by_chance_are_not_looked_for(value: str) -> None:
    """A password such as `postgres` stands in a thousand files."""
    assert list(known(value).scan([Text("/x", value)])) == []


def test_what_is_merely_possible_is_not_looked_for() -> None:
    """It would make one doubt into many."""
    assert list(known(PASSWORD, Confidence.POSSIBLE).scan([Text("/x", PASSWORD)])) == []


def test_a_value_is_told_so_many_times_and_no_more() -> None:
    """A file of nothing else would fill the report."""
    assert len(list(known(PASSWORD).scan([Text("/x", f"{PASSWORD}\n" * 100)]))) == TIMES


def test_a_build_arg_is_followed_into_the_layers(tmp_path: Path) -> None:
    """One leak, with its place in the history and those in the layers, and what became of them."""
    recipe = (
        Recipe(tag="app:1")
        .history_only("ARG DB_PASSWORD")
        .step(
            f"RUN |1 DB_PASSWORD={PASSWORD} /bin/sh -c echo $DB_PASSWORD > /p # buildkit",
            files={"p": PASSWORD.encode()},
        )
        .step(f"RUN |1 DB_PASSWORD={PASSWORD} /bin/sh -c rm /p # buildkit", delete=["p"])
    )
    path = tmp_path / "app.tar"
    with path.open("wb") as out:
        docker_archive(recipe, out)
    ran = audit(str(path), "-f", "json", "--all")
    (leak,) = ran.image["leaks"]
    places = [(p["path"], p["layer"], p["state"], p["removed_by"]) for p in leak["places"]]

    assert ("/p", 0, "deleted", 1) in places
    assert any(path.startswith("history[") for path, *_ in places)
