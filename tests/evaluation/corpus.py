"""
Labelled strings of public scanners' rule tests: what is found with the right value, and what is
invented.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from auditor.model import Confidence
from auditor.streams import inflate
from auditor.streams.reading import Kept, Peekable
from tests.evaluation.base import Options, Table, percent
from tests.evaluation.looking import ask_detect_secrets, look

GENERIC = ("Secret Keyword", "Base64 High Entropy String", "Hex High Entropy String")
"""
Plugins of detect-secrets that go by names and randomness alone.
"""
BY_NAME = frozenset(
    {"Authorization Header", "Secret Keyword", "Secret Variable", "URL Credentials"}
)
"""
Detectors that go by the name of a value, and by its form where that tells nothing of a provider.
"""
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Case:
    """
    One labelled string.
    """

    id: str
    source: str
    rule: str
    positive: bool
    text: str
    secrets: tuple[str, ...]
    filename: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What one scanner makes of one case.
    """

    right: bool
    """
    A labelled secret is among what was reported as `likely` or better, value for value; any report
    counts where the label names no value.
    """
    reported: bool
    """
    Anything was reported as `likely` or better.
    """
    kind: str
    """
    Why it is not right: see `_kind`.
    """
    said: tuple[str, ...] = ()
    """
    Which detectors reported something as `likely` or better.
    """
    values: tuple[str, ...] = ()
    """
    What they reported.
    """


def cases(path: Path) -> list[Case]:
    """
    The labelled strings of a file.
    """
    raw = path.read_bytes()
    if raw.startswith(_ZSTD):
        inflated = inflate.Inflated(Peekable(Kept(raw)), "zstd")
        pieces = []
        while piece := inflated.read(1 << 20):
            pieces.append(piece)
        raw = b"".join(pieces)
    found = []
    for line in io.BytesIO(raw):
        case = json.loads(line)
        found.append(
            Case(
                case["id"],
                case["source"],
                case["rule"],
                case["label"] == "positive",
                case["text"],
                tuple(case["secrets"]),
                case["filename"] or "case.txt",
            )
        )
    return found


def ours(case: Case) -> Verdict:
    """
    The case as a file of a layer.
    """
    found = look(f"/{case.filename}", _bytes(case.text))
    sure = [f for f in found if f.confidence is not Confidence.POSSIBLE]
    values = [f.secret.reveal() for f in sure]
    right = bool(sure) and (not case.secrets or _is_among(case.secrets, values))
    unsure = [f.secret.reveal() for f in found]
    said = tuple(sorted({f.detector for f in sure}))
    kind = "" if right else _kind(case, values, unsure)
    return Verdict(right, bool(sure), kind, said, tuple(values))


def detect_secrets(case: Case) -> Verdict:
    """
    The same with detect-secrets; its generic plugins count as `possible`.
    """
    found = ask_detect_secrets(case.filename, _bytes(case.text))
    sure = [(kind, value) for kind, value in found if kind not in GENERIC]
    values = [value for _, value in sure]
    right = bool(sure) and (not case.secrets or _is_among(case.secrets, values))
    return Verdict(right, bool(sure), "", tuple(sorted({kind for kind, _ in sure})))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_among(secrets: Iterable[str], values: Iterable[str]) -> bool:
    told = {_plain(value) for value in values}
    return any(_plain(secret) in told for secret in secrets)


def _plain(value: str) -> str:
    """
    A value without what only depends on how a file writes it: quotes, blanks, escaped newlines.
    """
    return "".join(value.replace("\\r", "").replace("\\n", "").split()).strip("\"'`,;")


def _kind(case: Case, sure: list[str], unsure: list[str]) -> str:
    """
    What became of a secret that was not rightly found.
    """
    if _is_among(case.secrets, unsure) or (unsure and not case.secrets):
        return "right value, only possible"
    told = [_plain(value) for value in sure]
    wanted = [_plain(secret) for secret in case.secrets]
    if any(value in secret for value in told for secret in wanted if value):
        return "a part of it"
    if any(secret in value for value in told for secret in wanted if secret):
        return "it with more"
    return "another value" if sure else "nothing likely"


def corpus(options: Options) -> Iterator[Table]:
    """
    Positives by source, then negatives by source.
    """
    if options.corpus is None:
        return
    chosen = cases(options.corpus)[:: options.part]
    with ProcessPoolExecutor(options.jobs) as pool:
        mine = list(pool.map(ours, chosen, chunksize=64))
    if options.oracle:
        # Processes of their own: detect-secrets' settings are process-wide.
        with ProcessPoolExecutor(options.jobs) as pool:
            theirs = list(pool.map(detect_secrets, chosen, chunksize=64))
    else:
        theirs = []
    yield _positives(chosen, mine, theirs, options.misses)
    yield _negatives(chosen, mine, theirs, options.misses)


def _positives(
    chosen: list[Case], mine: list[Verdict], theirs: list[Verdict], misses: bool
) -> Table:
    rows = [
        [
            source,
            str(len(numbers)),
            percent(sum(mine[n].right for n in numbers), len(numbers)),
            percent(sum(mine[n].reported for n in numbers), len(numbers)),
            percent(sum(theirs[n].right for n in numbers), len(numbers)) if theirs else "",
            percent(sum(theirs[n].reported for n in numbers), len(numbers)) if theirs else "",
        ]
        for source, numbers in _by_source(chosen, positive=True)
    ]
    kinds = Counter(m.kind for c, m in zip(chosen, mine, strict=True) if c.positive and m.kind)
    missed = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return Table(
        "Labelled secrets found as `likely` or better",
        ("source", "secrets", "right value", "anything", "detect-secrets: right value", "anything"),
        tuple(rows),
        "Each string is a file of a layer. *Right value*: the whole labelled secret, no more and "
        f"no less. Not right: {missed or 'none'}. Of detect-secrets its named plugins are counted.",
        tuple(_missed(chosen, mine)) if misses else (),
    )


def _negatives(
    chosen: list[Case], mine: list[Verdict], theirs: list[Verdict], misses: bool
) -> Table:
    labelled = {_plain(secret) for case in chosen if case.positive for secret in case.secrets}
    other = [
        verdict.reported and not labelled & set(map(_plain, verdict.values)) for verdict in mine
    ]
    rows = [
        [
            source,
            str(len(numbers)),
            percent(sum(mine[n].reported for n in numbers), len(numbers)),
            percent(sum(other[n] for n in numbers), len(numbers)),
            percent(sum(theirs[n].reported for n in numbers), len(numbers)) if theirs else "",
        ]
        for source, numbers in _by_source(chosen, positive=False)
    ]
    invented = [
        verdict
        for case, verdict in zip(chosen, mine, strict=True)
        if not case.positive and verdict.reported
    ]
    rest = [v for n, v in enumerate(mine) if other[n] and not chosen[n].positive]
    named = sum(set(verdict.said) <= BY_NAME for verdict in rest)
    return Table(
        "Strings that are no secret, reported as `likely` or better",
        ("source", "strings", "reported", "of these not labelled elsewhere", "detect-secrets"),
        tuple(rows),
        "Each of these strings is one that some rule must not see; it may hold what another rule "
        f"must. Of {len(invented)} that are reported, {len(invented) - len(rest)} are reported for "
        "a value that the same corpus labels as a secret elsewhere. Of the others "
        f"{named} are values under a name that means a secret, and {len(rest) - named} have a "
        "provider's format.",
        tuple(_invented(chosen, mine)) if misses else (),
    )


def _by_source(chosen: list[Case], positive: bool) -> Iterator[tuple[str, list[int]]]:
    numbers = [n for n, case in enumerate(chosen) if case.positive is positive]
    for source in sorted({chosen[n].source for n in numbers}):
        yield source, [n for n in numbers if chosen[n].source == source]
    yield "**all**", numbers


def _missed(chosen: list[Case], mine: list[Verdict]) -> Iterator[str]:
    """
    Misses by source and rule; the strings themselves are public.
    """
    missed: dict[tuple[str, str, str], list[Case]] = {}
    for case, verdict in zip(chosen, mine, strict=True):
        if case.positive and not verdict.right:
            missed.setdefault((case.source, case.rule, verdict.kind), []).append(case)
    for (source, rule, kind), found in sorted(missed.items()):
        yield f"missed {source}/{rule}: {kind}: {len(found)}, such as {found[0].id}"


def _invented(chosen: list[Case], mine: list[Verdict]) -> Iterator[str]:
    for case, verdict in zip(chosen, mine, strict=True):
        if not case.positive and verdict.reported:
            yield f"invented {case.source}/{case.rule}: {case.id}: {', '.join(verdict.said)}"
