"""
Build args as they stand before the command of a RUN: `|2 A=b C=d /bin/sh -c …`.

The number counts args in Docker and BuildKit and blank-separated words in buildah. Values may
hold blanks, newlines, `X=y` and even the text of the shell that follows, so the cut is found
with the help of the other entries of the same build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from auditor.model import Variable
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_PREFIX = lazy_regex(r"\|(\d{1,4}) ")
_ARG = lazy_regex(r"^(?:.*?#\(nop\) +)?ARG +(.*)$", re.DOTALL)
_BUILDAH_ARG = lazy_regex(r"#\(nop\) ARG ")
_NAME = lazy_regex(r"(?:^| )([A-Za-z_][A-Za-z0-9_]*)=")
_SHELLS = (
    "/bin/sh -c",
    "cmd /S /C",
    "powershell -Command",
)


@dataclass(frozen=True, slots=True)
class Split:
    """
    The two parts of a RUN entry.
    """

    build_args: tuple[Variable, ...]
    command: str
    """
    The rest, shell and all.
    """


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    What the whole history tells about how its RUN entries are written.
    """

    counts_words: bool
    shells: tuple[str, ...]
    names: tuple[str, ...]
    """
    Every name that an ARG declares.
    """
    runs: tuple[str, ...]
    """
    The RUN entries that carry build args, from the number on.
    """


def bare(created_by: str) -> str:
    """
    A RUN entry without BuildKit's frame.
    """
    return created_by.removeprefix("RUN ").removesuffix(" # buildkit")


def dialect(created_by: Sequence[str], comments: Sequence[str]) -> Dialect:
    """
    Learn from a whole history.
    """
    counts_words = any(_BUILDAH_ARG.search(text) for text in created_by) or any(
        comment.startswith("FROM ") for comment in comments
    )
    names: list[str] = []
    for text in created_by:
        if match := _ARG.match(text.removesuffix(" # buildkit")):
            names += _declared(match[1], counts_words)
    runs = tuple(text for text in map(bare, created_by) if _PREFIX.match(text))
    return Dialect(counts_words, _shells(created_by), tuple(dict.fromkeys(names)), runs)


def _declared(text: str, several: bool) -> list[str]:
    words = text.split(" ") if several else [text]
    return [word.split("=", 1)[0] for word in words if word]


def _shells(created_by: Sequence[str]) -> tuple[str, ...]:
    found = list(_SHELLS)
    for text in created_by:
        _, mark, value = text.removesuffix(" # buildkit").partition("SHELL [")
        if not mark:
            continue
        try:
            words = json.loads(f"[{value}")
        except ValueError:
            words = value.rstrip("]").split(" ")
        found.append(" ".join(str(word) for word in words))
    return tuple(dict.fromkeys(found))


def split(created_by: str, known: Dialect) -> Split:
    """
    Tell the build args of a RUN entry from its command. Without build args, all is command.
    """
    text = bare(created_by)
    match = _PREFIX.match(text)
    if not match:
        return Split((), text)
    count, rest = int(match[1]), text[match.end() :]
    if known.counts_words:
        words = rest.split(" ")
        return Split(_variables(" ".join(words[:count]), known.names), " ".join(words[count:]))
    cut = _cut(rest, count, match[0], known)
    # NOTE: one blank alone stands between them; more are the end of a value.
    blob = rest[:cut].removesuffix(" ")
    return Split(_variables(blob, known.names, count), rest[cut:].removeprefix(" "))


def split_exact(argv: Sequence[str]) -> Split:
    """
    The same from the exact argument list that classic builders keep in `container_config.Cmd`.
    """
    count = int(argv[0][1:]) if re.fullmatch(r"\|\d{1,4}", argv[0]) else -1
    pairs = [arg.partition("=") for arg in argv[1 : count + 1]] if count >= 0 else []
    variables = tuple(Variable(name, value) for name, _, value in pairs)
    return Split(variables, " ".join(argv[count + 1 :] if count >= 0 else argv))


def _cut(rest: str, count: int, prefix: str, known: Dialect) -> int:
    """
    Where the command begins.
    """
    candidates = sorted(
        match.start()
        for shell in known.shells
        for match in re.finditer(rf"(?:(?<=^)|(?<= )){re.escape(shell)}(?= |$)", rest)
    )
    if not candidates:
        return _cut_without_shell(rest, count, known.names)
    shared = _shared(prefix + rest, prefix, known.runs)
    inside = [at for at in candidates if at <= shared]
    if len(candidates) > 1 and inside:
        return inside[-1]
    fitting = [at for at in candidates if len(_starts(rest[:at], known.names, count)) == count]
    # NOTE: the first that fits. A value that holds the shell text may lose its end to the command,
    # which is looked at as a whole as well, so nothing is lost but the name.
    return (fitting or candidates)[0]


def _shared(whole: str, prefix: str, runs: Sequence[str]) -> int:
    """
    How much of the text is equal in the other RUN entries with as many args.
    """
    others = [run for run in runs if run.startswith(prefix) and run != whole]
    shared = len(whole) if others else 0
    for other in others:
        pairs = enumerate(zip(whole, other, strict=False))
        differs = next((at for at, (one, two) in pairs if one != two), min(len(whole), len(other)))
        shared = min(shared, differs)
    return shared - len(prefix)


def _cut_without_shell(rest: str, count: int, names: Sequence[str]) -> int:
    """
    An exec-form RUN names no shell: the last arg is taken to be one word.
    """
    starts = _starts(rest, names, count)
    if len(starts) < count or count == 0:
        return 0
    end = rest.find(" ", starts[count - 1] + 1)
    return len(rest) if end < 0 else end


def _starts(blob: str, names: Sequence[str], count: int | None = None) -> list[int]:
    """
    Where each arg begins: at a declared name, else at anything that looks like one. If the number
    of args is known, it tells which of the two is right.
    """
    found = [match.start(1) for match in _NAME.finditer(blob)]
    declared = [at for at in found if blob[at : blob.index("=", at)] in names]
    if not declared or declared[0] != found[0]:
        return found
    # NOTE: BuildKit writes ARG A=b C=d as one entry, of which only the first name is sure.
    return found if len(found) == count else declared


def _variables(blob: str, names: Sequence[str], count: int | None = None) -> tuple[Variable, ...]:
    starts = _starts(blob, names, count)
    ends = [*starts[1:], len(blob) + 1][: len(starts)]
    variables = []
    for start, end in zip(starts, ends, strict=True):
        name, _, value = blob[start : max(start, end - 1)].partition("=")
        variables.append(Variable(name, value))
    return tuple(variables)
