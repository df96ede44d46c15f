"""
A command of public tools that shows a leak: docker or podman, tar, jq, sed.

It names the place and never the secret, so it may stand in a report.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from auditor.model import Image, LayerScan, State
from auditor.patterns import lazy_regex
from auditor.ranking.lives import Evidence
from auditor.ranking.redaction import Redact
from auditor.ranking.whence import Whence

_UNPACK = {"gzip": "gzip -dc", "zstd": "zstd -dc", "xz": "xz -dc", "bzip2": "bzip2 -dc"}
_HISTORY = lazy_regex(r"^history\[(\d{1,6})\]\.(\w+)$")
_ENV = lazy_regex(r"^config\.Env\.([^=]+)$", re.DOTALL)
_LABEL = lazy_regex(r"^config\.Labels\.(.+)$", re.DOTALL)
_PART = lazy_regex(r"^config\.([A-Z][A-Za-z]+)\b")
_STATEMENT = lazy_regex(r"^(attestation/\d+)\b(.*)$", re.DOTALL)
_PASSED = lazy_regex(r"(?:^|\.)(build-arg:[^.]+)$", re.DOTALL)
_SPARE = lazy_regex(r"^unreferenced/(.+)$", re.DOTALL)
_BY_DIGEST = lazy_regex(r"^blobs/([a-z0-9+._-]+)/([0-9a-f]+)$")
_PLACEHOLDER = "IMAGE.tar"
"""
Stands for what came on standard input.
"""


def word(text: str) -> str | None:
    """
    A word for a shell, on one line and without characters that a terminal obeys. `None` if there
    is no way to write it.
    """
    if text.isprintable():
        return shlex.quote(text)
    if text.endswith("\n") or "\0" in text:
        # A shell drops line ends at the end of what a command prints.
        return None
    octal = "".join(_octal(byte) for byte in os.fsencode(text))
    return f"\"$(printf '{octal}')\""


def _octal(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and (char.isalnum() or char in "/._- ") else f"\\{byte:03o}"


class Entries:
    """
    How the entries of leaky files are named in their tars, looked up once for each layer.
    """

    def __init__(self) -> None:
        self._stored: dict[str, dict[str, str]] = {}
        self._twice: dict[str, frozenset[str]] = {}

    def name(self, scan: LayerScan, path: str) -> str:
        """
        The name as the tar writes it.
        """
        if scan.name not in self._stored:
            self._stored[scan.name] = dict(scan.stored)
        return self._stored[scan.name].get(path, path.lstrip("/"))

    def is_twice(self, scan: LayerScan, path: str) -> bool:
        """
        Whether the layer holds the file more than once.
        """
        if scan.name not in self._twice:
            leaky = {finding.path for finding in scan.findings}
            names = scan.index.files.decode("utf-8", "surrogateescape").split("\0")
            counts = Counter(name for name in names if name in leaky)
            self._twice[scan.name] = frozenset(name for name, n in counts.items() if n > 1)
        return path in self._twice[scan.name]


def prove(
    evidence: Sequence[Evidence],
    image: Image,
    scans: Mapping[str, LayerScan],
    whence: Whence,
    redact: Redact,
    entries: Entries | None = None,
) -> str | None:
    """
    The first command that shows the secret at one of its places, and does not hold it.
    """
    known = entries or Entries()
    for item in evidence:
        try:
            command = next(_commands(item, image, scans, whence, known), None)
        except UnicodeEncodeError:
            # JSON may hold half of a surrogate pair, which no command line takes.
            continue
        if command is not None and redact(command) == command:
            return command
    return None


def _commands(
    item: Evidence,
    image: Image,
    scans: Mapping[str, LayerScan],
    whence: Whence,
    entries: Entries,
) -> Iterator[str]:
    place = item.place
    if place.layer is not None:
        layer = image.layers[place.layer]
        scan = scans.get(layer.blob) if layer.blob else None
        if scan is not None:
            yield from _in_layer(item, scan, whence, entries)
        return
    if match := _SPARE.match(place.path):
        yield from _in_spare(item, match[1], scans, whence, entries)
    elif match := _STATEMENT.match(place.path):
        yield from _in_statement(item, match[1], match[2], image, whence)
    else:
        note = _note(place.inside) if _is_encoded(place.inside) else ""
        if whence.tool:
            yield from (f"{command}{note}" for command in _by_engine(item, image, whence))
        yield from (f"{command}{note}" for command in _in_document(item, image, whence))


def _is_encoded(inside: str | None) -> TypeGuard[str]:
    return any(part in ("base64", "hex") for part in (inside or "").split("!"))


# --- blobs -----------------------------------------------------------------------------------


def _blob(whence: Whence, names: Sequence[str]) -> str | None:
    """
    What prints a stored blob, or several, one after the other.
    """
    if whence.kind == "registry":
        return _of_registry(whence, names)
    words = [_member(whence.stored.get(name, name)) for name in names]
    source = word(whence.name)
    if source is None or None in words:
        return None
    members = " ".join(text for text in words if text)
    if whence.tool:
        return f"{whence.tool} save {source} | tar -xOf - {members}"
    if whence.kind in ("oci", "dir"):
        paths = [word(posixpath.join(whence.name, name)) for name in names]
        return f"cat {' '.join(path for path in paths if path)}" if None not in paths else None
    if whence.kind == "stdin":
        return f"tar -xOf - {members} < {_PLACEHOLDER}"
    return f"tar -xOf {source} {members}"


def _of_registry(whence: Whence, names: Sequence[str], kind: str = "blob") -> str | None:
    """
    What has a registry send blobs, or manifests: crane keeps to the login of docker.
    """
    if list(names) == ["index.json"]:
        # What is called so here is the document that the image's name means.
        return f"crane manifest {word(whence.name)}"
    host, _, path = whence.name.partition("/")
    repository = f"{host}/{re.split('[:@]', path, maxsplit=1)[0]}"
    matches = [_BY_DIGEST.match(name) for name in names]
    commands = [
        f"crane {kind} {word(f'{repository}@{match[1]}:{match[2]}')}" for match in matches if match
    ]
    if len(commands) < len(names):
        return None
    return commands[0] if len(commands) == 1 else f"{{ {'; '.join(commands)}; }}"


def _member(name: str) -> str | None:
    """
    The name of an entry as tar wants it: a backslash begins an escape there.
    """
    text = word(name.replace("\\", "\\\\"))
    return f"-- {text}" if text and name.startswith("-") else text


def _unpacked(blob: str, scan: LayerScan) -> str:
    unpack = _UNPACK.get(scan.compression or "")
    return f"{blob} | {unpack}" if unpack else blob


# --- layers ----------------------------------------------------------------------------------


def _in_layer(
    item: Evidence,
    scan: LayerScan,
    whence: Whence,
    entries: Entries,
) -> Iterator[str]:
    finding = item.finding
    blob = _blob(whence, [scan.name])
    name = entries.name(scan, finding.path)
    member = _member(name)
    if blob is None or member is None or not finding.path.startswith("/"):
        return
    tar = f"{_unpacked(blob, scan)} | tar"
    if ".." in name.split("/"):
        # Else tar passes such an entry over, although nothing is written here.
        tar += " -P"
    inside = finding.inside or ""
    if inside.startswith("after the end of the tar"):
        yield f"{tar} --ignore-zeros -xOf - {member}"
    elif inside in ("file name", "link target", "owner"):
        listed = f"{tar} -tvf -"
        yield f"{listed} {member}" if inside != "file name" else listed
    elif inside.startswith("pax "):
        key = word(f"{inside.split(' ')[1]}=")
        yield f"{_unpacked(blob, scan)} | grep -a -F {key}"
    elif inside:
        yield f"{tar} -xOf - {member}{_note(inside)}"
    else:
        yield f"{tar} -xOf - {member}{_line(item, entries.is_twice(scan, finding.path))}"


def _note(inside: str) -> str:
    """
    A command ends at the outer file, and says so.
    """
    plain = "".join(char if char.isprintable() else "?" for char in inside)
    return f" # it is inside: {plain}"


def _line(item: Evidence, twice: bool) -> str:
    line = item.finding.line
    replaced = item.place.state is State.OVERWRITTEN and item.place.removed_by == item.place.layer
    if line is None or twice or replaced:
        return ""
    more = item.finding.secret.lines
    return f" | sed -n '{line},{line + more}p'" if more else f" | sed -n {line}p"


def _in_spare(
    item: Evidence,
    name: str,
    scans: Mapping[str, LayerScan],
    whence: Whence,
    entries: Entries,
) -> Iterator[str]:
    """
    A blob of no image: a layer, or a document.
    """
    scan = scans.get(name)
    if scan is not None and item.finding.path.startswith("/"):
        yield from _in_layer(item, scan, whence, entries)
        return
    document = re.match(r"^blobs/[a-z0-9]+/[0-9a-f]{32,128}", name)
    found = name if scan is not None else document[0] if document else None
    blob = _blob(whence, [found]) if found else None
    if blob is not None:
        yield f"{blob} | {_UNPACK[scan.compression]}" if scan and scan.compression else blob


# --- metadata --------------------------------------------------------------------------------


def _by_engine(item: Evidence, image: Image, whence: Whence) -> Iterator[str]:
    """
    `docker history` and `docker inspect`.
    """
    path, name = item.place.path, word(whence.name)
    if name is None:
        return
    inspect = f"{whence.tool} image inspect --format"
    if match := _HISTORY.match(path):
        yield from _history(image, int(match[1]), match[2], f"{whence.tool} history", name)
    elif match := _ENV.match(path):
        variables = f"{inspect} '{{{{range .Config.Env}}}}{{{{println .}}}}{{{{end}}}}' {name}"
        one_line = "\n" not in item.finding.secret.reveal()
        pattern = word(f"{match[1]}=")
        yield f"{variables} | grep -F {pattern}" if one_line and pattern else variables
    elif (match := _LABEL.match(path)) and match[1].isprintable():
        form = word(f"{{{{index .Config.Labels {json.dumps(match[1], ensure_ascii=False)}}}}}")
        yield f"{inspect} {form} {name}"
    elif match := _PART.match(path):
        yield f"{inspect} '{{{{json .Config.{match[1]}}}}}' {name}"
    elif path in ("author", "comment"):
        yield f"{inspect} '{{{{.{path.capitalize()}}}}}' {name}"


def _history(image: Image, index: int, key: str, tool: str, name: str) -> Iterator[str]:
    """
    One step of the history: the engine lists the newest first, and one line each.
    """
    fields = {"created_by": "CreatedBy", "comment": "Comment"}
    if key not in fields:
        return
    several = any("\n" in getattr(entry, key) for entry in image.history)
    shown = f"json .{fields[key]}" if several else f".{fields[key]}"
    at = len(image.history) - index
    yield f"{tool} --no-trunc --format '{{{{{shown}}}}}' {name} | sed -n {at}p"


def _in_document(item: Evidence, image: Image, whence: Whence) -> Iterator[str]:
    """
    The JSON in the archive, and what jq finds in it.
    """
    path = item.place.path
    known = "manifest" if path.startswith("manifest.") else "config"
    names = [name for prefix, name in image.documents if prefix == known]
    if path.startswith("index."):
        names = ["index.json"]
    if path.startswith("legacy/") or not names:
        return
    if whence.kind == "registry" and known == "manifest":
        blob = _of_registry(whence, names[:1], "manifest")
    else:
        blob = _blob(whence, names[:1])
    if blob is not None:
        yield f"{blob} | jq -r {shlex.quote(_query(path))}"


def _query(path: str) -> str:
    if match := _HISTORY.match(path):
        return f".history[{match[1]}].{match[2]}"
    if match := _ENV.match(path):
        return f".config.Env[] | select(startswith({json.dumps(f'{match[1]}=')}))"
    if match := _LABEL.match(path):
        return f".config.Labels[{json.dumps(match[1])}]"
    if match := _PART.match(path):
        return f".config.{match[1]}"
    return f".{path}" if path in ("author", "comment") else "."


def _in_statement(
    item: Evidence, prefix: str, rest: str, image: Image, whence: Whence
) -> Iterator[str]:
    """
    An attestation: the build arg by its name, packed texts unpacked, else all of it.
    """
    names = [name for known, name in image.documents if known == prefix]
    blob = _blob(whence, names) if names else None
    if blob is None:
        return
    passed = _PASSED.search(rest)
    if "base64" in (item.place.inside or ""):
        query = ".. | .data? | strings | @base64d"
    elif passed:
        query = f".. | objects | .[{json.dumps(passed[1])}] | strings"
    else:
        query = "."
    yield f"{blob} | jq -r {shlex.quote(query)}"
