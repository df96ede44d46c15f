"""
pip, uv, poetry and other installers of wheels: RECORD with a checksum for each file; see
https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import binascii
import csv
import json
import posixpath
import re
from collections.abc import Iterator

from auditor.packages.base import Claim, Fact, Item, Recorded, Standing
from auditor.packages.pypi import KNOWN
from auditor.patterns import lazy_regex

_NAME = lazy_regex(r"/([^/]+?)(?:-[^-/]*)?\.dist-info/[^/]+$")
_DIGEST = lazy_regex(r"(sha256|sha1|md5)=([A-Za-z0-9_-]+)={0,2}")
_HEX = lazy_regex(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}")
_ABOUT = lazy_regex(rb"^(?:Home-page|Project-URL|Download-URL):[ \t]*[^\s]", re.MULTILINE)
_PRIVATE = lazy_regex(rb"^Classifier:[ \t]*Private ::", re.MULTILINE)


class Pip:
    """
    Python packages.
    """

    pattern = r"/(?:[^/]+/)*[^/]+\.dist-info/(?:RECORD|METADATA|direct_url\.json)"

    def read(self, path: str, data: bytes) -> Iterator[Item]:
        """
        See `Database.read`.
        """
        found = _NAME.search(path)
        package = f"pip {_folded(found[1] if found else '')}"
        if path.endswith("/METADATA"):
            return _metadata(package, data)
        if path.endswith("/direct_url.json"):
            return _direct_url(package, data)
        return _record(package, posixpath.dirname(posixpath.dirname(path)), data)


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _metadata(package: str, data: bytes) -> Iterator[Fact]:
    """
    What says of itself that it is private, or names no page anywhere, is the author's own. A name
    that everybody knows is public.
    """
    head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if _PRIVATE.search(head) or not _ABOUT.search(head):
        yield Fact(package, Standing.LOCAL)
    elif package.partition(" ")[2] in KNOWN:
        yield Fact(package, Standing.PUBLISHED)


def _direct_url(package: str, data: bytes) -> Iterator[Recorded]:
    """
    The checksum of the archive that it came from.
    """
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    archive = document.get("archive_info") if isinstance(document, dict) else None
    hashes = archive.get("hashes") if isinstance(archive, dict) else None
    for value in hashes.values() if isinstance(hashes, dict) else ():
        if isinstance(value, str) and _HEX.fullmatch(value):
            yield Recorded(value, package)


def _record(package: str, folder: str, data: bytes) -> Iterator[Item]:
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    # Written by whatever installs from a folder, a file, a repository or a URL (PEP 610), also
    # for an editable one.
    if any(".dist-info/direct_url.json" in line for line in lines):
        yield Fact(package, Standing.LOCAL)
        return
    for line in lines:
        claim = _claim(package, folder, line)
        if claim:
            yield claim


def _claim(package: str, folder: str, line: str) -> Claim | None:
    try:
        fields = next(csv.reader((line,))) if '"' in line else line.split(",")
    except (csv.Error, StopIteration):
        return None
    found = _DIGEST.fullmatch(fields[1]) if len(fields) > 1 else None
    if found is None:
        return None
    text = found[2]
    try:
        digest = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    path = fields[0] if fields[0].startswith("/") else f"{folder}/{fields[0]}"
    return Claim(path.encode("utf-8", "surrogateescape"), found[1], digest, package)
