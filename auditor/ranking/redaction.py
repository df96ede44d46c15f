"""
No plaintext leaves: found secrets are taken out of every text that goes into a report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache

from auditor.model import Confidence, Finding
from auditor.ranking.marks import Marks, Words

MASK = "***"
SHORTEST = 4
"""
Shorter values are masked only behind their name, else they would eat the report, in characters.
"""
PLAIN_WORD = 10
"""
A word of fewer letters may be any word, in characters.
"""

Redact = Callable[[str], str]


def redactor(findings: Iterable[Finding], marks: Marks | None = None) -> Redact:
    """
    A function that masks the secrets of all findings. `marks` made the seals of those sealed.
    """
    words: set[str] = set()
    assignments: set[tuple[str, str]] = set()
    hidden = Hidden(marks or Marks(b""))
    for finding in findings:
        if _is_any_word(finding):
            continue
        if finding.secret.seal is not None:
            hidden.add(finding)
            continue
        value = finding.secret.reveal()
        words.update(forms(value))
        if finding.name and value and len(value) < SHORTEST:
            assignments |= {(f"{finding.name}={value}", f"{finding.name}={MASK}")}
    by_head: dict[str, list[str]] = {}
    for word in words:
        by_head.setdefault(word[:SHORTEST], []).append(word)
    known = frozenset(by_head)

    @lru_cache(maxsize=1 << 16)
    def redact(text: str) -> str:
        # NOTE: most texts hold no secret and there may be thousands of both, so only words that
        # begin with four characters of the text are tried. The longest first: one may hold another.
        heads = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        near = [word for head in heads & known for word in by_head[head]]
        near += hidden.words.inside(text)
        for word in sorted(near, key=len, reverse=True):
            text = text.replace(word, MASK)
        for told, masked in assignments:
            text = text.replace(told, masked)
        return hidden.unassigned(text)

    return redact


def _is_any_word(finding: Finding) -> bool:
    """
    Whether a file merely may give away a plain word. Masking `python` in every path would spoil
    the report, and tell of the word no less.
    """
    vague = finding.confidence is Confidence.POSSIBLE and finding.path.startswith("/")
    if not vague:
        return False
    seal = finding.secret.seal
    return seal.is_word if seal else is_word(finding.secret.reveal())


def is_word(value: str) -> bool:
    """
    Whether a value may be any word.
    """
    return len(value) < PLAIN_WORD and value.isalpha()


class Hidden:
    """
    Sealed secrets that are masked.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.words = Words(marks)
        self._short: set[tuple[str, int, bytes]] = set()

    def add(self, finding: Finding) -> None:
        """
        Mask this one too.
        """
        secret = finding.secret
        for head, length, mark in secret.seal.forms if secret.seal else ():
            self.words.add(head, length, mark)
        if finding.name and 0 < secret.length < SHORTEST and secret.mark:
            self._short.add((finding.name, secret.length, secret.mark))

    def unassigned(self, text: str) -> str:
        """
        The text without short values behind their names.
        """
        for name, length, mark in self._short:
            at = -1
            while (at := text.find(f"{name}=", at + 1)) >= 0:
                start = at + len(name) + 1
                if self._marks.mark(text[start : start + length]) == mark:
                    text = text[:start] + MASK + text[start + length :]
        return text


def forms(value: str) -> set[str]:
    """
    A secret in all ways in which it may be written and is masked.
    """
    return {form for form in _forms(value) if len(form) >= SHORTEST}


def _forms(value: str) -> Iterable[str]:
    """
    A secret as it may be written: plain, escaped, line by line.
    """
    yield value
    yield value.strip()
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    if "\n" in value:
        yield from (line.strip() for line in value.split("\n") if len(line.strip()) >= 8)


def nothing(text: str) -> str:
    """
    For `--show-secrets`.
    """
    return text
