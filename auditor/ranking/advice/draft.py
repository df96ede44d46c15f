"""
An instruction on its way to a better one. All leaks of an image change the same drafts, so that
their fixes fit together.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import field

from auditor.dockerfile import Instruction, pairs, split
from auditor.patterns import lazy_regex
from auditor.ranking.advice import shell
from auditor.records import dataclass

_RUN = lazy_regex(r"^(\s*RUN(?:[ \t]|\\\r?\n|`\r?\n)+)", re.IGNORECASE)
_TRIGGER = lazy_regex(r"^\s*ONBUILD\s+RUN\s+", re.IGNORECASE)
_FLAG = lazy_regex(r"--[a-z]+=\S+(?:[ \t]|\\\r?\n|`\r?\n)+")
_INDENT = "    "


@dataclass(slots=True)
class Draft:
    """
    What is to become of an instruction.
    """

    instruction: Instruction
    raw: str
    """
    As it stands in the file.
    """
    workdir: str | None = None
    escape: str = "\\"
    user: str | None = None
    """
    Who runs it, if that is not root.
    """
    removed: bool = False
    names: set[str] = field(default_factory=set)
    """
    Variables of ENV, ARG or LABEL that are taken out.
    """
    sources: set[str] = field(default_factory=set)
    """
    Sources of COPY or ADD that are taken out.
    """
    instead: list[str] = field(default_factory=list)
    """
    Instructions in its place.
    """
    flags: list[str] = field(default_factory=list)
    """
    Flags that are added to a RUN.
    """
    exports: dict[str, str] = field(default_factory=dict)
    """
    Variables that a RUN reads from files, by name.
    """
    moves: dict[str, str] = field(default_factory=dict)
    """
    Files that a RUN names, with the names that they get.
    """
    spoken: dict[str, str] = field(default_factory=dict)
    """
    Literal values, with what stands for them.
    """
    gone: list[shell.Part] = field(default_factory=list)
    """
    Commands that are taken out of a RUN.
    """
    cleared: list[str] = field(default_factory=list)
    """
    Files that a RUN removes when it has done its work.
    """
    remounts: dict[str, str] = field(default_factory=dict)
    """
    Flags of a RUN as written, with what they become.
    """

    @property
    def changed(self) -> bool:
        """
        Whether anything is to be changed at all.
        """
        return self.removed or bool(self.instead) or self.text() != self.raw

    def text(self) -> str | None:
        """
        The new text; `None` if the instruction is left out.
        """
        if self.removed:
            return None
        if self.instead:
            return "\n".join(self.instead)
        keyword = self.instruction.keyword
        if keyword in ("ENV", "ARG", "LABEL"):
            return self._variables()
        if keyword in ("COPY", "ADD"):
            return self._copy()
        if keyword == "ONBUILD":
            return self._trigger()
        return self._run() if keyword == "RUN" else self._spoken(self.raw)

    def _trigger(self) -> str:
        """
        ONBUILD RUN: the build on top of this image gives the secret.
        """
        match = _TRIGGER.match(self.raw)
        added = "".join(f"{self._owned(flag)} " for flag in dict.fromkeys(self.flags))
        end = match.end() if match else 0
        return self.raw[:end] + added + self._spoken(self.raw[end:])

    def _spoken(self, text: str) -> str:
        for literal, word in self.spoken.items():
            text = text.replace(literal, word)
        return text

    def _variables(self) -> str | None:
        if not self.names:
            return self._spoken(self.raw)
        value, keyword = self.instruction.value, self.instruction.keyword
        if keyword == "ARG":
            words = split(value, self.escape)
            kept = [word for word in words if word.partition("=")[0] not in self.names]
        else:
            kept = [
                f"{name}={text}"
                for name, text in pairs(value, self.escape)
                if name.strip("\"'") not in self.names
            ]
        return f"{keyword} {' '.join(kept)}" if kept else None

    def _copy(self) -> str | None:
        if not self.sources:
            return self.raw
        words = self.instruction.words or tuple(split(self.instruction.value, self.escape))
        *sources, target = words
        kept = [word for word in sources if word not in self.sources]
        if not kept:
            return None
        return " ".join([self.instruction.keyword, *self.instruction.flags, *kept, target])

    def _run(self) -> str | None:
        if self.instruction.heredocs:
            return self._with_body()
        head, command = self._parted()
        for old, new in self.remounts.items():
            head = head.replace(old, self._owned(new))
        if self.gone:
            shorter = shell.without(command, self.gone)
            if shorter is None:
                return None
            command = shorter
        command = self._edited(command)
        before = [f"{text}; {self.escape}\n{_INDENT}" for text in self._exports()]
        after = f" && {self.escape}\n{_INDENT}{self._clearing()}" if self.cleared else ""
        flags = self._new_flags(head, command)
        body = "".join(before) + command.rstrip() + after
        return f"{flags}{body}" if body != self._parted()[1] else f"{flags}{command}"

    def _new_flags(self, head: str, command: str) -> str:
        match = _RUN.match(head)
        if match is None or not self.flags:
            return head
        rest = head[match.end() :]
        added = " ".join(dict.fromkeys(map(self._owned, self.flags)))
        gap = f" {self.escape}\n{_INDENT}"
        return f"{match[1].rstrip(' ')} {added}{gap}{rest}"

    def _owned(self, flag: str) -> str:
        """
        A mount that the user who runs it can read: it is root's alone by default.
        """
        if self.user is None or not flag.startswith("--mount="):
            return flag
        if self.user.isascii() and self.user.isdigit():
            return f"{flag},uid={self.user}"
        return f"{flag},mode={'0666' if 'type=ssh' in flag else '0444'}"

    def _parted(self) -> tuple[str, str]:
        """
        Keyword and flags, then the command; the exec form becomes a command line.
        """
        match = _RUN.match(self.raw)
        end = match.end() if match else 0
        while match and (flag := _FLAG.match(self.raw, end)):
            end = flag.end()
        words = self.instruction.words
        if words is None:
            return self.raw[:end], self.raw[end:]
        is_shell = len(words) == 3 and words[0].endswith("sh") and words[1] == "-c"
        return self.raw[:end], words[2] if is_shell else shlex.join(words)

    def _edited(self, command: str) -> str:
        for path, to in self.moves.items():
            command = shell.moved(command, path, self.workdir, to)
        return self._spoken(command)

    def _exports(self) -> list[str]:
        return [f'export {name}="$(cat {file})"' for name, file in sorted(self.exports.items())]

    def _clearing(self) -> str:
        return "rm -f " + " ".join(shlex.quote(path) for path in dict.fromkeys(self.cleared))

    def _with_body(self) -> str | None:
        """
        A heredoc: what is added are lines of the script.
        """
        first, *rest = self.raw.split("\n")
        match = _RUN.match(f"{first}\n")
        if match is None or not rest:
            return self.raw
        flags = "".join(f"{flag} " for flag in dict.fromkeys(map(self._owned, self.flags)))
        for old, new in self.remounts.items():
            first = first.replace(old, self._owned(new))
        *body, end = [self._edited(line) for line in rest]
        added = [self._clearing()] if self.cleared else []
        head = f"{first[: match.end()]}{flags}{first[match.end() :]}"
        return "\n".join([head, *self._exports(), *body, *added, end])

    @property
    def is_script(self) -> bool:
        """
        Whether a RUN is a command of a shell, or a heredoc that is one.
        """
        heredocs = self.instruction.heredocs
        if not heredocs:
            return True
        alone = len(heredocs) == 1 and self.instruction.value.lstrip("<-\"'") in (
            heredocs[0].name,
            f'{heredocs[0].name}"',
            f"{heredocs[0].name}'",
        )
        return alone and not heredocs[0].body.startswith("#!")
