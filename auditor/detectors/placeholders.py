"""
Values that stand where a secret would stand and are none: references, templates, examples.
"""

from __future__ import annotations

import re
from itertools import pairwise

from auditor.patterns import lazy_regex

_REFERENCE = lazy_regex(
    r"""^(?:
        \$ (?: [A-Za-z_]\w* | \d | [{(\[] .* | [A-Za-z_]\w* [:/.\-\[] .* | \$ [{(A-Za-z_] .* )
      | % [A-Za-z_][A-Za-z0-9_]* %  # %NAME%
      | %\( .* \)s? | @ [A-Za-z_][\w.\-]* @ | __ \w+ __ | \#\{ .* | <% .* %>
      | process\.env\b .* | os\.(?:environ|getenv) .* | (?:System\.)?getenv\b .* | ENV\[ .*
          | env\( .*
      | (?:data|var|local|module|vars|secrets|env|inputs|values)\.[A-Za-z_][\w.\-\[\]"']*
      | \{\{ .* \}\} | \{ .* \} | < .* > | \[ .* \]
      | \*+ | x+ | \.+ | -+ | _+ | \#+
    )$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ENCRYPTED = lazy_regex(
    r"""^(?:
        ENC\[ [A-Z0-9_]+, .* \]  # SOPS, eyaml
      | ENC\( [A-Za-z0-9+/=]+ \)  # Jasypt
      | \$ANSIBLE_VAULT; .*
      | \{cipher\} .*  # Spring Cloud
      | vault:v\d+: .*  # Vault's transit engine
      | Ag[A-D][A-Za-z0-9+/]{600,}={0,2}  # SealedSecret: a key under RSA of 4096 bits comes first
    )$""",
    re.VERBOSE | re.DOTALL,
)
_EXAMPLE = lazy_regex(
    r"""
        example | sample | dummy | placeholder | change[-_ ]?(?:me|it|this)
      | replace[-_ ]?(?:me|this|with)
      | your[-_ ]? | my[-_](?:secret|password|token|key) | insert[-_ ] | todo | fixme | redacted
      | not[-_ ]?a?[-_ ]?(?:real|secret) | x{6} | \*{4} | \.{3}$ | 0{8} | 1{8} | (?:1234567890){2}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORDS = frozenset(
    {"password", "passwd", "pass", "pwd", "secret", "token", "key", "user", "username", "admin",
     "test", "testing", "foo", "bar", "baz", "none", "null", "nil", "undefined", "true", "false",
     "yes", "no", "on", "off", "default", "empty", "string", "value", "tiger", "pw", "guest",
     "anonymous", "mypass", "mypassword", "mysecret", "mytoken", "enabled", "disabled", "required",
     "optional", "auto", "xxx"}
)  # fmt: skip
"""
Words that documentation puts in a password's place. `tiger` is SQLAlchemy's.
"""
_PATH = lazy_regex(r"^(?:[A-Za-z]:\\|\.{0,2}/|~/)[^\s:@]*$")
_URL = lazy_regex(r"^[a-z][a-z0-9+.\-]*://[^\s@]*$", re.IGNORECASE)


_WORD = lazy_regex(r"[A-Z]?[a-z]{4,}")
_CONSONANTS = lazy_regex(r"[bcdfghjklmnpqrstvwxz]{4}")
_VOWEL = lazy_regex(r"[aeiouy]")
WORDED = 0.5
"""
So large a part of a name in a program are words. Of values of 24 characters that are drawn from
letters of both cases and digits, one in a thousand looks so; of 40, one in ten thousand.
"""
COUNTED = 8
"""
So many digits that count up do not come by chance.
"""


def is_worded(value: str) -> bool:
    """
    Whether a value in both cases is made of words, as names in programs are:
    `AmazonSSMManagedEC2InstanceDefaultPolicy`, `20FunctionLoweringInfoEPKNS`.
    """
    if value.islower() or value.isupper():
        return False
    words = (word for word in _WORD.findall(value) if _is_spoken(word.lower()))
    return bool(value) and sum(map(len, words)) >= WORDED * len(value)


def _is_spoken(word: str) -> bool:
    return 5 * len(_VOWEL.findall(word)) >= len(word) and not _CONSONANTS.search(word)


def is_counted(value: str) -> bool:
    """
    Whether the digits of a value count up, as those of documentation do: `a1b2c3d4e5f6…`.
    """
    digits = [int(char) for char in value if char in "0123456789"]
    up = sum(after == (digit + 1) % 10 for digit, after in pairwise(digits))
    return len(digits) >= COUNTED and up >= 0.8 * (len(digits) - 1)


def is_reference(value: str) -> bool:
    """
    Whether a value only points to where the secret is: a variable, a template, a file; or is
    encrypted.
    """
    value = value.strip()
    points = _REFERENCE.match(value) or _PATH.match(value) or _URL.match(value)
    return bool(points) or is_encrypted(value)


def is_encrypted(value: str) -> bool:
    """
    Whether a value says that it is encrypted, with a key that lies elsewhere.
    """
    return bool(_ENCRYPTED.match(value.strip()))


def is_example(value: str) -> bool:
    """
    Whether a value is what documentation shows, or too plain to be anybody's.
    """
    plain = value.strip().strip("\"'")
    if plain.lower() in _WORDS or len(set(plain)) < 3:
        return True
    return bool(_EXAMPLE.search(plain))
