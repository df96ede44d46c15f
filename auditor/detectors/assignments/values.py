"""
What a value looks like: random, a phrase, a type, an expression, something public.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from auditor.detectors.chosen import is_contrived
from auditor.patterns import lazy_regex

RANDOM = 16
"""
Shorter values tell nothing by their randomness, in characters.
"""
DRAWN = 10
"""
Shorter passwords nobody has drawn, in characters.
"""
_RUN = lazy_regex(r"[a-z]{4}|[A-Z]{4}")
_CHANGES = lazy_regex(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9])")
_HEX = lazy_regex(r"(?:0x)?[0-9a-fA-F]{16,}$")
_UUID = lazy_regex(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_WORDS = lazy_regex(r"[A-Za-z]{3,}")
_SECRET_WORD = lazy_regex(
    r"pass ?(?:word|wd|phrase|code)?|pwd|secret|token|credential|api.?key|\bkey\b|auth",
    re.IGNORECASE,
)
_TYPE = lazy_regex(
    r"(?:|str(?:ing)?|text|int(?:eger)?|number|bool(?:ean)?|bytes?|char|varchar|any|object|"
    r"array|list|"
    r"dict|map|float|double|binary|blob|buffer|function|void|optional|uuid|date(?:time)?|"
    r"securestring|secretstr|hidden|password|required|files?|compat|ldap|nis|sss|db|plain|"
    r"basic|true|false|systemd|bearer|digest|oauth2?|none|apikey|header|query|cookie|body|"
    r"inherit|prompt|ask|auto|[a-z]\w*(?:::[a-z]\w*)+|"
    r"default|disabled?|enabled?|unset|never|always|once)(?:\[\]|\?|\(\d*\)|<.*>)?$",
    re.IGNORECASE,
)
_EXPRESSION = lazy_regex(
    r"[A-Za-z_$]+(?:\.[A-Za-z_$]+)+$|[\w.$:>\-]+\(.*\)?;?$|[\w.]+\[.*\]?$|"
    r"(?:new|await|function|return|lambda|self|this|null|async|typeof|not|if|os\.)\b.*"
    r"|[A-Za-z_]\w*(?:::|->)\w.*|.*\$\{.*|.*\{\{.*|.*<%.*|.*%\(\w+\)s.*|.*\$\(.*|.*#\{.*|"
    r".*@\{.*|.*\$\[.*"
)
_CODE_SIGN = lazy_regex(
    r"[=!<>]=|&&|\|\||=>|\)\s*;?$|^\W*\w+\(|[;{}]\s*$|^[!&|+*/<>=,;:?]+|\bthis\.|\bself\."
)
_PUBLIC = lazy_regex(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-ssh-\S+) [A-Za-z0-9+/]|ssh-rsa$|"
    r"-----BEGIN (?:CERTIFICATE|(?:RSA )?PUBLIC)|"
    r"AAAA[BCE]3NzaC1|arn:|urn:|cn=|(?:sha(?:1|224|256|384|512)|md5)[-:]|"
    r"ENC\[|ENC\(|\{cipher\}|vault:|age1|\$ANSIBLE_VAULT|!vault|AQICA|pk_(?:test|live)_|pk\.ey|"
    r"file:|env:|ref\+|op:|keyring:|cmd:|data:|class:|classpath:|secretsmanager|ssm:|projects/|"
    r"secret_version=",
    re.IGNORECASE,
)
_VERSION = lazy_regex(r"[\^~><=v]*\s?\d+(?:\.\d+){1,3}(?:[\-+.][\w.]+)?$|\d{4}-\d\d-\d\d")
_CONSTANT = lazy_regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_IDENTIFIER = lazy_regex(r"[A-Za-z][A-Za-z_.\-:/ ]*$")
_PATTERN = lazy_regex(r"\[[^\]]{2,}\](?:\{\{?\d|[+*])|\(\?[:<!=]|\}\}?\{\{?\d|\\[wdsS][+*{]")
_FOREIGN = lazy_regex(r"\\u(?!00[0-7])[0-9a-fA-F]{4}|[\u2e80-\uffff]")
"""
Letters of other scripts than those of Europe, as Java's properties write them too.
"""
_MASK = lazy_regex(r"[*xX.•#\-_?=~ ]+$|.*(?:\*{3}|x{5}|X{5}|\.{3}|…|•{2})")
_SEQUENCES = ("abcdefgh", "12345678", "01234567", "aaaaaaaa", "00000000", "qwerty", "deadbeef")


def entropy(value: str) -> float:
    """
    Shannon's, in bits per character.
    """
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def is_random(value: str) -> bool:
    """
    Whether no person thought of a value: letters and digits mixed throughout.
    """
    if len(value) < RANDOM or " " in value or any(word in value.lower() for word in _SEQUENCES):
        return False
    if _UUID.match(value) or _HEX.match(value):
        return entropy(value) > 2.8
    if entropy(value) < 3.2 or max(map(value.count, "/%")) > len(value) / 6:
        return False
    changes = len(_CHANGES.findall(value))
    digits = sum(char.isdigit() for char in value)
    return changes >= len(value) / (7 if digits > 1 else 4)


def is_drawn(value: str) -> bool:
    """
    Whether a generator made a password: letters of both cases and digits that change throughout,
    with nothing that is long enough for a word.
    """
    if len(value) < DRAWN or not value.isalnum() or is_contrived(value):
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    if any(sum(map(kind, value)) < 2 for kind in kinds) or _RUN.search(value):
        return False
    return len(_CHANGES.findall(value)) >= len(value) / 3


def is_fingerprint(value: str) -> bool:
    """
    Whether a value is as long as the id or fingerprint of a PGP key.
    """
    return bool(re.fullmatch(r"(?:0x)?(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-F]{40})", value))


def is_phrase(value: str) -> bool:
    """
    Whether a value is for people to read: many words, or words about secrets.
    """
    if len(_FOREIGN.findall(value)) > 1:
        return True
    words = value.split()
    if len(words) < 2:
        return False
    if (
        len(words) > 4
        or value.rstrip().endswith((".", ":", "?", ","))
        or _SECRET_WORD.search(value)
    ):
        return True
    return not value.isascii()


def is_type(value: str) -> bool:
    """
    Whether a value is the name of a type, or a setting.
    """
    words = re.split(r"[\s|,]+", value[:200])
    return bool(_VERSION.match(value)) or all(_TYPE.match(word) for word in words)


def is_expression(value: str) -> bool:
    """
    Whether a bare value is a piece of a program that gets the secret from elsewhere.
    """
    if re.search(r"\s\|\s|\s[\[(]|\s\S+/\S+", value):
        return True
    if len(value) > 512 or _EXPRESSION.match(value):
        # A token may have dots: `SG.….…`.
        return not is_random(value)
    return bool(_CODE_SIGN.search(value)) and not is_random(value)


def is_pattern(value: str) -> bool:
    """
    Whether a value is a regular expression, as programs have them that check secrets.
    """
    return bool(_PATTERN.search(value))


def is_public(value: str) -> bool:
    """
    Whether anyone may know a value, or it says where the secret is kept, or is encrypted.
    """
    return bool(_PUBLIC.match(value))


def is_mask(value: str) -> bool:
    """
    Whether somebody blanked a value out.
    """
    return bool(_MASK.match(value))


def is_about_secrets(value: str) -> bool:
    """
    Whether a value without digits is made of words of which one means a secret: `userPassword`,
    `access_token`, `MY_API_KEY`. It is a name then.
    """
    plain = _CONSTANT.match(value) or _IDENTIFIER.match(value)
    return bool(plain) and bool(_SECRET_WORD.search(value)) and not is_random(value)


def is_identifier(value: str) -> bool:
    """
    Whether a value is made of plain words, as names in programs are.
    """
    if len(value) >= RANDOM and len(re.findall("[a-z][A-Z]", value)) >= len(value) / 5:
        return False
    return bool(_CONSTANT.match(value)) or bool(
        re.fullmatch(r"[A-Za-z]+(?:[_.\-:/ ]+[A-Za-z]+)*[_.\-:/ ]?", value) and not is_random(value)
    )
