"""
Composer keeps the checksum of a package's archive and its commit, not of the files that came out
of it: as with npm, no file can be proven, but what stands there as a checksum is one; see
https://getcomposer.org/doc/
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.packages.base import Item, Recorded
from auditor.patterns import lazy_regex

_HEX = lazy_regex(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Composer:
    """
    PHP packages: the record that Composer writes of what it installed.
    """

    pattern = r"/(?:[^/]+/)*vendor/composer/installed\.json"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        try:
            document = json.loads(data)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        packages = document.get("packages") if isinstance(document, dict) else document
        for entry in packages if isinstance(packages, list) else ():
            if not isinstance(entry, dict):
                continue
            parts = [part for part in map(entry.get, ("source", "dist")) if isinstance(part, dict)]
            for value in (part.get(key) for part in parts for key in ("reference", "shasum")):
                if isinstance(value, str) and _HEX.fullmatch(value):
                    yield Recorded(value, f"composer {entry.get('name', '')}")
