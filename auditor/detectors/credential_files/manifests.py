"""
Secrets of Kubernetes: whatever stands under `data` and `stringData` of one is meant to be secret,
under what name ever.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.detectors.assignments.values import is_public, is_type
from auditor.detectors.credential_files.base import CredentialFile, Found
from auditor.detectors.placeholders import is_example, is_reference
from auditor.model import Confidence
from auditor.patterns import lazy_regex

LARGEST = 4 << 20
"""
In characters; what is larger is no manifest that anybody wrote.
"""
SHORTEST = 4
SHORTEST_NUMBER = 6
_MARK = lazy_regex(rb"kind[\"']?\s*:\s*[\"']?[Ss]ecret[\"']?\s*(?:[,#}\r\n]|$)")
_KIND = lazy_regex(
    r"(?P<before>\s*(?:-\s+)?)[\"']?kind[\"']?\s*:\s*[\"']?[Ss]ecret[\"']?\s*(?:#|$)"
)
_KEY = lazy_regex(
    r"(?P<before>\s*(?:-\s+)?)(?P<quote>[\"']?)(?P<name>[\w.\-/]{1,253})(?P=quote)\s*:(?:\s+(?P<value>.*))?$"
)
_BLOCK = lazy_regex(r"[|>][+\-\d]*\s*(?:#.*)?$")
_OPEN = lazy_regex(
    r"(?:^|[._\-]|(?<=[a-z])(?=[A-Z]))(?:user(?:_?name)?|login|host(?:name)?|port|database|db(?:_?name)?|name|namespace"
    r"|region|type|email|bucket|tenant|schema|ssl_?mode|engine|known_hosts|ca[._]?crt|(?:tls|ca|client)\.crt|cert(?:ificate)?)$",
    re.IGNORECASE,
)
"""
Names of what is no secret by itself, though it lies beside one.
"""
_SHOWN = lazy_regex(r"(?:^|[/._\-])(?:tests?|testdata|fixtures?|examples?|samples?|docs?)[/._\-]")


def read(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Every Secret in a manifest, in YAML or JSON; templates and lists hold several.
    """
    shown = bool(_SHOWN.search(path))
    for name, value, is_encoded, number in _entries(lines):
        plain = _plain(name, value, is_encoded)
        if plain is None:
            continue
        if is_example(plain):
            yield Found(value, name, number, "looks like a placeholder", Confidence.POSSIBLE)
        elif shown:
            yield Found(value, name, number, "in an example or a test", Confidence.POSSIBLE)
        else:
            yield Found(value, name, number, f"{name} of a Kubernetes Secret")


def _plain(name: str, value: str, is_encoded: bool) -> str | None:
    """
    A value as Kubernetes hands it out; `None` if it is no secret.
    """
    plain = _decoded(value) if is_encoded else value
    if plain is None or len(plain.strip()) < SHORTEST or "\n" in plain.strip() or "{{" in plain:
        # What has several lines is read as the file that it is.
        return None
    plain = plain.strip()
    if _OPEN.search(name) or is_reference(plain) or is_public(plain) or is_type(plain):
        return None
    if plain.isdigit() and len(plain) < SHORTEST_NUMBER:
        return None
    return plain


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return None


Entry = tuple[str, str, bool, int]
"""
Name and value, whether that is in base64, and the line, from 1.
"""


def _entries(lines: Sequence[str]) -> Iterator[Entry]:
    first = next((line.lstrip() for line in lines if line.strip()), "")
    if sum(map(len, lines)) > LARGEST:
        return
    if first.startswith(("{", "[")) and not first.startswith("{{"):
        yield from _of_json(lines)
        return
    # NOTE: a mapping may say its kind on each of its lines, and is read once.
    read_to: dict[int, int] = {}
    for at, line in enumerate(lines):
        match = _KIND.match(line)
        depth = len(match["before"]) if match else 0
        if match and at >= read_to.get(depth, 0):
            start, read_to[depth] = _mapping(lines, at, depth)
            yield from _of_yaml(lines, start, read_to[depth], depth)


def _mapping(lines: Sequence[str], at: int, depth: int) -> tuple[int, int]:
    """
    The first line of the mapping that has a key at `depth` in line `at`, and the line behind it.
    """
    start, end = at, at + 1
    while start and "-" not in _before(lines[start])[:depth] and _belongs(lines[start - 1], depth):
        start -= 1
    while end < len(lines) and _belongs(lines[end], depth) and not _begins(lines[end], depth):
        end += 1
    return start, end


def _of_yaml(lines: Sequence[str], start: int, end: int, depth: int) -> Iterator[Entry]:
    """
    The entries of a mapping whose keys stand at `depth`.
    """
    section = ""
    number = start
    while number < end:
        match = _KEY.match(lines[number])
        number += 1
        if match is None:
            continue
        if len(match["before"]) <= depth:
            section = match["name"] if len(match["before"]) == depth else ""
        elif section in ("data", "stringData"):
            value, line = (match["value"] or "").strip(), number
            if _BLOCK.match(value):
                value, number = _block(lines, number, end, len(match["before"]))
            yield match["name"], _unquoted(value), section == "data", line


def _before(line: str) -> str:
    match = re.match(r"\s*(?:-\s+)?", line)
    return match[0] if match else ""


def _belongs(line: str, depth: int) -> bool:
    """
    Whether a line is in the mapping whose keys stand at `depth`.
    """
    if not line.strip() or line.lstrip().startswith(("#", "{{")):
        return True
    return not line.startswith("---") and len(_before(line)) >= depth


def _begins(line: str, depth: int) -> bool:
    """
    Whether a line begins the next item of a list of such mappings.
    """
    before = _before(line)
    return len(before) == depth and "-" in before


def _block(lines: Sequence[str], at: int, end: int, depth: int) -> tuple[str, int]:
    """
    The text of a block further in than `depth`, and the line behind it.
    """
    text: list[str] = []
    while at < end and (not lines[at].strip() or len(_before(lines[at])) > depth):
        text.append(lines[at].strip())
        at += 1
    return "\n".join(text).strip(), at


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].strip()


def _of_json(lines: Sequence[str]) -> Iterator[Entry]:
    try:
        whole = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return
    for secret in _secrets(whole, 0):
        for section in ("data", "stringData"):
            held = secret.get(section)
            for name, value in held.items() if isinstance(held, dict) else ():
                if isinstance(value, str):
                    written = json.dumps(value)[1:-1]
                    found = (n for n, line in enumerate(lines, 1) if written in line)
                    yield name, value, section == "data", next(found, 1)


DEEPEST = 6
"""
So deep in a document a manifest may lie: lists of lists.
"""


def _secrets(held: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(held, dict):
        if str(held.get("kind")).lower() == "secret":
            yield held
            return
        held = list(held.values())
    for one in held if isinstance(held, list) else ():
        yield from _secrets(one, depth + 1)


KUBERNETES = CredentialFile("Kubernetes Secret", lazy_regex(r"\.(?:ya?ml|json)$"), read, mark=_MARK)
