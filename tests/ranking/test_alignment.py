"""
Dockerfiles beside histories: every builder's dialect, and nothing mapped that does not fit.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from auditor.dockerfile import parse
from auditor.model import BuildSource, Image, Layer, Origin, Place
from auditor.oci import history, provenance
from auditor.ranking import lines
from auditor.ranking.alignment import align

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG TAG=1
FROM base:$TAG AS build
RUN make
FROM base:$TAG
ARG NPM_TOKEN
ARG DEST=/app
MAINTAINER alice
ENV A=b C="d e" \\
    F=$A
LABEL a=b "c d"="e f"
WORKDIR $DEST
COPY --from=build --chown=1:2 /out \\
    # the result
    ./lib/
COPY main.sh .
RUN echo one \\
    && echo "two"
RUN <<EOT
npm ci
npm test
EOT
RUN ["/bin/sh", "-c", "echo x"]
USER app
ENTRYPOINT ["sh", "-c"]
CMD serve --now
"""
BUILDKIT = [
    "ARG NPM_TOKEN",
    "ARG DEST=/app",
    "MAINTAINER alice",
    "ENV A=b C=d e F=b",
    "LABEL a=b c d=e f",
    "WORKDIR /app",
    "COPY --chown=1:2 /out ./lib/ # buildkit",
    "COPY main.sh . # buildkit",
    'RUN |2 NPM_TOKEN=x DEST=/app /bin/sh -c echo one     && echo "two" # buildkit',
    "RUN |2 NPM_TOKEN=x DEST=/app /bin/sh -c npm ci\nnpm test\n # buildkit",
    "RUN |2 NPM_TOKEN=x DEST=/app /bin/sh -c echo x # buildkit",
    "USER app",
    'ENTRYPOINT ["sh" "-c"]',
    'CMD ["/bin/sh" "-c" "serve --now"]',
]
DIGEST = "0123456789abcdef" * 4
CLASSIC = [
    "/bin/sh -c #(nop)  ARG NPM_TOKEN",
    "/bin/sh -c #(nop)  ARG DEST=/app",
    "/bin/sh -c #(nop)  MAINTAINER alice",
    "/bin/sh -c #(nop)  ENV A=b C=d e F=b",
    "/bin/sh -c #(nop)  LABEL a=b c d=e f",
    "/bin/sh -c #(nop) WORKDIR /app",
    f"/bin/sh -c #(nop) COPY --chown=1:2dir:{DIGEST} in ./lib/ ",
    f"/bin/sh -c #(nop) COPY file:{DIGEST} in . ",
    '|2 DEST=/app NPM_TOKEN=x /bin/sh -c echo one     && echo "two"',
    "|2 DEST=/app NPM_TOKEN=x /bin/sh -c npm ci\nnpm test\n",
    "|2 DEST=/app NPM_TOKEN=x /bin/sh -c echo x",
    "/bin/sh -c #(nop)  USER app",
    '/bin/sh -c #(nop)  ENTRYPOINT ["sh" "-c"]',
    '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "serve --now"]',
]
BUILDAH = [
    "/bin/sh -c #(nop) ARG NPM_TOKEN",
    "/bin/sh -c #(nop) ARG DEST NPM_TOKEN",
    "/bin/sh -c #(nop) MAINTAINER alice",
    '/bin/sh -c #(nop) ENV A=b C="d e" F=b',
    '/bin/sh -c #(nop) LABEL a=b "c d"="e f"',
    "/bin/sh -c #(nop) WORKDIR /app",
    f"/bin/sh -c #(nop) COPY --chown=1:2 dir:{DIGEST} in ./lib/ ",
    f"/bin/sh -c #(nop) COPY file:{DIGEST} in . ",
    '|2 DEST=/app NPM_TOKEN=x /bin/sh -c echo one && echo "two"',
    "|2 DEST=/app NPM_TOKEN=x /bin/sh -c <<EOT\nnpm ci\nnpm test",
    '|2 DEST=/app NPM_TOKEN=x /bin/sh -c ["/bin/sh", "-c", "echo x"]',
    "/bin/sh -c #(nop) USER app",
    '/bin/sh -c #(nop) ENTRYPOINT ["sh","-c"]',
    "/bin/sh -c #(nop) CMD serve --now",
]
KANIKO = [
    "COPY --from=build --chown=1:2 /out ./lib/",
    "COPY main.sh .",
    'RUN echo one && echo "two"',
    "RUN <<EOT\nnpm ci\nnpm test\nEOT",
    'RUN ["/bin/sh", "-c", "echo x"]',
]
LINES = [6, 7, 8, 9, 11, 12, 13, 16, 17, 19, 23, 24, 25, 26]


def image(steps: list[str], **keys: Any) -> Image:
    """
    An image with those steps above one of the base.
    """
    raw = [{"comment": "Imported from -"}]
    raw += [{"created_by": step, **keys} for step in steps]
    entries = history.entries({"history": raw})
    layers = tuple(
        Layer(index, None, None, f"sha256:{index}", instruction=entry.instruction, history=index)
        for index, entry in enumerate(entries)
    )
    return Image("app:1", "", "", layers, history=entries)


def mapped(found: Image, text: str = DOCKERFILE) -> list[int | None]:
    """
    The line of each step.
    """
    alignment = align(parse(text), found)
    steps = alignment.steps if alignment else {}
    numbers = range(1, len(found.history))
    return [steps[n].instruction.line if n in steps else None for n in numbers]


@pytest.mark.parametrize(
    ("steps", "keys"),
    [
        (BUILDKIT, {"comment": "buildkit.dockerfile.v0"}),
        (CLASSIC, {}),
        (BUILDAH, {"comment": "FROM 0123"}),
    ],
)
def test_every_step_has_its_line(steps: list[str], keys: dict[str, Any]) -> None:
    """
    Each builder's way to write a history leads to the same lines.
    """
    assert mapped(image(steps, **keys)) == LINES


def test_kaniko() -> None:
    """
    Kaniko tells only of steps that write.
    """
    assert mapped(image(KANIKO, author="kaniko")) == [13, 16, 17, 19, 23]


def test_new_buildkit_tells_the_values() -> None:
    """
    ARG with the value that was passed, although the Dockerfile gives another one.
    """
    rest = [step.replace("DEST=/app", "DEST=/srv") for step in BUILDKIT[6:]]
    steps = ["ARG NPM_TOKEN=x", "ARG DEST=/srv", *BUILDKIT[2:5], "WORKDIR /srv", *rest]
    assert mapped(image(steps, comment="buildkit.dockerfile.v0")) == LINES


def test_base_is_not_mapped() -> None:
    """
    Steps of the base image have no line, also those that are worded like an own one.
    """
    steps = ["RUN /bin/sh -c make # buildkit", 'CMD ["sh"]', *BUILDKIT]
    assert mapped(image(steps)) == [None, None, *LINES]


@pytest.mark.parametrize("at", range(len(BUILDKIT)))
def test_one_step_off_is_no_line_at_all(at: int) -> None:
    """
    A step that is not the Dockerfile's, or is missing, leaves nothing mapped.
    """
    other = [*BUILDKIT[:at], "RUN /bin/sh -c something else # buildkit", *BUILDKIT[at + 1 :]]
    less = [*BUILDKIT[:at], *BUILDKIT[at + 1 :]]
    for steps in (other, less):
        found = image(steps, comment="buildkit.dockerfile.v0")
        assert set(mapped(found)) == {None}


def test_target() -> None:
    """
    An image of another stage is told by its history.
    """
    assert mapped(image(["RUN /bin/sh -c make # buildkit"])) == [4]


def test_two_equal_stages_are_no_line() -> None:
    """
    Which of two equal stages it is cannot be told.
    """
    text = "FROM x AS a\nRUN make\nFROM x AS b\nRUN make\nFROM x\nRUN other\n"
    assert mapped(image(["RUN /bin/sh -c make # buildkit"]), text) == [None]


def test_stage_on_a_stage() -> None:
    """
    The instructions of the stage below are the image's, too.
    """
    text = "FROM x AS a\nENV A=1\nRUN make\nFROM a\nRUN test $A\n"
    steps = ["ENV A=1", "RUN /bin/sh -c make # buildkit", "RUN /bin/sh -c test $A # buildkit"]
    assert mapped(image(steps), text) == [2, 3, 5]


def test_onbuild_and_label_options() -> None:
    """
    BuildKit leaves ONBUILD out; the classic builder adds what --label sets.
    """
    text = "FROM x\nONBUILD RUN a\nRUN make\n"
    found = image(["RUN /bin/sh -c make # buildkit"], comment="buildkit.dockerfile.v0")
    assert mapped(found, text) == [3]
    steps = ["/bin/sh -c #(nop)  ONBUILD RUN a", "/bin/sh -c make", "/bin/sh -c #(nop)  LABEL z=1"]
    assert mapped(image(steps), text) == [2, 3, None]


def test_a_suffix_is_not_the_command() -> None:
    """
    A command that ends like another one is another one.
    """
    assert mapped(image(["RUN /bin/sh -c a && make # buildkit"]), "FROM x\nRUN make\n") == [None]


def test_value_that_holds_the_shell() -> None:
    """
    A build arg may hold the very text that begins a command.
    """
    step = "RUN |2 A=a b=c /bin/sh -c fake B= /bin/sh -c make # buildkit"
    text = "FROM x\nARG A\nARG B\nRUN make\n"
    assert mapped(image(["ARG A", "ARG B", step]), text) == [2, 3, 4]


def test_hostile_history_takes_no_time() -> None:
    """
    A history made to hold a matcher up does not.
    """
    steps = ["RUN |1 A=" + "/sh -c " * 100_000, "COPY --" + "a" * 200_000 + " in x"]
    assert set(mapped(image(steps), "FROM x\nARG A\nRUN make $A\nCOPY $A ${A}b\n")) == {None}


# --- places ----------------------------------------------------------------------------------


def line(found: Image, place: Place, text: str = DOCKERFILE) -> int | None:
    """
    The line at a place.
    """
    known, _ = lines.read(found, BuildSource("Dockerfile", text))
    assert known is not None
    instruction = known.instruction(place, found)
    return instruction.line if instruction else None


@pytest.mark.parametrize(
    ("place", "number"),
    [
        (Place(None, "history[4].created_by"), 9),
        (Place(None, "history[0].comment"), None),
        (Place(None, "history[99].created_by"), None),
        (Place(None, "config.Env.A"), 9),
        (Place(None, "config.Env.PATH"), None),
        (Place(None, "config.Labels.c d"), 11),
        (Place(None, "config.Cmd"), 26),
        (Place(None, "config.Entrypoint"), 25),
        (Place(None, "author"), 8),
        (Place(None, "attestation/0.predicate.invocation.parameters.args.build-arg:NPM_TOKEN"), 6),
        (Place(None, "manifest.annotations.x"), None),
        (Place(8, "/app/main.sh"), 16),
        (Place(0, "/etc/passwd"), None),
    ],
)
def test_line_of_a_place(place: Place, number: int | None) -> None:
    """
    History, config, attestations and layers lead to their instruction, the rest to none.
    """
    assert line(image(BUILDKIT, comment="buildkit.dockerfile.v0"), place) == number


def test_layer_of_the_base_has_no_line() -> None:
    """
    What `--base` says is the base's is not the Dockerfile's.
    """
    found = image(BUILDKIT, comment="buildkit.dockerfile.v0")
    layers = tuple(replace(layer, origin=Origin.BASE) for layer in found.layers)
    assert line(replace(found, layers=layers), Place(8, "/app/main.sh")) is None


@pytest.mark.parametrize(
    ("path", "number"), [("/a.env", 2), ("/b/made", 3), ("/c", None), ("/etc/x", None)]
)
def test_one_layer_for_all(path: str, number: int | None) -> None:
    """
    Where one layer stands for all steps, the only step that names the file is meant.
    """
    text = 'FROM x\nCOPY a.env /\nRUN mk > /b/made\nCMD ["sh"]\n'
    steps = [
        f"/bin/sh -c #(nop) COPY file:{DIGEST} in / ",
        "/bin/sh -c mk > /b/made",
        '/bin/sh -c #(nop) CMD ["sh"]',
    ]
    found = image(steps, empty_layer=True, comment="FROM x")
    layer = Layer(1, None, None, None, instruction="one of 2 steps", history=3)
    found = replace(found, layers=(found.layers[0], layer))
    assert line(found, Place(1, path), text) == number


def test_dockerfile_that_does_not_fit_is_a_gap() -> None:
    """
    The user is told why there are no lines.
    """
    known, gaps = lines.read(image(BUILDKIT), BuildSource("Other", "FROM x\nRUN other\n"))
    assert known is None
    assert [(gap.path, gap.blocking) for gap in gaps] == [("Other", False)]


# --- provenance ------------------------------------------------------------------------------


def statement(text: str, makers: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """
    A SLSA v1 statement of max mode: each step with its layer and line.
    """
    told = {
        "source": {
            "infos": [{"filename": "build.df", "data": base64.b64encode(text.encode()).decode()}],
            "locations": {
                step: {"locations": [{"ranges": [{"start": {"line": line}}]}]}
                for step, (_, line) in makers.items()
            },
        },
        "layers": {
            f"{step}:0": [[{"digest": "sha256:base"}, {"digest": digest}]]
            for step, (digest, _) in makers.items()
        },
    }
    return {"predicate": {"runDetails": {"metadata": {"buildkit_metadata": told}}}}


def test_provenance_is_exact() -> None:
    """
    Layer digests lead to lines where the history says nothing.
    """
    text = "FROM x\nRUN a\nRUN \\\n  b\n"
    source = provenance.source(statement(text, {"s1": ("sha256:1", 2), "s2": ("sha256:2", 3)}))
    assert source == BuildSource("build.df", text, (("sha256:1", 2), ("sha256:2", 3)))
    layers = tuple(Layer(n, None, None, f"sha256:{n}") for n in range(3))
    found = Image("app:1", "", "", layers, source=source)
    known, gaps = lines.read(found, None)
    assert known is not None and not gaps
    made = [known.instruction(Place(n, "/x"), found) for n in range(3)]
    assert [one.line if one else None for one in made] == [None, 2, 3]


def test_two_steps_of_one_layer_are_nobodys() -> None:
    """
    Equal layers of two steps tell nothing of which is meant; nor do lines that begin nothing.
    """
    text = "FROM x\nRUN a\nRUN a\n"
    makers = {"s1": ("sha256:1", 2), "s2": ("sha256:1", 3), "s3": ("sha256:2", 99)}
    source = provenance.source(statement(text, makers))
    assert source is not None and source.lines == (("sha256:2", 99),)
    layers = tuple(Layer(n, None, None, f"sha256:{n}") for n in range(3))
    assert lines.read(Image("app:1", "", "", layers, source=source), None) == (None, [])


@pytest.mark.parametrize(
    "broken",
    [
        None, [], {}, {"predicate": []}, {"predicate": {"metadata": 1}},
        {"predicate": {"runDetails": {"metadata": {"buildkit_metadata": {"source": {
            "infos": [None, {"filename": "x"}, {"filename": "x", "data": "%"}]}}}}}},
    ],
)  # fmt: skip
def test_provenance_of_another_kind(broken: object) -> None:
    """
    mode=min holds no Dockerfile, and a broken statement is no defect.
    """
    assert provenance.source(broken) is None


def test_broken_locations() -> None:
    """
    What does not say a line gives none.
    """
    text = json.loads(json.dumps(statement("FROM x\nRUN a\n", {"s1": ("sha256:1", 2)})))
    told = text["predicate"]["runDetails"]["metadata"]["buildkit_metadata"]
    ranges = {"s1": {"locations": [{"ranges": [1, {"start": 2}]}]}}
    broken: list[Any] = [None, [], {}, {"s1": None}, ranges]
    for value in broken:
        told["source"]["locations"] = value
        source = provenance.source(text)
        assert source is not None and source.lines == ()
