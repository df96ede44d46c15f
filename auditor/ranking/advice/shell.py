"""
Shell commands of a RUN: what they name, and how they are cut and put together again.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from auditor.patterns import lazy_regex
from auditor.records import dataclass

HOME = "/root"
_PLAIN_PATH = lazy_regex(r"^/[A-Za-z0-9_@%+:./~-]+$")
_ABOUT_FILES = {"rm": 0, "unlink": 0, "shred": 0, "chmod": 1, "chown": 1, "touch": 0}
"""
Commands that do nothing but to the files they name, with the number of arguments before these.
"""
_COMMENT_LINE = lazy_regex(r"^[ \t]*#.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """
    A command of a list, and the operator behind it.
    """

    text: str
    operator: str = ""


def is_plain(path: str) -> bool:
    """
    Whether a path needs no quoting, in a shell as in the options of a mount.
    """
    return _PLAIN_PATH.match(path) is not None and "," not in path


def forms(path: str, workdir: str | None) -> list[str]:
    """
    How a command may write a path, the longest first.
    """
    found = [path]
    if path.startswith(f"{HOME}/"):
        rest = path[len(HOME) :]
        found += [f"~{rest}", f"$HOME{rest}", f"${{HOME}}{rest}"]
    folder = f"{(workdir or '').rstrip('/')}/"
    if workdir is not None and path.startswith(folder):
        found += [f"./{path[len(folder) :]}", path[len(folder) :]]
    return found


def _pattern(path: str, workdir: str | None) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(form) for form in forms(path, workdir))
    return re.compile(rf"(?<![\w./~}}-])(?:{alternatives})(?![\w/-]|\.\w)")


def mentions(text: str, path: str, workdir: str | None) -> int:
    """
    How often a command names a file.
    """
    return len(_pattern(path, workdir).findall(text))


def moved(text: str, path: str, workdir: str | None, to: str) -> str:
    """
    A command that names another file instead.
    """
    return _pattern(path, workdir).sub(lambda _: to, text)


def parts(command: str) -> list[Part] | None:
    """
    The commands that `&&`, `||`, `;` and `|` join, as written; `None` if that cannot be told.
    """
    if "<<" in command:
        return None
    found: list[Part] = []
    start = at = depth = 0
    quote = ""
    while at < len(command):
        char = command[at]
        if char == "\\" and quote != "'":
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif depth == 0 and char in "&|;":
            size = 2 if command[at : at + 2] in ("&&", "||") else 1
            if not _is_redirection(command, at):
                found.append(Part(command[start:at], command[at : at + size]))
                start = at + size
            at += size
            continue
        at += 1
    return [*found, Part(command[start:])] if not quote and depth == 0 else None


def _is_redirection(command: str, at: int) -> bool:
    """
    Whether an `&` is part of `2>&1` or `&>`.
    """
    before, after = command[at - 1 : at], command[at + 1 : at + 2]
    return command[at] == "&" and (before in ("<", ">") or after == ">")


def joined(found: Sequence[Part]) -> str:
    """
    The command again.
    """
    return "".join(part.text + part.operator for part in found)


def without(command: str, unwanted: Iterable[Part]) -> str | None:
    """
    The command without some of its parts; `None` if nothing is left, or if that is not possible.
    """
    found = parts(_COMMENT_LINE.sub("", command))
    if found is None:
        return command
    gone = {part.text.strip() for part in unwanted}
    kept = [part for part in found if part.text.strip() not in gone]
    if any(part.operator not in ("&&", ";", "") for part in found if part.text.strip() in gone):
        return command
    if not kept:
        return None
    last = kept[-1]
    if last.operator:
        kept[-1] = Part(last.text.rstrip(" \t\\\n"), "")
    return joined(kept).lstrip(" \t\\\n")


def words(part: Part) -> list[str]:
    """
    The words of a simple command; none if it is not simple.
    """
    try:
        return shlex.split(part.text.replace("\\\n", " "))
    except ValueError:
        return []


def is_about(part: Part, paths: Sequence[str], workdir: str | None) -> bool:
    """
    Whether a command does nothing but remove or change those very files.
    """
    command, *arguments = words(part) or [""]
    skipped = _ABOUT_FILES.get(command)
    if skipped is None or any(char in part.text for char in "<>$`*?"):
        return False
    files = [word for word in arguments if not word.startswith("-")][skipped:]
    known = {form for path in paths for form in forms(path, workdir)}
    return bool(files) and all(file in known for file in files)


def copies(part: Part, source: str, to: str, workdir: str | None) -> bool:
    """
    Whether a command copies one file to another, and does nothing else.
    """
    command, *arguments = words(part) or [""]
    files = [word for word in arguments if not word.startswith("-")]
    if command == "cat" and len(files) == 3 and files[1] == ">":
        return files[0] == source and files[2] in forms(to, workdir)
    return (
        command in ("cp", "install")
        and len(files) == 2
        and files[0] == source
        and (files[1] in forms(to, workdir))
    )
