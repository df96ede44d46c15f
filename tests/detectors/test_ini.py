"""
INI files as detect-secrets rewrites them, and nothing else.
"""

from __future__ import annotations

import configparser
import io
import tracemalloc
from collections.abc import Callable, Iterable

import pytest
from detect_secrets.transformers import get_transformers
from detect_secrets.transformers.config import _parse_file
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.detectors.library import ini

PARTS = (
    "a", "b", "key", "a b", "v", "long value", "=", ":", " = ", ": ", "==", " :=", "\n", "\n  ",
    "\n\t", "\n\n", "[s]\n", "\n[t]\n", "[DEFAULT]\n", "# ", "; ", '"', "'", '"x"',
    "# pragma: allowlist nextline secret\n", "\n  # pragma: allowlist nextline secret\n",
    "%(a)s", "%%", "%", "\na = 1", "\nb = 2", "\na b : ", "é", "\x0b", "\x1c", "\x85", "\u2028",
)  # fmt: skip


def outcome(made: Callable[[], list[str] | None]) -> object:
    """The lines; `None` where there is no INI, and the kind of any other error."""
    try:
        return made()
    except configparser.Error:
        return None
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("eager", [False, True])
@given(st.lists(st.sampled_from(PARTS)).map("".join))
@example("[s]\nkey =\n  one\n\n  # note\n  two\nother: 'x'\n")
@example("[s]\n# pragma: allowlist nextline secret\na = 1\nb = 1\n  2\n[t]\na = == 1\n")
@example("[DEFAULT]\na = %(b)s\nb = x\n[s]\nb = y\n[t]\nc = %(a)s\n")
@example("a b = 1\na = \n  2\n")
def test_lines_are_those_of_the_library(eager: bool, content: str) -> None:
    """Whatever stands in a file: the same keys, values and places, or no INI to both."""
    ours = outcome(lambda: ini.quoted(content, eager))

    assert ours == outcome(lambda: _parse_file(io.StringIO(content), add_header=eager))  # type: ignore[arg-type]


def test_library_has_no_other_transformers() -> None:
    """One more would rewrite files that are not rewritten here."""
    known: Iterable[object] = get_transformers()
    names = [type(one).__name__ for one in known]

    assert names == ["ConfigFileTransformer", "EagerConfigFileTransformer", "YAMLTransformer"]


def test_many_keys_take_no_more_than_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is compared with keys a few times, not once for each key before it."""
    asked = []
    given_before = ini._is_given

    def counting(line: str, key: str, value: str) -> bool:
        asked.append(line)
        return given_before(line, key, value)

    monkeypatch.setattr(ini, "_is_given", counting)
    lines = ini.quoted("".join(f"key{n} = value{n}\n" for n in range(500)), eager=True)

    assert lines is not None
    assert (len(lines), len(asked)) == (500, 500)


@pytest.mark.parametrize("first", ["no section = [1]\n", "[s]\na = 1\na = 2\n"])
def test_a_text_that_is_no_ini_is_not_copied(first: str) -> None:
    """A parser that stops at a line has taken none of those behind it, such as a log's."""
    content = first + "other = 1\n" * 100_000
    tracemalloc.start()
    try:
        assert ini.quoted(content, eager=first.startswith("[")) is None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < len(content) / 2
