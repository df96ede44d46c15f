"""
What becomes of a place in the layers above it.
"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model import LayerScan, Place, State
from auditor.ranking.lives import in_layers
from tests.ranking.given import finding, image, meta, report, scan

PATH = "/app/conf/.env"

Life = tuple[int | None, str, str, int | None]


def lives(*scans: LayerScan | None) -> list[Life]:
    """
    Layer, path, state and remover of every place.
    """
    return [life(evidence.place) for evidence in in_layers(*image(scans))]


def life(place: Place) -> Life:
    """
    A place in short.
    """
    return place.layer, place.path, place.state.value, place.removed_by


def leaky(**keys: Any) -> LayerScan:
    """
    A layer with the leak.
    """
    return scan(finding(path=PATH), **keys)


PRESENT = (0, PATH, "present", None)

EFFECTS = [
    pytest.param({}, "present", id="nothing"),
    pytest.param({"files": [PATH]}, "overwritten", id="the file again"),
    pytest.param({"directories": [PATH]}, "overwritten", id="a directory in its place"),
    pytest.param({"whiteouts": [PATH]}, "deleted", id="whiteout of the file"),
    pytest.param({"whiteouts": ["/app/conf"]}, "deleted", id="whiteout of the folder"),
    pytest.param({"whiteouts": ["/app"]}, "deleted", id="whiteout of the folder above"),
    pytest.param({"opaque": ["/app/conf"]}, "deleted", id="opaque folder"),
    pytest.param({"opaque": ["/app"]}, "deleted", id="opaque folder above"),
    pytest.param({"opaque": ["/"]}, "deleted", id="opaque root"),
    pytest.param({"files": ["/app/conf"]}, "deleted", id="a file in the folder's place"),
    pytest.param({"files": ["/app"]}, "deleted", id="a file in the place of the folder above"),
    pytest.param({"whiteouts": [PATH], "files": [PATH]}, "overwritten", id="deleted and written"),
    pytest.param({"opaque": ["/app/conf"], "files": [PATH]}, "overwritten", id="opaque, written"),
    pytest.param({"directories": ["/app", "/app/conf"]}, "present", id="the folders again"),
    pytest.param({"whiteouts": ["/app/con"]}, "present", id="whiteout of a like name"),
    pytest.param({"whiteouts": [f"{PATH}.bak"]}, "present", id="whiteout of a longer name"),
    pytest.param({"opaque": [PATH]}, "present", id="opaque mark where a file is"),
    pytest.param({"files": ["/app/conf2"]}, "present", id="a file beside"),
    pytest.param({"opaque": ["/other"]}, "present", id="opaque folder beside"),
]


@pytest.mark.parametrize(("above", "state"), EFFECTS)
def test_layer_above(above: dict[str, Any], state: str) -> None:
    """
    A layer overwrites or deletes what lies below it, by all the marks there are.
    """
    removed = None if state == "present" else 1
    assert lives(leaky(), scan(**above)) == [(0, PATH, state, removed)]


@pytest.mark.parametrize("above", [p.values[0] for p in EFFECTS if "whiteout" in str(p.id)])
def test_whiteout_hides_only_what_is_below(above: Any) -> None:
    """
    A whiteout in the leak's own layer, or below it, hides nothing of it.
    """
    assert lives(leaky(**above))[0][2:] == ("present", None)
    assert [found[2:] for found in lives(scan(**above), leaky())] == [("present", None)]


def test_layers_between_do_not_matter() -> None:
    """
    The layer that removed a place is told, however far above it is.
    """
    found = lives(leaky(), scan(files=["/x"]), scan(), scan(whiteouts=[PATH]), scan(files=["/y"]))
    assert found == [(0, PATH, "deleted", 3)]


def test_first_remover_is_told() -> None:
    """
    What was removed once is not removed again.
    """
    found = lives(leaky(), scan(files=[PATH]), scan(whiteouts=[PATH]), scan(whiteouts=["/app"]))
    assert found == [(0, PATH, "overwritten", 1)]


def test_added_again() -> None:
    """
    A file that comes back is a place of its own, and the first one stays removed.
    """
    found = lives(leaky(), scan(whiteouts=[PATH]), leaky())
    assert found == [(0, PATH, "deleted", 1), (2, PATH, "present", None)]


def test_old_and_new_value() -> None:
    """
    An overwritten secret and the one that replaced it are both told.
    """
    found = in_layers(*image([leaky(), scan(finding("other", PATH))]))
    assert [(e.finding.secret.reveal(), e.place.state) for e in found] == [
        ("hunter2-xyz", State.OVERWRITTEN),
        ("other", State.PRESENT),
    ]


def test_same_layer_twice() -> None:
    """
    One blob as two layers is two places, of which the upper one overwrote the lower.
    """
    one = leaky()
    assert lives(one, scan(), one) == [(0, PATH, "overwritten", 2), (2, PATH, "present", None)]


def test_missing_layer_between() -> None:
    """
    A layer that is not in the archive changes nothing that is known.
    """
    assert lives(leaky(), None, scan(whiteouts=[PATH])) == [(0, PATH, "deleted", 2)]


def test_hard_links_are_places() -> None:
    """
    A secret can be read under every name of a hard link.
    """
    found = lives(leaky(files=["/b"], hard_links=["/b", PATH]))
    assert found == [PRESENT, (0, "/b", "present", None)]


def test_hard_link_survives_its_target() -> None:
    """
    Deleting one name leaves the other.
    """
    found = lives(leaky(files=["/b"], hard_links=["/b", PATH]), scan(whiteouts=[PATH]))
    assert found == [(0, PATH, "deleted", 1), (0, "/b", "present", None)]


def test_link_by_way_of_a_link() -> None:
    """
    A link to a link is one more name of the file.
    """
    found = lives(leaky(files=["/b", "/c"], hard_links=["/b", PATH, "/c", "/b"]))
    assert found == [PRESENT, (0, "/b", "present", None), (0, "/c", "present", None)]


def test_link_to_itself_is_no_place() -> None:
    """
    A link that names itself is told once.
    """
    assert lives(leaky(hard_links=[PATH, PATH])) == [PRESENT]


def test_hard_link_to_a_clean_file() -> None:
    """
    Links to other files are no places.
    """
    assert lives(leaky(files=["/b"], hard_links=["/b", "/clean"])) == [PRESENT]


def test_file_twice_in_a_layer() -> None:
    """
    Of a path that stands twice in one layer the first is overwritten by the layer itself.
    """
    twice = scan(finding("old", PATH), finding("new", PATH), superseded=frozenset({0}))
    assert lives(twice) == [(0, PATH, "overwritten", 0), PRESENT]


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("(after the end of the gzip data)", None),
        ("(after the end of the tar)", None),
        ("/app/.wh.secret", None),
        (PATH, "after the end of the tar"),
        (PATH, "pax comment"),
    ],
)
def test_what_no_file_system_shows(path: str, inside: str | None) -> None:
    """
    A secret behind the end of the tar, in a comment or in a whiteout's body is in no file system.
    """
    odd = scan(finding(path=path, inside=inside))
    (evidence,) = in_layers(*image([odd, scan(files=[path])]))
    assert (evidence.place.state, evidence.place.removed_by) == (State.DELETED, None)


def test_names_that_are_no_utf_8() -> None:
    """
    Paths with other bytes are followed all the same.
    """
    path = "/caf\udce9/.env"
    assert lives(scan(finding(path=path)), scan(whiteouts=["/caf\udce9"])) == [
        (0, path, "deleted", 1)
    ]


def test_file_at_the_root() -> None:
    """
    A file in the root is hidden by an opaque root alone.
    """
    assert lives(scan(finding(path="/.env")), scan(opaque=["/"]))[0][2] == "deleted"
    assert lives(scan(finding(path="/.env")), scan(opaque=["/app"]))[0][2] == "present"


def test_metadata_is_always_present() -> None:
    """
    A place in the metadata belongs to no layer, and none removes it.
    """
    (evidence,) = meta(path="history[1].created_by", instruction="RUN x")
    assert life(evidence.place) == (None, "history[1].created_by", "present", None)
    assert evidence.place.instruction == "RUN x"


def test_place_tells_its_instruction() -> None:
    """
    A place in a layer is told with the instruction that made the layer.
    """
    (evidence,) = in_layers(*image([leaky()]))
    assert evidence.place.instruction == "STEP 0"
    assert evidence.place.line == 1


def test_life_in_the_report() -> None:
    """
    One secret in several layers is one leak with its whole life.
    """
    (leak,) = report(leaky(), scan(whiteouts=[PATH]), leaky()).leaks
    assert [life(place) for place in leak.places] == [
        (0, PATH, "deleted", 1),
        (2, PATH, "present", None),
    ]
    assert "added again by layer 2" in leak.reasons
