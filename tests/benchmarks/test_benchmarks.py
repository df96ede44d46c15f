"""
The benchmark: what it measures on is what it says, and what it tells is what was taken.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import BENCHMARKS, HEADS, Inputs, LeftOut, Place, Row
from tests.benchmarks.huge import layers
from tests.benchmarks.layers import cut, layers_of
from tests.benchmarks.measuring import Command, Failed, in_turn, run
from tests.benchmarks.mixture import chosen, found, is_text
from tests.benchmarks.writing import archive, layer, layout, streamed
from tests.command import audit

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench"
FILES = [("etc/a", b"one\n"), ("etc/" + "b" * 200, b"two\n" * 500)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where measured commands keep things."""
    (tmp_path / "temporary").mkdir()
    return Place(tmp_path / "cache", tmp_path / "temporary")


def python(source: str) -> Command:
    """A command that runs a few lines."""
    return Command((sys.executable, "-I", "-S", "-c", source))


@pytest.mark.parametrize("where", ["itself", "a child"])
def test_memory_of_all_processes_is_seen(place: Place, where: str) -> None:
    """What a command takes, and what one that it started takes."""
    source = "import time; kept = bytearray(80_000_000); time.sleep(1)"
    if where == "a child":
        source = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {source!r}])"

    assert run(python(source), place, watch=True).memory > 80_000_000
    assert run(python("import time; time.sleep(1)"), place, watch=True).memory < 80_000_000


def test_files_that_are_gone_again_are_seen(place: Place) -> None:
    """A temporary file is one, also if nothing is left of it."""
    source = (
        "import tempfile, time; file = tempfile.NamedTemporaryFile();"
        "file.write(bytes(range(256)) * 40_000); file.flush(); time.sleep(1)"
    )

    assert run(python(source), place, watch=True).temporary >= 10_000_000
    assert not list(place.temporary.iterdir())


def test_what_a_child_wrote_and_deleted_is_counted(place: Place) -> None:
    """The kernel counts it, so nobody has to look at the right time."""
    write = "import tempfile; file = tempfile.TemporaryFile(); file.write(bytes(5_000_000))"
    source = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {write!r}])"
    written = run(python(source), place).written
    if not written:
        pytest.skip("temporary files are in memory here, or nobody counts")

    assert written >= 5_000_000
    assert run(python("pass"), place).written == 0


def test_cpu_time_of_a_child_is_counted(place: Place) -> None:
    """Whoever works is counted."""
    work = "sum(range(10_000_000))"
    source = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"

    assert run(python(source), place).cpu > run(python("pass"), place).cpu


@pytest.mark.parametrize(("runs", "enough", "expected"), [(3, 600.0, 3), (3, 0.0, 2), (1, 0.0, 1)])
def test_commands_that_take_long_run_less_often(
    place: Place, runs: int, enough: float, expected: int
) -> None:
    """In turn, all of them equally often."""
    found = in_turn([python("pass"), python("x = 1")], place, runs, enough)

    assert [len(one) for one in found] == [expected, expected]


def test_what_is_fed_is_standard_input(place: Place) -> None:
    """And the one that feeds is not counted."""
    feed = python("kept = bytearray(300_000_000); print('x' * 100)").words
    command = python("import sys; assert sys.stdin.read() == 'x' * 100 + chr(10)")
    taken = run(Command(command.words, feed), place, watch=True)

    assert taken.memory < 300_000_000


def test_a_command_that_fails_is_no_measurement(place: Place) -> None:
    """It would be the fastest of all."""
    with pytest.raises(Failed, match="exit 3"):
        run(python("raise SystemExit(3)"), place)
    run(Command(python("raise SystemExit(3)").words, codes=(3,)), place)


def test_the_same_files_are_chosen_within_bounds(tmp_path: Path) -> None:
    """As many and as large as asked for; other files for another seed."""
    for number in range(300):
        (tmp_path / str(number)).write_bytes(b"x" * (number * 10 + 1))
    (tmp_path / "link").symlink_to("1")
    items = found([tmp_path, tmp_path])
    one = chosen(items, 40_000, 50, 1)

    assert len(items) == 300
    assert len(one) <= 50 and sum(item.size for item in one) <= 40_000
    assert chosen(items, 40_000, 50, 1) == one != chosen(items, 40_000, 50, 2)
    assert len(chosen(items, 10**9, 50, 1)) == 50


@pytest.mark.parametrize(
    ("data", "expected"), [(b"a\n", True), (b"a\0", False), (b"\xff", False), ("ä".encode(), True)]
)
def test_texts_are_told_apart(data: bytes, expected: bool) -> None:
    """As detect-secrets does: what does not decode is dropped."""
    assert is_text(data) is expected


def test_archives_are_whole(tmp_path: Path) -> None:
    """All ways to write the image give the same layers, without a gap."""
    path, folder, pipe = tmp_path / "a.tar", tmp_path / "layout", io.BytesIO()
    with path.open("wb") as out:
        size = archive([layer(FILES), layer(FILES[:1])], "a:1", out)
    places = [place for place, _ in layers_of(path)]
    layout((cut(path, *place) for place in places), "a", folder)
    for piece in streamed(((place[1], cut(path, *place)) for place in places), "a:1"):
        pipe.write(piece)
    reports = [
        audit("-f", "json", "--strict", path),
        audit("-f", "json", "--strict", f"oci:{folder}"),
        audit("-f", "json", "--strict", "-", stdin=pipe.getvalue()),
    ]

    assert size == path.stat().st_size
    assert [ran.code for ran in reports] == [0, 0, 0]
    first, *others = [[one["diff_id"] for one in ran.image["layers"]] for ran in reports]
    assert len(first) == 2
    assert others == [first, first]
    assert [ran.image["ledger"]["files"] for ran in reports] == [3, 3, 3]


def test_the_line_has_the_bytes_of_the_texts(tmp_path: Path) -> None:
    """One line and as many bytes; the very small files are as many as asked for."""
    inputs = Inputs(tmp_path, text=20_000, small=50, trees=[Path(__file__).parent])
    names = [tar.getnames() for _, tar in layers_of(inputs.many)]
    ((place, sizes),) = [
        (place, [one.size for one in tar]) for place, tar in layers_of(inputs.line)
    ]

    assert sizes == [sum(item.size for item in inputs.text_items)]
    assert b"\n" not in b"".join(cut(inputs.line, place[0] + 512, sizes[0]))
    assert list(map(len, names)) == [50]


def test_the_huge_image_is_as_large_as_asked_for(tmp_path: Path) -> None:
    """And no two of its layers are alike."""
    inputs = Inputs(tmp_path, trees=[Path(__file__).parent])
    made = list(layers(3_000_000_000, inputs.smallest))
    parts = [tuple(next(pieces) for _ in range(2)) for _, pieces in made[1:]]

    assert 2_900_000_000 < sum(size for size, _ in made) <= 3_000_000_000
    assert len(set(parts)) == len(parts) > 1


def test_rows_fit_the_table() -> None:
    """Each has a cell for each head, and says whether what is asked is met."""
    row = Row("what", "1 s", asked="≤ 3 s", met=False)

    assert len(row.cells()) == len(HEADS)
    assert "**no**" in row.cells()
    assert LeftOut("what", "why").reason == "why"


@pytest.mark.slow
def test_the_script_prints_a_table(tmp_path: Path) -> None:
    """Small images, all the way: a row for each that can be measured, and what cannot is told."""
    names = ["help", "smallest", "archive", "bound", "kingfisher", "memory", "disk"]
    words = [word for name in names for word in ("--only", name)]
    done = subprocess.run(
        [sys.executable, SCRIPT, "--quick", "--inputs", tmp_path, *words,
         "--kingfisher", "/nowhere/kingfisher"],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    rows = [line for line in done.stdout.splitlines() if line.startswith("| `audit")]

    assert done.returncode == 0, done.stderr
    assert len(rows) == 3
    assert "| Hyperscan alone over its files" in done.stdout
    assert "| peak memory of any of these" in done.stdout
    assert "| temporary disk" in done.stdout
    assert "kingfisher is not installed" in done.stdout
    assert json.dumps(str(tmp_path)) not in done.stdout


def test_every_benchmark_can_be_asked_for() -> None:
    """The help names them."""
    done = subprocess.run(
        [sys.executable, SCRIPT, "--help"], capture_output=True, text=True, check=True
    )

    assert all(name in done.stdout for name in BENCHMARKS)
