"""
The whole secret from the fragment that a detect-secrets plugin yields.

`GitHubTokenDetector` yields `ghp`, GitLab's and npm's plugins yield inner groups, the private-key
plugin yields the header line, and several patterns end before the token does. A fragment groups
all tokens of a kind into one, so the value is matched again here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from auditor.patterns import lazy_regex

KEY_LINES = 400
"""
A private key is no longer than this, in lines.
"""

_TOKENS = {
    "GitHub Token": lazy_regex(r"gh[pousr]_[A-Za-z0-9_]{36,}?(?=gh[pousr]_|[^A-Za-z0-9_]|$)"),
    "GitLab Token": lazy_regex(
        r"(?:glpat|gldt|glft|glsoat|glrt|glcbt|glimt|glptt|glagent|gloas)-[A-Za-z0-9_\-.]{20,}"
        r"|GR1348941[A-Za-z0-9_\-]{20,}"
    ),
    "NPM tokens": lazy_regex(
        r":_authToken=\s*[\"']?(npm_[A-Za-z0-9]+|[A-Fa-f0-9-]{36}|npm_[^\s\"']+)"
    ),
    "JSON Web Token": lazy_regex(r"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+(?:\.[A-Za-z0-9_.+/=-]*)?"),
    "Slack Token": lazy_regex(
        r"(?:xoxe\.)?xox[abposr]-(?:\d+-)*[A-Za-z0-9-]+"
        r"|https://hooks\.slack\.com/services/T\w+/B\w+/\w+",
        re.IGNORECASE,
    ),
    "OpenAI Token": lazy_regex(r"sk-[A-Za-z0-9_-]*T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    "Stripe Access Key": lazy_regex(r"[rs]k_live_[0-9a-zA-Z]{24,}"),
    "Telegram Bot Token": lazy_regex(r"(?<!\d)\d{8,10}:[0-9A-Za-z_-]{35}"),
    "Basic Auth Credentials": lazy_regex(r"://[^:/?#\[\]@\s]+:([^/?#@\s]+)@"),
    "Artifactory Credentials": lazy_regex(r"(?<![A-Za-z0-9])A(?:KC|P[\dABCDEF])[a-zA-Z0-9]{8,}"),
    "Azure Storage Account access key": lazy_regex(r"AccountKey=([a-zA-Z0-9+/=]{88})"),
    "Discord Bot Token": lazy_regex(r"[MNO][A-Za-z\d_-]{23,}\.[\w-]{6}\.[\w-]{27,}"),
}

_BEGIN = lazy_regex(
    r"(?:-----?|---- )BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----?|PuTTY-User-Key-File-\d"
)
_OPENING = lazy_regex(r"^\s*(?:\+\s*)?[\"']+")
_CLOSING = lazy_regex(r"[\"']+\s*[+.&]?\s*$")


def whole(secret_type: str, fragment: str, lines: Sequence[str]) -> list[str]:
    """
    Every whole secret of that type on the first line that holds the fragment; the fragment itself
    if nothing longer can be made out. More lines are needed for private keys alone.
    """
    if secret_type == "Private Key":
        return [private_key(lines) or fragment]
    pattern = _TOKENS.get(secret_type)
    if pattern is None:
        return [fragment]
    found = [match[match.lastindex or 0] for match in pattern.finditer(lines[0])]
    return [value for value in found if fragment in value] or [fragment]


def private_key(lines: Sequence[str]) -> str | None:
    """
    The whole block of a private key whose header stands on the first line. Line breaks written as
    `\\n`, as in JSON and environment variables, count as line breaks.
    """
    first = _unescape(lines[0])
    begin = _BEGIN.search(first)
    if begin is None:
        return None
    text, *rest = first[begin.start() :].split("\n")
    if begin[1] is None:
        return "\n".join([text, *rest, *(line.strip() for line in lines[1:KEY_LINES])])
    text = begin[0] + _bare(text[len(begin[0]) :], added=False)
    end = re.compile(rf"-----?END {re.escape(begin[1])}-----?")
    added = first[: begin.start()].rstrip(" \t").endswith("+")
    more = (piece for line in lines[1:KEY_LINES] for piece in _unescape(line).split("\n"))
    for piece in chain(rest, more):
        if end.search(text):
            break
        plain = _bare(piece, added)
        if plain or not piece.strip():
            text += "\n" + plain
    match = end.search(text)
    return text[: match.end()] if match else None


def _bare(line: str, added: bool) -> str:
    """
    A line of a block without what a program, a comment or a patch puts around it. `+` and `/` are
    letters of base64, and syntax only beside a quote, or where the first line of the block was
    `added` by a patch.
    """
    text = line.strip(" \t,;#*")
    if added:
        text = text.removeprefix("+")
    return _OPENING.sub("", _CLOSING.sub("", text))


def _unescape(line: str) -> str:
    return line.replace("\\r", "").replace("\\n", "\n") if "\\n" in line else line
