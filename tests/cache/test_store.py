"""
The database: several at once, bounded, and never the audit's trouble.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.cache.boxes import KEY_SIZE, Boxes, key_in
from auditor.cache.shelf import KEY, Shelf, open_shelf
from auditor.cache.store import FILE, Store
from tests.cache.given import LAYOUTS, by_layers, cached, plain, recipe, write


def test_what_is_put_is_got(tmp_path: Path) -> None:
    """By its name, until something else has it."""
    kept = Store(tmp_path)
    assert kept.get(b"a") is None
    assert not kept.has(b"a")
    kept.put(b"a", b"one")
    kept.put(b"a", b"two")
    assert (kept.get(b"a"), kept.has(b"a")) == (b"two", True)
    kept.drop(b"a")
    assert kept.get(b"a") is None
    kept.close()


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not used for longest goes first, and the file does not grow on."""
    now = 1_000_000
    monkeypatch.setattr("auditor.cache.store.time.time", lambda: now)
    kept = Store(tmp_path, bound=100_000)
    for number in range(8):
        now += 10_000
        kept.put(b"%d" % number, os.urandom(12_000))
    now += 10_000
    assert kept.get(b"0")
    now += 10_000
    kept.put(b"8", os.urandom(12_000))

    there = [number for number in range(9) if kept.has(b"%d" % number)]
    assert 0 in there and 8 in there and 1 not in there
    assert len(there) * 12_000 <= 100_000
    for number in range(100, 200):
        kept.put(b"%d" % number, os.urandom(12_000))
    kept.close()
    assert (tmp_path / FILE).stat().st_size < 200_000


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    """One layer must not push out all others."""
    kept = Store(tmp_path, bound=1000)
    kept.put(b"small", b"x" * 200)
    kept.put(b"large", b"x" * 300)
    assert (kept.has(b"small"), kept.has(b"large")) == (True, False)


def _write(folder: str, start: int, count: int) -> None:
    kept = Shelf(Path(folder))
    for number in range(start, start + count):
        name = b"%d" % number
        kept._store.put(name, kept.boxes.shut(name, name * 1000))
        kept._store.put(b"shared", kept.boxes.shut(b"shared", b"same"))
    kept.close()


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Nothing is lost, neither of them waits for ever, and both have one key."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write, args=(str(tmp_path), at, 200)) for at in (0, 1000)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]

    kept = Shelf(tmp_path)
    for number in (*range(200), *range(1000, 1200)):
        name = b"%d" % number
        box = kept._store.get(name)
        assert box is not None and kept.boxes.open(name, box) == name * 1000
    kept.close()


def test_two_audits_at_once(tmp_path: Path) -> None:
    """Both say the same, and so does the next one."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    words = [
        sys.executable,
        "-m",
        "auditor",
        path,
        "-f",
        "json",
        "--cache-dir",
        str(tmp_path / "c"),
    ]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in both]

    assert [process.returncode for process in both] == [1, 1]
    assert said[0] == said[1] == subprocess.run(words, stdout=subprocess.PIPE).stdout
    assert said[0].startswith(b"{")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "truncated": lambda data: data[: len(data) // 2],
    "one page": lambda data: data[:4096],
    "no database": lambda data: b"hello" * 1000,
    "head": lambda data: bytes(200) + data[200:],
    "middle": lambda data: data[:4096] + os.urandom(len(data) - 8192) + data[-4096:],
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_database(kind: str, tmp_path: Path) -> None:
    """It is made anew, the report is right, and the next audit knows the layers again."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    folder = tmp_path / "cache"
    expected = plain(path)
    assert by_layers(path, folder) == expected
    database = folder / FILE
    assert sorted(one.name for one in folder.iterdir()) == [KEY, FILE]
    database.write_bytes(DAMAGES[kind](database.read_bytes()))

    for audit in (cached, by_layers, cached):
        assert audit(path, folder) == expected
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_another_schema(tmp_path: Path) -> None:
    """A database of something else is not ours: it is made anew."""
    connection = sqlite3.connect(tmp_path / FILE)
    connection.executescript("CREATE TABLE kept (a); PRAGMA user_version = 1;")
    connection.close()
    kept = Store(tmp_path)
    kept.put(b"a", b"one")
    assert kept.get(b"a") == b"one"
    kept.close()


@pytest.mark.parametrize("at", [0, 20, 40, -1])
def test_bits_that_flip(at: int, tmp_path: Path) -> None:
    """Nothing that was changed is read."""
    boxes = Boxes(os.urandom(KEY_SIZE))
    box = bytearray(boxes.shut(b"name", b"some data " * 10))
    assert boxes.open(b"name", bytes(box)) == b"some data " * 10
    box[at] ^= 1
    with pytest.raises(ValueError):
        boxes.open(b"name", bytes(box))


def test_a_box_is_for_one_name_and_who_knows(tmp_path: Path) -> None:
    """Under another name it does not open, and for whoever does not know it says nothing."""
    boxes = Boxes(os.urandom(KEY_SIZE))
    box = boxes.shut(b"name", b"data", b"what the engine says")
    with pytest.raises(ValueError):
        boxes.open(b"other", box, b"what the engine says")
    assert boxes.open(b"name", box) != b"data"
    assert boxes.open(b"name", box, b"what the engine says") == b"data"
    assert Boxes(os.urandom(KEY_SIZE)).name("layer", b"x") != boxes.name("layer", b"x")


def test_the_key(tmp_path: Path) -> None:
    """It is made once, for its owner alone; a damaged one is made anew."""
    path = tmp_path / "key"
    key = key_in(path)
    assert key == key_in(path) and len(key) == KEY_SIZE
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    assert key_in(path) not in (key, b"short")
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_folder_that_cannot_be_there(tmp_path: Path) -> None:
    """It is no error of the audit."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    (tmp_path / "file").write_text("")
    assert open_shelf(str(tmp_path / "file")) is None
    assert cached(path, tmp_path / "file" / "cache") == plain(path)


def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    """Neither is this: what is there may still be read, and nothing is kept."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o500)
    expected = plain(path)
    try:
        assert cached(path, folder) == expected
    finally:
        folder.chmod(0o700)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """
    A file system of 256 KiB.
    """
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    made = subprocess.run(words, capture_output=True)
    if made.returncode and os.environ.get("CI"):
        pytest.fail(f"CI must be able to mount: {made.stderr.decode()}", pytrace=False)
    if made.returncode:
        pytest.skip(f"cannot mount a small disk: {made.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("free", [0, 4, 40, 100])
def test_a_full_disk(free: int, full_disk: Path, tmp_path: Path) -> None:
    """With so many KiB left: the report is right, and there is no word of it."""
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    expected = plain(path)
    (full_disk / "other").write_bytes(bytes((256 - free) << 10))
    for _ in range(2):
        assert cached(path, full_disk / "cache") == expected
    words = [sys.executable, "-m", "auditor", path, "--cache-dir", str(full_disk / "cache")]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
