"""
JSON documents of an archive, and the names that lead to them.
"""

from __future__ import annotations

import pytest

from auditor.oci import Documents, looks_like_json
from auditor.oci.documents import DOCUMENT_LIMIT, DOCUMENTS_LIMIT, LINK_LIMIT


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"{}", True),
        (b" \n\t[1]", True),
        (b"\xef\xbb\xbf{}", True),
        (b'"x"', False),
        (b"", False),
        (b"\x1f\x8b", False),
        (b"\0{", False),
    ],
)
def test_what_looks_like_json(head: bytes, expected: bool) -> None:
    """
    Objects and lists are told by their first character, behind blanks and a byte order mark.
    """
    assert looks_like_json(head) is expected


@pytest.mark.parametrize(
    ("name", "target", "resolved"),
    [
        ("a/layer.tar", "../b/layer.tar", "b/layer.tar"),
        ("a/layer.tar", "../b/../b/layer.tar", "b/layer.tar"),
        ("x", "b/layer.tar", "b/layer.tar"),
        ("./x", "./b/layer.tar", "b/layer.tar"),
        ("x", "../../outside", None),
        ("x", "nowhere", None),
        ("x", "x", None),
    ],
)
def test_links(name: str, target: str, resolved: str | None) -> None:
    """
    A link is relative to its own folder; one that leads nowhere has no blob.
    """
    documents = Documents()
    documents.saw("b/layer.tar", "sha256:aa")
    documents.link(name.removeprefix("./"), target)
    assert documents.resolve(name) == resolved


def test_links_in_a_circle_lead_nowhere() -> None:
    """
    A circle of links ends.
    """
    documents = Documents()
    documents.link("a", "b")
    documents.link("b", "a")
    assert documents.resolve("a") is None


@pytest.mark.parametrize(("links", "found"), [(LINK_LIMIT - 1, True), (LINK_LIMIT, False)])
def test_long_chains_of_links(links: int, found: bool) -> None:
    """
    Links are followed as often as Linux does.
    """
    documents = Documents()
    documents.saw("0", None)
    for number in range(links):
        documents.link(str(number + 1), str(number))
    assert (documents.resolve(str(links)) == "0") is found


def test_blob_by_place_and_by_content() -> None:
    """
    A digest is looked for where layouts put it, then among the digests of what was read.
    """
    documents = Documents()
    documents.saw("blobs/sha256/aa", "sha256:bb")
    documents.saw("layer.tar", "sha256:cc")
    documents.saw("dd", None)
    documents.saw("ee.manifest.json", None)
    found = [documents.blob(f"sha256:{x}") for x in ("aa", "cc", "dd", "ee", "ff", "")]
    assert found == ["blobs/sha256/aa", "layer.tar", "dd", "ee.manifest.json", None, None]


@pytest.mark.parametrize("digest", ["", "sha256", "sha256:", ":", "../../x:y", "sha256:../../x"])
def test_hostile_digests(digest: str) -> None:
    """
    A digest that is none leads to no blob.
    """
    assert Documents().blob(digest) is None


def test_room() -> None:
    """
    Neither one document nor all together may be too large for the memory.
    """
    documents = Documents()
    assert documents.has_room(DOCUMENT_LIMIT)
    assert not documents.has_room(DOCUMENT_LIMIT + 1)
    raw = b"[" + b" " * (DOCUMENT_LIMIT - 2) + b"]"
    for number in range(DOCUMENTS_LIMIT // DOCUMENT_LIMIT):
        documents.add(str(number), raw)
    assert not documents.has_room(1)


@pytest.mark.parametrize("raw", [b"{", b"{} x", b"\xff{", b"[1,]", b"", b"{'a': 1}"])
def test_what_is_no_json(raw: bytes) -> None:
    """
    A document that does not parse is kept, without data.
    """
    document = Documents().add("x", raw)
    assert document.data is None
    assert document.size == len(raw)
