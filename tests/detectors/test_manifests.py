"""
Kubernetes' Secrets.
"""

from __future__ import annotations

import base64
import json

import pytest

from auditor.detectors.kept import KeptDetector
from auditor.model import Confidence, Text
from tests.evaluation.looking import look
from tests.fakes import fakes

WEAK = "hunter2" + "xyz!"
_, LIKELY, POSSIBLE = Confidence


def encoded(text: str) -> str:
    """
    In base64.
    """
    return base64.b64encode(text.encode()).decode()


def told(content: str, path: str = "/app/deploy/db.yaml") -> list[tuple[str, Confidence, int]]:
    """
    Values, how sure they are, and their lines.
    """
    found = KeptDetector().scan([Text(path, content)])
    return [(f.secret.reveal(), f.confidence, f.line or 0) for f in found]


def manifest(*lines: str) -> str:
    """
    A Secret with these lines below its kind.
    """
    return "\n".join(("apiVersion: v1", "kind: Secret", *lines, "type: Opaque", ""))


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Secret\ndata:\n  opening: {}\n",
        'apiVersion: v1\ndata:\n  "opening": "{}"\nkind: "Secret"\n',
        "data:\n\topening: '{}' # the word\nkind: Secret\nmetadata:\n\tname: x\n",
        "items:\n- kind: Secret\n  metadata: {{name: a}}\n  data:\n    opening: {}\n- kind: Pod\n",
        "items:\n- data:\n    opening: {}\n  kind: Secret\n",
        "---\nkind: Secret\ndata:\n  opening: |\n    {}\n",
        "{{{{- if .Values.on }}}}\nkind: Secret\ndata:\n{{{{- end }}}}\n  opening: {}\n",
    ],
)
def test_whatever_lies_in_a_secret_is_found(text: str) -> None:
    """Under a name that means nothing, in base64, in every way to write it."""
    assert [(v, c) for v, c, _ in told(text.format(encoded(WEAK)))] == [(encoded(WEAK), LIKELY)]


def test_string_data_is_plain() -> None:
    """Nobody encodes what kubectl encodes by itself; the line is the value's own."""
    text = manifest("stringData:", f"  opening: {WEAK}")

    assert told(text) == [(WEAK, LIKELY, 4)]


def test_json_is_read_too() -> None:
    """`kubectl get secrets -o json` writes a list of them."""
    secret = {"kind": "Secret", "data": {"opening": encoded(WEAK), "username": encoded("bob")}}
    text = json.dumps({"kind": "List", "items": [secret, {"kind": "Pod"}]}, indent=1)

    assert [value for value, _, _ in told(text, "/app/all.json")] == [encoded(WEAK)]


@pytest.mark.parametrize(
    "line",
    [
        f"username: {encoded('administrator')}",
        f"DB_HOST: {encoded('db.internal.example.com')}",
        f"opening: {encoded('https://x.example.com/path')}",
        f"opening: {encoded('true')}",
        f"opening: {encoded('5432')}",
        f"opening: {encoded('-----BEGIN ' + 'CERTIFICATE-----')}",
        'opening: "{{ .Values.opening | b64enc }}"',
        "opening: $(OPENING)",
        "opening: not base64 at all",
        "opening:",
    ],
)
def test_what_lies_beside_a_secret_is_none(line: str) -> None:
    """Users, hosts, settings, certificates, templates."""
    assert told(manifest("data:", f"  {line}")) == []


@pytest.mark.parametrize("kind", ["ConfigMap", "SealedSecret", "SecretStore", "ExternalSecret"])
def test_other_kinds_are_none(kind: str) -> None:
    """A sealed one is encrypted, and a map of settings holds settings."""
    assert told(f"kind: {kind}\ndata:\n  opening: {encoded(WEAK)}\n") == []


def test_data_of_the_next_document_is_not_its_own() -> None:
    """Documents and items of a list are told apart."""
    settings = f"kind: ConfigMap\ndata:\n  opening: {encoded(WEAK)}\n"

    assert told(f"{settings}---\nkind: Secret\n---\n{settings}") == []
    assert told(f"items:\n- kind: Secret\n- kind: Map\n  data:\n    a: {encoded(WEAK)}\n") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("/app/examples/db.yaml", WEAK), ("/app/db.yaml", "changeme"), ("/srv/docs/a.yaml", WEAK)],
)
def test_examples_are_possible(path: str, value: str) -> None:
    """In a manual, or with a placeholder in it."""
    assert told(manifest("data:", f"  opening: {encoded(value)}"), path) == [
        (encoded(value), POSSIBLE, 4)
    ]


def test_keys_and_files_in_a_secret_are_found_as_what_they_are() -> None:
    """A Secret of type `kubernetes.io/tls` holds a private key in PEM."""
    key = fakes()["PRIVATE_KEY"]
    found = look("/app/tls.yaml", manifest("data:", f"  tls.key: {encoded(key)}").encode())

    assert Confidence.CERTAIN in {finding.confidence for finding in found}


def test_no_text_is_too_strange() -> None:
    """Broken JSON, deep lists and lone keys are passed over."""
    for text in ('{"kind": "Secret", ', "[" * 5000 + '"kind": "Secret"', "kind: Secret\n  -\n- :"):
        assert told(text) == []
        assert told(text, "/x.json") == []


def test_a_mapping_is_read_once() -> None:
    """However often it says what it is: each time over would take minutes."""
    text = "kind: Secret\n" * 20_000 + f"data:\n  opening: {encoded(WEAK)}\n"

    assert told(text) == [(encoded(WEAK), LIKELY, 20_002)]
