"""
What is kept tells no secret, and no guess of a weak one can be tested with it.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
import zlib
from pathlib import Path

import pytest

from auditor.cache import coding, identity
from auditor.cache.sealed import seal
from auditor.cache.shelf import KEY, Shelf
from auditor.cache.store import FILE
from auditor.model import Confidence, Gap, LayerScan, Report, Secret
from auditor.ranking import Policy
from auditor.ranking.marks import Marks, Words
from auditor.ranking.sealing import sealed
from tests.cache.given import FAKES, LAYOUTS, OTHER, QUOTED, SPOKEN, cached, plain, recipe, write
from tests.cache.test_engine import engine, put
from tests.exporter.fake_engine import FakeEngine
from tests.ranking.given import STRONG, WEAK, finding, scan

__all__ = ["engine"]
KEY_LINES = FAKES["PRIVATE_KEY"].splitlines()[1:4]
PLANTED = (*(value for value in FAKES.values() if "\n" not in value), OTHER["DB_PASSWORD"],
           OTHER["GITHUB_TOKEN"], SPOKEN, QUOTED, *KEY_LINES)  # fmt: skip


def forms(value: str) -> list[bytes]:
    """
    A value in all ways in which it might be written, and all hashes that anybody might try.
    """
    data = value.encode()
    texts = [data, data[::-1], base64.b64encode(data), data.hex().encode(), value.encode("utf-16")]
    hashes = [hashlib.new(name, data) for name in ("md5", "sha1", "sha256", "blake2b")]
    return [*texts, *(h.digest() for h in hashes), *(h.hexdigest().encode() for h in hashes)]


def all_bytes(folder: Path) -> bytes:
    """
    Of all files.
    """
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_plaintext_in_the_folder(
    tmp_path: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file and from an engine, with secrets shown and not."""
    monkeypatch.setattr(identity, "SETTLED", -1_000_000_000)
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    put(engine, recipe())
    shown = Policy(list_all=True, show_secrets=True)
    for reference in (path, "app:1"):
        for policy in (Policy(list_all=True), shown):
            cached(reference, tmp_path / "cache", policy=policy)
    held = all_bytes(tmp_path / "cache")
    assert len(held) > 10_000

    for value in PLANTED:
        for form in forms(value):
            assert form not in held
    assert b"/app/" not in held


def test_what_is_in_the_boxes(
    tmp_path: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the key too reads of findings, and of no secret; an export stays shut."""
    monkeypatch.setattr(identity, "SETTLED", -1_000_000_000)
    path = write(tmp_path / "x.tar", LAYOUTS["oci"](recipe()))
    put(engine, recipe())
    for reference in (path, "app:1"):
        cached(reference, tmp_path / "cache")
    shelf = Shelf(tmp_path / "cache")
    with sqlite3.connect(tmp_path / "cache" / FILE) as connection:
        rows = connection.execute("SELECT name, data FROM kept").fetchall()
    opened, shut = [], 0
    for name, box in rows:
        data = shelf.boxes.open(name, box)
        try:
            opened.append(zlib.decompress(data))
        except zlib.error:
            shut += 1
    held = b"\0".join(opened)

    assert b"/app/.env" in held
    # What the export held, the report of it, and what was found in metadata.
    assert shut == 5
    for value in (one for one in PLANTED if one != FAKES["DB_PASSWORD"]):
        assert value.encode() not in held
        assert hashlib.sha256(value.encode()).hexdigest().encode() not in held


def test_the_key_is_its_owners(tmp_path: Path) -> None:
    """So is the folder."""
    Shelf(tmp_path / "a" / "cache").close()
    assert (tmp_path / "a" / "cache").stat().st_mode & 0o077 == 0
    assert (tmp_path / "a" / "cache" / KEY).stat().st_mode & 0o077 == 0


def test_a_sealed_secret(tmp_path: Path) -> None:
    """It shows what a report shows, and its fingerprint only where that may be hashed."""
    marks = Marks(b"key")
    weak, strong = sealed(WEAK, marks), sealed(STRONG, marks)
    assert weak.seal is not None and strong.seal is not None
    assert (weak.seal.preview, weak.seal.fingerprint) == ("****", None)
    assert strong.seal.preview.startswith(STRONG[:4]) and strong.seal.fingerprint
    assert WEAK not in repr(weak) + repr(weak.seal)
    with pytest.raises(ValueError):
        weak.reveal()
    assert weak == sealed(WEAK, marks) != strong
    assert weak == Secret(WEAK, marks.mark(WEAK)) and hash(weak) == hash(Secret(WEAK, weak.mark))
    assert weak.mark != sealed(WEAK, Marks(b"other")).mark


@pytest.mark.parametrize(
    "value", ["abc", "a", "abcd", "hunter2-xyz", "\N{SNOWMAN}x\udcff", "ab\ncd\n"]
)
def test_a_sealed_secret_is_found_in_a_text(value: str) -> None:
    """Wherever it stands, and nothing else is."""
    marks = Marks(b"key")
    words = Words(marks)
    secret = sealed(value, marks)
    assert secret.seal is not None and secret.mark is not None
    words.add(secret.seal.head, secret.length, secret.mark)
    for text in (value, f"x{value}", f"{value}x", f"--{value}{value}--"):
        assert set(words.inside(text)) == {value}
    assert set(words.inside(f"{value[:-1]}!")) == set()
    assert set(words.inside("")) == set()


def test_layers_that_are_not_kept() -> None:
    """What was not read whole, or not for good, and what has a secret in a file's name."""
    marks = Marks(b"key")
    token = FAKES["GITHUB_TOKEN"]
    assert seal(scan(finding(token)), marks) is not None
    assert seal(scan(finding(token), gaps=(Gap("/x", "is encrypted"),)), marks) is not None
    for told in (
        scan(finding(token), gaps=(Gap("/x", "is cut", blocking=True),)),
        scan(finding(token), gaps=(Gap("/x", "detector x failed: MemoryError"),)),
        scan(finding(token), files=[f"/a/{token}"]),
        scan(finding(token, inside=f"x!{token}")),
        LayerScan("", "sha256:aa", 1, is_tar=False, findings=(finding(token),)),
    ):
        assert seal(told, marks) is None
    vague = finding("python3.11", "/usr/bin/python3.11", confidence=Confidence.POSSIBLE)
    assert seal(scan(vague), marks) is not None


def test_nouns_are_written_and_read(tmp_path: Path) -> None:
    """Layers and reports, with paths that are no UTF-8; what is none of them is an error."""
    marks = Marks(b"key")
    kept = seal(scan(finding(path="/a\udcff"), files=["/b\udcff"]), marks)
    assert kept is not None and coding.load(LayerScan, coding.dump(kept)) == kept
    (report,) = plain(write(tmp_path / "x.tar", LAYOUTS["oci"](recipe())))
    data = coding.dump(report)
    assert coding.load(Report, data) == report
    for broken in (b"", data[:-9], zlib.compress(b"nothing"), coding.dump(kept)):
        with pytest.raises(ValueError):
            coding.load(Report, broken)
