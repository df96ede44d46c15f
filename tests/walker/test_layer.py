"""
A layer, entry by entry: what is in it, what it means for lower layers, and what is damaged.
"""

from __future__ import annotations

import base64
import os
import tarfile
from typing import NamedTuple

import pytest

from auditor.model import Gap, PathIndex, Reading, Text
from auditor.streams.reading import File, Kept
from auditor.walker import LayerWalk
from auditor.walker.layer import AFTER_END, DAMAGE_LIMIT
from tests.headers import END, damaged, header, member, padded, pax
from tests.images import (
    Entry,
    directory,
    entry,
    hard_link,
    opaque,
    symlink,
    tar_layer,
    whiteout,
)

LONG = "Abcdefghij0123456789-_xyz"


class Seen(NamedTuple):
    """
    A file as it passed.
    """

    path: str
    inside: str | None
    data: bytes


class Walked(NamedTuple):
    """
    All that came out of a layer.
    """

    files: list[Seen]
    texts: list[Text]
    gaps: list[Gap]
    walk: LayerWalk


def walked(data: bytes) -> Walked:
    """
    Walks a layer and reads all its files.
    """
    result = Walked([], [], [], LayerWalk(Kept(data)))
    for item in result.walk:
        if isinstance(item, File):
            result.files.append(Seen(item.path, item.inside, item.reader.read(1 << 24)))
        elif isinstance(item, Text):
            result.texts.append(item)
        else:
            result.gaps.append(item)
    return result


def paths(packed: bytes) -> list[str]:
    """
    A list of the index.
    """
    return [os.fsdecode(path) for path in packed.split(b"\0")[:-1]]


def index(*members: Entry) -> PathIndex:
    """
    What a layer of these members writes and hides.
    """
    return walked(tar_layer(members)).walk.index


# --- the index -------------------------------------------------------------------------------


def test_files_and_directories() -> None:
    """
    Directories merge, all else replaces, so they are kept apart, in their order.
    """
    found = index(directory("etc"), entry("etc/b", b"x"), symlink("etc/a", "b"), entry("etc/c"))
    assert paths(found.directories) == ["/etc"]
    assert paths(found.files) == ["/etc/b", "/etc/a", "/etc/c"]


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"])
def test_devices_replace_what_lies_below(kind: bytes) -> None:
    """
    A device, a pipe and an unknown type take a path as a file does.
    """
    assert paths(index(entry("dev/x", type=kind)).files) == ["/dev/x"]


def test_whiteouts_are_no_files() -> None:
    """
    A whiteout hides its path and adds none.
    """
    found = index(whiteout("etc/passwd"), entry("etc/group"))
    assert paths(found.whiteouts) == ["/etc/passwd"]
    assert paths(found.files) == ["/etc/group"]


def test_a_whiteout_that_overlay2_wrote() -> None:
    """
    Whiteouts that share an inode have a link name; that changes nothing.
    """
    shared = entry("bin/.wh.zcat", linkname="bin/.wh.ls")
    assert paths(index(shared).whiteouts) == ["/bin/zcat"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_opaque_whiteout_may_stand_anywhere(place: int) -> None:
    """
    The mark means the same at the front, between and at the end of its directory's entries.
    """
    members = [entry("etc/a"), entry("etc/b")]
    members.insert(place, opaque("etc"))
    found = index(*members)
    assert paths(found.opaque) == ["/etc"]
    assert paths(found.files) == ["/etc/a", "/etc/b"]


def test_hard_links() -> None:
    """
    A hard link is a file, and its target is remembered.
    """
    found = index(entry("a", b"x"), hard_link("b/c", "./a"))
    assert paths(found.files) == ["/a", "/b/c"]
    assert paths(found.hard_links) == ["/b/c", "/a"]


def test_duplicates_are_all_kept() -> None:
    """
    A path that is written twice is in the index twice, and both contents pass.
    """
    found = walked(tar_layer([entry("a", b"one"), entry("./a", b"two")]))
    assert paths(found.walk.index.files) == ["/a", "/a"]
    assert found.files == [Seen("/a", None, b"one"), Seen("/a", None, b"two")]


def test_entries_are_counted_as_they_pass() -> None:
    """
    While a file passes, `entries` is its number in the index.
    """
    walk = LayerWalk(
        Kept(tar_layer([directory("d"), entry("d/a", b"x"), whiteout("w"), entry("d/b", b"x")]))
    )
    assert [walk.entries for item in walk if isinstance(item, File)] == [1, 2]


def test_names_that_are_not_utf_8() -> None:
    """
    Any byte of a name survives.
    """
    found = index(entry("caf\udce9", b"x"), whiteout("na\udcefve"))
    assert paths(found.files) == ["/caf\udce9"]
    assert paths(found.whiteouts) == ["/na\udcefve"]


def test_a_name_with_a_nul_is_one_path() -> None:
    """
    A NUL in a pax name makes no second path out of its rest.
    """
    found = walked(pax([("path", b"x\0/app/.env")]) + member(b"x", b"data") + END)
    assert len(paths(found.walk.index.files)) == found.walk.entries == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../etc/passwd"])
def test_names_that_lead_out(name: str) -> None:
    """
    A name that climbs or is absolute stays in the image.
    """
    assert paths(index(entry(name, b"x")).files) == ["/etc/passwd"]


def test_aufs_leftovers() -> None:
    """
    They are no files of the image and hide nothing, but their content is read.
    """
    found = walked(tar_layer([directory(".wh..wh.plnk"), entry(".wh..wh.aufs", b"content")]))
    assert found.walk.index == PathIndex()
    assert found.files == [Seen("/.wh..wh.aufs", None, b"content")]


def test_entries_after_the_end_are_not_in_the_image() -> None:
    """
    What stands behind the end marker is read, and neither writes nor hides a path.
    """
    behind = member(b"b", b"bbb") + member(b".wh.a") + END
    found = walked(tar_layer([entry("a", b"aaa")]) + behind)
    assert found.files == [Seen("/a", None, b"aaa"), Seen("/b", AFTER_END, b"bbb")]
    assert paths(found.walk.index.files) == ["/a"]
    assert found.walk.index.whiteouts == b""


# --- content ---------------------------------------------------------------------------------


def test_all_content_passes() -> None:
    """
    Every file with content is given, with its size; empty ones are counted only.
    """
    found = walked(tar_layer([entry("a", b"x" * 700), entry("b"), symlink("c", "a")]))
    assert found.files == [Seen("/a", None, b"x" * 700)]
    assert (found.walk.files, found.walk.bytes) == (2, 700)


def test_the_body_of_a_whiteout() -> None:
    """
    A whiteout is empty; where it is not, the content is read.
    """
    found = walked(tar_layer([entry("etc/.wh.passwd", b"body")]))
    assert found.files == [Seen("/etc/.wh.passwd", None, b"body")]
    assert paths(found.walk.index.whiteouts) == ["/etc/passwd"]


def test_strays_pass_as_files() -> None:
    """
    Padding, global headers and bytes behind the end are read under a name of their own.
    """
    padding = b"padding".ljust(509, b"\0")
    found = walked(
        pax([("comment", b"global")], type=b"g")
        + (header(b"a", size=3) + b"aaa" + padding)
        + (END + b"behind")
    )
    assert [(seen.path, seen.data.strip(b"\0")) for seen in found.files] == [
        ("(global pax header)", b"18 comment=global\n"),
        ("/a", b"aaa"),
        ("(padding of a)", b"padding"),
        ("(after the end of the tar)", b"behind"),
    ]
    assert found.gaps == []


@pytest.mark.parametrize("data", [b"", bytes(512), bytes(1024), bytes(10240)])
def test_empty_layers(data: bytes) -> None:
    """
    A layer of no bytes or of zeros is empty and sound.
    """
    found = walked(data)
    assert (found.files, found.texts, found.gaps) == ([], [], [])
    assert found.walk.index == PathIndex()


# --- words -----------------------------------------------------------------------------------


def words(data: bytes) -> list[tuple[str, str | None, str]]:
    """
    The texts that headers gave.
    """
    return [(text.path, text.inside, text.content) for text in walked(data).texts]


def test_pax_records_are_texts() -> None:
    """
    Comments, attributes and vendor keys are read; what every entry has is not.
    """
    records = [
        ("comment", b"a comment"),
        ("SCHILY.xattr.user.note", b"caf\xe9"),
        ("mtime", b"1.5"),
        ("path", b"a"),
        ("SCHILY.dev", b"1"),
        ("GNU.sparse.name", b"a"),
    ]
    assert words(pax(records) + member(b"a") + END) == [
        ("/a", "pax comment", "a comment"),
        ("/a", "pax SCHILY.xattr.user.note", "caf�"),
    ]


def test_libarchive_attributes_are_decoded() -> None:
    """
    libarchive writes attributes in base64: both forms are read.
    """
    value = base64.b64encode(b"inner text")
    found = words(pax([("LIBARCHIVE.xattr.user.x", value)]) + member(b"a") + END)
    assert [content for _, _, content in found] == [value.decode(), "inner text"]


def test_libarchive_attributes_that_are_no_base64() -> None:
    """
    What does not decode is read as it is.
    """
    records = [("LIBARCHIVE.xattr.user.x", b"not base64! \xe9")]
    found = words(pax(records) + member(b"a") + END)
    assert [content for _, _, content in found] == ["not base64! �"]


@pytest.mark.parametrize(
    ("name", "is_telling"),
    [
        (LONG, True),
        ("password=x", True),
        ("secret: x", True),
        ("readme.txt", False),
        ("password.txt", False),
    ],
)
def test_names_that_may_be_secrets(name: str, is_telling: bool) -> None:
    """
    A file name is read if it can hold a secret.
    """
    expected = [(f"/{name}", "file name", name)] if is_telling else []
    assert words(tar_layer([entry(name)])) == expected


def test_link_targets_that_may_be_secrets() -> None:
    """
    A symbolic link may point to anything, such as a URL with a password.
    """
    target = "https://user:pw@git.example.com"
    assert words(tar_layer([symlink("a", target), symlink("b", "c")])) == [
        ("/a", "link target", target)
    ]


def test_owners_that_may_be_secrets() -> None:
    """
    A long owner name is read, once a layer.
    """
    data = header(b"a", owner=LONG.encode()) + header(b"b", owner=LONG.encode())
    assert words(data + header(b"c", owner=b"root") + END) == [("/a", "owner", LONG)]


def test_words_of_headers_are_tokens() -> None:
    """
    Names mean nothing to detectors that go by keywords.
    """
    (text,) = walked(tar_layer([entry(LONG)])).texts
    assert text.reading is Reading.TOKENS


# --- damage ----------------------------------------------------------------------------------


def test_a_damaged_header_is_a_gap() -> None:
    """
    What follows a damaged header is still read, its own content too, and the gap blocks.
    """
    middle = damaged(header(b"b", size=3)) + padded(b"bbb")
    found = walked(member(b"a", b"aaa") + middle + member(b"c", b"ccc") + END)
    assert [seen.path for seen in found.files] == ["/a", "(damaged part of the tar)", "/c"]
    assert found.files[1].data == middle
    assert found.gaps == [Gap("(layer)", "damaged tar header", blocking=True)]


def test_a_cut_layer_is_a_gap() -> None:
    """
    A layer that ends in mid-entry is read as far as it goes.
    """
    found = walked(member(b"a", b"x" * 2000)[:1000])
    assert found.files == [Seen("/a", None, b"x" * 488)]
    assert found.gaps == [Gap("(layer)", "cut: 1512 bytes are missing", blocking=True)]


def test_a_missing_end_marker_is_no_gap() -> None:
    """
    Loaders do not need one.
    """
    assert walked(tar_layer([entry("a", b"x")], end=b"")).gaps == []


def test_ten_thousand_damaged_headers() -> None:
    """
    Beyond a limit, damage is counted and not listed, and every entry is still read.
    """
    found = walked((member(b"a", b"aaa") + damaged(header(b"b"))) * 10_000)
    assert found.walk.files == 10_000
    assert len(found.gaps) == DAMAGE_LIMIT + 1
    assert found.gaps[-1].reason == f"{10_000 - DAMAGE_LIMIT} more damaged places"
    assert found.gaps[-1].blocking


def test_garbage_alone() -> None:
    """
    What is no tar at all is one damaged part.
    """
    found = walked(b"x" * 1300)
    assert [seen.data for seen in found.files] == [b"x" * 1300]
    assert len(found.gaps) == 1
