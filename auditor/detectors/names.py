"""
Which variable names sound as if they held a secret.
"""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""
        pass(?:word|wd|phrase|code)? | pwd | secrets? | tokens?
      | (?:api|access|private|encrypt(?:ion)?|signing|app|auth|master|account|service|session
          |storage|shared|client|deploy|license|ssh|db|jwt|hmac|rsa|dsa|ec|aes|crypt(?:o)?)_?keys?
      | keys?_?(?:pass|secret) | credentials? | creds? | auth | bearer | cookie_?salt
      | database_?url | connection_?string | dsn | webhook | pat
    """,
    re.VERBOSE,
)
_OTHERWISE = re.compile(
    r"""
        (?: ^|_ )(?: file | path | dir | folder | name | names | url | uri | host | port | type | id
          | ttl | timeout | expir(?:y|es|ation|e)(?:_in)? | length | len | min | max | size | count
          | enabled? | disabled? | policy | algo(?:rithm)? | method | scheme | mode | version
          | prompt | hint | header | prefix | suffix | field | param | store | store_type | provider
          | endpoint | server | issuer | audience | scope | scopes | realm | service | sock(?:et)?
          | command | cmd | required | rotation | days | hours | minutes | seconds | format | class
        )$
    """,
    re.VERBOSE,
)
_PUBLIC = re.compile(
    r"sha(?:1|224|256|384|512)?(?:sum)?s?|md5(?:sum)?|checksum|digest|fingerprint|gpg|pgp|revision|"
    r"commit|vcs|version|integrity|hash|etag|build_?id|ref|uuid|cache|container|parent|id|hostname|domainname|macaddress",
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


GLUED = 6
"""
A word this long means the same at the end of another, in characters.
"""


def _words(name: str) -> str:
    """
    `dbPassword`, `DB-PASSWORD` and `db.password` are all `db_password`.
    """
    return "_".join(_WORDS.findall(name)).lower()


def sounds_secret(name: str) -> bool:
    """
    Whether the value of a variable of this name is meant to be secret.
    """
    plain = _words(name)
    if _OTHERWISE.search(plain) and not plain.endswith(("_url", "_dsn")):
        return False
    if plain.endswith("_url"):
        return plain.endswith("database_url")
    return any(_is_word(match, plain) for match in _SECRET.finditer(plain))


def _is_word(match: re.Match[str], plain: str) -> bool:
    """
    Whole words only: `compass` and `author` hold no secret, `sharedkeyhint` is about one. Glued
    forms that end in a secret, such as `dbpassword`, do hold one.
    """
    starts = match.start() == 0 or plain[match.start() - 1] == "_"
    ends = match.end() == len(plain) or plain[match.end()] in "_0123456789"
    return ends and (starts or len(match[0]) >= GLUED)


def sounds_public(name: str) -> bool:
    """
    Whether a variable of this name holds a checksum, revision or the like, which anyone may know.
    """
    plain = _words(name)
    return any(_PUBLIC.fullmatch(word) for word in plain.split("_")) or bool(
        re.search(r"sha_?(?:256|512|1)|md_?5|checksum|digest", plain)
    )
