"""
What detect-secrets finds, with whole secrets and a confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from detect_secrets.filters import heuristic

from auditor.detectors.confidence import judge
from auditor.detectors.glued import Glue, Token, glued, known
from auditor.detectors.library.lines import Lines, Strings
from auditor.detectors.library.passes import Match, matches, scan
from auditor.detectors.library.providers import provider_plugins
from auditor.detectors.library.rules import TOKENS, in_strings, in_text, rules
from auditor.detectors.names import sounds_public
from auditor.detectors.placeholders import is_reference, is_worded
from auditor.detectors.prefilter import Hit
from auditor.detectors.whole import KEY_LINES, whole
from auditor.model import Confidence, Finding, Reading, Secret, Text
from auditor.patterns import lazy_regex

RANDOM = ("Base64 High Entropy String", "Hex High Entropy String")
"""
Plugins that go by randomness alone.
"""
NEAR = 1 << 15
"""
How far from a string of a binary the provider may be named, in bytes.
"""
KEY_END = "-END "
"""
Where this stands near a private key on a long line, all of the key does.
"""
SYMBOL = 200
"""
By so many characters it shows whether something in a binary is a symbol's name and no token.
"""
BYTECODE = (".pyc", ".pyo")
_LOCK = lazy_regex(r"lock|resolved")
"""
The names of detect-secrets' lock files hold one of these.
"""
_BUILD_VALUES = lazy_regex(r"\.args\.|\.env\.|\.proxy_env\.")


class LibraryDetector:
    """
    All default plugins and filters of detect-secrets.
    """

    readings = frozenset(Reading)

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            # Several fragments of a line may be of one secret.
            if found := dict.fromkeys(_READERS[text.reading](text)):
                yield from _once(found)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """
    A value that a plugin of detect-secrets names as surely as our own rule is told once.
    """
    found = list(findings)
    if len(found) < 2:
        yield from found
        return
    own = _own_names()
    sure = {
        (finding.secret, finding.line): finding.confidence
        for finding in found
        if finding.detector not in own and finding.confidence is not Confidence.POSSIBLE
    }
    for finding in found:
        told = sure.get((finding.secret, finding.line))
        better = finding.confidence is Confidence.CERTAIN and told is not Confidence.CERTAIN
        if finding.detector not in own or told is None or better:
            yield finding


@cache
def _own_names() -> frozenset[str]:
    return frozenset(plugin.secret_type for plugin in provider_plugins())


def _document(text: Text) -> Iterator[Finding]:
    only_tokens = text.reading is Reading.TOKENS or _is_passed_over(text.file)
    lines = Lines.of_text(text.data)
    original: list[str] | None = None
    # NOTE: what was made of bytecode is no file that detect-secrets knows.
    is_file = not text.file.endswith(BYTECODE)
    for match in matches(lines, text.file, only_tokens, is_file):
        if _means_nothing(match, text):
            continue
        index = match.origin.index(match.line)
        if match.origin is lines:
            near = _near(match, lines)
        else:
            # NOTE: what the transformers made has the line numbers of the text, but not its lines.
            original = original or lines.content().split("\n")
            near = original[min(index, len(original) - 1) :][:KEY_LINES]
        numbered = text.reading is Reading.DOCUMENT
        line = text.first_line + index if numbered else None
        yield from _findings(text, match, near, near[0], line)


def _tokens(text: Text) -> Iterator[Finding]:
    """
    Names and link targets in a layer: what is merely possible is chance there.
    """
    for finding in _document(text):
        if finding.confidence is not Confidence.POSSIBLE or not text.path.startswith("/"):
            yield finding


def _near(match: Match, lines: Lines) -> list[str]:
    """
    The line of a match, and those on which the secret may go on.
    """
    is_key = match.secret_type == "Private Key"
    if match.near is not None and (not is_key or KEY_END in match.near):
        return [match.near]
    if is_key:
        return lines.following(match.line, KEY_LINES)
    return [lines.text(match.line)]


def _strings(text: Text) -> Iterator[Finding]:
    """
    Tokens in the strings of a binary.
    """
    data = text.data
    hits = in_strings().hits(data)
    if not hits:
        return
    count = len(rules())
    lines = Strings(data)
    narrow = [hit for hit in hits if hit[1] < count]
    tokens = {token.value: token for token in _glued(data, narrow)}
    for finding in _in_binary(text, lines, narrow):
        value = finding.secret.reveal()
        if not any(token in value for token in tokens):
            yield finding
    for value, token in tokens.items():
        told, why = token.detector, (token.reason,)
        yield Finding(told, Secret(value), text.path, text.inside, None, token.confidence, why)
    for run in _wide_runs(data, [end for end, number in hits if number >= count]):
        wide = Strings(run)
        yield from _in_binary(text, wide, in_text().hits(run))


def _glued(data: bytes, hits: Iterable[Hit]) -> Iterator[Token]:
    """
    Tokens that touch other strings, as in programs made by Go and Rust.
    """
    by_number = _glues()
    return glued(data, ((end, by_number[n]) for end, n in hits if n in by_number))


@cache
def _glues() -> dict[int, Glue]:
    return {
        number: glue
        for number, rule in enumerate(rules())
        if (glue := known().get(getattr(rule.plugin, "secret_type", "")))
    }


def _wide_runs(data: bytes, ends: Iterable[int]) -> Iterator[bytes]:
    """
    The strings in UTF-16 around some offsets, as ASCII.
    """
    done = 0
    for end in ends:
        if end <= done:
            continue
        start = end - 2
        while start >= 2 and data[start - 1] == 0 and 0x20 <= data[start - 2] < 0x7F:
            start -= 2
        done = end
        while done + 1 < len(data) and data[done + 1] == 0 and 0x20 <= data[done] < 0x7F:
            done += 2
        yield data[start:done:2]


def _in_binary(text: Text, lines: Strings, hits: Iterable[Hit]) -> Iterator[Finding]:
    for match in scan(lines, hits, text.path, TOKENS):
        near = _near(match, lines)
        # In a binary a line is one string; what names the provider is another.
        context = lines.around(match.line, NEAR)
        for finding in _findings(text, match, near, context, None):
            # No more than chance among millions of strings; detect-secrets reads no binaries.
            named = is_worded(finding.secret.reveal()[:SYMBOL])
            if finding.confidence is not Confidence.POSSIBLE and not named:
                yield finding


def _variable(text: Text) -> Iterator[Finding]:
    """
    A value under its name: quoted, so that plugins which go by quotes see it, and bare.
    """
    bare = text.content.splitlines()
    quoted = [f'{text.name} = "{line}"' for line in bare]
    for made, kind in ((quoted, "default"), (bare, TOKENS)):
        lines = Lines.of_list(made)
        for match in scan(lines, in_text().hits(lines.data), "variable", kind):
            if not _means_nothing(match, text):
                near = bare[lines.index(match.line) :][:KEY_LINES]
                yield from _findings(text, match, near, near[0], None)


_READERS = {
    Reading.DOCUMENT: _document,
    Reading.STRINGS: _strings,
    Reading.TOKENS: _tokens,
    Reading.VARIABLE: _variable,
}


def _is_passed_over(path: str) -> bool:
    """
    Whether detect-secrets would pass over a file by its name: lock files, swagger, extensions.
    """
    # NOTE: detect-secrets' own pattern for swagger goes back from each character of a path.
    if "swagger" in path:
        return True
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    if stem.strip(".") and _is_no_text(dot + extension):
        return True
    return _LOCK.search(name) is not None and heuristic.is_lock_file(name)


@lru_cache(maxsize=1024)
def _is_no_text(extension: str) -> bool:
    return heuristic.is_non_text_file(f"x{extension}")


def _means_nothing(match: Match, text: Text) -> bool:
    """
    Whether a match in the metadata is none. In files everything that detect-secrets finds stays.
    """
    if text.path.startswith("/"):
        return False
    if match.secret_type == "Secret Keyword":
        # In a command the value runs on to the end of the line.
        return is_reference(match.value) or is_reference(match.value.split(" ", 1)[0])
    return match.secret_type in RANDOM and _is_public(text)


def _is_public(text: Text) -> bool:
    """
    Whether randomness means nothing there: digests and signatures of manifests and attestations,
    revisions and checksums by their names.
    """
    if text.path.startswith(("manifest.", "index.", "attestation/", "attestation.")):
        return not _BUILD_VALUES.search(text.path)
    return text.reading is Reading.VARIABLE and sounds_public(text.name or "")


def _findings(
    text: Text, match: Match, near: Sequence[str], context: str, line: int | None
) -> Iterator[Finding]:
    own = match.judgement
    for value in [match.value] if own else whole(match.secret_type, match.value, near):
        confidence, reason = own or judge(match.secret_type, value, context, text.file)
        yield Finding(
            detector=match.secret_type,
            secret=Secret(value),
            path=text.path,
            inside=text.inside,
            line=line,
            confidence=confidence,
            reasons=(reason,),
            name=text.name,
        )
