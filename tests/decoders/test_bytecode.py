"""
Compiled Python: what is read of it is what the interpreter itself would load.
"""

from __future__ import annotations

import importlib._bootstrap_external as bootstrap
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from auditor.decoders import decode
from auditor.decoders.marshalled import Unmarshal
from auditor.detectors import detect
from auditor.model import Finding, Gap, Reading, Text
from auditor.streams.reading import File, Kept, Peekable

LAYOUT = (20, (8, 2)) if sys.version_info >= (3, 11) else (24, (8, 1))


def compiled(source: str) -> bytes:
    code = compile(source, "/app/m.py", "exec")
    return bytes(bootstrap._code_to_timestamp_pyc(code, 0, len(source)))  # type: ignore[attr-defined]


def parts(data: bytes) -> list[Text | Gap]:
    return list(decode(File("/app/m.pyc", Peekable(Kept(data)), len(data))))


def document(data: bytes) -> str:
    found = [p for p in parts(data) if isinstance(p, Text) and p.reading is Reading.DOCUMENT]
    return "\n".join(text.content for text in found)


def loaded(code: CodeType) -> Iterator[CodeType]:
    """
    Inner code before outer, as it is marshalled.
    """
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from loaded(constant)
    yield code


@pytest.mark.parametrize("name", ["textwrap", "dataclasses", "json.decoder", "argparse"])
def test_as_the_interpreter_loads_it(name: str) -> None:
    """
    Code, names, and the strings among the constants are those of the interpreter.
    """
    module = __import__(name, fromlist=["x"])
    source = Path(str(module.__file__)).read_text()
    header, layout = LAYOUT
    objects = Unmarshal(compiled(source), 16, header, layout, lambda code, start, end: code)
    objects.read()
    found = objects.codes
    expected = list(loaded(compile(source, "/app/m.py", "exec")))
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.code == theirs.co_code
        assert ours.names == tuple(name.encode() for name in theirs.co_names)
        texts = [(n, c.encode()) for n, c in enumerate(theirs.co_consts) if isinstance(c, str)]
        assert [(n, ours.constants[n]) for n, _ in texts] == texts
        assert {text for _, text in texts} <= set(objects.strings)


def test_a_long_constant_has_lines() -> None:
    """
    A document in a constant is read line by line, as it would be in a file of its own: as one
    line it costs minutes, and everything on it is context of everything else.
    """
    lines = [f'"Sid{number}": "Allow"' for number in range(1000)]
    told = document(compiled("POLICY = '''\n" + "\n".join(lines) + "\n'''\n"))
    assert f"POLICY = {lines[0]}\n{lines[1]}\n" in told


def test_a_short_constant_is_one_line() -> None:
    """
    The name that it was given stands before all of it.
    """
    assert 'password = "first second"' in document(compiled("password = 'first\\nsecond'\n"))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("plain word", '"plain word"'),
        ('a "b" c d', "'a \"b\" c d'"),
        ("\"a\" 'b' c", "\"a\" 'b' c"),
    ],
)
def test_a_constant_is_written_in_quotes(value: str, told: str) -> None:
    """
    As its source has it: a password without them is a word of a program to its readers.
    """
    assert f"name = {told}\n" in document(compiled(f"name = {value!r}\n")) + "\n"


def test_a_password_whose_source_is_gone_is_found() -> None:
    """
    By its name, as in the source; no constant is told for its randomness alone.
    """
    password, random = "hunt3r" + "2Xy9!", "9f8e7d6c5b4a3928" + "1706f5e4d3c2b1a0"
    source = (
        f"DB_PASSWORD = {password!r}\nclass A:\n    api_key = {random!r}\nx = {random[::-1]!r}\n"
    )
    found = [f for part in parts(compiled(source)) if isinstance(part, Text) for f in detect(part)]
    told = {(f.name, f.secret.reveal()) for f in found if isinstance(f, Finding)}
    assert told == {("DB_PASSWORD", password), ("api_key", random)}


def test_cut_anywhere() -> None:
    """
    What stands before the cut is read, wherever it is.
    """
    word = "a" * 9 + "marked" + "b" * 9
    data = compiled(f"WORD = '{word}'\ndef f(a, b):\n    return a.c.d + b.c.d + WORD\n")
    start = data.index(word.encode()) + len(word)
    for end in range(start, len(data)):
        found = [p.content for p in parts(data[:end]) if isinstance(p, Text)]
        assert any(word in text for text in found), end


def test_code_that_gives_nothing_is_passed_over() -> None:
    """
    Its strings are told, and those that later code refers to are known.
    """
    header, layout = LAYOUT
    source = "def first(shared):\n    return shared.name\nclass C:\n    shared = 'given to it'\n"
    objects = Unmarshal(compiled(source), 16, header, layout, lambda code, start, end: None)
    objects.read()
    assert not objects.codes
    assert {b"shared", b"name", b"given to it"} <= set(objects.strings)
    assert 'shared = "given to it"' in document(compiled(source))


def test_too_deep_is_read_as_strings() -> None:
    """
    What nests deeper than anybody writes is told, and what stands in it is not lost.
    """
    data = (
        compiled("x = 1\n")[:16] + b"\xe3" + bytes(20) + b")\x01" * 100_000 + b"z\x0cmarked_token"
    )
    found = parts(data)
    assert any(isinstance(part, Gap) for part in found)
    strings = [p for p in found if isinstance(p, Text) and p.reading is Reading.STRINGS]
    assert b"marked_token" in strings[0].data


def test_passed_over_as_deep_as_it_is() -> None:
    """
    Tuples in code that gives nothing are passed over without an end to their depth, and a
    reference is to the same object as where they are kept.
    """
    header, layout = LAYOUT
    source = "def first(shared):\n    return (1, ('one', (2, ('two', shared.name))))[0]\n"
    source += "class C:\n    shared = 'given to it'\n    nested = ('three', ('four', 5))\n"
    all_kept, passed = (
        Unmarshal(compiled(source), 16, header, layout, wanted)
        for wanted in (lambda code, start, end: code, lambda code, start, end: None)
    )
    all_kept.read()
    passed.read()
    assert passed.strings == all_kept.strings
    assert {b"one", b"two", b"three", b"four", b"given to it"} <= set(passed.strings)
