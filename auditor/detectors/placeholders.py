"""
Values that stand where a secret would stand and are none: references, templates, examples.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(
    r"""^(?:
        \$ (?: [A-Za-z_]\w* | \d | [{(\[] .* | [A-Za-z_]\w* [:/.\-\[] .* | \$ [{(A-Za-z_] .* )
      | % [A-Za-z_][A-Za-z0-9_]* %  # %NAME%
      | %\( .* \)s? | @ [A-Za-z_][\w.\-]* @ | __ \w+ __ | \#\{ .* \} | <% .* %>
      | process\.env\b .* | os\.(?:environ|getenv) .* | (?:System\.)?getenv\b .* | ENV\[ .*
          | env\( .*
      | (?:data|var|local|module|vars|secrets|env|inputs|values)\.[A-Za-z_][\w.\-\[\]"']*
      | \{\{ .* \}\} | \{ .* \} | < .* > | \[ .* \]
      | \*+ | x+ | \.+ | -+ | _+ | \#+
    )$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = re.compile(
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
     "anonymous", "enabled", "disabled", "required", "optional", "auto", "xxx"}
)  # fmt: skip
"""
Words that documentation puts in a password's place. `tiger` is SQLAlchemy's.
"""
_PATH = re.compile(r"^(?:[A-Za-z]:\\|\.{0,2}/|~/)[^\s:@]*$")
_URL = re.compile(r"^[a-z][a-z0-9+.\-]*://[^\s@]*$", re.IGNORECASE)


def is_reference(value: str) -> bool:
    """
    Whether a value only points to where the secret is: a variable, a template, a file.
    """
    value = value.strip()
    return bool(_REFERENCE.match(value) or _PATH.match(value) or _URL.match(value))


def is_example(value: str) -> bool:
    """
    Whether a value is what documentation shows, or too plain to be anybody's.
    """
    plain = value.strip().strip("\"'")
    if plain.lower() in _WORDS or len(set(plain)) < 3:
        return True
    return bool(_EXAMPLE.search(plain))
