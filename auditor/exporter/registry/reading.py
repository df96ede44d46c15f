"""
An image in a registry, shown as an OCI layout: its documents first, its layers as they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from auditor.exporter.base import Blob, Export
from auditor.exporter.registry.client import Client
from auditor.exporter.registry.download import Download
from auditor.exporter.registry.manifests import Manifests, Stored
from auditor.exporter.registry.place import parse
from auditor.model import Gap, Image
from auditor.streams.reading import Chunks, Kept


@contextmanager
def export(source: str, reference: str, platform: str | None) -> Iterator[Export]:
    """
    See `Source.open`.
    """
    with _asked(reference) as (client, manifests):
        layers = manifests.wanted(reference, platform)
        documents = sum(len(raw) for raw in manifests.raw.values())
        yield Export(
            source,
            reference,
            _blobs(client, manifests, layers),
            size=documents + sum(max(layer.size, 0) for layer in layers),
            state=manifests.state(platform),
            images=manifests.images(reference),
        )


def describe(reference: str) -> tuple[Image, ...]:
    """
    See `Source.describe`.
    """
    with _asked(reference) as (_, manifests):
        return manifests.images(reference)


@contextmanager
def _asked(reference: str) -> Iterator[tuple[Client, Manifests]]:
    with closing(Client(parse(reference))) as client:
        manifests = Manifests(client)
        manifests.read()
        yield client, manifests


def _blobs(client: Client, manifests: Manifests, layers: list[Stored]) -> Iterator[Blob | Gap]:
    yield from manifests.gaps
    for name, raw in manifests.raw.items():
        yield Blob(name, len(raw), Kept(raw))
    is_gone = False
    for layer in layers:
        download = Download(client, layer.digest, layer.size, is_gone)
        yield Blob(layer.name, layer.size, Chunks(download), digest=layer.digest)
        if download.broken is not None:
            yield Gap(layer.name, download.broken, blocking=True)
        # NOTE: a registry that is gone is not waited for at each layer anew.
        is_gone = download.is_given_up or (is_gone and not download.has_begun)
