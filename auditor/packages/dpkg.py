"""
dpkg: md5sums of every package, configuration files in the status, diversions; see dpkg(1),
deb-md5sums(5), dpkg-divert(1). Distroless images keep one file a package in `status.d`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from auditor.packages.base import Claim, Diversion, Fact, Item
from auditor.packages.publishers import standing_of
from auditor.patterns import lazy_regex

_SUMS = lazy_regex(rb"^([0-9a-fA-F]{32}) [ *](.+)$", re.MULTILINE)
_CONFFILE = lazy_regex(rb"^ (/.*) ([0-9a-fA-F]{32})(?: obsolete| remove-on-upgrade)*$")


class Dpkg:
    """
    Debian, Ubuntu and what is made of them.
    """

    pattern = r"/var/lib/dpkg/(?:info/[^/]+\.md5sums|status\.d/[^/]+|status|diversions)"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        name = path.rpartition("/")[2]
        if name.endswith(".md5sums"):
            return _sums(name.removesuffix(".md5sums"), data)
        if name == "diversions":
            return _diversions(data)
        return _status(data)


def _label(name: str) -> str:
    # A multi-arch package's files are named `libc6:amd64.md5sums`.
    return f"dpkg {name.partition(':')[0]}"


def _sums(name: str, data: bytes) -> Iterator[Item]:
    package = _label(name)
    for found in _SUMS.finditer(data):
        yield Claim(found[2], "md5", binascii.unhexlify(found[1]), package)


def _status(data: bytes) -> Iterator[Item]:
    for paragraph in data.split(b"\n\n"):
        lines = paragraph.split(b"\n")
        fields = {
            key: value.strip()
            for key, colon, value in (line.partition(b":") for line in lines)
            if colon and not key.startswith(b" ")
        }
        if not fields.get(b"Package"):
            continue
        package = _label(fields[b"Package"].decode("utf-8", "replace"))
        standing = standing_of(fields.get(b"Maintainer", b"").decode("utf-8", "replace"))
        if standing:
            yield Fact(package, standing)
        yield from _conffiles(package, lines)


def _conffiles(package: str, lines: list[bytes]) -> Iterator[Claim]:
    inside = False
    for line in lines:
        if not line.startswith(b" "):
            inside = line.startswith(b"Conffiles:")
        elif inside and (found := _CONFFILE.match(line)):
            yield Claim(found[1], "md5", binascii.unhexlify(found[2]), package)


def _diversions(data: bytes) -> Iterator[Diversion]:
    """
    Three lines each: the path, where it went, for which package.
    """
    lines = data.split(b"\n")
    for claimed, found in zip(lines[0::3], lines[1::3], strict=False):
        yield Diversion(claimed, found)
