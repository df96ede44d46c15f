"""
Dataclasses that cost little until they are used.

The standard library writes and compiles up to eight methods for each dataclass when its module is
imported. There were about a hundred of them on the way to the first layer, a quarter of all that a
small image took. Here all methods but `__init__` are the same functions for all classes, and that
one is written when the first instance is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

_Fields = dict[str, "dataclasses.Field[Any]"]
_Values = Callable[[object], tuple[object, ...]]


def _slotted(
    *,
    slots: bool,
    frozen: bool = False,
    eq: bool = True,
    repr: bool = True,
    kw_only: bool = False,
) -> Callable[[type], type]:
    """
    What the standard library's `dataclass` gives, for classes with slots that inherit nothing;
    `replace`, `fields` and the like take them. Raises `TypeError` for another class.
    """

    def made(plain: type) -> type:
        if not slots or plain.__bases__ != (object,):
            raise TypeError(f"{plain.__name__}: use the dataclass of the standard library")
        names = tuple(plain.__annotations__)
        values = _values(names)
        methods = {
            "__slots__": names,
            "__match_args__": () if kw_only else names,
            "__dataclass_fields__": _Asked(plain, kw_only),
            "__init__": _first_init(names, vars(plain).copy(), kw_only),
            **({"__repr__": _repr} if repr else {}),
            **(_comparing(values, frozen) if eq else {}),
            **(_freezing(names, values) if frozen else {}),
        }
        left = (*names, "__dict__", "__weakref__")
        own = {name: value for name, value in vars(plain).items() if name not in left}
        slotted = type(plain.__name__, (), methods | own)
        slotted.__qualname__ = plain.__qualname__
        return slotted

    return made


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _slotted


class _Asked:
    """
    `__dataclass_fields__`, by which the standard library knows a dataclass: found out when somebody
    asks.
    """

    def __init__(self, plain: type, kw_only: bool) -> None:
        self._plain = plain
        self._kw_only = kw_only

    def __get__(self, instance: object, owner: type) -> _Fields:
        read = dataclasses.dataclass(
            init=False, repr=False, eq=False, match_args=False, kw_only=self._kw_only
        )
        found: _Fields = {one.name: one for one in dataclasses.fields(read(self._plain))}
        owner.__dataclass_fields__ = found  # type: ignore[attr-defined]
        return found


def _first_init(
    names: tuple[str, ...], defaults: dict[str, Any], kw_only: bool
) -> Callable[..., None]:
    """
    `__init__` of a class that has no instance yet.
    """

    def first(self: Any, /, *values: object, **named: object) -> None:
        kind = type(self)
        kind.__init__ = _init(kind, names, defaults, kw_only)
        kind.__init__(self, *values, **named)

    return first


def _init(
    kind: type, names: tuple[str, ...], defaults: dict[str, Any], kw_only: bool
) -> Callable[..., None]:
    """
    Writes `__init__`: the setter of a slot passes by what keeps others from changing it.
    """
    known: dict[str, Any] = {"_missing": dataclasses.MISSING}
    positional, named, body = ["self"], ["*"], []
    for name in names:
        default = defaults.get(name, dataclasses.MISSING)
        told = (
            default
            if isinstance(default, dataclasses.Field)
            else dataclasses.field(default=default)
        )
        parameter = value = name
        known[f"_set_{name}"] = getattr(kind, name).__set__
        if told.default_factory is not dataclasses.MISSING:
            known[f"_new_{name}"] = told.default_factory
            parameter = f"{name}=_missing"
            value = f"_new_{name}() if {name} is _missing else {name}"
        elif told.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = told.default
            parameter = f"{name}=_default_{name}"
        (named if kw_only or told.kw_only is True else positional).append(parameter)
        body.append(f" _set_{name}(self, {value})\n")
    parameters = positional + (named if named[1:] else [])
    source = f"def __init__({', '.join(parameters)}):\n{''.join(body)}"
    # NOTE: compiled apart. Python kills itself in the end, whatever exit code was asked for, if
    # Ctrl-C came while it executed a string.
    exec(compile(source, f"<{kind.__qualname__}>", "exec"), known)
    written: Callable[..., None] = known["__init__"]
    return written


def _values(names: tuple[str, ...]) -> _Values:
    """
    What gives the values of all fields of an instance.
    """
    get = attrgetter(*names)
    if len(names) > 1:
        return get
    return lambda one: (get(one),)


def _comparing(values: _Values, frozen: bool) -> dict[str, object]:
    def equal(self: object, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed if frozen else None}


def _freezing(names: tuple[str, ...], values: _Values) -> dict[str, object]:
    """
    What nobody can change, and what pickle does with it nevertheless.
    """

    def state(self: object) -> tuple[object, ...]:
        return values(self)

    def set_state(self: object, state: tuple[object, ...]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return {
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": state,
        "__setstate__": set_state,
    }


def _refuse(self: object, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (one.name for one in dataclasses.fields(self) if one.repr)
    told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({told})"
