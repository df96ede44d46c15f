"""
A saved JSON report, read back so that it can be written in any format without the image.

Whoever wrote the file is not trusted: every value must be of its kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from auditor.errors import Unreadable
from auditor.model import (
    Acceptance,
    AcceptedBy,
    Confidence,
    Counts,
    Exposure,
    Gap,
    Known,
    Layer,
    LayerRow,
    Leak,
    Ledger,
    Origin,
    Place,
    Report,
    Secret,
    Severity,
    Standing,
    State,
)
from auditor.reports.json import VERSION

LARGEST = 1 << 29
"""
A larger file is not read, in bytes.
"""
_HINT = "Write one with  audit IMAGE -f json=FILE."

_E = TypeVar("_E", bound=StrEnum)
_T = TypeVar("_T")


class _Wrong(ValueError):
    """
    The document is not as a report is; tells where.
    """


def read_report(path: Path) -> list[Report]:
    """
    The reports of a file that `write_json` wrote. Raises `Unreadable`.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path}: is larger than any report", _HINT)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}", "Name a saved report.") from error
    except ValueError as error:
        raise Unreadable(f"{path}: is not a report in JSON", _HINT) from error
    return parse_report(text, str(path))


def parse_report(text: str, name: str) -> list[Report]:
    """
    The reports of a JSON document. `name` is for the error. Raises `Unreadable`.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name}: is not a report in JSON", _HINT) from error
    try:
        return _document(document)
    except _Wrong as error:
        raise Unreadable(f"{name}: is not a report of version {VERSION}: {error}", _HINT) from error


def _document(document: Any) -> list[Report]:
    node = _Node(document, "the document")
    if node.integer("version") != VERSION:
        raise _Wrong("another version")
    return [_image(image) for image in node.nodes("images")]


class _Node:
    """
    A JSON object whose values are asked for by key and kind.
    """

    def __init__(self, value: Any, name: str) -> None:
        if not isinstance(value, dict):
            raise _Wrong(f"{name} is no object")
        self._value = value
        self._name = name

    def _get(self, key: str, kind: type[_T], default: _T | None) -> _T | None:
        value = self._value.get(key, default)
        # NOTE: to Python a truth value is a number, to JSON it is none.
        if value is None or (isinstance(value, kind) and isinstance(value, bool) is (kind is bool)):
            return value
        raise _Wrong(f"{self._name}.{key} is wrong")

    def _must(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        value = self._get(key, kind, default)
        if value is None:
            raise _Wrong(f"{self._name}.{key} is missing")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self._must(key, str, default)

    def text_or_none(self, key: str) -> str | None:
        return self._get(key, str, None)

    def integer(self, key: str) -> int:
        return self._natural(key, self._must(key, int))

    def integer_or_none(self, key: str) -> int | None:
        value = self._get(key, int, None)
        return None if value is None else self._natural(key, value)

    def _natural(self, key: str, value: int) -> int:
        if not 0 <= value < 1 << 63:
            raise _Wrong(f"{self._name}.{key} is out of range")
        return value

    def truth(self, key: str) -> bool:
        return self._must(key, bool, False)

    def word(self, key: str, kind: type[_E]) -> _E:
        try:
            return kind(self.text(key))
        except ValueError as error:
            raise _Wrong(f"{self._name}.{key} is none of {', '.join(kind)}") from error

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._must(key, list)
        if not all(isinstance(value, str) for value in values):
            raise _Wrong(f"{self._name}.{key} is wrong")
        return tuple(values)

    def node(self, key: str) -> _Node:
        return _Node(self._must(key, dict), f"{self._name}.{key}")

    def nodes(self, key: str, default: list[Any] | None = None) -> list[_Node]:
        return [
            _Node(value, f"{key}[{number}]")
            for number, value in enumerate(self._must(key, list, default))
        ]

    def has(self, key: str) -> bool:
        return key in self._value

    def given(self, key: str) -> bool:
        return self._value.get(key) is not None


def _image(node: _Node) -> Report:
    ledger, summary = node.node("ledger"), node.node("summary")
    return Report(
        reference=node.text("reference"),
        id=node.text("id"),
        platform=node.text("platform"),
        source=node.text("source"),
        layers=tuple(map(_row, node.nodes("layers"))),
        leaks=_each(node, "leaks", _leak),
        ledger=Ledger(
            files=ledger.integer("files"),
            bytes=ledger.integer("bytes"),
            gaps=_each(ledger, "gaps", _gap),
        ),
        counts=_counts(summary),
        # NOTE: keys that version 1 did not have from the start may be missing.
        metadata_counts=_counts(summary.node("metadata")) if summary.has("metadata") else Counts(),
        accepted=summary.integer("accepted"),
        accepted_leaks=_each(node, "accepted_leaks", _accepted, []),
        dockerfile=node.text_or_none("dockerfile"),
        complete=node.truth("complete"),
        package=summary.integer("package") if summary.has("package") else 0,
        standing=_standing(summary, node),
    )


def _standing(summary: _Node, image: _Node) -> Standing:
    numbers = {
        name: summary.integer(name) if summary.has(name) else 0
        for name in ("new", "known", "expired", "ignored")
    }
    return Standing(**numbers, gone=_each(image, "gone", _gone, []))


def _gone(node: _Node) -> Known:
    severity = node.word("severity", Severity) if node.given("severity") else None
    return Known(
        node.text("fingerprint"),
        _acceptance(node.node("acceptance")),
        node.text("detector"),
        severity,
        node.text("place"),
    )


def _acceptance(node: _Node) -> Acceptance:
    day = node.text_or_none("expires")
    try:
        expires = date.fromisoformat(day) if day else None
    except ValueError:
        raise _Wrong("an acceptance has no valid date") from None
    return Acceptance(node.word("by", AcceptedBy), node.text("reason"), expires)


def _each(
    node: _Node, key: str, make: Callable[[_Node], _T], default: list[Any] | None = None
) -> tuple[_T, ...]:
    return tuple(map(make, node.nodes(key, default)))


def _counts(node: _Node) -> Counts:
    return Counts(**{severity.value: node.integer(severity.value) for severity in Severity})


def _row(node: _Node) -> LayerRow:
    digest, diff_id = node.text_or_none("digest"), node.text_or_none("diff_id")
    layer = Layer(
        index=node.integer("index"),
        # The report does not say how the blob was called, only whether there was one.
        blob=None if node.truth("missing") else digest or diff_id or "(layer)",
        diff_id=diff_id,
        digest=digest,
        created_by=node.text("created_by"),
        instruction=node.text("instruction", ""),
        origin=node.word("origin", Origin),
    )
    counts = _counts(node.node("leaks"))
    return LayerRow(layer, node.integer("size"), node.integer("score"), counts)


def _accepted(node: _Node) -> Leak:
    return _leak(node, accepted=True)


def _leak(node: _Node, accepted: bool = False) -> Leak:
    secret = node.text_or_none("secret")
    places = _each(node, "places", _place)
    if not places:
        raise _Wrong("a leak has no place")
    return Leak(
        id=node.text("id"),
        fingerprint=node.text("fingerprint"),
        detector=node.text("detector"),
        severity=node.word("severity", Severity),
        confidence=node.word("confidence", Confidence),
        exposure=node.word("exposure", Exposure),
        origin=node.word("origin", Origin),
        preview=node.text("preview"),
        secret=None if secret is None else Secret(secret),
        places=places,
        reasons=node.texts("reasons"),
        advice=node.text("advice"),
        accepted=accepted,
        acceptance=_acceptance(node.node("acceptance")) if node.given("acceptance") else None,
        fix=node.text_or_none("fix"),
        proof=node.text_or_none("proof"),
        rotate=node.text_or_none("rotate"),
    )


def _place(node: _Node) -> Place:
    return Place(
        layer=node.integer_or_none("layer"),
        path=node.text("path"),
        inside=node.text_or_none("inside"),
        line=node.integer_or_none("line"),
        instruction=node.text_or_none("instruction"),
        dockerfile_line=node.integer_or_none("dockerfile_line"),
        state=node.word("state", State),
        removed_by=node.integer_or_none("removed_by"),
    )


def _gap(node: _Node) -> Gap:
    return Gap(
        path=node.text("path"),
        reason=node.text("reason"),
        layer=node.integer_or_none("layer"),
        blocking=node.truth("blocking"),
    )
