"""
npm, yarn and pnpm keep the checksum of a package's archive, not of the files that came out of it,
and the archive is not in the image: nothing there proves that a file is unchanged. All that can
be said is that the checksums in npm's own record of what it installed are checksums; see
https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.packages.base import Item, Recorded
from auditor.patterns import lazy_regex

_INTEGRITY = lazy_regex(r"(?:sha1-[A-Za-z0-9+/]{27}=|sha256-[A-Za-z0-9+/]{43}=|"
                        r"sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)")  # fmt: skip


class Npm:
    """
    The hidden lock file, which npm writes and nobody edits.
    """

    pattern = r"/(?:[^/]+/)*node_modules/\.package-lock\.json"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        try:
            document = json.loads(data)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        packages = document.get("packages") if isinstance(document, dict) else None
        for where, entry in packages.items() if isinstance(packages, dict) else ():
            value = entry.get("integrity") if isinstance(entry, dict) else None
            for word in value.split() if isinstance(value, str) else ():
                if _INTEGRITY.fullmatch(word):
                    name = where.rpartition("node_modules/")[2]
                    yield Recorded(word, f"npm {name}")
