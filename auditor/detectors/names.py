"""
Which variable names sound as if they held a secret.
"""

from __future__ import annotations

import re

from auditor.patterns import lazy_regex

_SECRET = lazy_regex(
    r"""
        (?:api|access|private|encrypt(?:ion)?|signing|app|auth|master|account|service|session
          |storage|shared|client|deploy|license|ssh|db|jwt|hmac|rsa|dsa|ec|aes|crypt(?:o)?
          |secret(?:_?access)?)_?keys?
      | pass(?:word|wd|phrase|code)? | pwd | secrets? | tokens?
      | keys?_?(?:pass|secret) | credentials? | creds? | auth | bearer | cookie_?salt
      | database_?url | connection_?string | dsn | webhook | pat | require_?pass
          | master_?(?:auth|pass)
      | (?:ldap|bind|root|admin|user|db|smtp|mail|ftp|ssh|vnc|redis|mysql|pg|sql|http|proxy|key
          |trust|store|srv|service|my|sudo|login|vpn|wifi|bot)p(?:wd|ass|w)(?![a-z])
      | (?:auth|access|api|bearer|refresh|session|id|bot|user|npm|git(?:hub|lab)?)tokens?
      | client_?secret | (?:ansible_)?(?:ssh|become|sudo)_pass | psk | wpa_psk | storepass | keypass
    """,
    re.VERBOSE,
)
_PERHAPS = lazy_regex(
    r"(?:^|_)(?:keys?|salt|pepper|seed|auth|dsn|webhook|pat|bearer|authorization|authtoken)\d*$"
)
_LOOSE = lazy_regex(r"(?:^|_)(?:auth|dsn|webhook|pat|bearer)\d*$")
_ENDING = lazy_regex(
    r"(?:_(?:base|base64|b64|hex|value|val|plain|text|raw|old|new|current|prod|production|dev|test"
    r"|staging|stage|live|qa|uat|local|default|master|primary|secondary|main|backup|rw|ro|admin"
    r"|root|db|here|v\d+)|_?\d+)+$"
)
_OPEN = lazy_regex(
    r"""
        (?:^|_)public(?:_|key|token)
      | (?:^|_)(?: public | publishable | primary | foreign | sort | partition | cache | idempotency
          | trusted | index | unique | lookup | hot | arrow | registry | gpg | pgp | verification
          | group | row | storage_type | map | dict | json | object | i18n | host | known_host
        )_?keys?$
      | (?:^|_)(?: eos | bos | unk | pad | cls | sep | mask | special | next | page | pagination
          | continuation | csrf | xsrf | sync | cancel(?:lation)? | max | min | num | total | count
          | input | output | prompt | completion | stop | start | end | begin | image | prev
          | previous | design | lexer | syntax | string | operator | keyword | number | comment
          | client_request | request | next_page | starting | nextforward | nextbackward
          | idempotency | authenticity | antiforgery | verification
        )_?tokens?$
      | (?:^|_)(?: no | bypass | com | tres | under | over | by | multi | single | first | second
          | two | low | high | band | render | allow )_?pass$
      | (?:^|_)(?:reset|forgot|change|confirm|show|hide|toggle|has|is|need|needs|require|use|with
          |no)
        (?:_your|_my|_new|_old)?_(?:pass(?:word|wd|phrase)?|token|secret|auth|credentials?)s?$
    """,
    re.VERBOSE,
)
_OTHERWISE = lazy_regex(
    r"""
        (?: ^|_ )(?: file | path | dir | folder | name | names | url | uri | host | port | type | id
          | ttl | timeout | expir(?:y|es|ation|e)(?:_in)? | length | len | min | max | size | count
          | enabled? | disabled? | policy | algo(?:rithm)? | method | scheme | mode | version
          | prompt | hint | header | prefix | suffix | field | param | store | store_type | provider
          | endpoint | server | issuer | audience | scope | scopes | realm | service | sock(?:et)?
          | command | cmd | required | rotation | days | hours | minutes | seconds | format | class
          | label | title | text | message | msg | description | desc | placeholder | error | help
          | regex | regexp | pattern | encoding | charset | changed | created | updated | expires
          | level | strength | rule | rules | validator | input | button | form | page | view | link
          | reset | callback | handler | listener | function | generator | manager | factory
          | helper
          | parser | reader | writer | strategy | plugin | module | package | template | schema
          | limit | index | position | pos | kind | status | state | valid | exists | present | set
          | bits | bytes | digits | iterations | rounds | cost | alias | group | groups | user
          | username | owner | email | domain | region | bucket | table | column | key_name
          | code_name
          | interval | time | date | period | lifetime | age | ids | vault | manager | ref | refs
          | env | var | variable | names | operation | options | opts | config
          | settings | support | mechanism | mechanisms | plugin_dir | module_path
        )$
    """,
    re.VERBOSE,
)
_PUBLIC = lazy_regex(
    r"sha(?:1|224|256|384|512)?(?:sum)?s?|md5(?:sum)?|checksum|digest|fingerprint|gpg|pgp|revision|"
    r"commit|vcs|version|integrity|hash|etag|build_?id|ref|uuid|cache|container|parent|id|"
    r"hostname|domainname|macaddress",
)
_NONE = lazy_regex(
    r"(?:^|_)(?:non_?matching|not_(?:a_)?(?:matching|real|valid)|invalid|fake|dummy|mock(?:ed)?|bogus"
    r"|example|sample|placeholder|redacted|masked)(?:_|$)"
)
_WORDS = lazy_regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


GLUED = 6
"""
A word this long means the same at the end of another, in characters.
"""


def words(name: str) -> str:
    """
    `dbPassword`, `DB-PASSWORD` and `db.password` are all `db_password`.
    """
    return "_".join(_WORDS.findall(name)).lower()


def may_be_secret(name: str) -> bool:
    """
    Whether a random value under this name is a secret: `SENDGRID_KEY`, `MAIL_AUTH`.
    """
    plain = words(name)
    return bool(_PERHAPS.search(plain)) and plain not in ("key", "keys") and not _is_open(plain)


def means_secret(name: str) -> bool:
    """
    Whether any value under this name is secret, in whatever file: `sounds_secret` without the words
    that have another sense in programs.
    """
    plain = words(name)
    return sounds_secret(name) and not _LOOSE.search(plain) and not _is_open(plain)


def ends_secret(name: str) -> bool:
    """
    Whether a name ends with what means a secret, or with what tells one from another: `password2`,
    `secret_key_base`, `api_key_prod`; not `password_encryption`.
    """
    plain = _ENDING.sub("", words(name))
    ends = (match.end() for match in _SECRET.finditer(plain))
    return any(end == len(plain) for end in ends)


def _is_open(plain: str) -> bool:
    """
    Whether a name holds the word in a sense that has nothing to do with secrets.
    """
    return bool(_OPEN.search(plain))


def sounds_secret(name: str) -> bool:
    """
    Whether the value of a variable of this name is meant to be secret.
    """
    plain = words(name)
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


def says_none(name: str) -> bool:
    """
    Whether a name says by itself that its value is no secret: `FAKE_TOKEN`, `nonMatchingToken`.
    """
    return bool(_NONE.search(words(name)))


def sounds_public(name: str) -> bool:
    """
    Whether a variable of this name holds a checksum, revision or the like, which anyone may know.
    """
    plain = words(name)
    return any(_PUBLIC.fullmatch(word) for word in plain.split("_")) or bool(
        re.search(r"sha_?(?:256|512|1)|md_?5|checksum|digest", plain)
    )
