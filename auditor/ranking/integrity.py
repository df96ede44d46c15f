"""
Layers that are not there, cannot be read, or are not what the manifest says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model import Gap, Image, Layer, LayerScan


def gaps(image: Image, scans: Mapping[str, LayerScan]) -> Iterator[Gap]:
    """
    What the stated digests and types of the layers tell against what was read.
    """
    for layer in image.layers:
        scan = scans.get(layer.blob) if layer.blob else None
        if scan is None:
            yield Gap("(layer)", _why_missing(layer), layer.index, blocking=True)
            continue
        if not scan.is_tar:
            what = "is encrypted" if "encrypted" in layer.media_type else "is not a tar archive"
            yield Gap("(layer)", what, layer.index, blocking=True)
        yield from _mismatches(layer, scan)


def _why_missing(layer: Layer) -> str:
    if "nondistributable" in layer.media_type or "foreign" in layer.media_type:
        return "is foreign: its content is elsewhere"
    return "is not in the archive"


def _mismatches(layer: Layer, scan: LayerScan) -> Iterator[Gap]:
    stated = layer.digest
    if stated and stated.startswith("sha256:") and stated != scan.digest:
        yield Gap("(layer)", f"its digest is {scan.digest}, not {stated}", layer.index)
    elif stated and not stated.startswith("sha256:"):
        yield Gap("(layer)", f"its digest is not verified: {stated[:16]}…", layer.index)
    if layer.diff_id and scan.diff_id and layer.diff_id != scan.diff_id:
        yield Gap("(layer)", f"its diff_id is {scan.diff_id}, not {layer.diff_id}", layer.index)
