"""
All documents of an image in a registry, and the layers that they name: the root, and from there
down every index to each manifest, its config and its attestations.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from auditor import oci
from auditor.errors import AuditError, ImageNotFound, NotAnImage, RegistryUnavailable
from auditor.exporter.registry import download
from auditor.exporter.registry.client import Client
from auditor.exporter.registry.place import is_digest, is_verifiable
from auditor.model import Gap, Image
from auditor.oci import DOCUMENTS_LIMIT, INDEX_DEPTH
from auditor.records import dataclass

log = logging.getLogger("auditor")

DOCUMENT_COUNT = 2000
"""
How many documents of one image are asked for, whether they are there or not.
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """
    A blob that is no document.
    """

    name: str
    """
    As an OCI layout names it.
    """
    digest: str
    size: int
    """
    In bytes, as the manifest says; -1 if it does not.
    """


class Manifests:
    """
    The documents of an image, as an OCI layout holds them.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._documents = oci.Documents()
        self.raw: dict[str, bytes] = {}
        """
        By their names, in the order in which they were met.
        """
        self.blobs: dict[str, Stored] = {}
        """
        What is no document, by its name.
        """
        self.gaps: list[Gap] = []
        self._asked = 0
        self._held = 0
        """
        Bytes of all documents.
        """
        self._is_full = False
        self._is_gone = False
        self._failure: AuditError | None = None
        """
        The first, which tells why no image may be there.
        """

    def read(self) -> None:
        """
        Ask for all of them. Raises an `AuditError` if the first is not to be had.
        """
        place = self._client.place
        raw = self._client.manifest(place.version)
        if is_digest(place.version) and not _is_named(raw, place.version):
            raise RegistryUnavailable(
                f"registry {place.host}: what it gives is not {place.version}",
                "Its storage is damaged, or somebody stands between.",
            )
        digest = place.version if is_digest(place.version) else _digest(raw)
        data = self._keep(digest, raw)
        known = ("manifests", "layers", "config", "fsLayers")
        if not isinstance(data, dict) or not any(key in data for key in known):
            raise NotAnImage(
                f"registry {place.host}: {place.repository}: is no image",
                "Check that the host is a registry, and that the name means an image.",
            )
        root = {"mediaType": data.get("mediaType"), "digest": digest, "size": len(raw)}
        index = {"schemaVersion": 2, "manifests": [root]}
        self.raw = {"index.json": json.dumps(index).encode(), **self.raw}
        self._documents.add("index.json", self.raw["index.json"])
        self._below(data, 1)

    def images(self, reference: str, platform: str | None = None) -> tuple[Image, ...]:
        """
        What the images say of themselves. Raises an `AuditError` if there is none.
        """
        try:
            return oci.assemble(self._documents, reference, platform=platform)
        except NotAnImage:
            if self._failure is not None and platform is None:
                raise self._failure from None
            raise

    def wanted(self, reference: str, platform: str | None) -> list[Stored]:
        """
        What is to be read beside the documents: all, without the layers of other platforms.
        Raises `NotAnImage` if nothing is there for that platform.
        """
        chosen = _digests(self.images(reference, platform))
        others = _digests(self.images(reference)) - chosen
        return [blob for blob in self.blobs.values() if blob.digest not in others]

    def state(self, platform: str | None) -> bytes | None:
        """
        See `Export.state`: a digest stands for the same bytes wherever and whenever it is met.
        """
        if self.gaps:
            return None
        told = ["registry", platform, sorted(self.raw), sorted(self.blobs)]
        return json.dumps(told).encode()

    def _below(self, data: dict[str, Any], depth: int) -> None:
        """
        What a manifest or index names.
        """
        if isinstance(data.get("manifests"), list):
            for child in data["manifests"]:
                self._manifest(child, depth + 1)
            return
        for layer in _listed(data.get("fsLayers")):
            self._blob({"digest": layer.get("blobSum")})
        for config in _listed([data.get("config")]):
            self._document(config)
        for layer in _listed(data.get("layers")):
            # NOTE: attestations are layers by the letter, and metadata in all else.
            if str(layer.get("mediaType")).endswith("json"):
                self._document(layer)
            else:
                self._blob(layer)

    def _manifest(self, descriptor: object, depth: int) -> None:
        digest = self._new(descriptor)
        if digest is None or depth > INDEX_DEPTH + 1:
            return
        raw = self._ask(digest, is_manifest=True)
        data = self._keep(digest, raw) if raw is not None else None
        if isinstance(data, dict):
            self._below(data, depth)

    def _document(self, descriptor: dict[str, Any]) -> None:
        digest = self._new(descriptor)
        if digest is None:
            return
        if not self._documents.has_room(max(_size(descriptor), 0)):
            # Too large to be kept: it is looked into as it passes.
            self._blob(descriptor)
            return
        raw = self._ask(digest, is_manifest=False)
        if raw is not None:
            self._keep(digest, raw)

    def _blob(self, descriptor: dict[str, Any]) -> None:
        digest = self._new(descriptor)
        if digest is not None:
            name = _name(digest)
            self.blobs[name] = Stored(name, digest, _size(descriptor))
            self._documents.saw(name, None)

    def _new(self, descriptor: object) -> str | None:
        """
        The digest that a descriptor names, if it was not met before and may be asked for.
        """
        stated = descriptor.get("digest") if isinstance(descriptor, dict) else None
        if not isinstance(stated, str) or not is_digest(stated):
            self.gaps.append(Gap("manifest", "names a blob without a valid digest", blocking=True))
            return None
        name = _name(stated)
        return None if name in self.raw or name in self.blobs else stated

    def _ask(self, digest: str, *, is_manifest: bool) -> bytes | None:
        name = _name(digest)
        if not self._has_room(name):
            return None
        try:
            raw = self._fetch(
                self._client.manifest if is_manifest else self._client.document, digest
            )
        except ImageNotFound:
            # NOTE: an index may name what was never pushed; whether it is missed is told later.
            self.gaps.append(Gap(name, "the registry does not have it"))
            return None
        except AuditError as error:
            self._failure = self._failure or error
            self.gaps.append(Gap(name, error.message, blocking=True))
            return None
        if not is_verifiable(digest):
            self.gaps.append(Gap(name, f"its digest is not verified: {digest[:16]}…"))
        elif not _is_named(raw, digest):
            self.gaps.append(Gap(name, "is not what its digest says", blocking=True))
        return raw

    def _fetch(self, fetch: Callable[[str], bytes], digest: str) -> bytes:
        """
        A document, asked for twice if need be: the registry is there, since it gave the first.
        """
        if self._is_gone:
            return fetch(digest)
        try:
            return fetch(digest)
        except RegistryUnavailable as error:
            log.info("%s: %s", digest, error.message)
            time.sleep(download.WAITS[0])
            self._is_gone = True
            raw = fetch(digest)
            self._is_gone = False
            return raw

    def _has_room(self, name: str) -> bool:
        """
        Whether one more document may be asked for; the first that may not is a gap.
        """
        self._asked += 1
        if self._is_full:
            return False
        if self._asked > DOCUMENT_COUNT:
            why = f"one of over {DOCUMENT_COUNT} documents: no more are asked for"
        elif self._held > DOCUMENTS_LIMIT:
            why = f"follows {DOCUMENTS_LIMIT >> 20} MB of documents: no more are asked for"
        else:
            return True
        self._is_full = True
        self.gaps.append(Gap(name, why, blocking=True))
        return False

    def _keep(self, digest: str, raw: bytes) -> Any:
        """
        Keep a document; what it says.
        """
        name = _name(digest)
        self.raw[name] = raw
        self._held += len(raw)
        if oci.looks_like_json(raw[:512]) and self._documents.has_room(len(raw)):
            return self._documents.add(name, raw).data
        self._documents.saw(name, None)
        return None


def _listed(value: object) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _digests(images: tuple[Image, ...]) -> set[str | None]:
    return {layer.digest for image in images for layer in image.layers}


def _size(descriptor: dict[str, Any]) -> int:
    size = descriptor.get("size")
    return size if isinstance(size, int) and size >= 0 else -1


def _name(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"blobs/{algorithm}/{value}"


def _digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _is_named(raw: bytes, digest: str) -> bool:
    """
    Whether the digest, which is verifiable, is that of these bytes.
    """
    algorithm, _, value = digest.partition(":")
    return any(hashlib.new(algorithm, form).hexdigest() == value for form in (raw, _unsigned(raw)))


def _unsigned(raw: bytes) -> bytes:
    """
    Schema 1 without its signatures, which its digest leaves out (distribution: manifest-v2-1.md).
    """
    if b'"signatures"' not in raw:
        return raw
    try:
        protected = json.loads(raw)["signatures"][0]["protected"]
        header = json.loads(_unpacked(protected))
        return raw[: header["formatLength"]] + _unpacked(header["formatTail"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return raw


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
