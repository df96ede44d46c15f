"""
What a reference to a registry means: host, repository, and tag or digest.

The host is part of every reference. None is assumed: an image that is looked for at somebody
else's host is not the one that was meant.
"""

from __future__ import annotations

import ipaddress
import re

from urllib3.util import parse_url

from auditor.errors import UsageError
from auditor.patterns import lazy_regex
from auditor.records import dataclass

_HOST = lazy_regex(
    r"^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?\Z"
)
_REPOSITORY = lazy_regex(
    r"^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\Z"
)
_TAG = lazy_regex(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST = lazy_regex(r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}\Z")
_VERIFIABLE = lazy_regex(r"^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})\Z")
_PASSWORD = lazy_regex(r"^.*@(?!sha)", re.DOTALL)
LATEST = "latest"
"""
The tag that is meant where none is given.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """
    An image in a registry.
    """

    host: str
    """
    With its port, if one was given.
    """
    repository: str
    version: str
    """
    A tag, or a digest.
    """
    has_tls: bool = False
    """
    Whether it is known to speak TLS though it is on this machine.
    """

    @property
    def name(self) -> str:
        """
        The image's name at its registry.
        """
        return f"{self.repository}{'@' if is_digest(self.version) else ':'}{self.version}"

    @property
    def is_local(self) -> bool:
        """
        Whether the registry is on this machine, so that nobody can listen in.
        """
        return is_loopback(f"//{self.host}")

    @property
    def url(self) -> str:
        """
        Where the repository's manifests and blobs are.
        """
        scheme = "http" if self.is_local and not self.has_tls else "https"
        return f"{scheme}://{self.host}/v2/{self.repository}"

    def may_ask(self, url: str) -> bool:
        """
        Whether a registry may send us to `url`: nothing passes in the clear, and only a registry
        on this machine leads to another server on it.
        """
        try:
            scheme, _, _ = origin(url)
            is_here = is_loopback(url)
        except ValueError:
            return False
        if is_here:
            return self.is_local and scheme in ("http", "https")
        return scheme == "https"


def is_digest(text: str) -> bool:
    """
    Whether it is a digest that may stand in a URL.
    """
    return _DIGEST.match(text) is not None


def is_verifiable(digest: str) -> bool:
    """
    Whether it can be computed what has this digest.
    """
    return _VERIFIABLE.match(digest) is not None


def origin(url: str) -> tuple[str | None, str, int | None]:
    """
    Scheme, host and port of a URL. Raises `ValueError`.
    """
    # NOTE: by the parser of those who will connect: others take `http://a\\@localhost` for this
    # machine.
    parts = parse_url(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme or "")
    return parts.scheme, parts.host or "", port


def shown(url: str) -> str:
    """
    A URL without what may be a secret or a trick in it. Raises `ValueError`.
    """
    return parse_url(url)._replace(auth=None, query=None, fragment=None).url


def is_loopback(url: str) -> bool:
    """
    Whether a URL leads to this machine. Raises `ValueError`.
    """
    _, host, _ = origin(url)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse(reference: str) -> Place:
    """
    The place that `host/name[:tag][@digest]` means. A digest outdoes a tag. Raises a
    `UsageError`.
    """
    host, slash, rest = reference.partition("/")
    # NOTE: what stands before an @ may be a password.
    told = _PASSWORD.sub("…@", reference)
    if "@" in host and slash:
        raise UsageError(
            "registry: a reference holds no user and no password",
            "Log in with docker login HOST (or podman login) and write registry:host/name:tag.",
        )
    if not slash or not _is_host(host):
        raise UsageError(
            f"registry:{told}: names no registry; none is assumed",
            f"Write registry:host/name:tag; an engine's image is docker:registry:{told}"
            if not slash
            else "Write registry:host/name:tag, with the registry's host and without https://.",
        )
    name, at, digest = rest.partition("@")
    repository, colon, tag = name.partition(":")
    is_right = (
        _REPOSITORY.match(repository)
        and (_TAG.match(tag) if colon else True)
        and (is_verifiable(digest) if at else True)
    )
    if not is_right:
        raise UsageError(
            f"registry:{told}: is no valid name of an image",
            "Write registry:host/name:tag or registry:host/name@sha256:…, in small letters.",
        )
    return Place(host.lower(), repository, digest or tag or LATEST)


def _is_host(text: str) -> bool:
    """
    As docker tells a host from the first part of a name.
    """
    if not _HOST.match(text) or (text != "localhost" and not re.search(r"[.:]", text)):
        return False
    try:
        return origin(f"//{text}")[1] != ""
    except ValueError:
        return False
