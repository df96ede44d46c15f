"""
What was found in values of the metadata. The metadata itself is read each time, so what was found
in it is shut by it: whoever cannot read the value cannot read what is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.model import Field, Finding, Gap
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

Found = tuple[Finding | Gap, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """
    What was found in one value.
    """

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """
    What was found in all values of an image, in their order.
    """

    values: tuple[Value, ...]


def recall(shelf: Shelf, rules: bytes, fields: Sequence[Field]) -> dict[Field, Found] | None:
    """
    What was found in these values before; `None` if they were not looked into.
    """
    subject = _subject(fields)
    kept = shelf.take("values", rules + subject, Values, subject)
    if kept is None or len(kept.values) != len(fields):
        return None
    return {
        field: (*value.findings, *value.gaps)
        for field, value in zip(fields, kept.values, strict=True)
    }


def keep(shelf: Shelf, rules: bytes, fields: Sequence[Field], found: Sequence[Found]) -> None:
    """
    Keep what was found in each of them.
    """
    values = tuple(
        Value(
            tuple(one for one in items if isinstance(one, Finding)),
            tuple(one for one in items if isinstance(one, Gap)),
        )
        for items in found
    )
    subject = _subject(fields)
    shelf.keep("values", rules + subject, Values(values), subject)


def _subject(fields: Sequence[Field]) -> bytes:
    return repr(list(fields)).encode("utf-8", "surrogatepass")
