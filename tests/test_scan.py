"""
One blob from bytes to findings.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import os
import random
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import handing as module
from auditor.decoders import binary
from auditor.decoders import text as text_decoder
from auditor.detectors.confidence import base62_checksum
from auditor.handing import PIECE
from auditor.model import Gap, LayerScan
from auditor.pieces import Found, Piece, look, prepare
from auditor.runners import WORTH, A, R, Runner, Task
from auditor.scan import begin_blob, scan_blob
from auditor.shared_memory import Slot
from auditor.streams.reading import CHUNK, Chunks, Exact, Kept, Range, Reader
from tests.headers import END, damaged, header, member, pax
from tests.images import COMPRESSIONS, compress, entry, symlink, tar_layer

BODY = "aB3dE6gH9jK2mN5pQ8sT1uV4wX7yZ0"
TOKEN = "ghp_" + BODY + base62_checksum(BODY)
OTHER_BODY = BODY[::-1]
OTHER = "ghp_" + OTHER_BODY + base62_checksum(OTHER_BODY)
RUNNER = Runner(1, lambda: None)
LINE = f"# first\nvalue {TOKEN}\n".encode()


def scan(data: bytes, name: str = "layer.tar") -> LayerScan:
    """
    What a blob of these bytes holds.
    """
    return scan_blob(name, Kept(data), RUNNER)


def places(result: LayerScan) -> list[tuple[str, str, str | None, int | None]]:
    """
    Every secret with its place.
    """
    return [(f.secret.reveal(), f.path, f.inside, f.line) for f in result.findings]


def digest(data: bytes) -> str:
    """
    As OCI writes it.
    """
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


# --- identity --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_digests_and_sizes(kind: str) -> None:
    """
    The digest is of the bytes as stored, the diff_id of the tar, whatever lies between.
    """
    tar = tar_layer([entry("key", LINE), entry("b", b"x" * 1000)])
    stored = compress(tar, kind)
    result = scan(stored)
    assert (result.digest, result.size) == (digest(stored), len(stored))
    assert (result.is_tar, result.diff_id) == (True, digest(tar))
    assert (result.files, result.bytes) == (2, 1000 + len(LINE))
    assert places(result) == [(TOKEN, "/key", None, 2)]
    assert result.gaps == ()


@pytest.mark.parametrize("data", [b"", bytes(512), bytes(1024)])
@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_empty_layers(data: bytes, kind: str) -> None:
    """
    A layer of nothing or of zeros is a sound, empty tar.
    """
    result = scan(compress(data, kind))
    assert (result.is_tar, result.diff_id, result.gaps) == (True, digest(data), ())


def test_the_empty_layer_that_everybody_knows() -> None:
    """
    1024 zeros have the diff_id that formats name.
    """
    known = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    assert scan(bytes(1024)).diff_id == known


@pytest.mark.parametrize("kind", COMPRESSIONS)
def test_what_is_no_tar(kind: str) -> None:
    """
    A blob that is something else has no diff_id; it is read as one file.
    """
    result = scan(compress(LINE, kind), "blobs/sha256/x")
    assert (result.is_tar, result.diff_id) == (False, None)
    assert places(result) == [(TOKEN, "(blob blobs/sha256/x)", None, 2)]


def test_bytes_after_the_end_count_for_the_diff_id() -> None:
    """
    Loaders hash them too.
    """
    tar = tar_layer([entry("a", b"x")]) + b"tail"
    assert scan(gzip.compress(tar)).diff_id == digest(tar)


# --- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in COMPRESSIONS if kind != "none"])
def test_bytes_after_the_compressed_data(kind: str) -> None:
    """
    What hides behind the compressed data is read; the layer is whole.
    """
    tar = tar_layer([entry("a", b"x")])
    result = scan(compress(tar, kind) + LINE)
    assert places(result) == [(TOKEN, f"(after the end of the {kind} data)", None, 2)]
    assert (result.diff_id, result.gaps) == (digest(tar), ())


def test_zeros_after_the_compressed_data() -> None:
    """
    Padding is nothing.
    """
    result = scan(gzip.compress(tar_layer([entry("a", b"x")])) + bytes(10_000))
    assert (result.findings, result.gaps) == ((), ())


def test_cut_compressed_data() -> None:
    """
    What came before the cut is scanned; the layer has no diff_id, and the gaps block.
    """
    noise = random.Random(1).randbytes(600_000)
    stored = gzip.compress(tar_layer([entry("key", LINE), entry("noise", noise)]))
    result = scan(stored[:-1000])
    assert places(result) == [(TOKEN, "/key", None, 2)]
    assert result.diff_id is None
    assert {gap.reason for gap in result.gaps} >= {"compressed data is cut"}
    assert any(gap.blocking for gap in result.gaps)


def test_a_wrong_checksum_of_the_compressed_data() -> None:
    """
    A small layer whose gzip checksum is wrong is scanned, and the gap blocks.
    """
    stored = bytearray(gzip.compress(tar_layer([entry("key", LINE)])))
    stored[-8] ^= 1
    result = scan(bytes(stored))
    assert places(result) == [(TOKEN, "/key", None, 2)]
    assert Gap("(layer)", "damaged gzip data", blocking=True) in result.gaps


def test_a_damaged_header() -> None:
    """
    The rest of the layer is scanned, the content behind the damage too.
    """
    middle = damaged(header(b"b", size=len(LINE))) + LINE.ljust(512, b"\n")
    result = scan(member(b"a", b"x") + middle + member(b"key", OTHER.encode()) + END)
    # Several detectors may know the same secret.
    assert list(dict.fromkeys((secret, path) for secret, path, _, _ in places(result))) == [
        (TOKEN, "(damaged part of the tar)"),
        (OTHER, "/key"),
    ]
    assert result.gaps == (Gap("(layer)", "damaged tar header", blocking=True),)


def test_ten_thousand_damaged_headers() -> None:
    """
    However much is damaged, the gaps are few, and the last file is scanned.
    """
    bad = (member(b"a", b"aaa") + damaged(header(b"b"))) * 10_000
    result = scan(bad + member(b"key", LINE) + END)
    assert places(result) == [(TOKEN, "/key", None, 2)]
    assert 1 < len(result.gaps) < 100
    assert result.files == 10_001


def test_a_huge_pax_header() -> None:
    """
    A pax header too large to be applied is scanned all the same.
    """
    big = pax([("comment", b"x\n" * (3 << 20) + LINE)])
    result = scan(big + member(b"a", b"x") + END)
    assert [(secret, path) for secret, path, _, _ in places(result)] == [
        (TOKEN, "(extension header)")
    ]
    assert result.gaps[0].blocking


@settings(max_examples=60)
@given(noise=st.binary(max_size=1200), kind=st.sampled_from(COMPRESSIONS), is_tar=st.booleans())
def test_any_bytes_give_a_result(noise: bytes, kind: str, is_tar: bool) -> None:
    """
    Whatever a blob holds, it is read to its end and named by its digest.
    """
    data = compress(tar_layer([entry("a", b"x")]) if is_tar else noise, kind) + noise
    result = scan(data)
    assert (result.digest, result.size) == (digest(data), len(data))


# --- hiding places ---------------------------------------------------------------------------


def test_duplicates_of_a_path() -> None:
    """
    Both contents are found; the first one is superseded, since the last one counts.
    """
    result = scan(tar_layer([entry("a", TOKEN.encode()), entry("./a", OTHER.encode())]))
    assert [secret for secret, _, _, _ in places(result)] == [TOKEN, OTHER]
    assert result.superseded == {0}


def test_a_duplicate_with_the_same_secret() -> None:
    """
    A secret that the last content still holds is not superseded.
    """
    result = scan(tar_layer([entry("a", TOKEN.encode()), entry("a", TOKEN.encode())]))
    assert [secret for secret, _, _, _ in places(result)] == [TOKEN]
    assert result.superseded == frozenset()


def test_a_duplicate_that_is_a_link() -> None:
    """
    A file that a link of the same name replaces is superseded.
    """
    result = scan(tar_layer([entry("a", TOKEN.encode()), symlink("a", "b")]))
    assert result.superseded == {0}


def test_other_paths_supersede_nothing() -> None:
    """
    Files of other names, whiteouts and entries behind the end take nothing away.
    """
    tar = tar_layer([entry("a", TOKEN.encode()), entry("b/a", b"x"), entry(".wh.a")])
    assert scan(tar + member(b"a", b"x") + END).superseded == frozenset()


def test_a_nul_in_a_name_supersedes_nothing() -> None:
    """
    A pax name with a NUL is one path: it cannot pose as a later copy of another file.
    """
    fake = pax([("path", b"x\0/a\0/a")]) + member(b"x", b"x")
    result = scan(member(b"a", TOKEN.encode()) + fake + END)
    assert result.superseded == frozenset()


@pytest.mark.parametrize(
    ("data", "path", "inside"),
    [
        (tar_layer([entry("etc/.wh.key", LINE)]), "/etc/.wh.key", None),
        (tar_layer([entry(".wh..wh..opq", LINE)]), "/.wh..wh..opq", None),
        (tar_layer([entry(".wh..wh.plnk/1", LINE)]), "/.wh..wh.plnk/1", None),
        (tar_layer([entry("a", LINE, type=b"Z")]), "/a", None),
        (tar_layer([entry("../../a", LINE)]), "/a", None),
        (tar_layer([entry("caf\udce9", LINE)]), "/caf\udce9", None),
        (tar_layer([entry("a", pax={"comment": TOKEN})]), "/a", "pax comment"),
        (tar_layer([entry(TOKEN)]), f"/{TOKEN}", "file name"),
        (tar_layer([symlink("a", TOKEN)]), "/a", "link target"),
        (tar_layer([], global_pax={"comment": TOKEN}), "(global pax header)", None),
        (tar_layer([]) + LINE, "(after the end of the tar)", None),
        (tar_layer([]) + member(b"a", LINE), "/a", "after the end of the tar"),
        (header(b"a", size=1) + b"x" + LINE.ljust(511, b"\n"), "(padding of a)", None),
        (
            pax(
                [("LIBARCHIVE.xattr.user.x", base64.b64encode(TOKEN.encode()))],
            )
            + member(b"a"),
            "/a",
            "pax LIBARCHIVE.xattr.user.x",
        ),
    ],
)
def test_hiding_places(data: bytes, path: str, inside: str | None) -> None:
    """
    Wherever a layer can hold a secret, it is found, and its place told.
    """
    found = {(f.secret.reveal(), f.path, f.inside) for f in scan(data).findings}
    assert (TOKEN, path, inside) in found


@pytest.mark.parametrize(
    "coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_encodings(coding: str) -> None:
    """
    In any encoding the secret and its line are found.
    """
    data = f"# über\nvalue {TOKEN}\n".encode(coding)
    assert places(scan(tar_layer([entry("a", data)]))) == [(TOKEN, "/a", None, 2)]


@pytest.mark.parametrize("before", ["# caf\xe9\n".encode("latin-1"), b"# \xff\xc0\n"])
def test_bytes_that_are_no_utf_8(before: bytes) -> None:
    """
    One bad byte hides nothing: detect-secrets would drop the file in silence.
    """
    data = before + f"value {TOKEN}\n".encode()
    assert places(scan(tar_layer([entry("a", data)]))) == [(TOKEN, "/a", None, 2)]


@pytest.mark.parametrize("coding", ["ascii", "utf-16-le"])
def test_binaries(coding: str) -> None:
    """
    A string of a binary has no line.
    """
    data = b"\x7fELF\0\1\xff\3" * 50 + TOKEN.encode(coding) + bytes(range(32)) * 50
    assert places(scan(tar_layer([entry("bin/a", data)]))) == [(TOKEN, "/bin/a", None, None)]


@pytest.mark.parametrize("offset", [-45, -30, -10, 0])
def test_a_text_larger_than_a_window(offset: int) -> None:
    """
    A token on the border of two windows is found once, with its line.
    """
    before = b"0123456\n" * (text_decoder.WHOLE // 8 - 100)
    line = b"x" * (800 + offset - 7) + b"\nvalue "
    data = before + line + TOKEN.encode() + b"\n" + b"last\n" * 1000
    number = before.count(b"\n") + 2
    assert places(scan(tar_layer([entry("a", data)]))) == [(TOKEN, "/a", None, number)]


@pytest.mark.parametrize("offset", [-45, -20, -1])
def test_a_binary_larger_than_a_window(offset: int) -> None:
    """
    A token on the border of two windows is found once, and no part of it.
    """
    data = b"\xff\0" * (binary.WINDOW // 2) + bytes(1 << 16)
    at = binary.WINDOW + offset
    data = data[:at] + b"\1" + TOKEN.encode() + b"\1" + data[at + len(TOKEN) + 2 :]
    assert places(scan(tar_layer([entry("a", data)]))) == [(TOKEN, "/a", None, None)]


# --- limits ----------------------------------------------------------------------------------


def test_findings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Findings beyond the limit are a blocking gap with their number.
    """
    monkeypatch.setattr(module, "FINDING_LIMIT", 3)
    result = scan(tar_layer([entry(f"key{n}", LINE) for n in range(5)]))
    assert len(result.findings) == 3
    assert result.gaps == (
        Gap("(layer)", "2 findings beyond the first 3 are not listed", blocking=True),
    )


def test_gaps_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Gaps beyond the limit are counted.
    """
    monkeypatch.setattr(module, "GAP_LIMIT", 3)
    result = scan(tar_layer([entry(f"x{n}", b"7z\xbc\xaf\x27\x1c" * 90) for n in range(5)]))
    assert len(result.gaps) == 4
    assert result.gaps[-1] == Gap("(layer)", "2 more gaps")


def zeros(size: int) -> Iterator[bytes]:
    """
    A layer of one file of zeros, made while it is read.
    """
    yield header(b"zeros", size=size)
    yield from itertools.repeat(bytes(CHUNK), size // CHUNK)
    yield END


def squeezed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """
    The same in gzip: a member for each piece.
    """
    known: dict[int, bytes] = {}
    for piece in pieces:
        if len(piece) < CHUNK:
            yield gzip.compress(piece)
        else:
            yield known.setdefault(len(piece), gzip.compress(piece) if not known else b"")


def test_a_stream_for_several_processes() -> None:
    """
    Files and texts lie in memory that processes share, which is too small for all of them at once:
    the result is the same as here.
    """
    source = random.Random(3)
    lines = "".join(f"{number} {source.random()}\n" for number in range(180_000))
    entries = []
    for number in range(4):
        token = "ghp_" + (body := BODY[number:] + BODY[:number]) + base62_checksum(body)
        entries.append(entry(f"text{number}", f"{lines}{token}\n".encode()))
        entries.append(entry(f"program{number}", b"\0\1\2" * 1_700_000 + token.encode() + b"\0"))
        entries += [entry(f"small{number}-{n}", f"{n} {token}\n".encode()) for n in range(40)]
    data = tar_layer(entries)
    with Runner(2, prepare) as runner:
        runner.expect(WORTH + 1)
        found = scan_blob("layer.tar", Kept(data), runner)

    alone = scan(data)
    assert len(found.findings) == 4 * 42
    assert replace(found, digests=()) == replace(alone, digests=())
    assert set(found.digests) == set(alone.digests)


def look_or_die(piece: Piece) -> Found:
    """
    What the kernel does to a process that takes too much.
    """
    if any("bomb" in item.path for item in piece.files):
        os.kill(os.getpid(), signal.SIGKILL)
    return look(piece)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so")
def test_what_a_killed_process_looked_into_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    All else is found, also what other processes had in hand; the gap says what it is.
    """
    monkeypatch.setattr(module, "look", look_or_die)
    large = b"0123456\n" * (PIECE // 8 + 1)
    entries = [entry(f"srv/{n}", large + LINE) for n in range(6)]
    entries[2:2] = [entry("srv/small", LINE), entry("srv/bomb", large[:PIECE]), entry("srv/x", b"")]
    with Runner(2, prepare) as runner:
        runner.expect(WORTH + 1)
        found = scan_blob("layer.tar", Kept(tar_layer(entries)), runner)

    assert {f.path for f in found.findings} == {f"/srv/{n}" for n in range(6)}
    (gap,) = found.gaps
    assert gap.blocking
    assert gap.path == "/srv/small"
    assert "with what follows it, 2 files in all: the process that did was killed" in gap.reason


def test_a_large_text_is_looked_into_by_all_processes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A log of gigabytes must not leave all but one of them idle."""
    monkeypatch.setattr(module, "SHARED", PIECE)
    monkeypatch.setattr(text_decoder, "WHOLE", PIECE)
    log = (b"0123456\n" * (PIECE // 10) + LINE) * 3
    data = tar_layer([entry("srv/log", log), entry("srv/b", b"\0" * 2 * PIECE + LINE)])
    (tmp_path / "blob").write_bytes(data)
    place = Range(str(tmp_path / "blob"), 0, len(data))
    texts: list[int] = []

    def watched(piece: Piece) -> Found:
        texts.append(len(piece.texts))
        return look(piece)

    monkeypatch.setattr(module, "look", watched)
    found = begin_blob("layer.tar", place, RUNNER)()

    assert sum(texts) > 1
    assert places(found) == places(scan(data))
    assert len({line for _, path, _, line in places(found) if path == "/srv/log"}) == 3


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_compressed_blob_may_be_the_task_of_one_process(kind: str, tmp_path: Path) -> None:
    """What comes of it is the same as if its files were shared among all."""
    data = compress(tar_layer([entry("srv/a", LINE), entry("srv/b", b"\0" + LINE)]), kind)
    path = tmp_path / "blob"
    path.write_bytes(b"before" + data)
    place = Range(str(path), 6, len(data))
    done: list[int] = []
    with Runner(2, prepare) as runner:
        runner.expect(WORTH + 1)
        found = begin_blob("layer", place, runner, seen=done.append, share=len(data))()

    assert found == scan(data, "layer")
    assert done == [len(data)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so")
def test_a_blob_whose_process_is_killed_is_shared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So that no more is lost than must be."""
    monkeypatch.setattr(module, "look", look_or_die)
    large = b"0123456\n" * (PIECE // 8 + 1)
    entries = [entry("srv/a", large + LINE), entry("srv/bomb", LINE), entry("srv/b", large)]
    path = tmp_path / "blob"
    path.write_bytes(gzip.compress(tar_layer(entries), 1))
    place = Range(str(path), 0, path.stat().st_size)
    with Runner(2, prepare) as runner:
        runner.expect(WORTH + 1)
        found = begin_blob("layer", place, runner, share=place.size)()

    assert [finding.path for finding in found.findings] == ["/srv/a"]
    assert [gap.path for gap in found.gaps if gap.blocking] == ["/srv/bomb"]


def die(place: Range) -> str:
    """
    A task that kills whatever process has it.
    """
    os.kill(os.getpid(), signal.SIGKILL)
    return str(place)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so")
def test_a_digest_is_computed_whoever_is_killed(tmp_path: Path) -> None:
    """Without it a layer is not known to be the one that the image means."""
    data = tar_layer([entry("srv/a", LINE)])
    (tmp_path / "blob").write_bytes(data)
    place = Range(str(tmp_path / "blob"), 0, len(data))

    class Dying(Runner):
        def submit(self, call: Callable[[A], R], argument: A) -> Task[A, R]:
            kills: Any = die
            return super().submit(kills if isinstance(argument, Range) else call, argument)

    with Dying(2, prepare) as runner:
        runner.expect(WORTH + 1)
        found = begin_blob("layer.tar", place, runner)()

    assert found.diff_id == digest(data)
    assert [finding.path for finding in found.findings] == ["/srv/a"]


def test_large_files_of_a_stream_are_work() -> None:
    """
    What they hold is looked into by other processes, as if it were in small ones.
    """
    data = tar_layer([entry("text", b"0123456\n" * (WORTH // 8)), entry("more", bytes(WORTH))])
    with Runner(2, prepare) as runner:
        assert runner.lay_down([b"x"]) == b"x"
        scan_blob("layer.tar", Kept(data), runner)
        assert isinstance(runner.lay_down([b"x"]), Slot)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_memory_does_not_grow_with_the_layer(is_compressed: bool) -> None:
    """
    A layer of 300 MB is scanned in a fraction of that.
    """
    size = 300 << 20
    pieces = zeros(size)
    reader: Reader = Exact(Chunks(squeezed(pieces) if is_compressed else pieces))
    scan(tar_layer([entry("key", LINE)]))  # What is loaded once does not count.
    tracemalloc.start()
    try:
        result = scan_blob("layer.tar", reader, RUNNER)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.bytes == size
    assert peak < 100 << 20


def test_a_result_shows_no_secret() -> None:
    """
    What a log or a traceback would print holds no plaintext.
    """
    assert TOKEN not in repr(scan(tar_layer([entry("key", LINE)])))
