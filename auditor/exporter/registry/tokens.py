"""
How a registry wants to be asked: its challenge, and the header that answers it.

RFC 7235 (challenges), RFC 6750 (Bearer) and the registry's token protocol
(distribution: spec/auth/token.md, oauth.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from auditor.errors import AuditError
from auditor.exporter.registry import failures
from auditor.exporter.registry.credentials import Login
from auditor.exporter.registry.place import Place
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_CHALLENGE = lazy_regex(r"(?:^|,)\s*(Bearer|Basic)\b", re.IGNORECASE)
# NOTE: only the beginning of a word begins a name: a header of megabytes may be one word.
_PARAMETER = lazy_regex(r'(?<![A-Za-z_])([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
CLIENT = "layer-auditor"
"""
Who we say that we are.
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """
    A request for a token.
    """

    url: str
    query: Mapping[str, str]
    authorization: str | None = None
    is_form: bool = False
    """
    Whether the query is sent as a form, which keeps a token out of logs.
    """


def challenges(header: str) -> dict[str, dict[str, str]]:
    """
    The parameters of each scheme that a `WWW-Authenticate` header offers, by its name in small
    letters.
    """
    found: dict[str, dict[str, str]] = {}
    starts = list(_CHALLENGE.finditer(header))
    ends = [*(one.start() for one in starts[1:]), len(header)]
    for one, end in zip(starts, ends, strict=False):
        rest = header[one.end() : end]
        values = {
            name.lower(): (quoted or plain) for name, quoted, plain in _PARAMETER.findall(rest)
        }
        found.setdefault(one[1].lower(), values)
    return found


def authorize(
    place: Place, header: str, login: Login | None, send: Callable[[Ask], bytes]
) -> str | None:
    """
    The `Authorization` header that answers a challenge; `None` if there is nothing to answer.
    `send` asks for a token. Raises an `AuditError`.
    """
    offered = challenges(header)
    if "bearer" in offered:
        if login is not None and _is_sendable(login.token):
            return f"Bearer {login.token}"
        return _bearer(place, offered["bearer"], login, send)
    return login.basic if "basic" in offered and login is not None else None


def _bearer(
    place: Place, values: Mapping[str, str], login: Login | None, send: Callable[[Ask], bytes]
) -> str | None:
    realm = values.get("realm")
    if not realm:
        return None
    if not place.may_ask(realm):
        # NOTE: it would be shown the login.
        raise failures.insecure(place)
    query = {"scope": values.get("scope") or f"repository:{place.repository}:pull"}
    if "service" in values:
        query["service"] = values["service"]
    if login is not None and login.identity:
        query |= {
            "grant_type": "refresh_token",
            "refresh_token": login.identity,
            "client_id": CLIENT,
        }
        answer = send(Ask(realm, query, is_form=True))
    else:
        answer = send(Ask(realm, query, login.basic if login else None))
    token = _token(answer)
    if token is None:
        raise _no_token(place)
    return f"Bearer {token}"


def _token(answer: bytes) -> str | None:
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    told = [data.get("token"), data.get("access_token")] if isinstance(data, dict) else []
    found = next((one for one in told if isinstance(one, str) and one), "")
    return found if _is_sendable(found) else None


def _is_sendable(token: str) -> bool:
    """
    Whether it may stand in a header: a line end in it would begin another one.
    """
    return token != "" and token.isascii() and token.isprintable()


def _no_token(place: Place) -> AuditError:
    return failures.refused(place, 401)
