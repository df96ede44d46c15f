"""
Files that hold one secret and nothing else: `/run/secrets/*`, `.vault-token`, `db_password.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.detectors.assignments.values import is_phrase, is_public, is_random, is_type
from auditor.detectors.credential_files.base import CredentialFile, Found
from auditor.detectors.names import ends_secret, may_be_secret
from auditor.detectors.placeholders import is_example, is_reference
from auditor.model import Confidence
from auditor.patterns import lazy_regex

LONGEST = 4096
"""
In characters.
"""
SHORTEST = 6
_MOUNT = lazy_regex(
    r"(?:^|/)(?:run|mnt|etc|app|opt|srv)/(?:[\w.\-]+/)*secrets?/[^/]+$|/\.secrets?/[^/]+$"
)
_SHOWN = lazy_regex(
    r"(?:^|[/._\-])(?:tests?|testdata|fixtures?|examples?|samples?|docs?|share)[/._\-]"
)
_PATH = lazy_regex(
    r"(?:^|/)(?:run|mnt|etc|app|opt|srv)/(?:[\w.\-]+/)*secrets?/[^/]+$|/\.secrets?/[^/]+$|"
    r"(?:^|/)[^/]*(?:pass(?:w(?:or)?d|wd|phrase|code)?|pwd|secret|token|cred(?:ential)?s?|key|auth)"
    r"[^/.]*(?:\.(?:txt|token|key|secret|pass|password|conf|dat|id|val|production|prod))?$|"
    r"\.(?:token|secret|pass(?:word)?|apikey)$",
    re.IGNORECASE,
)


def read(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    The only line of a file whose name, or folder, says what it is.
    """
    full = [(number, line.strip()) for number, line in enumerate(lines[:8], 1) if line.strip()]
    if len(full) != 1 or len(lines) > 8:
        return
    number, value = full[0]
    name = path.rpartition("/")[2]
    mounted = bool(_MOUNT.search(path))
    if not _is_value(value, mounted) or not (mounted or _is_named(name, value)):
        return
    if is_example(value):
        yield Found(value, name, number, "looks like a placeholder", Confidence.POSSIBLE)
    elif _SHOWN.search(path) and not mounted:
        yield Found(value, name, number, "in an example or a test", Confidence.POSSIBLE)
    else:
        yield Found(value, name, number, f"the only content of {name}")


def _is_named(name: str, value: str) -> bool:
    stem = re.sub(r"\.(?:txt|conf|dat|id|val|production|prod)$", "", name.lower())
    if ends_secret(stem) or stem in ("secret", "secret_key"):
        return is_random(value) or " " not in value
    return (may_be_secret(stem) or stem == "key") and is_random(value)


def _is_value(value: str, mounted: bool) -> bool:
    if value.count(":") > 1 and not is_random(value):
        return False
    if not SHORTEST <= len(value) <= LONGEST or value.startswith(
        ("#", "{", "[", "<", "-----", "//")
    ):
        return False
    if is_reference(value) or is_public(value) or is_type(value) or is_phrase(value):
        return False
    # An assignment is read as one.
    return mounted or not re.match(r"[A-Za-z_]{2,40}\s*[=:]\s*\S|\S+\s+[=:]|.*[(){};]", value)


BARE = CredentialFile("Secret File", _PATH, read)
