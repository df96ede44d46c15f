"""
Every value that an image says about itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Field
from auditor.oci import Documents, history, metadata

VALUE = "value-to-be-seen"


def b64(text: str) -> str:
    """
    Base64 as tools write it.
    """
    return base64.b64encode(text.encode()).decode()


def fields_of(config: object) -> list[Field]:
    """
    The fields of a config that was read as JSON.
    """
    document = Documents().add("config.json", json.dumps(config).encode())
    assert isinstance(document.data, dict)
    return [*metadata.config_fields(document.data), *history_of(document.data)]


def history_of(config: dict[str, Any], *names: str) -> list[Field]:
    """
    The fields of a config's history.
    """
    entries = history.entries(config)
    return list(metadata.history_fields(entries, config.get("history"), names))


def spots(fields: Iterable[Field]) -> set[tuple[str, str | None, str]]:
    """
    Path, name and value of fields.
    """
    return {(field.path, field.name, field.value) for field in fields}


# Every field of formats.md 1.12, with the path and name under which its value is told.
PLACES: list[tuple[dict[str, Any], str, str | None]] = [
    ({"config": {"Env": [f"A={VALUE}"]}}, "config.Env.A", "A"),
    ({"config": {"Env": [VALUE]}}, "config.Env[0]", None),
    ({"config": {"Labels": {"a.b/c": VALUE}}}, "config.Labels.a.b/c", "a.b/c"),
    ({"config": {"Cmd": [VALUE]}}, "config.Cmd", None),
    ({"config": {"Cmd": VALUE}}, "config.Cmd", "Cmd"),
    ({"config": {"Entrypoint": [VALUE]}}, "config.Entrypoint", None),
    ({"config": {"Healthcheck": {"Test": [VALUE]}}}, "config.Healthcheck.Test", None),
    ({"config": {"OnBuild": [VALUE]}}, "config.OnBuild", None),
    ({"config": {"Shell": [VALUE]}}, "config.Shell", None),
    ({"config": {"User": VALUE}}, "config.User", "User"),
    ({"config": {"WorkingDir": VALUE}}, "config.WorkingDir", "WorkingDir"),
    ({"config": {"StopSignal": VALUE}}, "config.StopSignal", "StopSignal"),
    ({"config": {"Volumes": {VALUE: {}}}}, f"config.Volumes.{VALUE}", None),
    ({"config": {"ExposedPorts": {VALUE: {}}}}, f"config.ExposedPorts.{VALUE}", None),
    ({"config": {"NewField": {"x": [VALUE]}}}, "config.NewField.x[0]", None),
    ({"container_config": {"Env": [f"A={VALUE}"]}}, "container_config.Env.A", "A"),
    ({"container_config": {"Cmd": [VALUE]}}, "container_config.Cmd", None),
    ({"container_config": {"Labels": {"a": VALUE}}}, "container_config.Labels.a", "a"),
    ({"author": VALUE}, "author", "author"),
    ({"comment": VALUE}, "comment", "comment"),
    ({"docker_version": VALUE}, "docker_version", "docker_version"),
    ({"unknown.key": VALUE}, "unknown.key", "unknown.key"),
    ({"unknown": [[{"x": VALUE}]]}, "unknown[0][0].x", "x"),
    ({"unknown": [VALUE]}, "unknown[0]", None),
    ({"rootfs": {"type": "layers", "diff_ids": [], "new": VALUE}}, "rootfs.new", "new"),
    ({"rootfs": {"diff_ids": ["sha256:" + "a" * 64, VALUE]}}, "rootfs.diff_ids[0]", None),
    ({"history": [{"created": VALUE}]}, "history[0].created", "created"),
    ({"history": [{"created_by": VALUE}]}, "history[0].created_by", None),
    ({"history": [{"comment": VALUE}]}, "history[0].comment", None),
    ({"history": [{"author": VALUE}]}, "history[0].author", None),
    ({"history": [{}, {"new": VALUE}]}, "history[1].new", "new"),
    ({"history": [VALUE]}, "history[0]", None),
]


@pytest.mark.parametrize(("config", "path", "name"), PLACES)
def test_every_place_of_a_config(config: dict[str, Any], path: str, name: str | None) -> None:
    """
    A value is seen wherever it stands in a config, known field or not, with its path.
    """
    assert (path, name, VALUE) in spots(fields_of(config))


@pytest.mark.parametrize("value", [7, 7.5, "", True, None])
def test_values_that_are_no_text(value: object) -> None:
    """
    Numbers are told as text; truth values and nulls hold no secret.
    """
    found = {field.value for field in fields_of({"a": value})}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    assert found == ({str(value)} if is_number else {""} if value == "" else set())


def test_command_line_is_one_value() -> None:
    """
    The words of a command stand together, since a word alone does not tell what is before it.
    """
    (field,) = fields_of({"config": {"Cmd": ["app", "--password", "x"]}})
    assert (field.value, field.command) == ("app --password x", True)


@pytest.mark.parametrize(
    "command",
    [
        "DB=s3cr3t app",
        "export DB=s3cr3t; app",
        "app --env DB=s3cr3t",
        "docker build --build-arg DB=s3cr3t .",
        "env DB='s3cr3t' app",
        'x && DB="s3cr3t" app',
        "(DB=s3cr3t app)",
    ],
)
@pytest.mark.parametrize("key", ["Cmd", "Entrypoint", "OnBuild"])
def test_variables_set_by_a_command(command: str, key: str) -> None:
    """
    What a command line sets is told by name and value.
    """
    found = spots(fields_of({"config": {key: ["/bin/sh", "-c", command]}}))
    assert (f"config.{key}", "DB", "s3cr3t") in found


def test_variables_set_by_a_run_of_the_history() -> None:
    """
    The same for the RUN steps of the history, with their instruction.
    """
    fields = history_of({"history": [{"created_by": "RUN /bin/sh -c A=b make # buildkit"}]})
    (field,) = [field for field in fields if field.name == "A"]
    assert (field.value, field.instruction, field.history) == ("b", "RUN A=b make", 0)


@pytest.mark.parametrize(
    ("created_by", "names", "expected"),
    [
        ("ENV A=b C=d e", ["A", "C"], {"A": "b", "C": "d e"}),
        ("ENV A=x B=y", ["A"], {"A": "x B=y", "B": "y"}),
        ("ENV A=b C=d", [], {"A": "b C=d", "C": "d"}),
        ("ENV GONE=b", ["OTHER"], {"GONE": "b"}),
        ('/bin/sh -c #(nop) ENV A=b C="d e"', ["A", "C"], {"A": "b", "C": "d e"}),
        ("/bin/sh -c #(nop)  ENV OLD=with blanks and = signs", ["OLD"],
         {"OLD": "with blanks and = signs"}),
        ("/bin/sh -c #(nop) ENV OLD some value", ["OLD"], {"OLD": "some value"}),
        ("ENV A=", ["A"], {"A": ""}),
        ("ENV", [], {}),
        ("LABEL a.b/c=x multi=a b", ["a.b/c", "multi"], {"a.b/c": "x", "multi": "a b"}),
        ("LABEL one", [], {"one": ""}),
        ("ARG A=b", [], {"A": "b"}),
        ("ARG A=b c", [], {"A": "b c"}),
        ("ARG A=line1\nline2", [], {"A": "line1\nline2"}),
        ("ARG A=x B=y", [], {"A": "x B=y", "B": "y"}),
        ("ARG A B=y", [], {"B": "y"}),
        ("ARG A", [], {}),
    ],
)  # fmt: skip
def test_variables_of_an_instruction(
    created_by: str, names: list[str], expected: dict[str, str]
) -> None:
    """
    ENV, LABEL and ARG are told by name and value; where a value's end is unsure, both readings.
    """
    config = {"history": [{"created_by": created_by, "empty_layer": True}]}
    fields = history_of(config, *names)
    assert {f.name: f.value for f in fields if f.name and (f.value or "=" in created_by)} == {
        name: value for name, value in expected.items() if value or "=" in created_by
    }
    assert {f.path for f in fields} == {"history[0].created_by"}


def test_args_of_one_instruction_are_told_apart_by_a_run() -> None:
    """
    What a RUN got tells where the values of one ARG with several names end.
    """
    raw = [
        {"created_by": "ARG USER=me DB_PASSWORD=x y", "empty_layer": True},
        {"created_by": "RUN |2 USER=me DB_PASSWORD=x y /bin/sh -c make # buildkit"},
    ]
    found = spots(history_of({"history": raw}))
    for index in (0, 1):
        path = f"history[{index}].created_by"
        assert {(path, "USER", "me"), (path, "DB_PASSWORD", "x y")} < found
    assert not any(name == "USER" and value != "me" for _, name, value in found)


def test_history_text_is_told_whole_too() -> None:
    """
    However a step is taken apart, its whole text is looked at as well.
    """
    text = "RUN |1 A=b /bin/sh -c make # buildkit"
    assert ("history[0].created_by", None, text) in spots(
        history_of({"history": [{"created_by": text}]})
    )


# --- packed values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "path", "name", "inside"),
    [
        (json.dumps([{"remoteEnv": {"TOKEN": VALUE}}]), "[0].remoteEnv.TOKEN", "TOKEN", "json"),
        (json.dumps({"env": [f"A={VALUE}"]}), ".env.A", "A", "json"),
        (json.dumps({"a": json.dumps({"b": VALUE})}), ".a.b", "b", "json!json"),
        (b64(f"{VALUE} in some text"), "", None, "base64"),
        (b64(json.dumps({"attrs": {"build-arg:A": VALUE}})), ".attrs.build-arg:A", "A",
         "base64!json"),
        (b64(b64(f"{VALUE} in some text")), "", None, "base64!base64"),
        (f"{b64(VALUE * 9)[:76]}\n{b64(VALUE * 9)[76:]}", "", None, "base64"),
    ],
)  # fmt: skip
def test_packed_labels(label: str, path: str, name: str | None, inside: str) -> None:
    """
    JSON and base64 in a label are taken apart down to the last value, and the way is told.
    """
    fields = fields_of({"config": {"Labels": {"x": label}}})
    found = [field for field in fields if VALUE in field.value and field.inside == inside]
    assert [(f.path, f.name) for f in found] == [(f"config.Labels.x{path}", name)]
    assert any(f.value == label and f.inside is None for f in fields)


@pytest.mark.parametrize("where", ["Env", "Cmd", "top", "annotation"])
def test_json_is_found_outside_labels_too(where: str) -> None:
    """
    JSON in a variable or under any other key is taken apart as well.
    """
    packed = json.dumps({"auths": {"registry.example.com": {"auth": VALUE}}})
    config: dict[str, Any] = {
        "Env": {"config": {"Env": [f"DOCKER_AUTH_CONFIG={packed}"]}},
        "Cmd": {"config": {"NotCmd": [packed]}},
        "top": {"x": packed},
        "annotation": {"annotations": {"a.b": packed}},
    }
    assert any(f.value == VALUE and f.name == "auth" for f in fields_of(config[where]))


@pytest.mark.parametrize(
    "text", ["{broken", "{}", "[1", "{]", "abcdef0123456789" * 4, "//8AAAAAAAA="]
)
def test_text_that_only_looks_packed(text: str) -> None:
    """
    Broken JSON and base64 of binary data stay what they are.
    """
    assert [f.value for f in fields_of({"x": text})] == [text]


# --- hostile JSON ----------------------------------------------------------------------------


def test_duplicate_keys_are_all_seen() -> None:
    """
    A key that stands twice hides no value.
    """
    raw = b'{"config":{"Labels":{"a":"one","a":"two","a":"three"}},"config":{"User":"x"}}'
    document = Documents().add("c", raw)
    values = {field.value for field in metadata.config_fields(document.data)}
    assert {"one", "two", "three", "x"} <= values


def test_lone_surrogates_pass() -> None:
    """
    Half of a surrogate pair, which JSON may hold, is no reason to lose a value.
    """
    document = Documents().add("c", b'{"a":"x\\ud800y","\\udfffkey-that-is-long":"z"}')
    assert {f.value for f in metadata.config_fields(document.data)} >= {"x\ud800y", "z"}


def test_bytes_that_are_no_utf_8_pass() -> None:
    """
    A config with Latin-1 in it is still read.
    """
    document = Documents().add("c", b'\xef\xbb\xbf{"a":"caf\xe9"}')
    assert [f.value for f in metadata.config_fields(document.data)] == ["caf\udce9"]


@pytest.mark.parametrize("depth", [10, 59, 60, 61, 300, 700, 900, 960, 980, 990, 5000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_ends(depth: int, opening: str) -> None:
    """
    However deep JSON nests, its value is seen, or the document is told to be unreadable.
    """
    closing = "]" if opening == "[" else "}"
    raw = '{"x":' + opening * depth + f'"{VALUE}"' + closing * depth + "}"
    document = Documents().add("c", raw.encode())
    if document.data is not None:
        assert any(VALUE in field.value for field in metadata.config_fields(document.data))
    else:
        assert depth > 500


def test_json_in_json_in_json_ends() -> None:
    """
    Documents packed into each other are taken apart to a limit, below which they stay text.
    """
    text = VALUE
    for _ in range(12):
        text = json.dumps([text])
    assert any(field.value == VALUE for field in fields_of({"x": text}))


def test_long_key_is_a_value_too() -> None:
    """
    A key may hold a token as well.
    """
    key = "k" * metadata.KEY_LENGTH
    assert (key, None, key) in spots(fields_of({key: 1}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.text() | st.sampled_from(["config", "Env", "Labels", "Cmd", "history", "Test"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_every_string_of_any_json_is_seen(value: Any) -> None:
    """
    Each string of any JSON is a value of some field, or part of one.
    """
    fields = list(metadata.flatten(value, "x"))
    told = [field.value for field in fields]

    def strings(item: Any) -> Iterable[str]:
        if isinstance(item, str):
            yield item
        for inner in item.values() if isinstance(item, dict) else ():
            yield from strings(inner)
        for inner in item if isinstance(item, list) else ():
            yield from strings(inner)

    for text in strings(value):
        parts = [text, text.partition("=")[2]] if "=" in text else [text]
        assert any(part in seen for part in parts for seen in told)
