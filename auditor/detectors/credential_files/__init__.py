"""
Files that hold credentials in forms of their own, by what they hold: one explicit table.
"""

from __future__ import annotations

from auditor.detectors.credential_files.bare import BARE
from auditor.detectors.credential_files.base import CredentialFile, Found
from auditor.detectors.credential_files.documents import COMPOSER, DOCKER, KEYSET, STATE
from auditor.detectors.credential_files.manifests import KUBERNETES
from auditor.detectors.credential_files.passwords import COLON, NETRC, PGPASS, SHADOW

FILES: dict[str, CredentialFile] = {
    "bare": BARE,
    "colon": COLON,
    "composer": COMPOSER,
    "docker": DOCKER,
    "keyset": KEYSET,
    "kubernetes": KUBERNETES,
    "netrc": NETRC,
    "pgpass": PGPASS,
    "shadow": SHADOW,
    "terraform": STATE,
}
"""
All kinds by name.
"""

__all__ = ["FILES", "CredentialFile", "Found"]
