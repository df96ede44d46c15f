"""
The history of a build: what each step was, and which layer it made.

Specification: image-spec config.md, "history". Producers differ much; the rule that holds for
all is that entries without `empty_layer` map to layers in order. Where the numbers differ, no
layer is lost: its instruction is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from auditor.model import HistoryEntry
from auditor.oci import buildargs
from auditor.patterns import lazy_regex

UNKNOWN = "(unknown instruction)"

_NOP = lazy_regex(r"^.*?#\(nop\) +", re.DOTALL)
_BUILDKIT_RUN = lazy_regex(r"^RUN ")
_WRITES = ("RUN", "COPY", "ADD", "WORKDIR")


def entries(
    config: Mapping[str, Any], exact: Mapping[int, Sequence[str]] | None = None
) -> tuple[HistoryEntry, ...]:
    """
    The history of a config, oldest first. `exact` gives argument lists where a builder kept them,
    by history index.
    """
    raw = config.get("history")
    listed = raw if isinstance(raw, list) else []
    steps = [step if isinstance(step, dict) else {} for step in listed]
    created_by = [_string(step.get("created_by")) for step in steps]
    comments = [_string(step.get("comment")) for step in steps]
    known = buildargs.dialect(created_by, comments)
    result = []
    for index, step in enumerate(steps):
        argv = (exact or {}).get(index)
        parts = buildargs.split_exact(argv) if argv else buildargs.split(created_by[index], known)
        result.append(
            HistoryEntry(
                created_by=created_by[index],
                comment=comments[index],
                author=_string(step.get("author")),
                empty_layer=step.get("empty_layer") is True,
                instruction=instruction(created_by[index], parts.command, known.shells),
                build_args=parts.build_args,
            )
        )
    return tuple(result)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def instruction(created_by: str, command: str, shells: Sequence[str] = ("/bin/sh -c",)) -> str:
    """
    One line as it would stand in a Dockerfile, as far as that can be told.
    """
    text = created_by.removesuffix(" # buildkit").strip()
    if _NOP.match(text):
        return _NOP.sub("", text, count=1).strip()
    if not text:
        return ""
    is_run = bool(_BUILDKIT_RUN.match(text)) or text.startswith("|")
    for shell in shells:
        if command.startswith(shell):
            return f"RUN {command[len(shell) :].strip()}"
    if is_run:
        return f"RUN {command}"
    return text


def align(history: Sequence[HistoryEntry], layers: int) -> tuple[int | None, ...]:
    """
    For each layer, base first, the index of the history entry that made it, or `None`.
    """
    makers = [index for index, entry in enumerate(history) if not entry.empty_layer]
    if len(makers) > layers:
        # More steps claim a layer than there are: any of them may be the one that has none.
        return (None,) * layers
    return tuple(makers) + (None,) * (layers - len(makers))


def layer_instruction(history: Sequence[HistoryEntry], maker: int | None) -> str:
    """
    What made a layer: its own step or, where one layer stands for many steps, all of them.
    """
    if maker is None:
        return UNKNOWN
    entry = history[maker]
    if entry.instruction.startswith(_WRITES) or not _is_metadata(entry):
        return entry.instruction or entry.comment or UNKNOWN
    since: list[str] = []
    for earlier in reversed(history[:maker]):
        if not earlier.empty_layer:
            break
        if earlier.instruction.startswith(_WRITES):
            since.insert(0, earlier.instruction)
    if not since:
        return entry.instruction or UNKNOWN
    return f"one of {len(since)} steps: " + "; ".join(since)


def _is_metadata(entry: HistoryEntry) -> bool:
    """
    Whether a step that claims a layer cannot have written one, or tells of a merge.
    """
    word = entry.instruction.split(" ", 1)[0]
    merged = not entry.instruction and entry.comment.startswith(("merge ", "create new from "))
    return merged or word in {
        "ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "SHELL", "STOPSIGNAL", "USER", "VOLUME",
    }  # fmt: skip
