"""
What to do about a leak, by its cause.
"""

from __future__ import annotations

import pytest

from auditor.model import Image, Layer, Origin, Place, Secret, State
from auditor.ranking.advice import Case, cause, remedy, script

ROTATE = "If this image was ever pushed or shared, replace the secret: it is known."
LATER = "Deleting or overwriting it in a later layer does not help"


def meta(path: str, instruction: str | None = None) -> Place:
    """
    A place in the metadata.
    """
    return Place(None, path, instruction=instruction)


def file(instruction: str, path: str = "/app/.env", state: State = State.PRESENT) -> Place:
    """
    A place in a layer.
    """
    return Place(3, path, instruction=instruction, state=state)


def advice(*places: Place, origin: Origin = Origin.OWN, name: str | None = None) -> str:
    """
    What is advised.
    """
    layers = tuple(Layer(index, None, None, None) for index in range(4))
    image = Image("app:1", "", "", layers)
    case = Case(places, origin, "Secret Keyword", name, Secret("hunter2-xyz"), cause(places))
    return remedy(case, script(image, None, {})).text


@pytest.mark.parametrize(
    ("place", "name", "parts"),
    [
        (meta("history[3].created_by", "RUN make"), "NPM_TOKEN",
         ["Build args stay readable", "Drop ARG NPM_TOKEN",
          "--mount=type=secret,id=npm_token", "--secret id=npm_token,env=NPM_TOKEN"]),
        (meta("history[1].created_by", "ARG T=x"), "T", ["Build args", "id=t "]),
        (meta("history[2].created_by", "ENV A=b"), "DB.PASSWORD",
         ["ENV is part of the image", "Drop ENV DB.PASSWORD", "docker run", "id=db_password"]),
        (meta("config.Env.DB_PASSWORD"), "DB_PASSWORD", ["Drop ENV DB_PASSWORD"]),
        (meta("config.Labels.x"), "x", ["take the value out of the label"]),
        (meta("history[2].created_by", "LABEL a=b"), "a", ["take the value out of the label"]),
        (meta("config.Cmd"), None, ["Metadata is readable without pulling a layer"]),
        (meta("author"), None, ["Metadata is readable"]),
        (meta("attestation/0.predicate.x"), "T", ["provenance", "--provenance=mode=min"]),
        (file("COPY .env /app/"), None, ["Keep /app/.env out of the build", ".dockerignore",
                                         "--mount=type=secret", "COPY --from="]),
        (file("ADD x.tar /"), None, [".dockerignore"]),
        (file("RUN echo x > /app/.env"), None,
         ["This RUN leaves /app/.env behind", "--mount=type=secret", "/dev/shm", "first stage"]),
        (file("WORKDIR /app"), None, ["never written to a layer"]),
        (file(""), None, ["never written to a layer"]),
    ],
)  # fmt: skip
def test_cause(place: Place, name: str | None, parts: list[str]) -> None:
    """
    Each cause has its way to build without the leak.
    """
    text = advice(place, name=name)
    assert [part for part in parts if part not in text] == []
    assert text.endswith(ROTATE)
    assert LATER not in text
    assert "\n" not in text


@pytest.mark.parametrize("state", [State.DELETED, State.OVERWRITTEN])
def test_deleting_does_not_help(state: State) -> None:
    """
    Who deleted or overwrote the file is told that this does not help.
    """
    text = advice(file("COPY .env /app/", state=state))
    assert LATER in text
    assert text.index(LATER) < text.index(ROTATE)


def test_deleting_one_of_several_does_not_help() -> None:
    """
    So is who removed only one of the places.
    """
    assert LATER in advice(file("COPY a /"), file("COPY b /", state=State.DELETED))


@pytest.mark.parametrize(
    "places",
    [
        [file("RUN x"), meta("history[1].created_by", "ARG T=x")],
        [meta("history[1].created_by", "ARG T=x"), meta("config.Env.T")],
        [meta("history[2].created_by", "ENV T=x"), meta("history[1].created_by", "ARG T=x")],
    ],
)
def test_declaration_is_the_cause(places: list[Place]) -> None:
    """
    Of several places the declaration tells best how the secret came in.
    """
    assert "Drop ARG T" in advice(*places, name="T")


def test_copy_is_the_cause_of_a_later_run() -> None:
    """
    A file that was copied and changed by a RUN came in by the COPY.
    """
    assert ".dockerignore" in advice(file("RUN chmod 600 /app/.env"), file("COPY .env /app/"))


def test_base() -> None:
    """
    What the base leaks is mended there, whatever its instruction was.
    """
    text = advice(file("COPY .env /app/"), origin=Origin.BASE)
    assert text.startswith("It comes from the base image")
    assert ".dockerignore" not in text


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("NPM_TOKEN", "npm_token"),
        ("a.b/c-d", "a_b_c_d"),
        ("$(rm -rf /)", "rm_rf"),
        ("x,src=/etc/passwd", "x_src_etc_passwd"),
        ("\x1b[31m", "31m"),
        ("Ä", "token"),
        ("", "token"),
        (None, "token"),
    ],
)
def test_identifier_is_harmless(name: str | None, identifier: str) -> None:
    """
    The id of the advised mount is a plain word, whatever the variable is called.
    """
    text = advice(meta("config.Env.X"), name=name)
    assert f"RUN --mount=type=secret,id={identifier} …" in text
    assert f"--secret id={identifier},src=FILE" in text
