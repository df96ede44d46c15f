"""
Second thoughts about what is merely possible: by its place, its name and its neighbours it may
hardly be a secret. Nothing is dropped; what is doubted is of low severity: counted, and listed
when asked for.

detect-secrets reports every quoted hash, and every name with `secret` in it. All of that stays in
the report, but nobody can look at a thousand checksums for the one key among them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from auditor.detectors.assignments import values
from auditor.detectors.assignments.places import HEAD_SIZE, Kind, Place, by_content, is_aside
from auditor.detectors.names import sounds_public
from auditor.detectors.placeholders import is_counted, is_encrypted, is_reference, is_worded
from auditor.detectors.published import VALUES
from auditor.detectors.rules import RULES
from auditor.model import Confidence, Finding, Text
from auditor.patterns import lazy_regex

RANDOM = frozenset({"Base64 High Entropy String", "Hex High Entropy String"})
KEY = "Private Key"
KEYWORD, VARIABLE = "Secret Keyword", "Secret Variable"
WORDPRESS = "WordPress Key"
AWS, AWS_ID = "AWS Access Key", 20
LOOSE = frozenset(
    {
        "AWS Access Key",
        "Artifactory Credentials",
        "Cloudant Credentials",
        "IBM COS HMAC Credentials",
        "IBM Cloud IAM Key",
        "JSON Web Token",
        "Mailchimp Access Key",
        "Private Key",
        "Public IP (ipv4)",
        "Slack Token",
        "SoftLayer Credentials",
        "Stripe Access Key",
        "Telegram Bot Token",
        "Twilio API Key",
    }
)
"""
Detectors that say `possible` only of what fails to be verified: a header without the key, a
format without its provider, an example.
"""
LONG_LINE = 1 << 14
"""
On longer lines values are looked for once, not each for itself, in characters.
"""
TABLE = 8
"""
So many random values in one file, each on a line of its own, are rows of a table.
"""
_INSTALLED = lazy_regex(
    r"^/(?:usr/)?(?:lib(?:64|exec|x?32)?|s?bin)/|^/usr/(?:include|share/(?!nginx/html/))|"
    r"^/usr/local/(?:go|include|share)/|^/usr/local/lib/(?:python|node_modules|ruby|perl|R)|"
    r"/(?:site-packages|dist-packages|node_modules|gems|\.cargo/registry|go/pkg/mod|\.m2/repository|"
    r"\.pyenv/versions|\.rustup|\.nvm/versions|vendor/[^/]+/[^/]+)/|^/var/(?:lib/(?:dpkg|apt|rpm)|cache/apt)/|^/lib/apk/"
)
"""
Where package managers put what others wrote. It proves nothing, so it counts against what is
merely possible and nothing else.
"""
_MANUAL = lazy_regex(r"^/usr/share/doc/[^/]+/(?:.+/)?(?:demo|example|sample|test)s?/")
"""
Examples in the manual of a package, with keys of their own; a key beside them may be anybody's.
"""
_IN_USE = frozenset({Kind.VALUES, Kind.SETTINGS, Kind.SHELL})
_NAME = lazy_regex(r"(?<![\w.\-@/])([\w.\-@/]+)[\"'\])]*\s*(?:[:=]|=>|,)?\s*[\"'(\[]*$")
_ID = lazy_regex(r"git_?head|(?:version|request|trace|snapshot)_?id$|nonce$", re.IGNORECASE)
_STRING = lazy_regex(r"[\"']([\w+/\\=-]{9,})(?=[\"'])", re.ASCII)
_DIGIT = lazy_regex(r"\d")
_ALPHABET = lazy_regex(r"abcdefghijk|ABCDEFGHIJK|0123456789", re.ASCII)


def weighed(text: Text, findings: Iterable[Finding]) -> Iterator[Finding]:
    """
    The findings of one detector in a text; those that are hardly one are doubted, with the reason.
    """
    found = list(findings)
    if not found or not text.path.startswith("/"):
        yield from found
        return
    scale = _Scale(text, found)
    for finding in found:
        possible = finding.confidence is Confidence.POSSIBLE
        reason = scale.doubt(finding) if possible else scale.known(finding)
        if reason:
            finding = replace(
                finding,
                confidence=Confidence.POSSIBLE,
                doubted=True,
                reasons=(*finding.reasons, reason),
            )
        yield finding


class _Scale:
    """
    What speaks against the findings of one text.
    """

    def __init__(self, text: Text, findings: list[Finding]) -> None:
        self._text = text
        self._place: Place = by_content(text.file, text.data[:HEAD_SIZE])
        self._aside = _aside(self._place, text)
        rows = {(f.detector, f.line) for f in findings if f.detector in RANDOM}
        self._rows = Counter(detector for detector, _ in rows)
        self._lines: list[bytes] | None = None
        self._number, self._cut = -1, ""
        self._places: dict[str, int] = {}

    def doubt(self, finding: Finding) -> str | None:
        """
        Why a finding is hardly a secret; `None` if nothing says so.
        """
        if self._aside:
            return self._aside
        if is_encrypted(finding.secret.reveal()):
            return "encrypted, with a key that lies elsewhere"
        if finding.detector in RANDOM:
            return self._of_random(finding)
        if finding.detector == KEYWORD:
            return self._of_keyword(finding)
        if finding.detector == WORDPRESS and self._is_comment(finding):
            return "in a comment"
        return "its detector asks for little" if finding.detector in LOOSE else None

    def known(self, finding: Finding) -> str | None:
        """
        Why what looks like a secret is none: everybody has it, or it is shown to nobody's harm.
        """
        value = finding.secret.reveal()
        publisher = VALUES.get(hashlib.sha256(value.encode("utf-8", "replace")).hexdigest())
        if publisher:
            return f"{publisher} publishes it"
        if finding.detector == KEY and _MANUAL.search(self._text.file):
            return "an example in the manual of a package"
        if not self._aside or finding.confidence is not Confidence.LIKELY:
            return None
        if is_counted(value):
            return f"counted up, {self._aside}"
        if self._place.kind is Kind.SOURCE and self._is_comment(finding):
            return f"in a comment, {self._aside}"
        shown = self._place.shown or self._place.kind is Kind.DOCUMENT
        if finding.detector == KEYWORD:
            return self._aside
        if finding.detector == VARIABLE and self._place.kind is Kind.UNKNOWN:
            # Prose such as a wheel's METADATA, whose lines look like settings.
            return self._aside
        # The plugin for AWS' ids takes secrets by the name beside them as well.
        near = finding.detector in near_names() or (
            finding.detector == AWS and len(value) != AWS_ID
        )
        return self._aside if shown and near else None

    def _of_random(self, finding: Finding) -> str | None:
        value, kind = finding.secret.reveal(), self._place.kind
        if kind is not Kind.VALUES and self._rows[finding.detector] >= TABLE:
            return f"one of {self._rows[finding.detector]} alike in this file"
        if kind is Kind.DOCUMENT or self._place.words:
            return "in a text for people to read"
        if is_counted(value) or is_worded(value) or _ALPHABET.search(value):
            return "made of words, or counted up"
        name = self._name(finding, value)
        if name and (sounds_public(name) or _ID.search(name)):
            return f"under a name that means a checksum or an id: {name}"
        return None

    def _of_keyword(self, finding: Finding) -> str | None:
        value = finding.secret.reveal()
        if is_reference(value) or values.is_type(value) or values.is_mask(value):
            return "a setting or a reference"
        if self._place.words and (" " in value or values.is_phrase(value)):
            return "words for people to read"
        if self._place.kind in _IN_USE:
            return None
        if values.is_expression(value) or values.is_phrase(value) or not _DIGIT.search(value):
            return "a word or an expression in a program or text"
        return None

    def _name(self, finding: Finding, value: str) -> str | None:
        """
        What stands before a value on its line.
        """
        line = self._line(finding)
        at = self._places.get(value, -1) if len(line) > LONG_LINE else -1
        at = at if at >= 0 else line.find(value)
        name = _NAME.search(line[max(at - 200, 0) : at]) if at >= 0 else None
        return name[1] if name else None

    def _is_comment(self, finding: Finding) -> bool:
        return is_aside(self._line(finding), "", self._place.format)

    def _line(self, finding: Finding) -> str:
        """
        The line of a finding, cut out once: it may be long, with many findings on it. Empty if it
        has none.
        """
        if finding.line is None:
            return ""
        if finding.line != self._number:
            if self._lines is None:
                self._lines = self._text.data.split(b"\n")
            index = finding.line - self._text.first_line
            known = 0 <= index < len(self._lines)
            self._number = finding.line
            self._cut = self._lines[index].decode("latin-1") if known else ""
            self._places = _places(self._cut) if len(self._cut) > LONG_LINE else {}
        return self._cut


def _places(line: str) -> dict[str, int]:
    """
    Where the quoted strings of a line begin that may be random.
    """
    found: dict[str, int] = {}
    for match in _STRING.finditer(line):
        found.setdefault(match[1], match.start(1))
    return found


@cache
def near_names() -> frozenset[str]:
    """
    Rules that go by their provider's name beside a value that says nothing.
    """
    return frozenset(rule.name for rule in RULES if rule.words)


def _aside(place: Place, text: Text) -> str | None:
    """
    Why nothing in a file is in use; `None` if it may be.
    """
    if place.shown:
        return "in an example, a test or a manual"
    if _INSTALLED.search(text.file):
        return "where package managers put what others wrote"
    return None
