"""
What a registry can answer instead of an image, in one line each and with what to do about it.

An exception's own text is never shown: it may hold a URL, and that a signature.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

from auditor.errors import AuditError, ImageNotFound, RegistryDenied, RegistryUnavailable
from auditor.exporter.registry.place import Place, origin
from auditor.patterns import lazy_regex

_SECONDS = lazy_regex(r"^[0-9]{1,5}\Z")


def unreachable(place: Place, error: BaseException, url: str) -> RegistryUnavailable:
    """
    No answer came from where `url` leads.
    """
    import requests.exceptions
    import urllib3.exceptions

    known = list(_causes(error))
    whose = _whose(place, url)
    no_proxy = (
        requests.exceptions.InvalidProxyURL,
        requests.exceptions.InvalidSchema,
        urllib3.exceptions.ProxySchemeUnknown,
    )
    if _has(known, no_proxy):
        return _told(whose, "the proxy's address is of no use", "See HTTPS_PROXY and NO_PROXY.")
    if _has(known, requests.exceptions.ProxyError):
        return _told(whose, "the proxy does not let us through", "See HTTPS_PROXY and NO_PROXY.")
    if type(error) is OSError:
        # NOTE: what requests says of a file of authorities that is not there.
        return _told(
            whose,
            "the file of certificates cannot be read",
            "See REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        )
    if _has(known, ssl.SSLCertVerificationError):
        why = next((text for one in known if (text := getattr(one, "verify_message", ""))), "")
        return _told(
            whose,
            f"its certificate is not trusted ({why or 'no reason is given'})",
            "Name the file of its authority in REQUESTS_CA_BUNDLE, or have the certificate mended.",
        )
    if _has(known, (ssl.SSLError, requests.exceptions.SSLError)):
        return _told(
            whose,
            "TLS failed",
            "Registries are asked by https; without it only those on this machine.",
        )
    no_name = (
        socket.gaierror,
        urllib3.exceptions.LocationParseError,
        requests.exceptions.InvalidURL,
    )
    if _has(known, no_name):
        return _told(whose, "unknown host", "Check the name and the network.")
    if _has(known, ConnectionRefusedError):
        return _told(whose, "connection refused", "Check host and port, and whether it runs.")
    if _has(known, (TimeoutError, requests.exceptions.Timeout)):
        return _told(whose, "does not answer in time", "Check the network, or try again later.")
    kind = type(error).__name__
    return _told(whose, f"the connection broke ({kind})", "Check the network, or try again.")


def _whose(place: Place, url: str) -> str:
    with suppress(ValueError):
        theirs = origin(url)
        if theirs != origin(place.url):
            return f"{place.host} (sends us on to {theirs[1]})"
    return place.host


def _told(whose: str, what: str, hint: str) -> RegistryUnavailable:
    return RegistryUnavailable(f"registry {whose}: {what}", hint)


def _has(
    known: list[BaseException], kinds: type[BaseException] | tuple[type[BaseException], ...]
) -> bool:
    return any(isinstance(one, kinds) for one in known)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """
    The error and all that it wraps: requests keeps its cause among the arguments, urllib3 in
    `reason`.
    """
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [item for item in inner if isinstance(item, BaseException)]


def refused(
    place: Place, status: int, wait: str | None = None, is_known: bool = False
) -> AuditError:
    """
    An answer that is an error. `wait` is what the registry says about when to ask again, and
    `is_known` whether it was shown a login.
    """
    host = place.host
    if status in (401, 403):
        why = "does not let this login read" if is_known else "wants a login for"
        return RegistryDenied(
            f"registry {host}: {why} {place.repository}",
            f"docker login {host}, as a user who may pull it.",
        )
    if status == 404:
        return ImageNotFound(
            f"registry {host}: no such image: {place.name}",
            f"Check name, tag and digest; some registries hide what needs docker login {host}.",
        )
    if status == 429:
        when = f"in {wait} s" if wait is not None and _SECONDS.match(wait) else "later"
        return RegistryUnavailable(
            f"registry {host}: too many requests",
            f"Try again {when}; a login often allows more: docker login {host}",
        )
    return RegistryUnavailable(
        f"registry {host}: answers with status {status}",
        "Check that it is a registry, or try again later.",
    )


def insecure(place: Place) -> RegistryUnavailable:
    """
    The registry sends us where a request could be listened to, or from outside to this machine.
    """
    return _told(
        place.host,
        "leads to a server that is on this machine or not asked by https",
        "Copy the image with a client that you trust to do so, and audit the copy.",
    )


def endless(place: Place) -> RegistryUnavailable:
    """
    The registry sends us on and on.
    """
    return _told(place.host, "sends us on again and again", "Check the host, or try again later.")
