"""
Requests to one repository of a registry: authentication, redirects, limits.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from auditor import __version__
from auditor.errors import AuditError, NotAnImage, RegistryDenied
from auditor.exporter.registry import credentials, failures, tokens
from auditor.exporter.registry.credentials import Login
from auditor.exporter.registry.place import Place, is_loopback, origin, shown
from auditor.oci import DOCUMENT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

log = logging.getLogger("auditor")

_OCI, _DOCKER = "application/vnd.oci.image", "application/vnd.docker.distribution"
MANIFESTS = (
    f"{_OCI}.index.v1+json",
    f"{_OCI}.manifest.v1+json",
    f"{_DOCKER}.manifest.list.v2+json",
    f"{_DOCKER}.manifest.v2+json",
    f"{_DOCKER}.manifest.v1+prettyjws;q=0.5",
    f"{_DOCKER}.manifest.v1+json;q=0.5",
)
"""
Media types that are read, the old schema 1 if there is nothing else.
"""
TIMEOUTS = (20, 60)
"""
Seconds to wait for a connection, and for the next bytes.
"""
REDIRECTS = 5
"""
How often one request may be sent elsewhere.
"""
TOKEN_LIMIT = 1 << 20
"""
The largest answer of a token server, in bytes.
"""
_MOVED = (301, 302, 303, 307, 308)


class Client:
    """
    A conversation with the registry about one repository. Close it after use.
    """

    def __init__(self, place: Place) -> None:
        import requests

        self.place = place
        self._session = requests.Session()
        # NOTE: redirects are ours; requests would read the whole answer to prepare the next call.
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        self._session.headers["User-Agent"] = f"{tokens.CLIENT}/{__version__}"
        self._login: Login | None = None
        self._trouble: str | None = None
        self._has_looked = False
        self._authorization: str | None = None

    def close(self) -> None:
        """
        End all connections.
        """
        self._session.close()

    def manifest(self, version: str) -> bytes:
        """
        A manifest or index by tag or digest. Raises an `AuditError`.
        """
        headers = {"Accept": ", ".join(MANIFESTS)}
        with self._get(f"manifests/{version}", headers) as answer:
            return self._whole(answer, DOCUMENT_LIMIT, version)

    def document(self, digest: str) -> bytes:
        """
        A small blob. Raises an `AuditError`.
        """
        with self._get(f"blobs/{digest}", {}) as answer:
            return self._whole(answer, DOCUMENT_LIMIT, digest)

    @contextmanager
    def blob(self, digest: str, at: int = 0) -> Iterator[requests.Response]:
        """
        The answer with a blob from the byte `at` on, or with all of it if the registry cannot
        do that. Raises an `AuditError`.
        """
        headers = {"Range": f"bytes={at}-"} if at else {}
        with self._get(f"blobs/{digest}", headers) as answer:
            yield answer

    @contextmanager
    def _get(self, what: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        with closing(self._ask(what, headers)) as answer:
            if answer.status_code not in (200, 206):
                raise self._refused(answer, answer.status_code)
            yield answer

    def _refused(self, answer: requests.Response, status: int) -> AuditError:
        error = failures.refused(
            self.place, status, answer.headers.get("Retry-After"), self._login is not None
        )
        if self._trouble is not None and isinstance(error, RegistryDenied):
            return RegistryDenied(error.message, f"{self._trouble}; else {error.hint}")
        return error

    def _ask(self, what: str, headers: Mapping[str, str]) -> requests.Response:
        """
        An answer, after a challenge was met: the first one, or one after a token grew old.
        """
        url = f"{self.place.url}/{what}"
        answer = self._follow(url, headers)
        if self._wants_tls(answer):
            answer.close()
            self.place = replace(self.place, has_tls=True)
            return self._ask(what, headers)
        if answer.status_code != 401 or not self._is_own(answer.url):
            return answer
        answer.close()
        header = answer.headers.get("WWW-Authenticate", "")
        self._authorization = tokens.authorize(self.place, header, self._known(), self._send)
        return answer if self._authorization is None else self._follow(url, headers)

    def _wants_tls(self, answer: requests.Response) -> bool:
        """
        Whether a registry on this machine says so to us, who come without.
        """
        if answer.status_code != 400 or not self.place.is_local or self.place.has_tls:
            return False
        return b"HTTPS" in next(pieces(self.place, answer), b"")

    def _known(self) -> Login | None:
        if not self._has_looked:
            self._login, self._trouble = credentials.login(self.place)
            self._has_looked = True
        return self._login

    def _follow(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """
        An answer that is no redirect. What is our login here is nobody's elsewhere.
        """
        for _ in range(REDIRECTS + 1):
            own = {"Authorization": self._authorization} if self._authorization else {}
            answer = self._call("GET", url, {**headers, **(own if self._is_own(url) else {})})
            target = answer.headers.get("Location")
            if answer.status_code not in _MOVED or target is None:
                return answer
            answer.close()
            url = self._next(url, target)
        raise failures.endless(self.place)

    def _next(self, url: str, target: str) -> str:
        """
        Where a redirect leads.
        """
        with suppress(ValueError):
            joined = urljoin(url, target)
            if self.place.may_ask(joined):
                return joined
        raise failures.insecure(self.place)

    def _is_own(self, url: str) -> bool:
        return origin(self.place.url) == origin(url)

    def _send(self, ask: tokens.Ask) -> bytes:
        headers = {"Authorization": ask.authorization} if ask.authorization else {}
        how: dict[str, Any] = {"data" if ask.is_form else "params": dict(ask.query)}
        answer = self._call("POST" if ask.is_form else "GET", ask.url, headers, **how)
        with closing(answer):
            if answer.status_code != 200:
                # NOTE: a token server says 400 to a login that it does not know.
                raise self._refused(
                    answer, 401 if answer.status_code == 400 else answer.status_code
                )
            return self._whole(answer, TOKEN_LIMIT, "the token")

    def _call(
        self, method: str, url: str, headers: Mapping[str, str], **how: Any
    ) -> requests.Response:
        import requests.exceptions
        import urllib3.exceptions

        # NOTE: requests lets some errors of urllib3 through, such as that of a wrong host name.
        errors = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)
        try:
            log.info("%s %s", method, shown(url))
            # NOTE: what is on this machine is asked by no proxy, whatever the environment says.
            direct = {"http": None, "https": None, "all": None} if is_loopback(url) else {}
            return self._session.request(
                method,
                url,
                headers={"Accept-Encoding": "identity", **headers},
                auth=_as_it_is,
                allow_redirects=False,
                stream=True,
                timeout=TIMEOUTS,
                proxies=direct,  # type: ignore[arg-type]
                **how,
            )
        except errors as error:
            raise failures.unreachable(self.place, error, url) from error

    def _whole(self, answer: requests.Response, limit: int, what: str) -> bytes:
        held = bytearray()
        for piece in pieces(self.place, answer):
            held += piece
            if len(held) > limit:
                raise NotAnImage(
                    f"registry {self.place.host}: {what} is larger than {limit >> 20} MB",
                    "No registry takes such a document; check the name.",
                )
        return bytes(held)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """
    NOTE: without it requests writes what is in ~/.netrc over our header, for any host.
    """
    return request


PIECE = 1 << 16
"""
How much is taken of a connection at once at most, in bytes.
"""


def pieces(place: Place, answer: requests.Response) -> Iterator[bytes]:
    """
    The bytes of an answer. Raises `RegistryUnavailable` where the connection breaks.
    """
    import http.client

    import urllib3.exceptions

    # NOTE: http.client lets chunks have negative sizes: `read` would keep all that comes then, or
    # end with a ValueError.
    errors = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
    try:
        while piece := answer.raw.read1(PIECE, decode_content=False):
            yield piece
    except errors as error:
        raise failures.unreachable(place, error, answer.url) from error
