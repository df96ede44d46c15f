"""
Tokens in programs whose strings lie glued together.

Go and Rust keep string constants without anything between them: letters of the next constant
follow a token, and those of the last stand before it. So a token is looked for by its lead and its
usual length, which the examples of its rule tell, and must look drawn, since nothing bounds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from auditor.detectors.placeholders import is_worded
from auditor.detectors.rules import RULES, Rule
from auditor.detectors.rules.matching import judged, looks_random
from auditor.model import Confidence
from auditor.patterns import lazy_regex
from auditor.records import dataclass
from auditor.streams.printable import UNPRINTABLE, as_lines

LONGEST = 400
"""
No token of a usual length is longer, in bytes.
"""
AROUND = 48
"""
By so many letters before a token it shows that it lies within something encoded, in bytes.
"""
SHORT_LEAD = 5
"""
So short a lead without a separator comes by chance within base64, in letters.
"""
_FIELD = lazy_regex(r"\{(\w+)(?::(\d+))?\}")
_CLASSES = {
    "hex": "[0-9a-f]",
    "HEX": "[0-9A-F]",
    "lower": "[0-9a-z]",
    "upper": "[0-9A-Z]",
    "letter": "[A-Za-z]",
    "bech32": "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]",
    "base32l": "[a-z2-7]",
    "base32": "[A-Z2-7]",
    "digit": "[0-9]",
    "crc": "[0-9A-Za-z]{6}",
}
_ENCODED = lazy_regex(rf"[A-Za-z0-9+/]{{{AROUND}}}")
_LONGER = lazy_regex(r"[a-z]{2}[_-]$")
"""
What makes a lead the end of another: `dckr_pat_`, `sk_live_`.
"""
_LENGTH = lazy_regex(r"(?<!\d)(?:[89]|[1-5]\d)(?!\d)")
_ORDINARY = lazy_regex(r"[0-9a-f]+$|(?:ion|test|live|api|key|pat|sc|rc|pk|sk|oy|re)[_-]$")
"""
Leads that are numbers, or ends of words in names of programs.
"""
_RUN = lazy_regex(rb"[\t\x20-\x7e]*")
_WORD = lazy_regex(rb"[A-Za-z0-9+/_-]")


@dataclass(frozen=True, slots=True)
class Glue:
    """
    A token whose length is known.
    """

    name: str
    regex: re.Pattern[bytes]
    lead: int
    """
    How many letters its lead has.
    """
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Token:
    """
    A token without bounds.
    """

    detector: str
    value: str
    confidence: Confidence
    reason: str


@cache
def known() -> dict[str, Glue]:
    """
    All tokens that can be told without bounds, by the names of their detectors.
    """
    found = {rule.name: glue for rule in RULES if (glue := _of(rule))}
    # What only detect-secrets' own plugins know.
    aws = re.compile(rb"A[KS]IA[A-Z2-7]{16}")
    found["AWS Access Key"] = Glue("AWS Access Key", aws, 4, None)
    jwt = re.compile(rb"eyJhbGciOiJIUzI1NiI[\w-]{2,40}\.eyJ[\w-]{10,300}\.[\w-]{43}", re.ASCII)
    found["JSON Web Token"] = Glue("JSON Web Token", jwt, 20, None)
    return found


def _of(rule: Rule) -> Glue | None:
    if rule.words or "<" in rule.examples[0]:
        return None
    leads = [re.split(r"\{|$", example, maxsplit=1)[0] for example in rule.examples]
    if any(len(lead) < 3 + lead[-1:].isalnum() or _ORDINARY.match(lead) for lead in leads):
        return None
    forms = sorted((_form(example, rule) for example in rule.examples), key=len, reverse=True)
    return Glue(rule.name, re.compile("|".join(forms).encode()), len(min(leads, key=len)), rule)


def _form(example: str, rule: Rule) -> str:
    """
    A template as a pattern. Only the last field has no end but its length.
    """
    wide = "[A-Za-z0-9_-]" if "_-]" in rule.pattern or "_\\-]" in rule.pattern else "[A-Za-z0-9]"
    parts, at = [], 0
    for field in _FIELD.finditer(example):
        parts.append(re.escape(example[at : field.start()]))
        at = field.end()
        letters = _CLASSES.get(field[1], wide)
        count = int(field[2] or 0)
        ends = example[at : at + 1]
        free = field[1] == "digit" and bool(ends) and ends != "{"
        parts.append(letters + (f"{{{max(count - 4, 1)},{count + 4}}}" if free else ""))
        if count and not free:
            parts[-1] += f"{{{count}}}"
    return "".join(parts) + re.escape(example[at:])


def glued(data: bytes, ends: Iterable[tuple[int, Glue]]) -> Iterator[Token]:
    """
    The tokens around some offsets in a binary that touch other letters, each once. Offsets ascend.
    """
    told: set[tuple[str, int]] = set()
    for end, glue in ends:
        start = max(end - LONGEST, 0)
        for match in glue.regex.finditer(data, start, min(end + LONGEST, len(data))):
            if (glue.name, match.start()) in told:
                continue
            told.add((glue.name, match.start()))
            if _touches(data, match, glue) and (token := _token(data, match, glue)):
                yield token


def _touches(data: bytes, match: re.Match[bytes], glue: Glue) -> bool:
    """
    Whether letters stand beside it that are none of its own. A string that stands alone is a token
    of any length that its rule allows.
    """
    first, last = data[match.start() - 1 : match.start()], data[match.end() : match.end() + 1]
    if (not first or UNPRINTABLE.match(first)) and glue.rule is not None:
        alone = _RUN.match(data, match.start(), match.start() + LONGEST)
        if alone and re.fullmatch(glue.rule.pattern, alone[0].decode("latin-1"), re.ASCII):
            return False
    return bool(_WORD.match(first) or _WORD.match(last))


def _is_mangled(around: str) -> bool:
    """
    Whether names of C++ or Rust stand there, each behind its length: `12MachineInstr`.
    """
    for match in _LENGTH.finditer(around):
        name = around[match.end() : match.end() + int(match[0])]
        if len(name) == int(match[0]) and name.isidentifier() and is_worded(f"{name}X"):
            return True
    return False


def _is_encoded(before: str) -> bool:
    """
    Whether what stands before a token is base64. Go's own table of powers has long numbers.
    """
    mixed = any(map(str.islower, before)) and any(map(str.isupper, before))
    return mixed and bool(_ENCODED.fullmatch(before)) and looks_random(before)


def _token(data: bytes, match: re.Match[bytes], glue: Glue) -> Token | None:
    value = match[0].decode("ascii")
    body = value[glue.lead :]
    start = max(match.start() - AROUND, 0)
    around = as_lines(data[start : match.end() + AROUND]).decode("ascii")
    before = around[: match.start() - start]
    is_plain = value[: glue.lead].isalnum()
    if (not is_plain and _LONGER.search(before)) or is_worded(body) or not looks_random(body):
        return None
    if _is_mangled(around):
        return None
    if is_plain and glue.lead <= SHORT_LEAD and _is_encoded(before):
        return None
    reason = f"has the format of: {glue.name}; it touches other strings"
    confidence = Confidence.LIKELY
    if glue.rule is not None:
        confidence, said = judged(glue.rule, value)
        reason = said if confidence is Confidence.CERTAIN else reason
    if confidence is Confidence.POSSIBLE:
        return None
    return Token(glue.name, value, confidence, reason)
