"""
apk: one text file of all packages with a checksum for each file; see "Installed database" in
https://wiki.alpinelinux.org/wiki/Apk_spec
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from auditor.packages.base import PATH_LIMIT, Claim, Fact, Item, Standing
from auditor.packages.publishers import standing_of

_BY_LENGTH = {16: "md5", 20: "sha1", 32: "sha256"}
_PREFIXES = (b"Q1", b"Q2")
"""
Base64 of SHA-1 and SHA-256; without one of them it is hexadecimal.
"""


class Apk:
    """
    Alpine, Wolfi and what is made of them.
    """

    pattern = r"/(?:usr/)?lib/apk/db/installed|/etc/apk/world"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        if path.endswith("/world"):
            return _world(data)
        return (item for part in data.split(b"\n\n") for item in _package(part))


def _package(paragraph: bytes) -> Iterator[Item]:
    package, folder, file = "", b"", b""
    for line in paragraph.split(b"\n"):
        key, value = line[:2], line[2:]
        if key == b"P:":
            package = f"apk {value.decode('utf-8', 'replace')}"
        elif key == b"m:":
            yield from _maintainer(package, value.decode("utf-8", "replace"))
        elif key == b"F:":
            folder, file = value, b""
        elif key == b"R:":
            file = folder + b"/" + value if len(folder) + len(value) < PATH_LIMIT else b""
        elif key == b"Z:" and package and file:
            yield from _claim(package, file, value)


def _maintainer(package: str, value: str) -> Iterator[Fact]:
    standing = standing_of(value)
    if package and standing:
        yield Fact(package, standing)


def _claim(package: str, file: bytes, value: bytes) -> Iterator[Claim]:
    try:
        if value.startswith(_PREFIXES):
            digest = base64.b64decode(value[2:], validate=True)
        else:
            digest = binascii.unhexlify(value)
    except binascii.Error:
        return
    if len(digest) in _BY_LENGTH:
        yield Claim(file, _BY_LENGTH[len(digest)], digest, package)


def _world(data: bytes) -> Iterator[Fact]:
    """
    `name><checksum` is a package that was installed from a file, not from a repository.
    """
    for word in data.split():
        name, mark, _ = word.partition(b"><")
        if mark:
            yield Fact(f"apk {name.decode('utf-8', 'replace')}", Standing.LOCAL)
