"""
pacman: a compressed mtree for each package; see alpm(7), mtree(5).
"""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Iterator
from itertools import pairwise

from auditor.packages.base import Claim, Fact, Item
from auditor.packages.publishers import standing_of
from auditor.patterns import lazy_regex

INFLATED_LIMIT = 64 << 20
"""
Bytes of one mtree after decompression.
"""
_FOLDER = lazy_regex(r"/local/([^/]+)-[^-/]+-[^-/]+/[^/]+$")
_DIGEST = lazy_regex(rb" (md5|sha256)digest=([0-9a-f]+)(?= |$)")
_OCTAL = lazy_regex(rb"\\([0-3][0-7]{2})")


class Pacman:
    """
    Arch Linux and what is made of it.
    """

    pattern = r"/var/lib/pacman/local/[^/]+/(?:mtree|desc)"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        found = _FOLDER.search(path)
        package = f"pacman {found[1] if found else ''}"
        return _desc(package, data) if path.endswith("/desc") else _mtree(package, data)


def _desc(package: str, data: bytes) -> Iterator[Fact]:
    """
    Who built it: `%PACKAGER%` and a line with name and address.
    """
    lines = data.decode("utf-8", "replace").split("\n")
    packager = next((value for key, value in pairwise(lines) if key == "%PACKAGER%"), "")
    # makepkg writes this where nobody gave a name.
    standing = standing_of("" if packager == "Unknown Packager" else packager)
    if standing:
        yield Fact(package, standing)


def _mtree(package: str, data: bytes) -> Iterator[Claim]:
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, INFLATED_LIMIT)
        except zlib.error as error:
            raise ValueError("no gzip") from error
    for line in data.split(b"\n"):
        name, _, keys = line.partition(b" ")
        if not name.startswith(b"./"):
            continue
        path = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), name[1:])
        for found in _DIGEST.finditer(b" " + keys):
            if len(found[2]) == (32 if found[1] == b"md5" else 64):
                yield Claim(path, found[1].decode(), binascii.unhexlify(found[2]), package)
