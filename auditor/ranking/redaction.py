"""
No plaintext leaves: found secrets are taken out of every text that goes into a report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache

from auditor.model import Confidence, Finding

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


def redactor(findings: Iterable[Finding]) -> Redact:
    """
    A function that masks the secrets of all findings.
    """
    words: set[str] = set()
    assignments: set[tuple[str, str]] = set()
    for finding in findings:
        value = finding.secret.reveal()
        if _is_any_word(finding):
            continue
        for form in _forms(value):
            if len(form) >= SHORTEST:
                words.add(form)
        if finding.name and value and len(value) < SHORTEST:
            assignments |= {(f"{finding.name}={value}", f"{finding.name}={MASK}")}
    by_head: dict[str, list[str]] = {}
    for word in words:
        by_head.setdefault(word[:SHORTEST], []).append(word)

    @lru_cache(maxsize=1 << 16)
    def redact(text: str) -> str:
        # NOTE: most texts hold no secret and there may be thousands of both, so only words that
        # begin with four characters of the text are tried. The longest first: one may hold another.
        heads = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        near = [word for head in heads for word in by_head.get(head, ())]
        for word in sorted(near, key=len, reverse=True):
            text = text.replace(word, MASK)
        for told, masked in assignments:
            text = text.replace(told, masked)
        return text

    return redact


def _is_any_word(finding: Finding) -> bool:
    """
    Whether a file merely may give away a plain word. Masking `python` in every path would spoil
    the report, and tell of the word no less.
    """
    value = finding.secret.reveal()
    vague = finding.confidence is Confidence.POSSIBLE and finding.path.startswith("/")
    return vague and len(value) < PLAIN_WORD and value.isalpha()


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
