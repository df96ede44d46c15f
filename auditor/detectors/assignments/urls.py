"""
URLs and connection strings with credentials in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from auditor.detectors.assignments.base import CORE, Pair, Reader, Spot, places
from auditor.detectors.assignments.places import EVERYWHERE
from auditor.patterns import lazy_regex

NAME = "URL Credentials"
STRING = "Connection String"
SCHEME = 31
"""
The longest scheme, in characters.
"""
_USER = lazy_regex(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{{1,{SCHEME - 1}}})"
    r"://(?P<user>[^\s/?#:@\"'<>`\[\]{}|\\]{0,200}):"
    r"(?P<value>[^\s\"'<>`|@\\]{1,500}?(?:@[^\s\"'<>`|@\\/?#:,]{1,100})?)@(?P<host>[A-Za-z0-9\[.$%_{\-][^\s\"'<>`/,;]*)"
)
USER_PATTERN = lazy_regex(
    r"[A-Za-z][A-Za-z0-9+.\-]+://[^\s/?#:@\"'<>]*:[^\s\"'<>@]{2,}@[\w\[.$%{\-]"
)
_QUERY = lazy_regex(
    rf"[?&](?:amp;)?(?P<name>[\w.\-]{{0,60}}?{CORE}[\w.\-]{{0,60}}|sig|signature|code|apikey|"
    rf"appid|key)="
    r"(?P<value>[^&\s\"'<>#`\\)\]},;]+)",
    re.IGNORECASE,
)
QUERY_PATTERN = lazy_regex(
    rf"://.*[?&](?:amp;)?(?:[\w.\-]*{CORE}[\w.\-]*|sig|signature|code|apikey|appid|"
    rf"key)=[^&\s\"'<>#]{{8}}",
    re.IGNORECASE,
)
_STRING = lazy_regex(
    r"(?:^|[;\"'\s,])(?P<name>password|pwd|accountkey|sharedaccesskey|sharedaccesssignature|"
    r"sharedsecret|"
    r"access_?key|api_?key|client_?secret|"
    r"user_?password)\s*=\s*(?P<value>[^;\"']{1,400}?)\s*(?=[;\"']|$)",
    re.IGNORECASE,
)
STRING_PATTERN = lazy_regex(
    r"=[^;\n]*;.*(?:password|pwd|key|signature|secret)\s*=|"
    r"(?:password|pwd|key|signature|secret)\s*=[^;\n]*;.*=",
    re.IGNORECASE,
)
_STRING_WORDS = (
    "password", "pwd", "accountkey", "sharedaccess", "sharedsecret", "access_key", "accesskey",
    "api_key", "apikey", "client_secret", "clientsecret",
)  # fmt: skip
"""
Of these one is in each name that `_STRING` knows.
"""
_STRING_SIGN = lazy_regex(
    r"(?:server|data\s?source|host|endpoint|database|initial\s?catalog|user\s?id|uid|driver|dsn|"
    r"provider|"
    r"accountname|hostname|defaultendpointsprotocol|addr(?:ess)?|port)\s*=",
    re.IGNORECASE,
)
_LIBPQ = lazy_regex(
    r"(?:host|dbname|user|port)=\S{1,200}\s.{0,200}?\b(?P<name>password)=(?P<value>'[^']*'|"
    r"[^\s\"']+)|"
    r"\b(?P<name2>password)=(?P<value2>'[^']*'|[^\s\"']{1,200})\s.{0,200}?(?:host|dbname|user|"
    r"port)=\S+"
)
LIBPQ_PATTERN = lazy_regex(
    r"(?:host|dbname|user|port)=\S+\s.*password=|password=\S+\s.*(?:host|dbname|user|port)="
)
_GO = lazy_regex(r"[\"'`=\s](?P<user>[\w.\-]+):(?P<value>[^\s\"'`@]{3,})@(?:tcp|unix)\(")
GO_PATTERN = lazy_regex(r"\w:[^\s\"'`@]{3,}@(?:tcp|unix)\(")
_ORACLE = lazy_regex(r"jdbc:oracle:\w+:(?P<user>[^\s/@\"':]+)/(?P<value>[^\s@\"']+)@")
ORACLE_PATTERN = lazy_regex(r"jdbc:oracle:\w+:[^\s/@]+/[^\s@]+@")


def read(spot: Spot) -> Iterator[Pair]:
    """
    Every password and key within a URL or connection string.
    """
    line = spot.line
    if "://" in line:
        yield from _in_url(line)
    # NOTE: on a line of megabytes each of these patterns takes as long as all the rest, and few
    # lines hold what they begin with.
    if "@tcp(" in line or "@unix(" in line:
        yield from _as_password(_GO, line)
    if "jdbc:oracle:" in line:
        yield from _as_password(_ORACLE, line)
    if "password=" in line:
        for match in _LIBPQ.finditer(line):
            value = match["value"] or match["value2"]
            yield Pair("password", value.strip("'"), True, True, STRING)
    if ";" in line and _may_be_string(line) and _STRING_SIGN.search(line):
        for match in _STRING.finditer(line):
            yield Pair(match["name"], match["value"], True, True, STRING)


def _in_url(line: str) -> Iterator[Pair]:
    if "@" in line:
        for match in _with_user(line):
            if not _is_code(match):
                yield Pair(match["scheme"].lower(), match["value"], True, True, NAME)
    if "?" in line or "&" in line:
        for match in _QUERY.finditer(line):
            yield Pair(match["name"], unquote(match["value"]), True, False, NAME)


def _with_user(line: str) -> Iterator[re.Match[str]]:
    """
    All matches of `_USER`. They are tried only where a scheme may begin: on a long line there are
    many words, and few are schemes.
    """
    end = 0
    for at in places(line, "://"):
        for start in range(max(at - SCHEME, end), at):
            match = _USER.match(line, start)
            if match:
                end = match.end()
                yield match
                break


def _as_password(pattern: re.Pattern[str], line: str) -> Iterator[Pair]:
    for match in pattern.finditer(line):
        yield Pair("password", match["value"], True, True, STRING)


def _may_be_string(line: str) -> bool:
    folded = line.casefold()
    return any(word in folded for word in _STRING_WORDS)


def _is_code(match: re.Match[str]) -> bool:
    """
    Whether this is a pattern or template of a URL rather than one.
    """
    value, host = match["value"], match["host"]
    return value[:1] in "$%{[(*" or "${" in value or "(?" in value or host[0] in "$%{"


URLS = Reader(
    (USER_PATTERN, QUERY_PATTERN, STRING_PATTERN, LIBPQ_PATTERN, GO_PATTERN, ORACLE_PATTERN),
    EVERYWHERE,
    read,
)
