"""
YAML that detect-secrets' transformer refuses is told early, and no other.
"""

from __future__ import annotations

import io

import pytest
from detect_secrets.transformers.yaml import YAMLTransformer
from hypothesis import given
from hypothesis import strategies as st

from auditor.detectors.library import rewritten
from auditor.detectors.library.lines import Lines
from auditor.detectors.library.yaml_tags import are_unknown

PASSWORD = "hunter2" + "xyz"
PARTS = (
    "a: ", "b: b", "- ", "\n", "\n  ", "!Ref x", "!!str ", "!!binary aGk=", "!!omap\n", "!!pairs [",
    "!!merge ", "!!value ", "!<tag:example.com,2000:x> y", "%TAG !e! tag:yaml.org,2002:\n---\n",
    "!e!omap ", "<<: ", "'<<': ", "=: ", "{", "}", "[", "]", ", ", "&x ", "*x", "! y", "!!py/x z",
    "'!Ref z'", "# !Ref z\n", "|\n  !Ref z\n", "? ", "!!set ", "!!int ", "...\n", "--- ", "\t", '"',
)  # fmt: skip


def is_refused(content: str) -> bool:
    file = io.StringIO(content)
    file.name = "/app/a.yaml"
    try:
        YAMLTransformer().parse_file(file)  # type: ignore[arg-type]
    except Exception:
        return True
    return False


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_only_what_is_refused_is_told(content: str) -> None:
    assert not are_unknown(content) or is_refused(content)


@pytest.mark.parametrize(
    "content",
    [
        "role: !GetAtt a.b\npassword: " + PASSWORD,
        "a: !!python/object:x {}\n",
        "a:\n  - [x, !Sub 'y']\n",
        "a: !<tag:example.com,2000:x> y\n",
        "a: ['x'\n, !y",
    ],
)
def test_what_is_told(content: str) -> None:
    assert are_unknown(content)
    assert is_refused(content)


@pytest.mark.parametrize(
    "content",
    [
        "a: '!Ref b'\n",
        "a: |\n  x !Ref b\n",
        "a: b # !Ref c\n",
        "a: ! b\nc: !!str 5\n",
        "a:\n  <<: !x {b: c}\n",
        "a: !!omap [!x {b: c}]\n",
    ],
)
def test_what_is_not_told(content: str) -> None:
    """
    What is no tag, and what the loader takes though it does not know the tag.
    """
    assert not are_unknown(content)
    assert not is_refused(content)


def test_a_refused_file_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It is not even given to the transformer; the others are.
    """
    seen: list[str] = []
    parse = YAMLTransformer.parse_file

    def watched(self: YAMLTransformer, file: io.StringIO) -> list[str]:
        seen.append(file.getvalue())
        return parse(self, file)  # type: ignore[arg-type]

    monkeypatch.setattr(YAMLTransformer, "parse_file", watched)
    known, unknown = (f"password: {PASSWORD}\na: {value}\n" for value in ("b", "!Ref b"))
    for content in (known, unknown):
        list(rewritten.rewritten(Lines.of_text(content.encode()), "/app/a.yaml"))

    assert seen == [known]
