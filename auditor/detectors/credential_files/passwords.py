"""
Files of one credential a line: `.netrc`, `.pgpass`, `.htpasswd`, shadow, s3fs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.detectors.credential_files.base import CredentialFile, Found
from auditor.detectors.placeholders import is_example, is_reference
from auditor.model import Confidence
from auditor.patterns import lazy_regex

LONGEST = 1024
"""
A password is no longer than this, in characters.
"""
_TOKEN = lazy_regex(r"\"((?:[^\"\\]|\\.)*)\"|(\S+)")
_DES = lazy_regex(r"[./0-9A-Za-z]{13}$")
_HASH = lazy_regex(
    r"\$[\w\-]{1,12}\$[A-Za-z0-9./$=,+\-]{8,}$|\{\w{3,8}\}\S{16,}$|_[./0-9A-Za-z]{19}$"
)


def _found(value: str, name: str, line: int, what: str) -> Iterator[Found]:
    if not value or len(value) > LONGEST or is_reference(value):
        return
    if is_example(value):
        yield Found(value, name, line, "looks like a placeholder", Confidence.POSSIBLE)
    else:
        yield Found(value, name, line, what)


def read_netrc(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    `machine … login … password …`, on one line or several; macros are passed over.
    """
    machine, wanted, macro = "", "", False
    for number, line in enumerate(lines, start=1):
        if macro:
            macro = bool(line.strip())
            continue
        for match in _TOKEN.finditer(line if not line.lstrip().startswith("#") else ""):
            token = match[1] if match[1] is not None else match[2]
            if wanted:
                if wanted == "machine":
                    machine = token
                elif wanted in ("password", "account"):
                    yield from _found(token, wanted, number, f"a password for {machine or 'all'}")
                macro, wanted = wanted == "macdef", ""
            elif token in ("machine", "login", "password", "account", "macdef"):
                wanted = token


def read_pgpass(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    Host, port, database, user and password with colons between; a backslash escapes.
    """
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            continue
        fields = re.findall(r"((?:\\.|[^:\\])*)(?::|$)", line)
        if len(fields) >= 5 and fields[4]:
            value = re.sub(r"\\(.)", r"\1", ":".join(line_fields(fields)))
            yield from _found(value, fields[3], number, f"a password for {fields[0]}")


def line_fields(fields: Sequence[str]) -> list[str]:
    """
    The fields from the password on, without the empty ends that splitting leaves.
    """
    rest = list(fields[4:])
    while rest and not rest[-1]:
        rest.pop()
    return rest


def read_hashes(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    shadow, htpasswd: user and hash. `*` and `!` are none; behind `!` a hash is locked, but known.
    """
    for number, line in enumerate(lines, start=1):
        user, _, rest = line.partition(":")
        value = rest.partition(":")[0].strip().lstrip("!*")
        if user and (_HASH.match(value) or (_DES.match(value) and not value.islower())):
            yield Found(value, user, number, f"the password hash of {user}")


def read_colon(lines: Sequence[str], path: str) -> Iterator[Found]:
    """
    `user:password` or `id:secret`.
    """
    for number, line in enumerate(lines, start=1):
        user, colon, value = line.strip().rpartition(":")
        if colon and user and not user.startswith("#"):
            yield from _found(value, user, number, f"a password of {user}")


NETRC = CredentialFile("netrc Password", lazy_regex(r"(?:^|/)[._]?netrc$"), read_netrc)
PGPASS = CredentialFile("pgpass Password", lazy_regex(r"(?:^|/)\.?pgpass(?:\.conf)?$"), read_pgpass)
SHADOW = CredentialFile(
    "Password Hash",
    lazy_regex(
        r"/g?shadow-?$|/\.?htpasswd[^/]*$|\.htpasswd$|/master\.passwd$|/opasswd$|/etc/passwd-?$"
    ),
    read_hashes,
)
COLON = CredentialFile(
    "Password File", lazy_regex(r"/\.?passwd-s3fs$|/\.?vnc/passwd\.txt$"), read_colon
)
