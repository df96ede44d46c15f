"""
Which image a platform should take a report for, however it was tagged and built this time.

Platforms close an alert when the next report of the same image no longer has it, and keep the
alerts of different images apart. So the identity must hold what tells images apart (name, variant,
platform) and nothing that changes with every build (versions, commits, dates, digests).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from auditor.model import Report
from auditor.patterns import lazy_regex

_SCHEME = lazy_regex(r"^(?:docker-archive|oci-archive|oci|dir|docker|podman|registry):(?=.)")
_SUFFIX = lazy_regex(r"(?:\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst|oci|img))+$", re.IGNORECASE)
_UNSAFE = lazy_regex(r"[^A-Za-z0-9._-]+")
_FILES = ("docker-archive", "oci-archive", "oci", "dir")
LONGEST = 120
"""
Of a name, in characters.
"""


def image_name(report: Report) -> str:
    """
    The name of an image without registry, tag and digest; of a file without folder and suffix.
    Holds letters, digits, `.`, `_`, `-` and `/` alone, and no empty or dotted segment.
    """
    return _split(report)[0]


def image_variant(report: Report) -> str:
    """
    The words of the tag that tell variants apart: `alpine` of `1.2.3-alpine`, nothing of
    `latest`, `v2` or `9f3c2d1`.
    """
    words = re.split(r"[^A-Za-z0-9]+", _split(report)[1])
    kept = [word.lower() for word in words if _is_word(word)]
    return "-".join(word for word in kept if word not in ("latest", "sha", "git", "build"))


def identities(reports: Sequence[Report]) -> list[str]:
    """
    One for each report, all different: `app/linux-amd64`, `app:alpine/linux-amd64`.
    """
    short = [_identity(report, image_variant(report)) for report in reports]
    often = Counter(short)
    # Two tags of one image in one call are told apart by the whole tag.
    longer = [
        name if often[name] == 1 else _identity(report, _safe(_split(report)[1]))
        for name, report in zip(short, reports, strict=True)
    ]
    seen: Counter[str] = Counter()
    unique = []
    for name in longer:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}/{seen[name]}")
    return unique


def _identity(report: Report, variant: str) -> str:
    parts = [image_name(report) + (f":{variant}" if variant else "")]
    if platform := _safe(report.platform.replace("/", "-")):
        parts.append(platform)
    return "/".join(parts)


def _is_word(word: str) -> bool:
    """
    Whether a part of a tag is a word: two letters or more, and no version or commit.
    """
    if re.fullmatch(r"[0-9a-f]{7,}", word):
        return False
    return re.fullmatch(r"[A-Za-z]{2,}[0-9]{0,2}", word) is not None


def _split(report: Report) -> tuple[str, str]:
    """
    Name and tag.
    """
    reference = _SCHEME.sub("", report.reference.strip())
    path, _, tail = reference.rpartition("/")
    tail, _, tag = tail.partition("@")[0].partition(":")
    if report.source in _FILES or path.startswith((".", "/")) or "\\" in reference:
        name = _SUFFIX.sub("", tail) or tail
    else:
        name = "/".join([*_without_registry(path), tail])
    parts = [_safe(part) for part in name.split("/")]
    return "/".join(part for part in parts if part)[:LONGEST].strip("/.") or "image", tag


def _without_registry(path: str) -> list[str]:
    parts = path.split("/") if path else []
    is_host = parts and (re.search(r"[.:]", parts[0]) or parts[0] == "localhost")
    return parts[1:] if is_host else parts


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-.")[:LONGEST]
