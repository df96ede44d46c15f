"""
What a reference to a registry means: host, repository, and tag or digest.

The host is part of every reference. None is assumed: an image that is looked for at somebody
else's host is not the one that was meant.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from auditor.errors import UsageError
from auditor.patterns import lazy_regex

_HOST = lazy_regex(
    r"^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?\Z"
)
_REPOSITORY = lazy_regex(
    r"^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\Z"
)
_TAG = lazy_regex(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST = lazy_regex(r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}\Z")
_VERIFIABLE = lazy_regex(r"^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})\Z")
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
        scheme = "http" if self.is_local else "https"
        return f"{scheme}://{self.host}/v2/{self.repository}"

    def may_ask(self, url: str) -> bool:
        """
        Whether a registry may send us to `url`: nothing passes in the clear, and only a registry
        on this machine leads to another server on it.
        """
        try:
            scheme = urlsplit(url).scheme
        except ValueError:
            return False
        return scheme == "https" or (scheme == "http" and self.is_local and is_loopback(url))


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


def is_loopback(url: str) -> bool:
    """
    Whether a URL leads to this machine.
    """
    name = urlsplit(url).hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def parse(reference: str) -> Place:
    """
    The place that `host/name[:tag][@digest]` means. A digest outdoes a tag. Raises a
    `UsageError`.
    """
    host, slash, rest = reference.partition("/")
    if "@" in host and slash:
        # NOTE: what stands before it may be a password.
        raise UsageError(
            "registry: a reference holds no user and no password",
            "Log in with docker login HOST (or podman login) and write registry:host/name:tag.",
        )
    if not slash or not _is_host(host):
        raise UsageError(
            f"registry:{reference}: names no registry; none is assumed",
            f"Write registry:host/name:tag; an engine's image is docker:registry:{reference}"
            if not slash
            else "Write registry:host/name:tag, with the registry's host.",
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
            f"registry:{reference}: is no valid name of an image",
            "Write registry:host/name:tag or registry:host/name@sha256:…, in small letters.",
        )
    return Place(host, repository, digest or tag or LATEST)


def _is_host(text: str) -> bool:
    """
    As docker tells a host from the first part of a name.
    """
    if not _HOST.match(text) or (text != "localhost" and not re.search(r"[.:]", text)):
        return False
    try:
        return urlsplit(f"//{text}").hostname is not None
    except ValueError:
        return False
