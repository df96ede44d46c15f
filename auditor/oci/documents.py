"""
The JSON documents of an archive or layout, and the names by which they refer to each other.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import posixpath
from dataclasses import field
from typing import Any

from auditor.records import dataclass

DOCUMENT_LIMIT = 8 << 20
"""
The largest blob read as JSON, in bytes; registries refuse manifests above 4 MiB.
"""
DOCUMENTS_LIMIT = 64 << 20
"""
How much JSON of one archive is kept in memory, in bytes.
"""
LINK_LIMIT = 40
"""
How many links are followed, as in Linux.
"""


def looks_like_json(head: bytes) -> bool:
    """
    Whether a blob that begins with `head` may be a JSON document.
    """
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _keep_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """
    An object with a key twice hides the first value from most readers, not from us.
    """
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            hidden = sum(1 for known in result if known.startswith(f"{key}#"))
            result[f"{key}#{hidden + 1}"] = result[key]
        result[key] = value
    return result


@dataclass(frozen=True, slots=True)
class Document:
    """
    One JSON blob.
    """

    name: str
    digest: str
    size: int
    data: Any
    """
    `None` if it is no valid JSON.
    """


@dataclass(slots=True)
class Documents:
    """
    Everything of an archive but the layers' content.
    """

    by_name: dict[str, Document] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)
    """
    Every blob's name with its digest, where that was computed.
    """
    _by_digest: dict[str, str] = field(default_factory=dict)
    _size: int = 0

    def has_room(self, size: int) -> bool:
        """
        Whether a document of `size` bytes may still be kept.
        """
        return size <= DOCUMENT_LIMIT and self._size + size <= DOCUMENTS_LIMIT

    def add(self, name: str, raw: bytes) -> Document:
        """
        Keep a document.
        """
        digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        try:
            text = raw.decode("utf-8-sig", "surrogateescape")
            data = json.loads(text, object_pairs_hook=_keep_duplicates)
        except (ValueError, RecursionError):
            data = None
        document = Document(name, digest, len(raw), data)
        self.by_name[name] = document
        self._size += len(raw)
        self.saw(name, digest)
        return document

    def saw(self, name: str, digest: str | None) -> None:
        """
        Remember that a blob is there.
        """
        self.names[name] = digest
        if digest:
            self._by_digest.setdefault(digest, name)

    def rename(self, name: str, other: str) -> None:
        """
        Make room for another blob of that name.
        """
        if name in self.by_name:
            self.by_name[other] = self.by_name.pop(name)
        digest = self.names.pop(name, None)
        self.names[other] = digest
        if digest and self._by_digest.get(digest) == name:
            self._by_digest[digest] = other

    def link(self, name: str, target: str) -> None:
        """
        Remember that one name stands for another, relative to its own folder.
        """
        self.links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))

    def resolve(self, name: str) -> str | None:
        """
        The name of the blob that `name` leads to, or `None` if it leads nowhere or in a circle.
        """
        name = posixpath.normpath(name)
        for _ in range(LINK_LIMIT):
            if name in self.names:
                return name
            if name not in self.links:
                return None
            name = self.links[name]
        return None

    def named(self, name: str) -> Document | None:
        """
        The document of that member name.
        """
        found = self.resolve(name)
        return self.by_name.get(found) if found else None

    def blob(self, digest: str) -> str | None:
        """
        The name of the blob that a descriptor's `digest` means: by where it lies, else by content.
        """
        algorithm, _, value = digest.partition(":")
        for name in (f"blobs/{algorithm}/{value}", value, f"{value}.manifest.json"):
            found = self.resolve(name) if value else None
            if found:
                return found
        return self._by_digest.get(digest)

    def at(self, digest: str) -> Document | None:
        """
        The document that a descriptor's `digest` means.
        """
        name = self.blob(digest)
        return self.by_name.get(name) if name else None
