"""
Leaks that were looked at: accepted, expired, gone; and an older image instead of a file.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auditor import baseline
from auditor.errors import UsageError
from auditor.model import Acceptance, AcceptedBy, Known, Severity
from tests.called import Call, archive, caller
from tests.fakes import fakes
from tests.images import Recipe, docker_members

TOKEN = fakes()["GITHUB_TOKEN"]
PASSWORD = fakes()["DB_PASSWORD"]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """
    Calls the command in this process.
    """
    return caller(monkeypatch, capsys)


def leaky(password: str = PASSWORD) -> Recipe:
    """
    A token in a deleted file, and a password in the environment.
    """
    return (
        Recipe("leaky:1")
        .step("COPY .env /app/", files={"app/.env": f"TOKEN={TOKEN}\n".encode()})
        .step("RUN rm /app/.env", delete=["app/.env"])
        .env("DB_PASSWORD", password)
    )


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """
    The leaky image.
    """
    return archive(tmp_path / "leaky.tar", leaky())


@pytest.fixture
def file(image: Path, call: Call, tmp_path: Path) -> Path:
    """
    A baseline of the leaky image.
    """
    path = tmp_path / "leaks.toml"
    assert call("--write-baseline", path, image).code == 1
    return path


def entries(path: Path) -> list[dict[str, Any]]:
    """
    The blocks of a baseline.
    """
    return list(tomllib.loads(path.read_text()).get("accepted", []))


def edit(path: Path, place: str, line: str) -> None:
    """
    What a person does: gives the reason, or a date, of the entry of a place.
    """
    key = line.partition(" = ")[0]
    blocks = path.read_text().split("\n\n")
    for at, block in enumerate(blocks):
        if f'place = "{place}"' in block:
            kept = [one for one in block.splitlines() if not one.startswith(f"{key} = ")]
            blocks[at] = "\n".join([*kept, line])
    path.write_text("\n\n".join(blocks) + "\n")


# --- a file ----------------------------------------------------------------------------------


def test_round_trip(image: Path, file: Path, call: Call, tmp_path: Path) -> None:
    """
    What a baseline was written of is accepted and known, and nothing else.
    """
    ran = call("-f", "json", "--baseline", file, image)
    assert (ran.code, ran.image["leaks"]) == (0, [])
    summary = ran.image["summary"]
    assert [summary[key] for key in ("accepted", "known", "new", "gone")] == [2, 2, 0, 0]
    more = archive(tmp_path / "x.tar", leaky().env("API_KEY", "another-s3cret-one"))
    ran = call("-f", "json", "--baseline", file, more)
    summary = ran.image["summary"]
    assert (ran.code, len(ran.image["leaks"])) == (1, 1)
    assert [summary[key] for key in ("accepted", "known", "new", "gone")] == [2, 2, 1, 0]


def test_is_for_reviewers(image: Path, file: Path, call: Call) -> None:
    """
    One block a leak that tells detector, severity and place, in an order that does not change.
    """
    first = file.read_text()
    assert [list(entry) for entry in entries(file)] == [
        ["fingerprint", "detector", "severity", "place", "reason"]
    ] * 2
    assert [entry["place"] for entry in entries(file)] == ["/app/.env", "config.Env.DB_PASSWORD"]
    assert TOKEN not in first and PASSWORD not in first
    call("--write-baseline", file, image)
    assert file.read_text() == first


def test_lets_nobody_test_guesses(call: Call, tmp_path: Path) -> None:
    """
    Of a weak secret nothing is in the file: with another value it is the same, byte for byte.
    """
    for name, password in (("a", "hunter2-of-old"), ("b", "hunter3-of-new")):
        image = archive(tmp_path / f"{name}.tar", leaky(password))
        call("--write-baseline", tmp_path / name, image)
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()


def test_low_leaks_are_accepted_too(call: Call, tmp_path: Path) -> None:
    """
    Leaks that are not listed are written as well.
    """
    low = Recipe().step("COPY x /", files={"x": b'password = "Tr0ub4dor-3"\n'})
    image = archive(tmp_path / "x.tar", low.step("RUN rm x", delete=["x"]))
    call("--write-baseline", tmp_path / "b", image)
    ran = call("-f", "json", "--baseline", tmp_path / "b", image)
    assert (ran.image["summary"]["low"], ran.image["summary"]["accepted"]) == (0, 1)


def test_reasons_and_dates_stay(image: Path, file: Path, call: Call) -> None:
    """
    Written anew, with itself as baseline or not, it keeps what people put into it.
    """
    edit(file, "/app/.env", r'reason = "revoked \"today\""')
    edit(file, "/app/.env", "expires = 2090-01-31")
    first = entries(file)[0]
    assert (first["reason"], first["expires"]) == ('revoked "today"', date(2090, 1, 31))
    call("--write-baseline", file, image)
    assert entries(file)[0] == first
    call("--baseline", file, "--write-baseline", file, image)
    assert entries(file)[0] == first
    assert len(entries(file)) == 2


def test_reason_is_reported(image: Path, file: Path, call: Call) -> None:
    """
    The table says why leaks are accepted and until when.
    """
    edit(file, "/app/.env", 'reason = "revoked"')
    edit(file, "/app/.env", "expires = 2090-01-31")
    out = call("--baseline", file, image).out
    assert "Accepted: 2 leaks" in out
    assert "1 by the baseline, until 2090-01-31: revoked" in out
    assert "1 by the baseline: no reason is given" in out


def test_expired_entry_accepts_nothing(image: Path, file: Path, call: Call) -> None:
    """
    After its day an entry does not accept, and the leak says so; writing anew does not renew it.
    """
    edit(file, "/app/.env", 'reason = "until the release"')
    edit(file, "/app/.env", "expires = 2020-01-31")
    for _ in range(2):
        ran = call("-f", "json", "--baseline", file, image)
        assert ran.code == 1
        (leak,) = ran.image["leaks"]
        assert leak["reasons"][-1] == "its acceptance expired on 2020-01-31: until the release"
        assert leak["acceptance"]["expires"] == "2020-01-31"
        summary = ran.image["summary"]
        assert [summary[key] for key in ("new", "known", "expired")] == [0, 2, 1]
        assert "1 expired" in ran.err
        call("--write-baseline", file, image)


def test_gone_leaks_are_told_and_removed(file: Path, call: Call, tmp_path: Path) -> None:
    """
    What the image does not have any more is in the report, and leaves the file when it is
    written anew.
    """
    better = archive(tmp_path / "x.tar", Recipe("leaky:2").env("DB_PASSWORD", PASSWORD))
    ran = call("-f", "json", "--baseline", file, better)
    (gone,) = ran.image["gone"]
    assert (ran.code, gone["place"], gone["acceptance"]["by"]) == (0, "/app/.env", "baseline")
    assert "1 gone" in ran.err
    out = " ".join(call("--baseline", file, better).out.split())
    assert f"Gone: {gone['detector']} /app/.env (was in the baseline)" in out
    call("--write-baseline", file, better)
    assert [entry["place"] for entry in entries(file)] == ["config.Env.DB_PASSWORD"]


def test_nothing_is_gone_that_was_not_read(file: Path, call: Call, tmp_path: Path) -> None:
    """
    Where a layer could not be read, or an image, nobody knows what is gone: entries stay.
    """
    partial = Recipe("leaky:2").env("DB_PASSWORD", PASSWORD).raw_layer("COPY x /", b"no tar")
    before = file.read_text()
    path = archive(tmp_path / "x.tar", partial)
    ran = call("-f", "json", "--baseline", file, "--write-baseline", file, path)
    assert (ran.code, ran.image["gone"]) == (4, [])
    assert file.read_text() == before
    assert "nothing was removed" in ran.err
    whole = archive(tmp_path / "y.tar", Recipe("clean:1").step("COPY a /", files={"a": b"a"}))
    ran = call("-f", "json", "--baseline", file, whole, tmp_path / "missing.tar")
    assert (ran.code, ran.image["gone"]) == (3, [])


def test_gone_means_from_all_images(file: Path, call: Call, tmp_path: Path) -> None:
    """
    A baseline may be that of several images: gone is what none of them has, told once.
    """
    token = Recipe("a:1").step("COPY .env /app/", files={"app/.env": f"A={TOKEN}\n".encode()})
    clean = Recipe("b:1").step("COPY a /", files={"a": b"a"})
    for recipes in ([token, clean], [clean, token]):
        both = archive(tmp_path / "x.tar", docker_members(recipes))
        images = call("-f", "json", "--baseline", file, both).report["images"]
        assert [[one["place"] for one in each["gone"]] for each in images] == [
            ["config.Env.DB_PASSWORD"],
            [],
        ]


def test_other_files_are_not_written_over(image: Path, call: Call, tmp_path: Path) -> None:
    """
    What is no baseline stays as it is; an empty file becomes one.
    """
    other = tmp_path / "important.toml"
    other.write_text("[tool]\n")
    assert call("--write-baseline", other, image).code == 2
    assert other.read_text() == "[tool]\n"
    other.write_text("")
    assert call("--write-baseline", other, image).code == 1
    assert len(entries(other)) == 2


def test_version_1_is_still_read(image: Path, file: Path, call: Call, tmp_path: Path) -> None:
    """
    Baselines in JSON, as they were before, accept what they did.
    """
    old = tmp_path / "old.json"
    document = [
        {**{key: e[key] for key in ("fingerprint", "detector", "severity")}, "path": e["place"],
         "reason": "old"}
        for e in entries(file)
    ]  # fmt: skip
    old.write_text(json.dumps({"version": 1, "accepted": document}))
    ran = call("-f", "json", "--baseline", old, image)
    assert (ran.code, ran.image["summary"]["accepted"]) == (0, 2)
    assert [known.place for known in baseline.read(old)] == [e["place"] for e in entries(file)]


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ('fingerprint = "a"\nreasn = "x"', "unknown key reasn"),
        ('fingerprint = "a"\nreason = 3', "reason is no text"),
        ('fingerprint = "a"\nexpires = "soon"', "expires is no date"),
        ('fingerprint = "a"\nexpires = 3', "expires is no date"),
        ('detector = "a"', "has no fingerprint"),
    ],
)
def test_a_slip_of_the_pen_is_an_error(entry: str, what: str, tmp_path: Path) -> None:
    """
    An entry that is wrong is not passed over; the error names it.
    """
    (tmp_path / "b").write_text(
        f'version = 2\n[[accepted]]\nfingerprint = "0"\n[[accepted]]\n{entry}\n'
    )
    with pytest.raises(UsageError, match=f"entry 2.*{what}"):
        baseline.read(tmp_path / "b")


@pytest.mark.parametrize("day", ["2031-01-31", '"2031-01-31"', "2031-01-31T10:00:00Z"])
def test_dates(day: str, tmp_path: Path) -> None:
    """
    A date, a date in quotes and a time all name the last day.
    """
    (tmp_path / "b").write_text(f'version = 2\n[[accepted]]\nfingerprint = "a"\nexpires = {day}\n')
    (known,) = baseline.read(tmp_path / "b")
    assert known.acceptance.expires == date(2031, 1, 31)


HOSTILE = {
    "plain": "plain",
    "quote": "q\"uote'''",
    "backslash": "back\\slash\\",
    "lines": "new\nline\r\t",
    "escape": "\x1b[2J\x00\x7f\x85",
    "marks": "\u202e\u2028",
    "letters": "日本 é 😀 \U000e0001",
    "block": "[[accepted]]",
    "empty": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_comes_back(name: str, tmp_path: Path) -> None:
    """
    Hostile names are escaped in the file, on one line, and read back as they were.
    """
    text = HOSTILE[name]
    known = Known("a", Acceptance(AcceptedBy.BASELINE, text), text, Severity.LOW, text)
    assert baseline.write(tmp_path / "b", [], [known], prune=False) == 1
    written = (tmp_path / "b").read_text(encoding="utf-8")
    assert all(char.isprintable() or char == "\n" for char in written)
    assert len(written.splitlines()) == 10
    assert baseline.read(tmp_path / "b") == (known,)


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    """
    Half a surrogate pair, as in a name that is no UTF-8, does not spoil the file.
    """
    known = Known("a", Acceptance(AcceptedBy.BASELINE), "x", Severity.LOW, "/caf\udce9")
    baseline.write(tmp_path / "b", [], [known], prune=False)
    (read,) = baseline.read(tmp_path / "b")
    assert read.place == "/caf\\udce9"


# --- an older image --------------------------------------------------------------------------


def test_against_reports_only_what_is_new(image: Path, call: Call, tmp_path: Path) -> None:
    """
    What the older image gives away too is accepted, with its name as the reason.
    """
    newer = archive(tmp_path / "x.tar", leaky().env("API_KEY", "another-s3cret-one"))
    ran = call("-f", "json", "--against", image, newer)
    (leak,) = ran.image["leaks"]
    assert (ran.code, leak["places"][0]["path"]) == (1, "config.Env.API_KEY")
    assert ran.image["summary"]["known"] == 2
    assert f"2 in {image} too" in " ".join(call("--against", image, newer).out.split())
    assert call("--against", image, image).code == 0


def test_against_tells_what_is_gone(image: Path, call: Call, tmp_path: Path) -> None:
    """
    What the older image gave away and the newer does not is named.
    """
    better = archive(tmp_path / "x.tar", Recipe("leaky:2").env("DB_PASSWORD", PASSWORD))
    ran = call("-f", "json", "--against", image, better)
    (gone,) = ran.image["gone"]
    assert (ran.code, gone["place"]) == (0, "/app/.env")
    assert gone["acceptance"] == {"by": "against", "reason": str(image), "expires": None}
    assert TOKEN not in ran.out


def test_against_sees_another_password(call: Call, tmp_path: Path) -> None:
    """
    A weak secret that was replaced at its place is new to `--against`, which has both at hand.
    """
    old, new = (
        archive(tmp_path / f"{name}.tar", leaky(value))
        for name, value in (("a", "hunter2-of-old"), ("b", "hunter3-of-new"))
    )
    ran = call("-f", "json", "--against", old, new)
    (leak,) = ran.image["leaks"]
    assert (ran.code, leak["places"][0]["path"]) == (1, "config.Env.DB_PASSWORD")
    assert len(ran.image["gone"]) == 1
    assert "hunter" not in ran.out + ran.err


def test_against_and_a_baseline(image: Path, file: Path, call: Call, tmp_path: Path) -> None:
    """
    Both accept; what either knows is not new.
    """
    newer = archive(tmp_path / "x.tar", leaky().env("API_KEY", "another-s3cret-one"))
    older = archive(tmp_path / "y.tar", Recipe("o:1").env("API_KEY", "another-s3cret-one"))
    assert call("--against", older, "--baseline", file, newer).code == 0
    assert call("--against", older, newer).code == 1


def test_against_an_image_that_was_read_in_part(call: Call, image: Path, tmp_path: Path) -> None:
    """
    It is said that more may seem new than is.
    """
    partial = archive(tmp_path / "x.tar", leaky().raw_layer("COPY x /", b"no tar"))
    ran = call("--against", partial, image)
    assert ran.code == 0
    assert "was read in part" in ran.err
