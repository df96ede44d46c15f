"""
Whether a history entry is what some builder writes for a Dockerfile's instruction.

Docker's classic builder, BuildKit, buildah and kaniko word each instruction in a way of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from auditor.dockerfile import Instruction, Pieces, Words, expand, fits, pairs, split
from auditor.model import HistoryEntry
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_FLAGS = lazy_regex(r"^(?:--[a-z][a-z-]*(?:=\S*)? +)+")
_CLASSIC_COPY = lazy_regex(
    r"^(?:--\S+?)?\s*(?:(?:file|dir|multi):)?[0-9a-f]{16,}(?::\S+)? in (?P<dest>.*)$", re.DOTALL
)
_SHELL = lazy_regex(
    r"(?:^| )(?:/\S*sh(?: -\S+)* -\w*c|cmd /S /C|(?:powershell|pwsh)\S* -Command) $"
)
_SHELL_LENGTH = 200
"""
Where a shell is looked for before a command, in characters.
"""
_CLASSIC_LENGTH = 8192
"""
A longer text is no classic COPY: two paths at most, in characters.
"""
METADATA = frozenset(
    {"ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
     "SHELL", "STOPSIGNAL", "USER", "VOLUME"}
)  # fmt: skip
"""
Instructions that write nothing to the disk.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """
    An instruction with what is known at its point of the Dockerfile.
    """

    instruction: Instruction
    known: Words
    workdir: Pieces
    escape: str = "\\"

    def word(self, text: str) -> Pieces:
        """
        A word's value here.
        """
        return expand(text, self.known, self.escape)


def squeezed(text: str) -> str:
    """
    With one blank for each run of them: builders join continued lines differently.
    """
    return " ".join(text.split())


def matches(step: Step, entry: HistoryEntry) -> bool:
    """
    Whether the entry may be the step's.
    """
    check = _CHECKS.get(step.instruction.keyword)
    return check is not None and check(step, entry)


def _value(entry: HistoryEntry, keyword: str) -> str | None:
    """
    What stands behind the keyword; `None` if it is another one.
    """
    word, _, rest = entry.instruction.partition(" ")
    return rest.strip() if word == keyword else None


def _run(step: Step, entry: HistoryEntry) -> bool:
    value = _value(entry, "RUN")
    if value is None:
        # The classic builder writes the words of the exec form as they are.
        words = step.instruction.words
        return bool(words) and entry.created_by == " ".join(words or ())
    told = squeezed(_FLAGS.sub("", value))
    for text in _commands(step.instruction):
        expected = squeezed(text)
        if told == expected:
            return True
        # The cut behind the build args is not always sure: the shell before the command is.
        if entry.build_args and told.endswith(f" {expected}"):
            before = told[: len(told) - len(expected)][-_SHELL_LENGTH:]
            if _SHELL.search(before):
                return True
    return False


def _commands(instruction: Instruction) -> Iterator[str]:
    """
    A RUN's command as one builder or another tells it.
    """
    yield instruction.value
    if instruction.words is not None:
        joined = " ".join(instruction.words)
        yield joined
        yield re.sub(r"^\S*sh -\w*c ", "", joined)
    if instruction.heredocs:
        bodies = [heredoc.body for heredoc in instruction.heredocs]
        ended = [f"{heredoc.body}{heredoc.name}\n" for heredoc in instruction.heredocs]
        yield "".join(bodies)
        yield "\n".join([instruction.value, *bodies])
        yield "\n".join([instruction.value, *ended])


def _copy(step: Step, entry: HistoryEntry) -> bool:
    instruction = step.instruction
    value = _value(entry, instruction.keyword)
    if value is None:
        return False
    words = instruction.words or tuple(split(instruction.value, step.escape))
    if len(words) < 2:
        return False
    classic = _CLASSIC_COPY.match(value[:_CLASSIC_LENGTH])
    if classic:
        return _is_destination(step, words[-1], classic["dest"])
    told = squeezed(_FLAGS.sub("", value))
    expected = _spaced([step.word(word) for word in words])
    raw = squeezed(instruction.value)
    return fits(expected, told) or told == raw or _is_kaniko(told, raw)


def _is_kaniko(told: str, raw: str) -> bool:
    return _FLAGS.sub("", told) == raw


def _spaced(values: Sequence[Pieces]) -> Pieces:
    pieces: list[str | None] = []
    for number, value in enumerate(values):
        pieces += [" ", *value] if number else [*value]
    return tuple(_merged(pieces))


def _merged(pieces: Sequence[str | None]) -> Iterator[str | None]:
    held = ""
    for piece in pieces:
        if piece is None:
            if held:
                yield held
            held = ""
            yield None
        else:
            held += piece
    if held:
        yield held


def _is_destination(step: Step, word: str, told: str) -> bool:
    """
    Whether the classic builder's or buildah's `… in DEST` is the destination: as written, or from
    the root. Buildah may add words behind it.
    """
    as_written = step.word(word)
    absolute = tuple(_merged([*step.workdir, "/", *as_written]))
    for text in dict.fromkeys((told.strip(), told.strip().partition(" ")[0])):
        clean = text.rstrip("/") or "/"
        for pieces in (as_written, absolute):
            if fits(pieces, text) or fits(pieces, clean) or fits(pieces, f"{clean}/"):
                return True
    return False


def _variables(step: Step, entry: HistoryEntry) -> bool:
    """
    ENV and LABEL: Docker writes them unquoted, labels sorted at times; buildah quotes.
    """
    value = _value(entry, step.instruction.keyword)
    if value is None:
        return False
    if squeezed(value) == squeezed(step.instruction.value):
        return True
    given = pairs(step.instruction.value, step.escape)
    for ordered in (given, sorted(given)):
        values = [
            tuple(_merged([*step.word(name), "=", *step.word(text)])) for name, text in ordered
        ]
        spaced = _spaced(values)
        if fits(spaced, value) or fits(_unquoted(spaced), _bare(value)):
            return True
    return False


def _unquoted(pieces: Pieces) -> Pieces:
    """
    Without any quotes: buildah keeps those of values with blanks.
    """
    return tuple(None if piece is None else _bare(piece) for piece in pieces)


def _bare(text: str) -> str:
    return text.replace('"', "").replace("'", "")


def _arg(step: Step, entry: HistoryEntry) -> bool:
    """
    Docker tells the name, and new BuildKit the value passed; buildah all names so far.
    """
    value = _value(entry, "ARG")
    if value is None:
        return False
    names = [word.partition("=")[0] for word in split(step.instruction.value, step.escape)]
    if "#(nop) ARG" in entry.created_by:
        return set(names) <= {word.partition("=")[0] for word in value.split(" ")}
    at = 0
    for number, name in enumerate(names):
        found = 0 if not number and value.startswith(name) else value.find(f" {name}", at)
        if found < 0:
            return False
        at = found + len(name) + (number > 0)
        if value[at : at + 1] not in ("", "=", " "):
            return False
    return True


def _command(step: Step, entry: HistoryEntry) -> bool:
    """
    CMD, ENTRYPOINT and the like: a list as Go prints it, as JSON, or as written.
    """
    instruction = step.instruction
    value = _value(entry, instruction.keyword)
    if value is None:
        return False
    told = squeezed(value.replace('", "', '" "').replace('","', '" "'))
    if instruction.words is None:
        text = squeezed(instruction.value)
        shells = (json.dumps(text, ensure_ascii=False), text)
        return any(shell in told for shell in shells)
    quoted = [json.dumps(word, ensure_ascii=False) for word in instruction.words]
    listed = squeezed(" ".join(quoted))
    return listed in told or " ".join(instruction.words) in told


def _word(step: Step, entry: HistoryEntry) -> bool:
    """
    WORKDIR, USER, STOPSIGNAL: one value, from the root or not.
    """
    value = _value(entry, step.instruction.keyword)
    if value is None:
        return False
    as_written = step.word(step.instruction.value)
    absolute = tuple(_merged([*step.workdir, "/", *as_written]))
    return any(fits(pieces, value) for pieces in (as_written, absolute))


def _keyword(step: Step, entry: HistoryEntry) -> bool:
    """
    What builders print as they hold it in memory: only the keyword is the same everywhere.
    """
    return _value(entry, step.instruction.keyword) is not None


_CHECKS: dict[str, Callable[[Step, HistoryEntry], bool]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _command,
    "COPY": _copy,
    "ENTRYPOINT": _command,
    "ENV": _variables,
    "EXPOSE": _keyword,
    "HEALTHCHECK": _keyword,
    "LABEL": _variables,
    "MAINTAINER": _keyword,
    "ONBUILD": _keyword,
    "RUN": _run,
    "SHELL": _keyword,
    "STOPSIGNAL": _word,
    "USER": _word,
    "VOLUME": _keyword,
    "WORKDIR": _word,
}
