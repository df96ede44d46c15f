"""
Our dataclasses against those of the standard library.
"""

from __future__ import annotations

import copy
import dataclasses
import importlib
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import field
from functools import partial
from typing import Any

import pytest

import auditor
from auditor import records

FROZEN = {"slots": True, "frozen": True}
NAMED = {"slots": True, "frozen": True, "kw_only": True}
BARE = {"slots": True, "frozen": True, "eq": False, "repr": False}
MAKERS = {"ours": records.dataclass, "standard": dataclasses.dataclass}


def one(make: Any, **options: bool) -> Any:
    """
    A class with every kind of field.
    """

    class Thing:
        """
        Something.
        """

        name: str
        hidden: str = field(default="h", repr=False)
        many: list[int] = field(default_factory=list)
        size: int = 3
        last: str = field(default="z", kw_only=True)

        @property
        def double(self) -> int:
            """
            Twice its size.
            """
            return self.size * 2

        def __len__(self) -> int:
            return self.size

    return make(**options)(Thing)


@dataclasses.dataclass(frozen=True, slots=True)
class _Standard:
    name: str
    size: int = 1


@records.dataclass(frozen=True, slots=True)
class _Ours:
    name: str
    size: int = 1


@records.dataclass(slots=True)
class _Single:
    name: str


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Any:
    """
    Both: what holds for ours is what the standard library does.
    """
    return MAKERS[request.param]


def tried(call: Callable[[], object]) -> type[BaseException] | None:
    """
    The error that came.
    """
    try:
        call()
    except Exception as error:
        return type(error)
    return None


def test_defaults(make: Any) -> None:
    kind = one(make, **FROZEN)
    first, second = kind("a"), kind("a", size=4, last="y")
    assert (first.name, first.hidden, first.many, first.size, first.last) == ("a", "h", [], 3, "z")
    assert (second.size, second.last) == (4, "y")
    assert first.many is not kind("a").many
    assert (first.double, len(first), kind.__doc__.strip()) == (6, 3, "Something.")
    assert kind("a", "b", [1], 5).many == [1]


def test_wrong_arguments(make: Any) -> None:
    wrong: list[tuple[tuple[object, ...], dict[str, object]]]
    wrong = [((), {}), (("a", "b", [], 1, "z"), {}), (("a",), {"other": 1})]
    for values, named in wrong:
        # The first one that is made, and another.
        kind = one(make, **FROZEN)
        assert tried(partial(kind, *values, **named)) is TypeError
        assert kind("a").name == "a"
        assert tried(partial(kind, *values, **named)) is TypeError


def test_names_alone(make: Any) -> None:
    kind = one(make, **NAMED)
    assert tried(lambda: kind("a")) is TypeError
    assert kind(name="a").size == 3
    assert kind.__match_args__ == ()


def test_no_change(make: Any) -> None:
    thing = one(make, **FROZEN)("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del thing.name
    assert not hasattr(thing, "__dict__")


def test_change(make: Any) -> None:
    thing = one(make, slots=True)("a")
    thing.name = "b"
    assert thing == one_like(thing, name="b")
    assert tried(lambda: setattr(thing, "unknown", 1)) is AttributeError
    assert tried(lambda: hash(thing)) is TypeError


def one_like(thing: Any, **changes: object) -> Any:
    """
    A copy with changes.
    """
    return dataclasses.replace(thing, **changes)


def test_equal(make: Any) -> None:
    kind = one(make, **FROZEN)
    other = one(make, **FROZEN)
    values = {"name": "a", "many": ()}
    assert kind(**values) == kind(**values)
    assert kind(**values) != kind(**{**values, "name": "b"})
    assert kind(**values) != other(**values)
    assert kind(**values).__eq__(1) is NotImplemented
    assert len({kind(**values), kind(**values), kind(**{**values, "size": 1})}) == 2


def test_bare(make: Any) -> None:
    kind = one(make, **BARE)
    thing = kind("a")
    assert thing != kind("a")
    assert thing == thing
    assert hash(thing) == object.__hash__(thing)
    assert repr(thing).endswith(f" at {id(thing):#x}>")


def test_text(make: Any) -> None:
    thing = one(make, **FROZEN)("a")
    assert repr(thing) == "one.<locals>.Thing(name='a', many=[], size=3, last='z')"
    thing.many.append(thing)
    assert repr(thing) == "one.<locals>.Thing(name='a', many=[...], size=3, last='z')"


def test_standard_library_takes_them(make: Any) -> None:
    kind = one(make, **FROZEN)
    names = ["name", "hidden", "many", "size", "last"]
    assert [known.name for known in dataclasses.fields(kind)] == names
    thing = kind("a")
    assert one_like(thing, size=9).size == 9
    assert list(dataclasses.asdict(thing)) == names
    assert dataclasses.is_dataclass(thing)
    assert [known.name for known in dataclasses.fields(thing)] == names
    match thing:
        case kind(name, _, _, size):
            assert (name, size) == ("a", 3)
        case _:
            pytest.fail("did not match")


@pytest.mark.parametrize("thing", [_Standard("a", 2), _Ours("a", 2), _Single("a")], ids=repr)
def test_pickled(thing: Any) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(thing, protocol))
        assert again == thing
        assert type(again) is type(thing)
    assert copy.deepcopy(thing) == thing


def test_as_small_as_the_standard_ones() -> None:
    ours, standard = (len(pickle.dumps(kind("a", 2))) for kind in (_Ours, _Standard))
    assert ours <= standard


def test_other_classes_are_refused() -> None:
    class Other(_Ours):
        more: int

    with pytest.raises(TypeError, match="Other: use the dataclass of the standard library"):
        records.dataclass(frozen=True, slots=True)(Other)
    with pytest.raises(TypeError, match="_Single: use"):
        records.dataclass(slots=False)(_Single)


def test_import_writes_no_methods() -> None:
    code = """
import sys

written = []
sys.addaudithook(lambda event, told: event == "compile" and written.append(str(told[0])))
from auditor.model import Gap

print(sum("__init__(self, path, reason" in text for text in written))
Gap("/a", "is cut")
print(sum("__init__(self, path, reason" in text for text in written))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("0\n1\n", "")


def everywhere() -> Iterator[type]:
    """
    All dataclasses of the auditor.
    """
    for module in pkgutil.walk_packages(auditor.__path__, "auditor."):
        if not module.name.endswith("__main__"):
            for kind in vars(importlib.import_module(module.name)).values():
                if isinstance(kind, type) and kind.__module__ == module.name:
                    yield kind


def test_all_can_be_made() -> None:
    kinds = [kind for kind in everywhere() if dataclasses.is_dataclass(kind)]
    assert len(kinds) > 100
    for kind in kinds:
        names = [known.name for known in dataclasses.fields(kind)]
        slots = kind.__slots__  # type: ignore[attr-defined]
        assert tuple(names) == tuple(slots), kind
        thing = kind(**dict.fromkeys(names, "value"))
        assert all(getattr(thing, name) == "value" for name in names), kind
