"""
Build args in every dialect that builders write.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.oci import buildargs

SH = "/bin/sh -c"
FAKE = "a b Z=c /bin/sh -c fake"
"""
A value that holds blanks, an assignment and the text of the shell.
"""
NASTY = {
    "NPM_TOKEN": "npm_abc",
    "EMPTY": "",
    "SPACED": FAKE,
    "QUOTED": "x\"y'z",
    "NL": "line1\nline2 X=y",
}
ORDERS = {"in order": list(NASTY), "sorted": sorted(NASTY)}

Parsed = tuple[dict[str, str], str]


def parse(history: Sequence[str], comments: Sequence[str] = ()) -> Parsed:
    """
    The build args and the command of the last entry.
    """
    split = buildargs.split(history[-1], buildargs.dialect(history, comments))
    assert len({v.name for v in split.build_args}) == len(split.build_args)
    return {v.name: v.value for v in split.build_args}, split.command


def prefix(names: Sequence[str]) -> str:
    """
    What Docker and BuildKit write before the command.
    """
    return f"|{len(names)} " + "".join(f"{name}={NASTY[name]} " for name in names)


def test_run_without_build_args() -> None:
    """
    A RUN without a prefix is all command.
    """
    assert parse(["RUN /bin/sh -c echo hi # buildkit"]) == ({}, "/bin/sh -c echo hi")


def test_prefix_of_no_args() -> None:
    """
    A prefix that counts no args leaves the whole command.
    """
    assert parse(["RUN |0 /bin/sh -c echo A=b # buildkit"]) == ({}, "/bin/sh -c echo A=b")


def test_pipe_in_a_command_is_no_prefix() -> None:
    """
    Only a number at the very start counts args, not a pipe in the command.
    """
    text = "/bin/sh -c echo |2 A=b C=d /bin/sh -c x"
    assert parse([text]) == ({}, text)


@pytest.mark.parametrize(
    ("declared", "run"),
    [
        pytest.param(["ARG A", "ARG B"], "RUN |2 A=b B=c {sh} go # buildkit", id="BuildKit 0.8"),
        pytest.param(["ARG A=b", "ARG B=c"], "RUN |2 A=b B=c {sh} go # buildkit", id="BuildKit"),
        pytest.param(["ARG A=b B=c"], "RUN |2 A=b B=c {sh} go # buildkit", id="one ARG of two"),
        pytest.param(
            ["/bin/sh -c #(nop)  ARG B", "/bin/sh -c #(nop)  ARG A=x"],
            "|2 A=b B=c {sh} go",
            id="classic",
        ),
        pytest.param(["/bin/sh -c #(nop) ARG A B"], "|2 A=b B=c {sh} go", id="buildah"),
        pytest.param([], "RUN |2 A=b B=c {sh} go # buildkit", id="undeclared"),
        pytest.param(["ARG OTHER"], "RUN |2 A=b B=c {sh} go # buildkit", id="others declared"),
        pytest.param(["ARG B"], "RUN |2 A=b B=c {sh} go # buildkit", id="partly declared"),
    ],
)
def test_simple_values(declared: list[str], run: str) -> None:
    """
    Names, values and command are told apart in every dialect, whatever was declared.
    """
    assert parse([*declared, run.format(sh=SH)]) == ({"A": "b", "B": "c"}, f"{SH} go")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shown", ["name", "value"])
@pytest.mark.parametrize("frame", ["RUN {} # buildkit", "{}"])
def test_nasty_values_with_other_runs_to_compare(order: str, shown: str, frame: str) -> None:
    """
    Blanks, newlines, quotes and the shell's own text in a value do not move the cut when two
    RUN entries share their args.
    """
    names = ORDERS[order]
    declared = [f"ARG {n}" if shown == "name" else f"ARG {n}={NASTY[n]}" for n in names]
    runs = [frame.format(f"{prefix(names)}{SH} {command}") for command in ("one", "two && 3")]
    assert parse([*declared, *runs]) == (NASTY, f"{SH} two && 3")


def test_shell_text_in_a_value_of_a_single_run() -> None:
    """
    With one RUN alone the cut is uncertain, yet no character of it is lost.
    """
    args, command = parse(["ARG T", f"RUN |1 T={FAKE} {SH} echo # buildkit"])
    assert list(args) == ["T"]
    assert f"{args['T']} {command}" == f"{FAKE} {SH} echo"


@pytest.mark.parametrize("signal", ["nop", "comment"])
def test_buildah_counts_words(signal: str) -> None:
    """
    In buildah the number counts blank-separated words, so values with blanks are exact.
    """
    declared = ["/bin/sh -c #(nop) ARG NL SPACED TOKEN"] if signal == "nop" else ["ARG NL"]
    comments = ["FROM eb3be7b531a0"] if signal == "comment" else []
    blob = f"NL=line1\nline2 X=y SPACED={FAKE} TOKEN=t"
    words = len(blob.split(" "))
    args, command = parse([*declared, f"|{words} {blob} {SH} echo one"], comments)
    assert command == f"{SH} echo one"
    if signal == "nop":
        assert args == {"NL": "line1\nline2 X=y", "SPACED": FAKE, "TOKEN": "t"}
    else:
        assert args["NL"].startswith("line1\nline2")


def test_buildah_counts_an_empty_value_as_one_word() -> None:
    """
    `EMPTY=` is one word in buildah's count.
    """
    history = ["/bin/sh -c #(nop) ARG EMPTY T", f"|2 EMPTY= T=x {SH} go"]
    assert parse(history) == ({"EMPTY": "", "T": "x"}, f"{SH} go")


@pytest.mark.parametrize(
    ("shell_entry", "shell"),
    [
        ("SHELL [/bin/bash -o pipefail -c]", "/bin/bash -o pipefail -c"),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]', "/bin/bash -o pipefail -c"),
        ("SHELL [/bin/ash -ec] # buildkit", "/bin/ash -ec"),
        ("/bin/sh -e -c #(nop)  SHELL [/bin/sh -e -c]", "/bin/sh -e -c"),
        ('/bin/sh -c #(nop) SHELL ["/bin/sh","-ec"]', "/bin/sh -ec"),
        ("SHELL [cmd /S /C]", "cmd /S /C"),
    ],
)
def test_shell_of_a_shell_instruction(shell_entry: str, shell: str) -> None:
    """
    The command begins at whatever shell a SHELL entry of the history set.
    """
    history = ["ARG A", shell_entry, f"RUN |1 A=b c {shell} echo hi # buildkit"]
    assert parse(history) == ({"A": "b c"}, f"{shell} echo hi")


@pytest.mark.parametrize("shell", ["cmd /S /C", "powershell -Command"])
def test_windows_shells(shell: str) -> None:
    """
    The shells of Windows images are known without a SHELL entry.
    """
    history = ["ARG A", f"RUN |1 A=b c {shell} dir"]
    assert parse(history) == ({"A": "b c"}, f"{shell} dir")


def test_shell_changes_between_runs() -> None:
    """
    Runs of equal args under different shells are each cut at their own shell.
    """
    args = prefix(["SPACED"])
    history = ["ARG SPACED", f"RUN {args}{SH} one # buildkit", f"RUN {args}{SH} two # buildkit"]
    history += ["SHELL [/bin/sh -e -c]", f"RUN {args}/bin/sh -e -c three # buildkit"]
    assert parse(history) == ({"SPACED": FAKE}, "/bin/sh -e -c three")
    assert parse([*history, history[2]]) == ({"SPACED": FAKE}, f"{SH} two")


@pytest.mark.parametrize("command", ["echo hi", "go", ""])
def test_exec_form_names_no_shell(command: str) -> None:
    """
    An exec-form RUN has no shell: the last arg is taken to be one word.
    """
    text = f"|2 A=b T=t {command}".rstrip()
    assert parse(["ARG A", "ARG T", f"RUN {text} # buildkit"]) == ({"A": "b", "T": "t"}, command)


def test_exec_form_of_buildah_is_shown_as_json() -> None:
    """
    buildah shows the exec form as JSON behind a shell, which stays in the command.
    """
    history = ["/bin/sh -c #(nop) ARG A", f'|1 A=b {SH} ["/bin/sh", "-c", "x"]']
    assert parse(history) == ({"A": "b"}, f'{SH} ["/bin/sh", "-c", "x"]')


def test_name_that_ends_another() -> None:
    """
    `TOKEN` is not found within `NPM_TOKEN`.
    """
    history = ["ARG NPM_TOKEN", "ARG TOKEN", f"RUN |2 NPM_TOKEN=a TOKEN=b {SH} x # buildkit"]
    assert parse(history)[0] == {"NPM_TOKEN": "a", "TOKEN": "b"}


def test_buildkit_comment_in_a_command_is_taken_off_once() -> None:
    """
    Only the mark that BuildKit adds is taken off, not the user's own comment.
    """
    assert buildargs.bare("RUN echo # buildkit # buildkit") == "echo # buildkit"


@pytest.mark.parametrize(
    ("argv", "args", "command"),
    [
        (["|1", f"T={FAKE}", "/bin/sh", "-c", "echo"], {"T": FAKE}, f"{SH} echo"),
        (["|2", "A=", "B=x=y\n z", "echo", "hi"], {"A": "", "B": "x=y\n z"}, "echo hi"),
        (["|1", "A=b"], {"A": "b"}, ""),
        (["/bin/sh", "-c", "#(nop) ", 'CMD ["sh"]'], {}, '/bin/sh -c #(nop)  CMD ["sh"]'),
        (["|x", "A=b"], {}, "|x A=b"),
        (["|9", "A=b"], {"A": "b"}, ""),
    ],
)
def test_exact_argv(argv: list[str], args: dict[str, str], command: str) -> None:
    """
    An exact argument list leaves nothing to guess.
    """
    split = buildargs.split_exact(argv)
    assert ({v.name: v.value for v in split.build_args}, split.command) == (args, command)


@given(st.lists(st.text(), min_size=1, max_size=4), st.integers(0, 9999), st.booleans())
def test_any_history_is_split(texts: list[str], count: int, is_run: bool) -> None:
    """
    No text is so odd that it cannot be split, and what is no prefix stays whole.
    """
    last = f"|{count} {texts[-1]}" if is_run else f"X{texts[-1]}"
    split = buildargs.split(last, buildargs.dialect([*texts, last], texts))
    assert all(v.name and v.value in last for v in split.build_args)
    assert split.command in last
    if not is_run:
        assert split.build_args == ()


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][A-Z_]{0,5}", fullmatch=True),
        st.text(st.characters(exclude_characters="=/\r", exclude_categories=["Cs"])),
        min_size=1,
        max_size=4,
    )
)
def test_declared_args_come_back(variables: dict[str, str]) -> None:
    """
    Whatever values without `=` were given to declared names, they come back as they were.
    """
    blob = "".join(f"{name}={value} " for name, value in variables.items())
    history = [*(f"ARG {name}" for name in variables), f"RUN |{len(variables)} {blob}{SH} x"]
    assert parse(history) == (variables, f"{SH} x")
