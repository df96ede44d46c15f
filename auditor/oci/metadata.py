"""
Everything that an image says about itself, value by value, with the path where it stands.

Nothing is chosen by name: every leaf of every document is given, also under unknown keys, so
that a new field of some tool is looked at from its first day.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from auditor.model import Field, HistoryEntry, Variable
from auditor.patterns import lazy_regex

DEPTH_LIMIT = 60
"""
How deep JSON may nest; what lies deeper is given as one text.
"""
KEY_LENGTH = 16
"""
Keys shorter than this hold no token, in characters.
"""
_ASSIGNED = lazy_regex(r"^([A-Za-z_][A-Za-z0-9_.\-]*)=(.*)$", re.DOTALL)
_SHELL_ASSIGNED = lazy_regex(
    r"(?:^|[\s;&|(])(?:export |-e |--env |--build-arg )?([A-Za-z_][A-Za-z0-9_]*)="
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"']+)"
)
_UNQUOTED = lazy_regex(r"(?:^| )(\"?[A-Za-z_][A-Za-z0-9_.\-/]*\"?)=")
_DIGEST = lazy_regex(r"^[a-z0-9+._-]+:[0-9a-f]{32,}$")
_BASE64 = lazy_regex(r"^[A-Za-z0-9+/]{16,}={0,2}$")
_COMMANDS = ("Cmd", "Entrypoint", "Test", "OnBuild", "Shell", "args")


def config_fields(config: Mapping[str, Any]) -> Iterator[Field]:
    """
    All of a config JSON but its history and its layer list.
    """
    rest = {key: value for key, value in config.items() if key not in ("history", "rootfs")}
    yield from flatten(rest, "")
    rootfs = config.get("rootfs")
    if isinstance(rootfs, dict):
        odd = {key: _no_digests(value) for key, value in rootfs.items()}
        yield from flatten(odd, "rootfs")


def _no_digests(value: Any) -> Any:
    """
    A list without the digests in it.
    """
    if not isinstance(value, list):
        return value
    return [item for item in value if not (isinstance(item, str) and _DIGEST.match(item))]


def history_fields(
    history: Sequence[HistoryEntry], raw: object, names: Iterable[str]
) -> Iterator[Field]:
    """
    Every field of every history entry, with the variables that `created_by` sets.

    `names` are those of the config's environment and labels; with those of the build args they
    tell where one value ends and the next begins, since the history holds them unquoted.
    """
    known = {*names, *(variable.name for entry in history for variable in entry.build_args)}
    for index, entry in enumerate(history):
        path = f"history[{index}]"
        for field in ("created_by", "comment", "author"):
            text = getattr(entry, field)
            if text:
                yield Field(
                    f"{path}.{field}",
                    text,
                    instruction=entry.instruction,
                    history=index,
                    command=field == "created_by",
                )
        told = _instruction_variables(entry.instruction, known)
        for variable in (*entry.build_args, *told):
            yield Field(
                f"{path}.created_by",
                variable.value,
                name=variable.name,
                instruction=entry.instruction,
                history=index,
            )
    yield from _unknown_history(raw)


def _unknown_history(raw: object) -> Iterator[Field]:
    known = ("created_by", "comment", "author", "empty_layer")
    for index, step in enumerate(raw if isinstance(raw, list) else ()):
        rest = {k: v for k, v in step.items() if k not in known} if isinstance(step, dict) else step
        yield from flatten(rest, f"history[{index}]")


def _instruction_variables(instruction: str, names: Set[str]) -> Iterator[Variable]:
    word, _, rest = instruction.partition(" ")
    if word in ("ARG", "ENV", "LABEL"):
        yield from _assignments(rest, names)
        if "=" not in rest and word != "ARG":
            # The old form, which buildah keeps as it was written: ENV NAME some value.
            name, _, value = rest.partition(" ")
            yield Variable(name, value)
    elif word:
        yield from shell_variables(instruction)


def _assignments(text: str, names: Set[str]) -> Iterator[Variable]:
    """
    `A=b C=d e`: nothing is quoted, so a value ends where the next name begins. Names that are
    known tell where that is; the others may as well be part of a value, so both readings are given.
    """
    found = list(_UNQUOTED.finditer(text))
    sure = [match for match in found if match[1].strip('"') in names or match is found[0]]
    unsure = [match for match in found if match not in sure]
    yield from _values(text, sure, sure)
    yield from _values(text, unsure, found)


def _values(
    text: str, matches: Sequence[re.Match[str]], limits: Sequence[re.Match[str]]
) -> Iterator[Variable]:
    for match in matches:
        ends = (limit.start() for limit in limits if limit.start() > match.start())
        value = text[match.end() : next(ends, len(text))]
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        yield Variable(match[1].strip('"'), value)


def shell_variables(command: str) -> Iterator[Variable]:
    """
    Variables that a command line sets: `A=b cmd`, `export A=b`, `--build-arg A=b`.
    """
    for match in _SHELL_ASSIGNED.finditer(command):
        value = match[2]
        if value[0] in "\"'":
            value = value[1:-1]
        yield Variable(match[1], value)


def flatten(value: Any, path: str, inside: str | None = None, depth: int = 0) -> Iterator[Field]:
    """
    Every leaf of a JSON value as a field. `path` is the way to it: `config.Env.NAME`, `a[2].b`.
    """
    if depth > DEPTH_LIMIT:
        yield Field(path, _deep_text(value), inside=inside)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _member(str(key), item, path, inside, depth)
    elif isinstance(value, list):
        yield from _items(value, path, inside, depth)
    elif isinstance(value, str):
        yield from _leaf(Field(path, value, inside=inside), depth)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Field(path, repr(value), inside=inside)


def _deep_text(value: Any) -> str:
    """
    The leaves of a value that nests too deep, a line each with its key.
    """
    lines: list[str] = []
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        key, item = pending.pop()
        if isinstance(item, dict):
            pending += reversed([(str(name), inner) for name, inner in item.items()])
        elif isinstance(item, list):
            pending += reversed([(key, inner) for inner in item])
        else:
            lines.append(f'{key} = "{item}"' if isinstance(item, str) else f"{key} = {item}")
    return "\n".join(lines)


def _member(key: str, value: Any, path: str, inside: str | None, depth: int) -> Iterator[Field]:
    way = f"{path}.{key}" if path else key
    if len(key) >= KEY_LENGTH or (isinstance(value, dict) and not value):
        # A key may hold a secret as well; volumes and exposed ports are keys with empty objects.
        yield Field(way, key, inside=inside)
    if isinstance(value, str | int) and not isinstance(value, bool):
        name = key.removeprefix("build-arg:").removeprefix("label:")
        yield from _leaf(Field(way, str(value), name=name, inside=inside), depth)
        return
    yield from flatten(value, way, inside, depth + 1)


def _items(items: list[Any], path: str, inside: str | None, depth: int) -> Iterator[Field]:
    if path.endswith(_COMMANDS) and all(isinstance(item, str) for item in items):
        # One command line: a word alone does not tell what stands before it.
        yield from _command(Field(path, " ".join(items), inside=inside, command=True))
        for item in items:
            yield from _packed(Field(path, item, inside=inside), depth)
        return
    for index, item in enumerate(items):
        match = _ASSIGNED.match(item) if isinstance(item, str) else None
        if match:
            field = Field(f"{path}.{match[1]}", match[2], name=match[1], inside=inside)
            yield from _leaf(field, depth)
        else:
            yield from flatten(item, f"{path}[{index}]", inside, depth + 1)


def _command(field: Field) -> Iterator[Field]:
    yield field
    for variable in shell_variables(field.value):
        yield Field(field.path, variable.value, name=variable.name, inside=field.inside)


def _leaf(field: Field, depth: int) -> Iterator[Field]:
    """
    A text, and what is packed into it: JSON in a label, base64 in an attestation.
    """
    yield field
    yield from _packed(field, depth)


def _packed(field: Field, depth: int) -> Iterator[Field]:
    packed = _json(field.value)
    if packed is not None and depth < DEPTH_LIMIT:
        yield from flatten(packed, field.path, _within(field.inside, "json"), depth + 1)
        return
    text = _base64_text(field.value)
    if text is not None and depth < DEPTH_LIMIT:
        inner = Field(field.path, text, inside=_within(field.inside, "base64"), command=True)
        yield from _leaf(inner, depth + 1)


def _within(outer: str | None, inner: str) -> str:
    return f"{outer}!{inner}" if outer else inner


def _json(text: str) -> Any:
    if not text.startswith(("{", "[")) or not text.rstrip().endswith(("}", "]")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _base64_text(text: str) -> str | None:
    """
    The text behind base64, if that is what it is.
    """
    compact = "".join(text.split())
    if not _BASE64.match(compact) or len(compact) % 4:
        return None
    try:
        decoded = base64.b64decode(compact, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    printable = sum(char.isprintable() or char in "\r\n\t" for char in decoded)
    return decoded if decoded and printable == len(decoded) else None
