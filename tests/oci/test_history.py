"""
Histories of every producer, aligned with the layers.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import HistoryEntry
from auditor.oci import history
from auditor.oci.history import UNKNOWN

NOP = "/bin/sh -c #(nop) "
BK = "buildkit.dockerfile.v0"


def steps(*raw: object) -> tuple[HistoryEntry, ...]:
    """
    The entries of a config with that history.
    """
    return history.entries({"history": list(raw)})


def made(created_by: str, **keys: Any) -> dict[str, Any]:
    """
    An entry that made a layer.
    """
    return {"created_by": created_by, **keys}


def told(created_by: str, **keys: Any) -> dict[str, Any]:
    """
    An entry that made none.
    """
    return {"created_by": created_by, "empty_layer": True, **keys}


def instructions(entries: tuple[HistoryEntry, ...], layers: int) -> list[str]:
    """
    What is said to have made each layer.
    """
    return [history.layer_instruction(entries, maker) for maker in history.align(entries, layers)]


BASE = {"comment": "Imported from -"}
CLASSIC = [
    BASE,
    told(f"{NOP} ARG TOKEN"),
    told(f"{NOP} ENV A=b"),
    made(f"{NOP}WORKDIR /app"),
    made(f"{NOP}COPY file:abc in /app/x "),
    made(f"{NOP}ADD --chown=1:2dir:abc in /app/dir "),
    made("|1 TOKEN=t /bin/sh -c echo one"),
    told("|1 TOKEN=t /bin/sh -c true"),
    made("/bin/sh -c rm /app/x"),
    told('/bin/sh -e -c #(nop)  CMD ["sh"]'),
]
BUILDKIT = [
    BASE,
    told("ARG TOKEN=t", comment=BK),
    told("ENV A=b C=d e", comment=BK),
    made("WORKDIR /app", comment=BK),
    made("COPY x /app/x # buildkit", comment=BK),
    made("COPY <<EOT /inline.txt # buildkit", comment=BK),
    made("RUN |1 TOKEN=t /bin/sh -c echo one # buildkit", comment=BK),
    made("RUN /bin/sh -c cat <<EOT > x\nbody\nEOT\n # buildkit", comment=BK),
    told("EXPOSE map[80/tcp:{}]", comment=BK),
    told('CMD ["sh"]', comment=BK),
]
BUILDAH_LAYERS = [
    BASE,
    told(f"{NOP}ARG TOKEN", comment="FROM localhost/rb:base"),
    made(f"{NOP}COPY file:abc in /app/x ", comment="FROM eb3be7b531a0"),
    made("|1 TOKEN=t /bin/sh -c echo one", comment="FROM dbc52ccf6d63"),
    made("|1 TOKEN=t /bin/sh -c --mount=type=secret,id=s cat x", comment="FROM a1260702b1b7"),
    told(f'{NOP}CMD ["sh"]', comment="FROM 69db86c8e709"),
]
BUILDAH_ONE = [
    BASE,
    told(f"{NOP}ARG TOKEN"),
    told(f"{NOP}COPY file:abc in /app/x "),
    told("|1 TOKEN=t /bin/sh -c echo one"),
    told(f"{NOP}ENV A=b"),
    made(f'{NOP}CMD ["sh"]', comment="FROM localhost/rb:base"),
]
SQUASHED = [
    BASE,
    told("COPY x /app/x # buildkit"),
    told("RUN /bin/sh -c rm /app/x # buildkit"),
    {"comment": "merge sha256:aaa to sha256:bbb"},
]
KANIKO = [
    BASE,
    made("COPY x /x", author="kaniko"),
    made("RUN make", author="kaniko"),
]

PRODUCERS: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "classic builder": (
        CLASSIC,
        [
            "Imported from -",
            "WORKDIR /app",
            "COPY file:abc in /app/x",
            "ADD --chown=1:2dir:abc in /app/dir",
            "RUN echo one",
            "RUN rm /app/x",
        ],
    ),
    "BuildKit": (
        BUILDKIT,
        [
            "Imported from -",
            "WORKDIR /app",
            "COPY x /app/x",
            "COPY <<EOT /inline.txt",
            "RUN echo one",
            "RUN cat <<EOT > x\nbody\nEOT",
        ],
    ),
    "buildah --layers": (
        BUILDAH_LAYERS,
        [
            "Imported from -",
            "COPY file:abc in /app/x",
            "RUN echo one",
            "RUN --mount=type=secret,id=s cat x",
        ],
    ),
    "buildah without layers": (
        BUILDAH_ONE,
        ["Imported from -", "one of 2 steps: COPY file:abc in /app/x; RUN echo one"],
    ),
    "docker build --squash": (
        SQUASHED,
        ["Imported from -", "one of 2 steps: COPY x /app/x; RUN rm /app/x"],
    ),
    "docker build --squash of scratch": (
        [told("COPY x /x # buildkit"), {"comment": "create new from sha256:aaa"}],
        ["one of 1 steps: COPY x /x"],
    ),
    "docker commit": (
        [BASE, made("sh", comment="my message", author="me")],
        ["Imported from -", "sh"],
    ),
    "docker import": ([BASE], ["Imported from -"]),
    "buildah commit": ([made("/bin/sh")], ["/bin/sh"]),
    "kaniko": (KANIKO, ["Imported from -", "COPY x /x", "RUN make"]),
    "ko": (
        [made("ko build ko://example.com/x", comment="go build output, at ko://example.com/x")],
        ["ko build ko://example.com/x"],
    ),
    "crane flatten": ([made("crane flatten sha256:aa")], ["crane flatten sha256:aa"]),
    "nix": ([{"comment": "store paths: ['/nix/store/x']"}], ["store paths: ['/nix/store/x']"]),
    "nothing said": ([{"created": "1970-01-01T00:00:00Z"}], [UNKNOWN]),
}


@pytest.mark.parametrize("producer", PRODUCERS)
def test_layers_get_their_instructions(producer: str) -> None:
    """
    Under every producer each layer is told with the instruction that made it.
    """
    raw, expected = PRODUCERS[producer]
    assert instructions(steps(*raw), len(expected)) == expected


@pytest.mark.parametrize("producer", ["classic builder", "BuildKit", "buildah --layers"])
def test_build_args_of_a_run_are_told_apart(producer: str) -> None:
    """
    A RUN's build args are in no instruction, and known by name and value.
    """
    entries = steps(*PRODUCERS[producer][0])
    with_args = [entry for entry in entries if entry.build_args]
    assert with_args
    for entry in with_args:
        assert [(v.name, v.value) for v in entry.build_args] == [("TOKEN", "t")]
        assert "TOKEN" not in entry.instruction
        assert entry.created_by.count("TOKEN=t") == 1


def test_one_layer_for_steps_since_the_previous_layer_alone() -> None:
    """
    Steps before the previous layer do not count among those of a squashed one.
    """
    entries = steps(told("RUN a # buildkit"), made("COPY b /"), told("RUN c"), made("CMD x"))
    assert instructions(entries, 2) == ["COPY b /", "one of 1 steps: RUN c"]


def test_metadata_instruction_with_a_layer_of_its_own() -> None:
    """
    A metadata instruction that claims a layer with no step before it keeps its own name.
    """
    assert instructions(steps(made("VOLUME /x")), 1) == ["VOLUME /x"]


@pytest.mark.parametrize(
    ("entries", "layers", "expected"),
    [
        pytest.param([made("a"), made("b")], 2, (0, 1), id="as many"),
        pytest.param([told("x"), made("a"), told("y"), made("b")], 2, (1, 3), id="empty ones"),
        pytest.param([made("a")], 3, (0, None, None), id="too few"),
        pytest.param([made("a"), made("b"), made("c")], 2, (None, None), id="too many"),
        pytest.param([], 2, (None, None), id="none"),
        pytest.param([told("a")], 1, (None,), id="all empty"),
        pytest.param([made("a")], 0, (), id="no layers"),
        pytest.param([], 0, (), id="nothing at all"),
    ],
)
def test_alignment(
    entries: list[dict[str, Any]], layers: int, expected: tuple[int | None, ...]
) -> None:
    """
    Entries that made layers are matched from the base up; where they are too many, none is sure.
    """
    assert history.align(steps(*entries), layers) == expected


def test_padding_of_buildkit() -> None:
    """
    Entries with which BuildKit pads a short history are told by their comment.
    """
    entries = steps(made("COPY x /"), {"comment": "buildkit.exporter.image.v0"})
    assert instructions(entries, 2) == ["COPY x /", "buildkit.exporter.image.v0"]


@pytest.mark.parametrize("raw", [None, {}, "x", 3, [], {"history": None}])
def test_config_without_a_history(raw: object) -> None:
    """
    A history that is none gives no entries.
    """
    config = raw if isinstance(raw, dict) else {"history": raw}
    assert history.entries(config) == ()


@pytest.mark.parametrize("step", [None, 3, "RUN x", [], {"created_by": None}, {"created_by": [1]}])
def test_entry_that_is_none_keeps_its_place(step: object) -> None:
    """
    An entry of the wrong kind stands for a layer nevertheless, so that those above stay right.
    """
    entries = steps(made("COPY a /"), step, made("COPY b /"))
    assert instructions(entries, 3) == ["COPY a /", UNKNOWN, "COPY b /"]


@pytest.mark.parametrize("value", ["true", 1, None, "yes", 0])
def test_empty_layer_is_a_boolean(value: object) -> None:
    """
    Only `true` says that a step made no layer.
    """
    (entry,) = steps({"created_by": "x", "empty_layer": value})
    assert not entry.empty_layer


def test_fields_are_kept_as_they_are() -> None:
    """
    `created_by`, comment and author of an entry are kept word for word.
    """
    (entry,) = steps(made("RUN  a\n b # buildkit", comment=" c ", author="Ä <a@example.com>"))
    assert entry.created_by == "RUN  a\n b # buildkit"
    assert (entry.comment, entry.author) == (" c ", "Ä <a@example.com>")


@pytest.mark.parametrize(
    ("created_by", "expected"),
    [
        (f"{NOP} ENV A=b", "ENV A=b"),
        (f"{NOP}WORKDIR /app", "WORKDIR /app"),
        ('/bin/bash -o pipefail -c #(nop)  CMD ["x"]', 'CMD ["x"]'),
        ("cmd /S /C #(nop)  ENV A=b", "ENV A=b"),
        ("powershell -Command $E = 'Stop'; #(nop)  ENV A=b", "ENV A=b"),
        ("/bin/sh -c apk add x", "RUN apk add x"),
        ("RUN /bin/sh -c apk add x # buildkit", "RUN apk add x"),
        ("RUN echo hi # buildkit", "RUN echo hi"),
        ("|1 A=b echo hi", "RUN echo hi"),
        ("RUN cmd /S /C dir # buildkit", "RUN dir"),
        ("COPY --from=build /x /x # buildkit", "COPY --from=build /x /x"),
        ('HEALTHCHECK &{["CMD" "x"] "5s"}', 'HEALTHCHECK &{["CMD" "x"] "5s"}'),
        ("", ""),
    ],
)
def test_instruction_as_in_a_dockerfile(created_by: str, expected: str) -> None:
    """
    Frames that builders put around an instruction are taken off.
    """
    (entry,) = steps(made(created_by))
    assert entry.instruction == expected


def test_own_shell_is_left_out_of_the_instruction() -> None:
    """
    A RUN under a shell that the history itself sets is shown without it.
    """
    entries = steps(told("SHELL [/bin/bash -ec]"), made("RUN /bin/bash -ec make # buildkit"))
    assert entries[1].instruction == "RUN make"


def test_exact_argv_wins_over_the_text() -> None:
    """
    Where a builder kept the argument list of a step, nothing is guessed.
    """
    text = "|1 T=a b Z=c /bin/sh -c fake /bin/sh -c echo"
    argv = ["|1", "T=a b Z=c /bin/sh -c fake", "/bin/sh", "-c", "echo"]
    (entry,) = history.entries({"history": [made(text)]}, {0: argv})
    assert [(v.name, v.value) for v in entry.build_args] == [("T", "a b Z=c /bin/sh -c fake")]
    assert entry.instruction == "RUN echo"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "created_by": st.text() | st.sampled_from([s["created_by"] for s in CLASSIC[1:]]),
                "comment": st.text(),
                "empty_layer": st.booleans(),
            },
        )
        | json_values,
        max_size=6,
    ),
    st.integers(0, 8),
)
def test_no_layer_is_ever_lost(raw: list[Any], layers: int) -> None:
    """
    Whatever the history says, every layer has some instruction.
    """
    entries = steps(*raw)
    assert len(entries) == len(raw)
    found = instructions(entries, layers)
    assert len(found) == layers
    assert all(found)
