"""
Settings of a project: `auditor.toml`, or `[tool.auditor]` of `pyproject.toml`.

A key that is not known is an error, so that a gate never stands open for a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import Field, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from auditor.errors import UsageError
from auditor.model import Origin
from auditor.ranking import Ignore
from auditor.records import dataclass

FILE = "auditor.toml"
PROJECT = "pyproject.toml"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Option:
    """
    A key that is an option of the command too.
    """

    parameter: str
    """
    Under which name the command knows it.
    """
    convert: Callable[[Any], object]
    """
    From the value in the file. Raises `ValueError` with what is wrong.
    """
    kind: type = str
    is_list: bool = False
    is_file: bool = False
    """
    Whether it names a file, which then is relative to the folder of the configuration.
    """


@dataclass(frozen=True, slots=True)
class Config:
    """
    What a configuration says.
    """

    path: Path
    options: Mapping[str, object]
    """
    By the parameter's name.
    """
    ignores: tuple[Ignore, ...] = ()
    detectors: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    """
    Of `decoders.Limits`, by field; those that the file names.
    """


def find(folder: Path) -> Path | None:
    """
    The nearest configuration, from a folder up to the root of its repository. Outside of a
    repository only the folder itself is looked at: nobody else is to set up our gate.
    """
    folder = folder.resolve()
    parents = [folder, *folder.parents]
    root = next((number for number, one in enumerate(parents) if (one / ".git").exists()), 0)
    for one in parents[: root + 1]:
        if (one / FILE).is_file():
            return one / FILE
        if (one / PROJECT).is_file() and _table(one / PROJECT) is not None:
            return one / PROJECT
    return None


def _parse(path: Path) -> dict[str, Any]:
    # Imported here: most audits have no such file.
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such configuration", "Name another, or none.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is not TOML: {error}", "Mend it, or use --no-config.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read", "Mend it, or use --no-config.") from error


def _table(path: Path) -> Mapping[str, Any] | None:
    """
    The keys that are ours; `None` if the file has none.
    """
    data = _parse(path)
    if path.name != PROJECT:
        return data
    tool = data.get("tool", {})
    table = tool.get("auditor") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.auditor is no table", "Write [tool.auditor].")
    return table


def load(path: Path, options: Mapping[str, Option]) -> Config:
    """
    What a file says. `options` by key. Raises `UsageError` for the first thing that is wrong.
    """
    table = _table(path)
    if table is None:
        raise UsageError(f"{path}: has no table [tool.auditor]", "Add it, or name another file.")
    checked = _Checked(path)
    checked.keys(table, [*options, "ignore", "detectors", "limits"], "")
    return Config(
        path,
        {
            option.parameter: checked.option(key, table[key], option)
            for key, option in options.items()
            if key in table
        },
        tuple(map(checked.ignore, checked.value(table, "ignore", list, ()))),
        checked.texts("detectors", table.get("detectors", [])),
        checked.limits(checked.value(table, "limits", dict, {})),
    )


_WORDS: Mapping[type, str] = {
    str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"
}  # fmt: skip


class _Checked:
    """
    Values of one file, each of its kind or an error that names file and key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def _wrong(self, what: str, hint: str) -> UsageError:
        return UsageError(f"{self._path}: {what}", hint)

    def keys(self, table: Mapping[str, Any], known: Collection[str], where: str) -> None:
        unknown = next((key for key in table if key not in known), None)
        if unknown is None:
            return
        # Imported here: few mistype.
        import difflib

        near = difflib.get_close_matches(unknown.replace("_", "-").lower(), known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(known))}."
        raise self._wrong(f"unknown key {where}{unknown}", hint)

    def value(self, table: Mapping[str, Any], key: str, kind: type[_T], default: Any) -> Any:
        value = table.get(key, default)
        return value if value is default else self._kind(key, value, kind)

    def _kind(self, key: str, value: object, kind: type[_T]) -> _T:
        # NOTE: to Python a truth value is a number.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._wrong(f"{key} must be {_WORDS[kind]}", f"See {key} in the README.")
        return value

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        values = value if isinstance(value, list) else [value]
        return tuple(self._kind(key, one, str) for one in values)

    def option(self, key: str, value: Any, option: Option) -> object:
        if option.is_list:
            return [self._converted(key, one, option) for one in self.texts(key, value)]
        return self._converted(key, self._kind(key, value, option.kind), option)

    def _converted(self, key: str, value: Any, option: Option) -> object:
        try:
            converted = option.convert(value)
        except ValueError as error:
            raise self._wrong(f"{key}: {error}", "See audit --help.") from error
        if option.is_file:
            return str(self._path.parent / value)
        if isinstance(converted, tuple) and converted[1]:
            return converted[0], str(self._path.parent / converted[1])
        return converted

    def ignore(self, entry: Any) -> Ignore:
        """
        One `[[ignore]]`.
        """
        table = self._kind("ignore", entry, dict)
        self.keys(table, ("path", "detector", "origin", "reason", "expires"), "ignore.")
        paths = self.texts("ignore.path", table.get("path", []))
        told = {key: self.value(table, key, str, None) for key in ("detector", "origin")}
        reason = self.value(table, "reason", str, "")
        if not reason.strip():
            raise self._wrong("an ignore has no reason", 'Say why: reason = "…".')
        if not paths and not any(told.values()):
            raise self._wrong(
                "an ignore has neither path, detector nor origin", "Say what is to be ignored."
            )
        origin = told.pop("origin")
        if origin is not None and origin not in list(Origin):
            raise self._wrong(
                f"ignore.origin is none of {', '.join(Origin)}", "Leave it out for all."
            )
        expires = self._day(table.get("expires"))
        return Ignore(reason, paths, **told, origin=origin and Origin(origin), expires=expires)

    def _day(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        raise self._wrong("ignore.expires is no date", "Write expires = 2030-12-31.")

    def limits(self, table: Mapping[str, Any]) -> dict[str, int]:
        """
        What the decoders may spend.
        """
        known = {one.name.replace("_", "-"): one.name for one in _limits()}
        self.keys(table, known, "limits.")
        for key, value in table.items():
            if self._kind(f"limits.{key}", value, int) <= 0:
                raise self._wrong(f"limits.{key} must be above 0", "Leave it out for the default.")
        return {known[key]: value for key, value in table.items()}


def _limits() -> Sequence[Field[Any]]:
    from auditor import decoders

    kind = getattr(decoders, "Limits", None)
    return fields(kind) if kind else ()
