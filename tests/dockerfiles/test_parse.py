"""
Dockerfiles as BuildKit reads them.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.dockerfile import Instruction, decode, expand, fits, pairs, parse, split


def only(text: str) -> Instruction:
    """
    The first instruction behind FROM.
    """
    return parse(f"FROM x\n{text}").stages[0].instructions[0]


@pytest.mark.parametrize(
    ("text", "value", "line", "end"),
    [
        ("RUN a", "a", 2, 2),
        ("run a", "a", 2, 2),
        ("  RUN\ta ", "a", 2, 2),
        ("\n\n# comment\nRUN a", "a", 5, 5),
        ("RUN a && \\\n  b", "a &&   b", 2, 3),
        ("RUN a && \\  \n  b", "a &&   b", 2, 3),
        ("RUN a && \\\n# why\n  # and why\n\n  b", "a &&   b", 2, 6),
        ("RUN a \\\n", "a", 2, 2),
        ("RUN echo \\\\\nRUN b", "echo \\\\", 2, 2),
        ("RUN a # no comment", "a # no comment", 2, 2),
        ("RUN a && \\\r\n  b\r\nRUN c", "a &&   b", 2, 3),
    ],
)
def test_lines_are_joined(text: str, value: str, line: int, end: int) -> None:
    """
    Continuations, comments and empty lines within them; the numbers are of the file.
    """
    found = only(text)
    assert (found.keyword, found.value, found.line, found.end) == ("RUN", value, line, end)


def test_directives() -> None:
    """
    Parser directives stand at the very top; the escape may be a backtick.
    """
    text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN a `\n b\\\nRUN c\n"
    found = parse(text)
    assert found.directives == {"syntax": "docker/dockerfile:1", "escape": "`"}
    assert [i.value for i in found.stages[0].instructions] == ["a  b\\", "c"]
    late = parse("# a comment\n# escape=`\nFROM x\nRUN a `\nRUN b\n")
    assert (late.escape, len(late.stages[0].instructions)) == ("\\", 2)


def test_byte_order_mark() -> None:
    """
    A mark at the beginning is no part of the first instruction, and no directive is lost by it.
    """
    assert parse(decode(b"\xef\xbb\xbf# escape=`\r\nFROM x\r\nRUN a\r\n")).escape == "`"
    assert len(parse("\ufeffFROM x\nRUN a").stages) == 1


def test_heredocs() -> None:
    """
    Texts below RUN, COPY and ADD, several at once, quoted, with tabs stripped; the next
    instruction keeps its line.
    """
    text = (
        "RUN <<EOT\nRUN not one\n# nor a comment\nEOT\n"
        "COPY <<A <<-'B' /x/\na\nA\n\tb\n\tB\n"
        "RUN python3 <<'PY' > /f\nprint()\nPY\n"
        'RUN ["a", "<<b"]\nENV X=<<EOT\nRUN last\n'
    )
    first, second, third, fourth, fifth, last = parse(f"FROM x\n{text}").stages[0].instructions
    assert [(h.name, h.body) for h in first.heredocs] == [("EOT", "RUN not one\n# nor a comment\n")]
    assert [(h.name, h.body, h.expand) for h in second.heredocs] == [
        ("A", "a\n", True), ("B", "b\n", False)
    ]  # fmt: skip
    assert third.heredocs[0].body == "print()\n"
    assert (fourth.words, fourth.heredocs, fifth.heredocs) == (("a", "<<b"), (), ())
    assert [i.line for i in (first, second, third, fourth, fifth, last)] == [2, 6, 11, 14, 15, 16]


def test_heredoc_of_onbuild() -> None:
    """
    ONBUILD holds an instruction, which may have a text below it.
    """
    found = parse("FROM x\nONBUILD RUN <<E\nRUN a\nE\nCMD b\n").stages[0].instructions
    assert [i.keyword for i in found] == ["ONBUILD", "CMD"]


def test_heredoc_without_end() -> None:
    """
    A text that never ends goes to the end of the file.
    """
    found = only("RUN <<EOT\na\nb")
    assert (found.heredocs[0].body, found.end) == ("a\nb\n", 4)


@pytest.mark.parametrize(
    ("text", "flags", "value", "words"),
    [
        ("RUN --mount=type=secret,id=a --network=none b --c", ("--mount=type=secret,id=a",
         "--network=none"), "b --c", None),
        ("COPY --from=build --chown=a:b /x /y", ("--from=build", "--chown=a:b"), "/x /y", None),
        ("RUN --mount=type=x,target='/a b' c", ("--mount=type=x,target='/a b'",), "c", None),
        ('CMD ["a", "b c"]', (), '["a", "b c"]', ("a", "b c")),
        ("CMD ['a']", (), "['a']", None),
        ("CMD [a", (), "[a", None),
        ('HEALTHCHECK --interval=5s CMD ["a"]', ("--interval=5s",), 'CMD ["a"]', ("a",)),
        ("COPY --link a b", ("--link",), "a b", None),
    ],
)  # fmt: skip
def test_forms(
    text: str, flags: tuple[str, ...], value: str, words: tuple[str, ...] | None
) -> None:
    """
    Flags, the JSON form and the shell form; JSON that is none is a shell's.
    """
    found = only(text)
    assert (found.flags, found.value, found.words) == (flags, value, words)


def test_stages() -> None:
    """
    ARG before FROM, names in any case, a stage on a stage, numbers.
    """
    found = parse(
        "ARG BASE=img:1\nARG KIND=build\nFROM --platform=$P ${BASE} AS Build\nRUN a\n"
        "FROM $KIND\nRUN b\nFROM scratch\nCOPY --from=build x y\nCOPY --from=1 x y\n"
    )
    assert [(s.base, s.name, s.parent) for s in found.stages] == [
        ("img:1", "build", None), ("build", None, 0), ("scratch", None, None)
    ]  # fmt: skip
    assert [i.value for i in found.chain(found.stages[1])] == ["a", "b"]
    assert [found.stage(name) for name in ("BUILD", "1", "7", "x", "")] == [
        found.stages[0], found.stages[1], None, None, None
    ]  # fmt: skip
    assert found.raw(found.stages[1].instructions[0]) == "RUN b"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("a", ("a",)),
        ("'$A'", ("$A",)),
        ('"$A b"', ("1 b",)),
        ("\\$A", ("$A",)),
        ("x${A}y", ("x1y",)),
        ("${NONE:-d}", (None,)),
        ("${EMPTY:-$A}", ("1",)),
        ("${A:+yes}", ("yes",)),
        ("a$UNKNOWN-b", ("a", None, "-b")),
        ("${A#x}rest", (None,)),
        ('"a\\nb"', ("a\\nb",)),
        ("a\\ b", ("a b",)),
    ],
)
def test_expand(word: str, value: tuple[str | None, ...]) -> None:
    """
    Quotes, escapes and variables; what is not known stays open.
    """
    assert expand(word, {"A": ("1",), "EMPTY": ("",), "UNKNOWN": (None,)}) == value


@pytest.mark.parametrize(
    ("pieces", "text", "whether"),
    [
        (("a",), "a", True),
        (("a",), "ab", False),
        ((None,), "", True),
        (("a", None), "abc", True),
        ((None, "c"), "abc", True),
        (("a", None, "b", None, "c"), "a1b2c", True),
        (("a", None, "b", None, "c"), "a1c", False),
        (("ab", None, "ba"), "aba", False),
        ((), "", True),
    ],
)
def test_fits(pieces: tuple[str | None, ...], text: str, whether: bool) -> None:
    """
    An open piece is anything, and nothing as well.
    """
    assert fits(pieces, text) is whether


def test_fits_in_time() -> None:
    """
    A text made to hold a matcher up does not.
    """
    assert not fits(("a", None) * 200 + ("b",), "a" * 200_000)


def test_words() -> None:
    """
    Quoted blanks hold a word together; ENV has an old form.
    """
    assert split("a \"b c\" d\\ e 'f'") == ["a", '"b c"', "d\\ e", "'f'"]
    assert pairs('A=b "C D"=e F="g h"') == [("A", "b"), ('"C D"', "e"), ("F", '"g h"')]
    assert pairs("NAME some = value") == [("NAME", "some = value")]


@given(st.text(alphabet="FROMRUN<E-\\`\n\r# ='\"[]${}:\t\ufeffa", max_size=300))
def test_nothing_is_raised(text: str) -> None:
    """
    Whatever it is, it is read, and each line belongs to one instruction at most.
    """
    found = parse(text)
    spans = [(i.line, i.end) for s in found.stages for i in (s.start, *s.instructions)]
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert all(0 < line <= end <= len(found.lines) for line, end in spans)
