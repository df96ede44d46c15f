"""
Every decoder with a file of its kind: what lies in it is read whole, and its way is told.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import marshal
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from auditor.decoders import DECODERS, HEAD, decode, decode_text
from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.decoders import made
from tests.fakes import checksummed
from tests.images import Members, Recipe, compress, docker_members, oci_members, tar_bytes

TOKEN = checksummed("gh" + "p_", random.Random(4))
LINE = f"first\ntoken = {TOKEN}\n".encode()
KEY = {"etc/app.conf": LINE}


def _pyc() -> bytes:
    code = compile(f'NAME = "{TOKEN}"', "x.py", "exec")
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def _image() -> Recipe:
    return Recipe("inner:1").step("COPY app.conf /etc/", files=KEY)


CASES: dict[str, tuple[str, Callable[[], bytes], str | None]] = {
    # What, how it is made, and the way to the text in it.
    "zip": ("zip", lambda: made.zip_file(KEY), "etc/app.conf"),
    "zip stored": ("zip", lambda: made.zip_file(KEY, zipfile.ZIP_STORED), "etc/app.conf"),
    "zip bzip2": ("zip", lambda: made.zip_file(KEY, zipfile.ZIP_BZIP2), "etc/app.conf"),
    "zip lzma": ("zip", lambda: made.zip_file(KEY, zipfile.ZIP_LZMA), "etc/app.conf"),
    "zip in zip in zip": (
        "zip",
        lambda: made.zip_file({"b.zip": made.zip_file({"c": made.zip_file(KEY)})}),
        "b.zip!c!etc/app.conf",
    ),
    "tar": ("tar", lambda: made.tar_file(KEY), "etc/app.conf"),
    "tar.gz": ("compressed", lambda: gzip.compress(made.tar_file(KEY)), "etc/app.conf"),
    "tar.xz": ("compressed", lambda: lzma.compress(made.tar_file(KEY)), "etc/app.conf"),
    "tar.bz2": ("compressed", lambda: bz2.compress(made.tar_file(KEY)), "etc/app.conf"),
    "tar.zst": ("compressed", lambda: compress(made.tar_file(KEY), "zstd"), "etc/app.conf"),
    "tgz in zip": (
        "zip",
        lambda: made.zip_file({"a.tgz": gzip.compress(made.tar_file(KEY))}),
        "a.tgz!etc/app.conf",
    ),
    "gzip": ("compressed", lambda: gzip.compress(LINE), "gzip"),
    "gzip of two members": (
        "compressed",
        lambda: gzip.compress(b"begin\n") + gzip.compress(LINE),
        "gzip",
    ),
    "bytes behind gzip": (
        "compressed",
        lambda: gzip.compress(b"x") + LINE,
        "(behind the gzip data)",
    ),
    "xz": ("compressed", lambda: lzma.compress(LINE), "xz"),
    "lzma": ("compressed", lambda: lzma.compress(LINE, lzma.FORMAT_ALONE), "lzma"),
    "zlib": ("compressed", lambda: zlib.compress(LINE), "zlib"),
    "deb": ("ar", lambda: made.deb_file(KEY), "data.tar.xz!etc/app.conf"),
    "deb zstd": ("ar", lambda: made.deb_file(KEY, "zstd"), "data.tar.zst!etc/app.conf"),
    "rpm": ("rpm", lambda: made.rpm_file(KEY), "etc/app.conf"),
    "rpm xz": ("rpm", lambda: made.rpm_file(KEY, compression="xz"), "etc/app.conf"),
    "rpm zstd": ("rpm", lambda: made.rpm_file(KEY, compression="zstd"), "etc/app.conf"),
    "rpm script": ("rpm", lambda: made.rpm_file({}, LINE), "(postin)"),
    "apk": ("compressed", lambda: made.apk_file(KEY), "etc/app.conf"),
    "cpio newc": ("cpio", lambda: made.cpio_file(KEY), "etc/app.conf"),
    "cpio crc": ("cpio", lambda: made.cpio_file(KEY, "070702"), "etc/app.conf"),
    "cpio odc": ("cpio", lambda: made.cpio_file(KEY, "070707"), "etc/app.conf"),
    "two cpio in a row": (
        "cpio",
        lambda: made.cpio_file({"a": b"x"}) + bytes(512) + gzip.compress(made.cpio_file(KEY)),
        "(behind the archive)!etc/app.conf",
    ),
    "pyc": ("pyc", _pyc, None),
    "git blob": ("git object", lambda: made.git_object("blob", LINE)[1], "git blob"),
    "git commit": ("git object", lambda: made.git_object("commit", LINE)[1], "git commit"),
    "git pack": (
        "git pack",
        lambda: made.pack_file([(3, b"", LINE)]),
        f"blob {made.git_object('blob', LINE)[0][:12]}",
    ),
    "docx": ("zip", lambda: made.docx_file(TOKEN), "word/document.xml"),
    "pdf": ("pdf", lambda: made.pdf_file(TOKEN), "stream 1"),
    "saved image": (
        "tar",
        lambda: tar_bytes(docker_members(_image())),
        None,
    ),
    "base64": ("text", lambda: b"a\nx: " + base64.b64encode(LINE), "base64 in line 2"),
    "base64 twice": (
        "text",
        lambda: base64.b64encode(base64.b64encode(LINE)),
        "base64 in line 1!base64 in line 1",
    ),
    "base64 in lines": ("text", lambda: base64.encodebytes(LINE * 9), "base64 in line 1"),
    "base64 of gzip": (
        "text",
        lambda: b"release: " + base64.b64encode(gzip.compress(LINE)),
        "base64 in line 1!gzip",
    ),
    "hex": ("text", lambda: LINE.hex().encode(), "hex in line 1"),
    "base64 of UTF-16": (
        "text",
        lambda: base64.b64encode(LINE.decode().encode("utf-16-le")),
        "base64 in line 1",
    ),
    "zip behind a program": (
        "binary",
        lambda: made.zipapp_file(KEY, made.elf_file(b"program")),
        "etc/app.conf",
    ),
    "zip behind a long script": (
        "text",
        lambda: made.zipapp_file(KEY, b"#!/bin/sh\n" + b"echo launch\n" * 900),
        "etc/app.conf",
    ),
    "zip behind a short script": (
        "binary",
        lambda: made.zipapp_file(
            {"x": random.Random(1).randbytes(9000), **KEY}, b"#!/usr/bin/python\n"
        ),
        "etc/app.conf",
    ),
    "lzw": ("compressed", lambda: made.lzw_file(LINE), "lzw"),
    "ELF": ("binary", lambda: made.elf_file(b"some", TOKEN.encode()), None),
}


def _chosen(data: bytes) -> str:
    return next(name for name, item in DECODERS.items() if item.accepts("/file", data[:HEAD]))


@pytest.mark.parametrize("case", CASES)
def test_what_lies_in_a_file_is_read(case: str) -> None:
    """
    The decoder that is meant takes it, whatever its name; the token comes out whole, with the way
    to it, and there is no gap.
    """
    decoder, make, way = CASES[case]
    data = make()
    assert _chosen(data) == decoder
    ways = made.found(data, TOKEN)
    assert way in ways or (way is None and ways)
    assert made.gaps(data) == []


def test_every_decoder_has_a_case() -> None:
    """
    A decoder without a file of its kind here is not shown to work.
    """
    tested = {decoder for decoder, _, _ in CASES.values()}
    # These have tests of their own: below, and in test_keystores.py.
    assert set(DECODERS) - tested == {"sqlite", "unopened", "office", "keystores"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_file(case: str, part: float) -> None:
    """
    A file that ends too early gives what it has, and raises nothing.
    """
    data = CASES[case][1]()
    assert made.read(data[: int(part * len(data))]) is not None


# --- zip -------------------------------------------------------------------------------------


def _streamed(data: bytes, method: int) -> bytes:
    """
    A zip as a writer makes it that cannot step back: sizes stand behind the data.
    """

    class Pipe:
        def __init__(self) -> None:
            self.held = b""

        def write(self, data: bytes) -> int:
            self.held += bytes(data)
            return len(data)

        def flush(self) -> None:
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:  # type: ignore[call-overload]
        archive.writestr("first", b"x" * 100)
        archive.writestr("etc/app.conf", data)
        archive.writestr("last", b"end of it")
    return pipe.held


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_with_sizes_behind_the_data(method: int) -> None:
    """
    Entries whose size is not known before are read, and none after them is lost.
    """
    data = _streamed(LINE, method)
    assert made.found(data, TOKEN) == ["etc/app.conf"]
    assert made.found(data, "end of it") == ["last"]


def test_a_zip_entry_that_the_central_directory_does_not_name() -> None:
    """
    A member that was removed from the list is still given away.
    """
    data = made.zip_file({"etc/app.conf": LINE, "b": b"x"})
    start = data.index(b"PK\x01\x02")
    without = data[:start] + data[data.index(b"PK\x01\x02", start + 4) :]
    assert made.found(without, TOKEN) == ["etc/app.conf"]


def test_bytes_between_zip_entries() -> None:
    """
    What stands between two entries belongs to none, and is read.
    """
    first, second = made.zip_file({"a": b"x"}), made.zip_file({"b": b"y"})
    assert made.found(first + LINE + second, TOKEN) == ["(between the entries)"]


def test_zip_comments() -> None:
    """
    The comment of an archive and of an entry are texts.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.comment = TOKEN.encode()
        archive.writestr(info, b"x")
        archive.comment = TOKEN.encode()
    assert made.found(out.getvalue(), TOKEN) == ["a (comment)", "(comment)"]


def test_two_zip_entries_of_one_name() -> None:
    """
    Both are read, whichever an unpacker takes.
    """
    with pytest.warns(UserWarning, match="Duplicate"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a", LINE)
            archive.writestr("a", LINE)
    assert made.found(out.getvalue(), TOKEN) == ["a", "a"]


def test_zip64() -> None:
    """
    An entry whose sizes stand in the extra field is read.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(LINE)
    assert made.found(out.getvalue(), TOKEN) == ["a"]
    assert made.gaps(out.getvalue()) == []


def _with_method(data: bytes, method: int, flags: int = 0) -> bytes:
    return data[:6] + struct.pack("<2H", flags, method) + data[10:]


@pytest.mark.parametrize(
    ("method", "flags", "reason"),
    [
        (8, 1, "encrypted"),
        (99, 0, "encrypted"),
        (9, 0, "deflate64 compression is not opened"),
        (42, 0, "method 42 compression is not opened"),
    ],
)
def test_a_zip_entry_that_cannot_be_opened(method: int, flags: int, reason: str) -> None:
    """
    It is a gap with its reason, and the next entry is read.
    """
    data = _with_method(made.zip_file({"locked": b"x" * 50}), method, flags)
    data = data[: data.index(b"PK\x01\x02")] + made.zip_file(KEY)
    assert made.gaps(data) == [("/file!/locked", reason)]
    assert made.found(data, TOKEN) == ["etc/app.conf"]


def test_a_damaged_zip_entry() -> None:
    """
    It is a gap, and the next entry is read.
    """
    noise = random.Random(2).randbytes(4000)
    data = bytearray(made.zip_file({"bad": noise + bytes(4000), **KEY}))
    data[60:90] = b"\xff" * 30
    assert [reason for _, reason in made.gaps(bytes(data))] == ["damaged deflate data"]
    assert made.found(bytes(data), TOKEN) == ["etc/app.conf"]


# --- tar and images --------------------------------------------------------------------------


@pytest.mark.parametrize("members", [docker_members, oci_members])
def test_an_image_in_a_file(members: Callable[[Recipe], Members]) -> None:
    """
    The layers of an image that lies in a layer are read, and its variables, build args and
    history have their names.
    """
    recipe = (
        _image()
        .env("API_TOKEN", "value of it")
        .history_only(f"RUN |1 PASS={TOKEN} /bin/sh -c true", comment="buildkit")
    )
    parts = made.read(tar_bytes(members(recipe)))
    texts = [part for part in parts if isinstance(part, Text)]
    assert any(TOKEN in p.content and (p.inside or "").endswith("etc/app.conf") for p in texts)
    variables = {(p.name, p.inside) for p in texts if p.reading is Reading.VARIABLE}
    assert ("API_TOKEN", "config.Env.API_TOKEN") in variables
    assert ("PASS", "history[2].created_by") in variables
    assert [part for part in parts if isinstance(part, Gap)] == []


def test_a_manifest_json_of_something_else() -> None:
    """
    A tar that holds documents and no image gives them as the files they are.
    """
    data = made.tar_file({"manifest.json": b'{"token": "' + TOKEN.encode() + b'"}'})
    assert made.found(data, TOKEN) == ["manifest.json"]


# --- databases -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_rows_of_a_database(tmp_path: Path, encoding: str) -> None:
    """
    A value comes out by itself with the name of its column, also where it fills many pages, and
    the name in a table of settings becomes the name of the value.
    """
    data = made.sqlite_file(
        tmp_path / "x.db",
        (f'PRAGMA encoding = "{encoding}"', ()),
        ('CREATE TABLE users (id INTEGER PRIMARY KEY, "api token" TEXT, x)', ()),
        ("CREATE TABLE settings (key TEXT, value TEXT)", ()),
        ("INSERT INTO users VALUES (1, ?, 'tail')", (TOKEN,)),
        ("INSERT INTO users VALUES (2, ?, '')", ("y" * 50_000 + " " + TOKEN,)),
        ("INSERT INTO settings VALUES ('smtp_password', ?)", (TOKEN,)),
    )
    assert _chosen(data) == "sqlite"
    parts = [part for part in made.read(data) if isinstance(part, Text)]
    lines = {line for part in parts for line in part.content.split("\n")}
    assert f"api token = {TOKEN}" in lines
    assert f"api token = {'y' * 50_000} {TOKEN}" in lines
    assert f"smtp_password = {TOKEN}" in lines
    assert {p.inside for p in parts if TOKEN in p.content} == {"table users", "table settings"}


def test_deleted_rows_of_a_database(tmp_path: Path) -> None:
    """
    What was deleted or dropped is found where its page still holds it.
    """
    other = checksummed("gh" + "p_", random.Random(5))
    data = made.sqlite_file(
        tmp_path / "x.db",
        ("CREATE TABLE kept (x)", ()),
        ("CREATE TABLE gone (x)", ()),
        ("INSERT INTO kept VALUES (?)", (f"row {TOKEN}",)),
        ("INSERT INTO gone VALUES (?)", (f"dropped {other}",)),
        ("INSERT INTO kept VALUES ('stays')", ()),
        ("DELETE FROM kept WHERE rowid = 1", ()),
        ("DROP TABLE gone", ()),
    )
    assert made.found(data, TOKEN) == ["(between the rows)"]
    assert made.found(data, other)


def test_an_archive_in_a_database(tmp_path: Path) -> None:
    """
    A blob is a file like another.
    """
    data = made.sqlite_file(
        tmp_path / "x.db",
        ("CREATE TABLE files (data BLOB)", ()),
        ("INSERT INTO files VALUES (?)", (made.zip_file(KEY),)),
    )
    assert made.found(data, TOKEN) == ["table files, row 1!etc/app.conf"]


# --- git -------------------------------------------------------------------------------------

BASE = b"".join(b"line %d\n" % number for number in range(1000))
AT = BASE.index(b"line 500\n")


def test_a_difference_is_told_once() -> None:
    """
    Of a version that differs from another its changed lines come out, with their numbers.
    """
    change = made.delta(BASE, (0, AT), LINE, (AT, len(BASE) - AT))
    distance = len(made.pack_file([(3, b"", BASE)])) - 20 - 12
    data = made.pack_file([(3, b"", BASE), (6, made.back(distance), change)])
    parts = [p for p in made.read(data) if isinstance(p, Text) and TOKEN in p.content]
    assert len(parts) == 1
    content = parts[0].content.split("\n")
    assert f"token = {TOKEN}" in content
    assert len(content) < 12
    assert parts[0].first_line + content.index(f"token = {TOKEN}") == 502
    assert made.gaps(data) == []


def test_a_difference_by_id_before_its_base() -> None:
    """
    A base is found by its id, wherever it stands, and by way of another difference.
    """
    second = made.delta(BASE, (0, AT), b"second\n", (AT, len(BASE) - AT))
    changed = BASE[:AT] + b"second\n" + BASE[AT:]
    third = made.delta(changed, (0, AT), LINE, (AT, len(changed) - AT))
    ids = [bytes.fromhex(made.git_object("blob", item)[0]) for item in (BASE, changed)]
    data = made.pack_file([(7, ids[1], third), (7, ids[0], second), (3, b"", BASE)])
    assert len(made.found(data, TOKEN)) == 1
    assert made.gaps(data) == []


def test_a_difference_without_its_base() -> None:
    """
    An object that cannot be put together is a gap; the others are read.
    """
    data = made.pack_file([(7, bytes(20), made.delta(b"x", (0, 1))), (3, b"", LINE)])
    assert made.gaps(data) == [("/file", "1 objects differ from one that is not in the pack")]
    assert len(made.found(data, TOKEN)) == 1


# --- encodings -------------------------------------------------------------------------------


def test_what_is_no_base64() -> None:
    """
    Digests, keys and long words give nothing but themselves.
    """
    noise = base64.b64encode(random.Random(3).randbytes(3000))
    words = b"usr/lib/python3/dist/packages/something/else/very/long/path_with-dashes"
    data = noise + b"\n" + words + b"\n" + random.Random(3).randbytes(32).hex().encode()
    assert len(made.read(data)) == 1


def test_text_from_elsewhere() -> None:
    """
    What is packed into an environment variable comes out too, and the text itself does not again.
    """
    value = base64.b64encode(gzip.compress(LINE)).decode()
    (part,) = decode_text(Text("config.Env.X", value, Reading.VARIABLE, name="X"))
    assert isinstance(part, Text)
    assert (part.path, part.inside) == ("config.Env.X", "base64 in line 1!gzip")
    assert TOKEN in part.content


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(60), "7z"),
        (b"Rar!\x1a\x07\x01\0" + bytes(60), "rar"),
        (b"hsqs" + bytes(96), "squashfs"),
    ],
)
def test_what_is_not_opened_is_told(data: bytes, kind: str) -> None:
    """
    A format that is not read is a gap with its kind, which does not block; what lies in it as it
    is comes out all the same.
    """
    assert made.gaps(data + TOKEN.encode()) == [("/file", f"{kind} content is not opened")]
    assert made.found(data + TOKEN.encode(), TOKEN) == [None]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"P", b"PK", b"BZh", b"BZhello world password", gzip.compress(b"")[:1], b"PACK it up",
        b"070701 is a number", b"!<arch>\nof ar", b"Rar! is a format", b"x^2 + y^2", b"hsqs text",
        b"\x1f\x8b", b"]\0\0",
    ],
)  # fmt: skip
def test_half_a_magic_makes_no_archive(data: bytes) -> None:
    """
    A file too short for a magic, or a text that begins like one, is a text or binary.
    """
    assert _chosen(data) in ("text", "binary")
    assert made.gaps(data) == []


@pytest.mark.parametrize("path", ["/x.zip", "/x.tar.gz", "/x.7z", "/x.pyc", "/x.db"])
def test_a_name_makes_no_archive(path: str) -> None:
    """
    A text that is named like an archive is a text.
    """
    (part,) = decode(File(path, Peekable(Kept(b"plain text\n"))))
    assert isinstance(part, Text)
    assert part.content == "plain text\n"
