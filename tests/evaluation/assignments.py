"""
Passwords by their names, and providers' tokens, wherever an image holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from auditor.model import Confidence
from tests.evaluation.base import Options, Table, percent
from tests.evaluation.corpus import Case, cases
from tests.evaluation.places import NAMED, PLACES

NAMES = (
    "PASSWORD", "DB_PASSWORD", "POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "REDIS_PASS", "SMTP_PWD",
    "SECRET_KEY", "JWT_SECRET", "API_KEY", "ACCESS_TOKEN", "AUTH_TOKEN", "GITHUB_TOKEN",
    "NPM_TOKEN",
    "ENCRYPTION_KEY", "APP_KEY", "SECRET_KEY_BASE", "PRIVATE_KEY", "CLIENT_SECRET", "PASSPHRASE",
    "CREDENTIALS",
)  # fmt: skip
VALUES = (
    "RedisPass1!", "Mailpass1234!", "admin123", "swordfish!23", "MCPStolenSecret42!", "This is it",
    "3ebf21f8e5d1ab86b27a720842c3" + "bb56", "TRwzkRJnHOTckssAeyJbysWgP!Qc2T", "zR3~kQ9x@Lm",
    "26dfe8d8-889b-4380-92ff-9c3c6ea5d930",
)  # fmt: skip
SOURCES = ("gitleaks", "betterleaks")
"""
The public scanners of whose rules each gives one token.
"""
SHORTEST = 12
"""
Labels shorter than this are parts of secrets, in characters.
"""
_Planting = tuple[str, str, str]


def spelled(name: str) -> tuple[str, ...]:
    """
    A name in the styles of environment variables, of settings, and of JSON.
    """
    words = name.lower().split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return name, "_".join(words), "-".join(words), ".".join(words), camel


def is_found(planting: _Planting) -> bool:
    """
    Whether a value, planted under a name in a place, is found whole as `likely` or better.
    """
    place, name, value = planting
    found = PLACES[place](name, value)
    return any(
        item.secret.reveal() == value and item.confidence is not Confidence.POSSIBLE
        for item in found
    )


def tokens(chosen: Sequence[Case]) -> dict[str, str]:
    """
    One token for each rule: of its labelled secrets that are one word the first that is no example.
    """
    found: dict[str, str] = {}
    for case in chosen:
        if not case.positive or case.source not in SOURCES or case.rule in found:
            continue
        fit = [s for s in case.secrets if len(s) >= SHORTEST and re.fullmatch(r"[!-~]+", s)]
        fit = [s for s in fit if not re.search(r"[\"'\\`<>]", s)]
        if fit:
            found[case.rule] = fit[0]
    return found


def variable(rule: str) -> str:
    """
    What one calls a variable for the token of a rule: provider and `TOKEN`.
    """
    provider = re.split(r"[-_.]", rule)[0].upper()
    return f"{provider if provider[:1].isalpha() else 'X' + provider}_TOKEN"


def _measured(plantings: Sequence[_Planting], options: Options) -> list[bool]:
    with ProcessPoolExecutor(options.jobs) as pool:
        return list(pool.map(is_found, plantings, chunksize=64))


def _rows(plantings: Sequence[_Planting], found: Sequence[bool]) -> Iterator[tuple[str, ...]]:
    for place in dict.fromkeys(place for place, _, _ in plantings):
        here = [f for (at, _, _), f in zip(plantings, found, strict=True) if at == place]
        yield place, str(len(here)), percent(sum(here), len(here))


def _missed(plantings: Sequence[_Planting], found: Sequence[bool]) -> Iterator[str]:
    for (place, name, value), is_there in zip(plantings, found, strict=True):
        if not is_there:
            yield f"missed in {place}: {name} with {value[:8]}… ({len(value)} characters)"


def passwords(options: Options) -> Iterator[Table]:
    """
    Twenty names, ten values, in each place where a name tells; then the names in other spellings.
    """
    styles = (("as environment variables", slice(0, 1)), ("in other spellings", slice(1, None)))
    for style, part in styles:
        plantings = [
            (place, spelling, value)
            for place in NAMED
            for name in NAMES
            for spelling in dict.fromkeys(spelled(name)[part])
            if _fits(place, spelling)
            for value in VALUES
        ][:: options.part]
        found = _measured(plantings, options)
        yield Table(
            f"20 names × 10 values, {style}, found as `likely` or better",
            ("place", "planted", "found"),
            tuple(_rows(plantings, found)),
            "Found: the whole value, no more and no less.",
            tuple(_missed(plantings, found)) if options.misses else (),
        )


def _fits(place: str, name: str) -> bool:
    """
    Whether a name can stand there: neither a shell nor Python takes `db-password`.
    """
    loose = ("properties", "ini", "yaml", "json")
    return name.isidentifier() or any(word in place for word in loose)


def provider_tokens(options: Options) -> Iterator[Table]:
    """
    One token of each rule of two public scanners, in each place.
    """
    if options.corpus is None:
        return
    known = tokens(cases(options.corpus))
    plantings = [
        (place, variable(rule), value) for place in PLACES for rule, value in known.items()
    ][:: options.part]
    found = _measured(plantings, options)
    yield Table(
        f"The same {len(known)} tokens of providers, found as `likely` or better",
        ("place", "planted", "found"),
        tuple(_rows(plantings, found)),
        f"One of each rule of {' and '.join(SOURCES)}; found: the whole value.",
        tuple(_missed(plantings, found)) if options.misses else (),
    )
