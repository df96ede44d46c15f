"""
conda: one JSON file a package in `conda-meta`, with a checksum for each file; see
https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Iterator

from auditor.packages.base import Claim, Item, Recorded
from auditor.patterns import lazy_regex

_FILE_KEYS = ("sha256_in_prefix", "sha256")
_PACKAGE_KEYS = ("md5", "sha256", "legacy_bz2_md5")
_HEX = lazy_regex(r"[0-9a-f]{32}|[0-9a-f]{64}")


class Conda:
    """
    conda, mamba, micromamba, pixi.
    """

    pattern = r"/(?:[^/]+/)*conda-meta/[^/]+\.json"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        try:
            document = json.loads(data)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(document, dict):
            return
        package = f"conda {document.get('name', '')}"
        prefix = path.rpartition("/conda-meta/")[0]
        yield from _recorded(package, document, _PACKAGE_KEYS)
        paths = document.get("paths_data")
        files = paths.get("paths") if isinstance(paths, dict) else None
        for entry in files if isinstance(files, list) else ():
            if isinstance(entry, dict):
                yield from _recorded(package, entry, _FILE_KEYS)
                yield from _claim(package, prefix, entry)


def _recorded(package: str, entry: dict[str, object], keys: tuple[str, ...]) -> Iterator[Recorded]:
    for key in keys:
        value = entry.get(key)
        if isinstance(value, str) and _HEX.fullmatch(value):
            yield Recorded(value, package)


def _claim(package: str, prefix: str, entry: dict[str, object]) -> Iterator[Claim]:
    """
    The checksum after the prefix was written into the file, where there is one.
    """
    name = entry.get("_path")
    digest = next((value for key in _FILE_KEYS if (value := entry.get(key))), None)
    if isinstance(name, str) and isinstance(digest, str) and len(digest) == 64:
        try:
            raw = binascii.unhexlify(digest)
        except (binascii.Error, ValueError):
            return
        path = f"{prefix}/{name}".encode("utf-8", "surrogatepass")
        yield Claim(path, "sha256", raw, package)
