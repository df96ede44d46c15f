"""
Who makes packages that anybody can get: the distributions, by what their packages say.
"""

from __future__ import annotations

from auditor.packages.base import Standing
from auditor.patterns import lazy_regex

_DOMAINS = (
    "alpinelinux.org", "archlinux.org", "canonical.com", "debian.net", "debian.org", "devuan.org",
    "kali.org", "raspberrypi.com", "raspberrypi.org", "ubuntu.com",
)  # fmt: skip
_VENDORS = lazy_regex(
    r"AlmaLinux|Amazon(?: Linux|\.com)?|CentOS|CloudLinux|Fedora Project|Microsoft Corporation|"
    r"Mageia\.Org|openEuler|openSUSE|Oracle America|Red Hat, Inc\.|Rocky Enterprise Software "
    r"Foundation|Rocky Linux|SUSE LLC <https://www\.suse\.com/>"
)
_ADDRESS = lazy_regex(r"<[^<>@\s]*@([^<>@\s]+)>\s*$")


def standing_of(maintainer: str) -> Standing | None:
    """
    What a maintainer's name and address tell: a distribution's address, one that means nothing
    outside the machine that built the package, or somebody, which tells nothing.
    """
    found = _ADDRESS.search(maintainer[:1000])
    host = found[1].lower().rstrip(".") if found else ""
    if any(host == domain or host.endswith(f".{domain}") for domain in _DOMAINS):
        return Standing.PUBLISHED
    if not maintainer.strip() or (found and not _is_public(host)):
        return Standing.LOCAL
    return None


def standing_of_vendor(vendor: str, signed: bool) -> Standing | None:
    """
    What the vendor's name in a package and a signature tell.
    """
    if signed and _VENDORS.fullmatch(vendor):
        return Standing.PUBLISHED
    return None if signed or vendor not in ("", "(none)") else Standing.LOCAL


def _is_public(host: str) -> bool:
    """
    Whether a host's name may exist outside of one machine or network.
    """
    last = host.rpartition(".")[2]
    return "." in host and last not in ("local", "localdomain", "internal", "lan", "invalid")
