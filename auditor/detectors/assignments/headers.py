"""
HTTP headers that say who asks: `Authorization: Bearer …`, `X-Api-Key: …`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from auditor.detectors.assignments.base import Pair, Reader, Spot, decoded
from auditor.detectors.assignments.places import EVERYWHERE
from auditor.detectors.prefilter.literals import fold
from auditor.patterns import lazy_regex

NAME = "Authorization Header"
SURE = 12
"""
A token that a scheme such as Bearer introduces is at least this long, in characters.
"""
SHORTEST_USER = 3
_AUTHORIZATION = lazy_regex(
    r"(?:proxy-)?authorization\\?[\"'`]?\]?\s*(?:[:=,]|=>|\()\s*\\?[\"'`]?"
    r"(?P<scheme>bearer|basic|token|apikey|api-key|key|ghost|bot|digest|genie_?key|klaviyo-api-key|"
    r"sso-key|bot|aws|glsa|oauth|"
    r"ssws|zoho-oauthtoken)?[ \t]*:?(?P<value>\\?[\"']?\s*\+?\s*[^\s\"'`<>\\,;)]+)",
    re.IGNORECASE,
)
AUTHORIZATION_PATTERN = lazy_regex(
    r"authorization\\?[\"'`]?\]?\s*(?:[:=,]|=>|\()\s*\\?[\"'`]?[^\s\"'`]", re.IGNORECASE
)
_BEARER = lazy_regex(r"\b(?:bearer)[ \t]+(?P<value>[\w.~+/\-]{16,}=*)", re.IGNORECASE)
BEARER_PATTERN = lazy_regex(r"bearer[ \t]+[\w.~+/\-]{16}", re.IGNORECASE)
_OTHER = lazy_regex(
    r"(?P<name>(?:x-|private-|job-|deploy-|dd-|api-|circle-|shopify-|ocp-|access-|cf-|rapidapi-|"
    r"auth-)[\w\-]{0,40}(?:key|token|secret|auth|password)|apikey)\\?[\"']?\s*:\s*\\?[\"']?"
    r"(?P<value>[^\s\"'`<>\\,;)]+)",
    re.IGNORECASE,
)
OTHER_PATTERN = lazy_regex(
    r"(?:x-|private-|job-|deploy-|dd-|api-|circle-|shopify-|ocp-|access-|cf-|rapidapi-|auth-|"
    r"apikey)"
    r"[\w\-]*\\?[\"']?\s*:\s*\\?[\"']?[^\s\"']{8}",
    re.IGNORECASE,
)
_COMMAND = lazy_regex(r"(?:-H|--header)\b|https?://", re.IGNORECASE)


def read(spot: Spot) -> Iterator[Pair]:
    """
    Every credential in a header.
    """
    line, folded = spot.line, fold(spot.line)
    seen: set[str] = set()
    for match in _AUTHORIZATION.finditer(line) if "authorization" in folded else ():
        scheme, value = (match["scheme"] or "").lower(), match["value"]
        if value[0] in "\\\"'+ " or (scheme == "basic" and not decoded_basic(value)):
            continue
        if not scheme and (len(value) < 16 or value.isalpha()):
            continue
        seen.add(value)
        sure = scheme == "basic" or (bool(scheme) and len(value) >= SURE)
        yield Pair("Authorization", value, True, sure, NAME)
    for match in _BEARER.finditer(line) if "bearer" in folded else ():
        if match["value"] not in seen:
            yield Pair("Authorization", match["value"], True, False, NAME)
    for match in _OTHER.finditer(line) if ":" in line else ():
        yield Pair(match["name"], match["value"], True, False, NAME)


def decoded_basic(value: str) -> str | None:
    """
    The password of HTTP's Basic scheme; `None` if it does not decode to `user:password`.
    """
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    text = decoded(data)
    user, colon, password = text.partition(":")
    if not colon or not user + password:
        return None
    # Of a password in another encoding than UTF-8 the user can be read.
    named = len(user) >= SHORTEST_USER and user.isascii() and user.isprintable()
    return password if named or text.isprintable() else None


HEADERS = Reader((AUTHORIZATION_PATTERN, BEARER_PATTERN, OTHER_PATTERN), EVERYWHERE, read)
