"""
Secrets without their plaintext: what the ranking needs of one, worked out before it is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.model import Seal, Secret
from auditor.ranking.fingerprint import is_strong, of_strong, preview
from auditor.ranking.lives import Evidence
from auditor.ranking.marks import Marks, Words
from auditor.ranking.redaction import forms, is_word


def facts(value: str) -> Seal:
    """
    What a leak shows of a value.
    """
    return Seal(
        head=0,
        length=len(value),
        lines=value.rstrip("\n").count("\n"),
        preview=preview(value),
        strong=is_strong(value),
        fingerprint=of_strong(value),
        is_word=is_word(value),
    )


def sealed(value: str, marks: Marks, recorded: bytes | None = None) -> Secret:
    """
    A secret that is known again, and not told.
    """
    written = sorted(forms(value))
    seal = replace(
        facts(value),
        head=marks.head(value),
        recorded=recorded,
        forms=tuple((marks.head(form), len(form), marks.mark(form)) for form in written),
    )
    return Secret(None, marks.mark(value), seal)


def opened(evidence: Sequence[Evidence], marks: Marks, texts: Iterable[str]) -> list[Evidence]:
    """
    The evidence with a mark on every secret, and in plain text all that are known elsewhere:
    found in this run too, or standing in one of the texts.
    """
    words = Words(marks)
    plain: dict[bytes, str] = {}
    for secret in (item.finding.secret for item in evidence):
        if secret.value is not None:
            plain[marks.mark(secret.value)] = secret.value
        elif secret.seal is not None and secret.mark is not None:
            words.add(secret.seal.head, secret.length, secret.mark)
    for text in dict.fromkeys(texts):
        plain.update((marks.mark(value), value) for value in words.inside(text))
    return [_opened(item, marks, plain) for item in evidence]


def _opened(item: Evidence, marks: Marks, plain: dict[bytes, str]) -> Evidence:
    secret = item.finding.secret
    mark = secret.mark or marks.mark(secret.reveal())
    value = plain.get(mark)
    if value is None:
        return item
    return replace(item, finding=replace(item.finding, secret=Secret(value, mark)))
