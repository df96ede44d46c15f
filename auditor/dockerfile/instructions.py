"""
One logical line → an instruction: keyword, flags, JSON or shell form, heredocs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.dockerfile.lines import Logical, LogicalLines
from auditor.dockerfile.words import split
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_FLAG = lazy_regex(r"--[a-z][a-z0-9-]*(?:=(?:\"[^\"]*\"|'[^']*'|\S)*)?(?=\s|$)")
_HEREDOC = lazy_regex(r"^\d*<<(-?)([^<\s]+)$")
_WITH_HEREDOCS = ("RUN", "COPY", "ADD")
_WITH_JSON = ("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME")


@dataclass(frozen=True, slots=True)
class Heredoc:
    """
    A text that stands below an instruction.
    """

    name: str
    body: str
    """
    Each line with its end.
    """
    expand: bool = True
    """
    Whether variables in it mean their values: not if the name is quoted.
    """


@dataclass(frozen=True, slots=True)
class Instruction:
    """
    One instruction.
    """

    keyword: str
    """
    In capitals.
    """
    value: str
    """
    What stands behind keyword and flags, continued lines joined.
    """
    flags: tuple[str, ...] = ()
    """
    As written: `--mount=type=secret,id=x`.
    """
    words: tuple[str, ...] | None = None
    """
    The JSON form; `None` for the shell form.
    """
    heredocs: tuple[Heredoc, ...] = ()
    line: int = 0
    """
    Of its first line, from 1; 0 if it stands in no file.
    """
    end: int = 0
    """
    Of its last line, heredocs included.
    """

    @property
    def text(self) -> str:
        """
        On one line.
        """
        return " ".join(part for part in (self.keyword, *self.flags, self.value) if part)

    def flag(self, name: str) -> str | None:
        """
        The value of a flag; `None` if it is not there.
        """
        start = f"--{name}="
        return next((f[len(start) :] for f in self.flags if f.startswith(start)), None)


def read(logical: Logical, lines: LogicalLines, escape: str) -> Instruction:
    """
    The instruction of a logical line, with the heredocs that follow it.
    """
    plain = instruction(logical.text, logical.line, logical.end)
    heredocs, end = [], logical.end
    for name, strip_tabs, quoted in _heredocs(plain, escape):
        body, end = lines.body(name, strip_tabs)
        heredocs.append(Heredoc(name, body, not quoted))
    if not heredocs:
        return plain
    return Instruction(
        plain.keyword, plain.value, plain.flags, None, tuple(heredocs), plain.line, end
    )


def instruction(text: str, line: int = 0, end: int = 0) -> Instruction:
    """
    An instruction from its text alone.
    """
    keyword, _, rest = text.replace("\t", " ", 1).partition(" ") if text else ("", "", "")
    word = keyword.upper()
    flags, value = _flags(rest.strip())
    return Instruction(word, value, flags, _json(word, value), (), line, end or line)


def _flags(rest: str) -> tuple[tuple[str, ...], str]:
    flags = []
    while match := _FLAG.match(rest):
        flags.append(match[0])
        rest = rest[match.end() :].lstrip()
    return tuple(flags), rest


def _json(keyword: str, value: str) -> tuple[str, ...] | None:
    text = value
    if keyword == "HEALTHCHECK":
        text = value.partition(" ")[2].strip()
    if keyword not in _WITH_JSON or not text.startswith("["):
        return None
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return tuple(words)
    return None


def _heredocs(plain: Instruction, escape: str) -> Iterator[tuple[str, bool, bool]]:
    carrier = instruction(plain.value) if plain.keyword == "ONBUILD" else plain
    if (
        carrier.keyword not in _WITH_HEREDOCS
        or carrier.words is not None
        or "<<" not in plain.value
    ):
        return
    for word in split(carrier.value, escape):
        match = _HEREDOC.match(word)
        if match:
            name = match[2].replace('"', "").replace("'", "")
            yield name, bool(match[1]), name != match[2]
