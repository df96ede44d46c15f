"""
What a rule is: one kind of secret of one provider, in a few declarative lines.

A *token* says by itself what it is: a lead, a length, an alphabet, sometimes a checksum. A value
that says nothing by itself is a secret only *near* a word that names its provider, and only where
a name or an assignment stands between the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.model import Confidence
from auditor.patterns import lazy_regex
from auditor.records import dataclass

Judgement = tuple[Confidence, str]
Check = Callable[[str], Judgement | None]
"""
Looks into a value: a judgement, or `None` if there is nothing to say beyond its format.
"""

HEX = "[0-9a-f]"
LOWER = "[a-z0-9]"
UPPER = "[A-Z0-9]"
ALNUM = "[A-Za-z0-9]"
URL = "[A-Za-z0-9_-]"
BASE64 = "[A-Za-z0-9+/]"
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
JWT = r"eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}"

SECRET_LEAD = (
    "(?:key|token|secret|auth|pass|pwd|cred|private|access|bearer|sid|pat|licen|salt|signing"
    "|webhook)"
)
"""
How words for secrets begin; see `matching`.
"""
REACH = 40
"""
How far a value may stand behind its provider's name, in characters.
"""
VERIFYING = frozenset(
    {"crc_base62", "crc_base36", "crc_hex", "macaroon", "age_key", "nkey", "json_within",
     "sentry_token", "grafana_key", "elastic_key"}
)  # fmt: skip
"""
Names of the checks that can make a value `certain`.
"""
BETWEEN = 24
"""
How far the word for a secret may stand behind its provider's name in a strict rule, in characters.
"""
SECRET_SPAN = 8
"""
The longest `SECRET_LEAD`, in characters.
"""
_LEAD = lazy_regex(r"(?:[A-Za-z0-9]+[_-])+(?![?*{+])")
_NO_FILE = r"(?!\.(?:png|jpe?g|gif|svg|webp|ico|css|js|html?|woff2?)(?![A-Za-z0-9]))"
"""
What is followed by such an ending is the name of a file.
"""
SHORT_WORD = 6
"""
Names of providers shorter than this are parts of other words too, in characters.
"""
_MARKS = "api|key|token|secret|access|auth|private|pass"
"""
What may follow a short name in one word.
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What a value looks like.
    """

    pattern: str
    example: str
    """
    See `auditor.detectors.rules.examples`.
    """
    is_random: bool = False
    """
    Whether nothing is known of it but that it looks random.
    """


# NOTE: a rule equals itself alone: what is kept of each is looked up by it, for every line.
@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """
    One kind of secret.
    """

    name: str
    pattern: str
    """
    Of the whole value; where it has a group `value`, of that.
    """
    examples: tuple[str, ...]
    """
    Texts with the value between `<` and `>`, or the value alone.
    """
    counterexamples: tuple[str, ...] = ()
    """
    Texts in which the rule must not find anything.
    """
    provider: str = ""
    rotate: str | None = None
    """
    The page on which the provider replaces such a secret.
    """
    words: tuple[str, ...] = ()
    """
    One of these, in lower case, must stand before the value; empty for a token.
    """
    is_strict: bool = False
    """
    Whether a word for a secret must stand between the provider's name and the value: for names
    that are words of their own, and for values that may be anything.
    """
    check: Check | None = None
    confidence: Confidence = Confidence.LIKELY
    reaches_certain: bool = False
    """
    Whether its check can verify a value for certain.
    """
    ignore_case: bool = False
    before: str | None = None
    """
    What must not stand before a token; `None` for letters and digits.
    """
    after: str | None = None
    """
    What must not follow; `None` for what the value itself may end in.
    """
    probe: str | None = None
    """
    A simpler pattern that matches wherever `pattern` does, for the prefilter.
    """
    is_often_open: bool = False
    """
    Whether many of them are meant to be seen, so that one alone on its line says nothing.
    """


def token(
    name: str,
    pattern: str,
    *examples: str,
    no: tuple[str, ...] = (),
    check: Check | None = None,
    confidence: Confidence = Confidence.LIKELY,
    ignore_case: bool = False,
    before: str | None = None,
    after: str | None = None,
    probe: str | None = None,
    is_often_open: bool = False,
) -> Rule:
    """
    A rule for values that say by themselves what they are.
    """
    return Rule(
        name,
        pattern,
        examples,
        no,
        check=check,
        confidence=confidence,
        reaches_certain=getattr(check, "__name__", "") in VERIFYING,
        ignore_case=ignore_case,
        before=before,
        after=after,
        probe=probe,
        is_often_open=is_often_open,
    )


def near(
    name: str,
    words: str,
    *shapes: Shape,
    strict: bool = False,
    no: tuple[str, ...] = (),
    check: Check | None = None,
    confidence: Confidence = Confidence.LIKELY,
    of: str = "",
) -> Rule:
    """
    A rule for values near one of some words, which are written with a blank between two; a word
    may be written with `_`, which stands for any or no separator. `of` is the provider, where
    there is nothing else to say of it.
    """
    chosen = tuple(words.split())
    label = chosen[0].replace("_", "-")
    return Rule(
        name,
        "|".join(f"(?:{shape.pattern})" for shape in shapes),
        tuple(f'{label}_api_token = "<{shape.example}>"' for shape in shapes),
        (f"see {label} at v1", *no),
        provider=of,
        words=chosen,
        is_strict=strict or any(shape.is_random for shape in shapes),
        check=check,
        confidence=confidence,
    )


def provider(name: str, rotate: str | None, *rules: Rule) -> tuple[Rule, ...]:
    """
    The rules of one provider, and the page on which it replaces its secrets.
    """
    for rule in rules:
        # NOTE: made for this call alone, and there are hundreds: no copy of each is made.
        object.__setattr__(rule, "provider", name)
        object.__setattr__(rule, "rotate", rule.rotate or rotate)
    return rules


def _counted(first: int, last: int | None) -> str:
    return f"{{{first}}}" if last is None else f"{{{first},{last}}}"


def hexadecimal(first: int, last: int | None = None) -> Shape:
    """
    Hexadecimal digits, in either case.
    """
    return Shape(f"[0-9a-fA-F]{_counted(first, last)}", f"{{hex:{first}}}")


def lower(first: int, last: int | None = None) -> Shape:
    """
    Small letters and digits; some write them large.
    """
    return Shape(f"{ALNUM}{_counted(first, last)}", f"{{lower:{first}}}")


def alnum(first: int, last: int | None = None) -> Shape:
    """
    Letters and digits.
    """
    return Shape(f"{ALNUM}{_counted(first, last)}", f"{{alnum:{first}}}")


def url_safe(first: int, last: int | None = None, also: str = "") -> Shape:
    """
    Letters, digits, `_`, `-` and what else is named.
    """
    return Shape(f"[A-Za-z0-9_{also}-]{_counted(first, last)}", f"{{alnum:{first}}}")


def base64(first: int, last: int | None = None) -> Shape:
    """
    Base64, of so many characters without its padding.
    """
    return Shape(f"{BASE64}{_counted(first, last)}={{0,2}}", f"{{alnum:{first}}}")


def digits(first: int, last: int | None = None) -> Shape:
    """
    Digits alone.
    """
    return Shape(f"[0-9]{_counted(first, last)}", f"{{digit:{first}}}")


GUID = Shape(UUID, "{uuid}")
TOKEN_JWT = Shape(JWT, "eyJ{alnum:30}.{alnum:60}.{alnum:43}")
RANDOM = Shape(r"[A-Za-z0-9][A-Za-z0-9_+/.~-]{11,199}={0,2}", "{lower:32}", is_random=True)
"""
Any word that looks random, for providers that publish no format.
"""


def compiled(rule: Rule) -> re.Pattern[str]:
    """
    The pattern with its surroundings; the value is its group `value`.
    """
    value = rule.pattern if "(?P<value>" in rule.pattern else f"(?P<value>{rule.pattern})"
    after = _after(rule)
    flags = re.ASCII | (re.IGNORECASE if rule.ignore_case else 0)
    if not rule.words:
        after += _NO_FILE
        lead = _LEAD.match(rule.pattern)
        if lead and after:
            # Tokens of one kind may stick together.
            after = f"(?:{after}|(?={lead[0]}))"
        start = rule.before if rule.before is not None else "A-Za-z0-9"
        # An escaped line break or a percent escape ends in letters and begins a word.
        fresh = rf"(?:(?<![{start}])|(?<=\\[nrt])|(?<=%[0-9A-F]{{2}}))" if start else ""
        return re.compile(f"{fresh}{value}{after}", flags)
    word = "|".join(_word(word) for word in rule.words)
    # Between the two stands whatever may stand in a line, but the value begins a word.
    return re.compile(
        f"(?i:{word})(?P<gap>[^\\n]{{0,{REACH}}}?)(?<![A-Za-z0-9]){value}{after}", flags
    )


def _after(rule: Rule) -> str:
    if rule.after is not None:
        return f"(?![{rule.after}])" if rule.after else ""
    if rule.words and rule.is_strict:
        return "(?![A-Za-z0-9_+/~-])"
    # What the value may end in would be a part of it; `_` goes on with a name.
    last = re.search(
        r"\[((?:\\.|[^\]])*)\](?:\{[0-9,]+\})?[)=]*(?:\{[0-9,]+\}|\?)?\)*$", rule.pattern
    )
    ends = last[1] if last else ""
    wide = "".join(letter for letter in "+/=%" if letter in ends)
    return f"(?![A-Za-z0-9_{wide}{'-' if ends.endswith('-') else ''}])"


def _word(word: str) -> str:
    """
    A provider's name as a part of names: `box` is in `BOX_TOKEN` and `boxToken`, not in `mailbox`
    or `boxer`.
    """
    start = r"(?<![A-Za-z])"
    if len(word) >= SHORT_WORD:
        start = rf"(?:{start}|(?<=[a-z])(?=(?-i:[A-Z])))"
    written = start + _spelled(word)
    if len(word) > SHORT_WORD:
        return written
    return (
        rf"{written}"
        rf"(?=[^A-Za-z]|(?-i:[A-Z])|{_MARKS})"
    )


def _spelled(word: str) -> str:
    return re.escape(word).replace("_", "[_. -]?")


def _bounded(word: str) -> str:
    """
    A name with what must stand beside it if it is short: it is a part of many words.
    """
    written = f"(?i:{_spelled(word)})"
    if len(word) < SHORT_WORD:
        written = f"(?:^|[^A-Za-z]){written}"
    if len(word) > SHORT_WORD:
        return written
    return rf"{written}(?:[^A-Za-z]|[A-Z]|(?i:{_MARKS}))"


def probes(rule: Rule) -> tuple[re.Pattern[str], ...]:
    """
    Patterns for the prefilter: one of them matches every line on which the rule finds anything.
    """
    if not rule.words:
        flags = re.ASCII | (re.IGNORECASE if rule.ignore_case else 0)
        return (lazy_regex(rule.probe or rule.pattern.replace("(?P<value>", "(?:"), flags),)
    # What stands behind the name is asked of the bytes there, see `library.worth`: over a
    # gap Hyperscan would compile for half a minute and match slowly.
    return tuple(lazy_regex(_bounded(word), re.ASCII) for word in rule.words)
