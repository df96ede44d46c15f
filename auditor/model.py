"""
The nouns, frozen. They know nothing of where images come from or how reports look.

Words follow the OCI image specification; ours are finding, leak, gap and ledger.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache

from auditor.patterns import lazy_regex
from auditor.records import dataclass


class Confidence(StrEnum):
    """
    How sure it is that a value is a secret.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Exposure(StrEnum):
    """
    What one needs to read a secret: a manifest, the image, or one of its layers.
    """

    METADATA = "metadata"
    IMAGE = "image"
    LAYER = "layer"


class Origin(StrEnum):
    """
    Who put a secret there.
    """

    OWN = "own"
    BASE = "base"
    PACKAGE = "package"


class State(StrEnum):
    """
    What became of a place in the layers above it.
    """

    PRESENT = "present"
    OVERWRITTEN = "overwritten"
    DELETED = "deleted"


class Severity(StrEnum):
    """
    How much a leak matters, worst first.
    """

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """
        0 for the worst.
        """
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """
        Whether this is as bad as `other`, or worse.
        """
        return self.rank <= other.rank


@dataclass(frozen=True, slots=True)
class Seal:
    """
    What the cache keeps of a secret in place of its plaintext. Marks are made with a key that lies
    apart from the cache, so nobody tests guesses with its database.
    """

    head: int
    """
    A few bits of a mark of the first characters: where the value may begin in a text.
    """
    length: int
    """
    In characters.
    """
    lines: int
    """
    Line ends within it.
    """
    preview: str
    strong: bool
    fingerprint: str | None
    """
    The whole fingerprint, of a secret that may be hashed.
    """
    is_word: bool
    """
    Whether it is short and of letters alone, as any word.
    """
    recorded: bytes | None = None
    """
    What a package database's record of it begins with, if its layer has such a record.
    """
    forms: tuple[tuple[int, int, bytes], ...] = ()
    """
    How it may be written in a text: head, length and mark of each way.
    """


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Secret:
    """
    A plaintext that shows itself only when asked to: no log line or traceback holds it. One that
    comes from the cache is sealed: it is known again, and not told.
    """

    value: str | None
    mark: bytes | None = None
    """
    Equal for equal secrets. All that are compared have one, or none has.
    """
    seal: Seal | None = None
    """
    Set where the plaintext is not known.
    """

    def reveal(self) -> str:
        """
        The plaintext. Every caller must have a reason. Raises `ValueError` if it is sealed.
        """
        if self.value is None:
            raise ValueError("a sealed secret has no plaintext")
        return self.value

    @property
    def key(self) -> str | bytes:
        """
        What tells the secrets of one image apart.
        """
        return self.mark or b"" if self.value is None else self.value

    @property
    def length(self) -> int:
        """
        In characters.
        """
        return self.seal.length if self.seal else len(self.reveal())

    @property
    def lines(self) -> int:
        """
        Line ends within it; those at its end do not count.
        """
        return self.seal.lines if self.seal else self.reveal().rstrip("\n").count("\n")

    def is_in(self, text: str) -> bool:
        """
        Whether a text holds it. A sealed one is in no text of the build: `ranking` opens all that
        stand there before anything asks.
        """
        return self.value is not None and self.value in text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self.mark and other.mark:
            return self.mark == other.mark
        return self.value is not None and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.mark or self.value)

    def __repr__(self) -> str:
        return "Secret(***)"


class Reading(StrEnum):
    """
    How a text wants to be read.
    """

    DOCUMENT = "document"
    """
    Lines of a text file: everything is looked for.
    """

    TOKENS = "tokens"
    """
    Names of files, lines of lists: only what looks like a secret by itself.
    """

    STRINGS = "strings"
    """
    The bytes of a binary. Only its printable strings are read, and of these only tokens.
    """

    VARIABLE = "variable"
    """
    One value that was given to one name.
    """


_PACKED = frozenset({"gzip", "bzip2", "xz", "zstd", "lzma", "lz4", "compress", "zlib"})
_SUFFIX = lazy_regex(r"\.(?:gz|bz2|xz|zst|lzma|lz4|Z)$")
_MEMBER = lazy_regex(r"(?!\(|table |stream |git )[^!()\n]*[^!()\s][./][^!()\n]*$")
"""
What a part of a file is called that is a file itself.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """
    Something readable at one place of the image.
    """

    path: str
    """
    Absolute in a layer, or a metadata path such as `config.Env.NAME`.
    """
    held: str | bytes
    """
    Bytes are not decoded before somebody asks: most texts hold nothing, and that shows in bytes.
    """
    reading: Reading = Reading.DOCUMENT
    inside: str | None = None
    """
    Where within `path`: a member, a header field, an encoding. `None` for the file itself.
    """
    name: str | None = None
    """
    The variable's name, for `Reading.VARIABLE`.
    """
    first_line: int = 1
    """
    The number of the first line of `content` in the whole, from 1.
    """

    @property
    def file(self) -> str:
        """
        The path by which its content is judged: of a member of an archive, the member's own.
        """
        return self.path if self.inside is None else _judged_as(self.path, self.inside)

    @property
    def content(self) -> str:
        """
        The text. Bytes are UTF-8 or, where they are not, Latin-1.
        """
        if isinstance(self.held, str):
            return self.held
        try:
            return self.held.decode()
        except UnicodeDecodeError:
            return self.held.decode("latin-1")

    @property
    def data(self) -> bytes:
        """
        The text in an encoding of which ASCII is a part.
        """
        return self.held.encode("utf-8", "replace") if isinstance(self.held, str) else self.held


@lru_cache(maxsize=16)
def _judged_as(path: str, inside: str) -> str:
    """
    See `Text.file`. Every detector asks.
    """
    *outer, member = inside.split("!")
    packed = member in _PACKED
    if packed:
        member = outer[-1] if outer else ""
    judged = f"{path}!/{member}" if _MEMBER.match(member) else path
    # `guide.1.gz` holds `guide.1`.
    return _SUFFIX.sub("", judged) if packed else judged


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A detector matched at one place.
    """

    detector: str
    secret: Secret
    path: str
    inside: str | None
    line: int | None
    """
    From 1. `None` where lines mean nothing.
    """
    confidence: Confidence
    reasons: tuple[str, ...] = ()
    name: str | None = None
    """
    The variable that holds the value, where it is known.
    """
    doubted: bool = False
    """
    Whether a merely possible one is hardly a secret, by its place or its neighbours: a row of a
    table of checksums, a test, the frame of a key without the key. The last reason tells.
    """


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Something that was not looked into, and why.
    """

    path: str
    reason: str
    layer: int | None = None
    blocking: bool = False
    """
    Whether a layer or blob was not read, so that the audit is partial (exit 4).
    """


@dataclass(frozen=True, slots=True)
class PathIndex:
    """
    Which paths a layer writes and hides, small enough to keep for every layer.

    Each field holds paths with a NUL after each; a set of them is built when needed.
    """

    files: bytes = b""
    """
    Everything that is not a directory: it replaces what lies below.
    """
    directories: bytes = b""
    whiteouts: bytes = b""
    """
    Paths removed with all below them.
    """
    opaque: bytes = b""
    """
    Directories whose lower content is hidden, wherever the mark stands in the layer.
    """
    hard_links: bytes = b""
    """
    Link and target in turn; targets lie in the same layer.
    """


@dataclass(frozen=True, slots=True)
class FileDigests:
    """
    A file in which something was found, by the digests that package databases know it by.
    """

    path: str
    md5: bytes
    sha1: bytes
    sha256: bytes
    source_size: int | None = None
    """
    Bytes of the source that a compiled Python module says it was made from.
    """

    @property
    def by_algorithm(self) -> tuple[tuple[str, bytes], ...]:
        """
        The strongest first.
        """
        return ("sha256", self.sha256), ("sha1", self.sha1), ("md5", self.md5)


@dataclass(frozen=True, slots=True)
class Claims:
    """
    What the package databases of a layer say of files, small enough to keep for every layer.
    """

    records: bytes = b""
    """
    In order, 16 bytes each: a hash of path, algorithm and digest, and an index of `packages`.
    """
    packages: tuple[str, ...] = ()
    """
    Manager and name, such as `dpkg libc6`.
    """
    published: frozenset[str] = frozenset()
    """
    Packages of a distribution: anybody can get the same files elsewhere.
    """
    local: frozenset[str] = frozenset()
    """
    Packages that look as if the image's own author made them.
    """
    diversions: tuple[tuple[bytes, bytes], ...] = ()
    """
    Where files were put, and under which paths packages claim them.
    """


@dataclass(frozen=True, slots=True)
class Proof:
    """
    That a place holds what a package installed, unchanged.
    """

    reason: str
    published: bool
    """
    Whether anybody can get the same elsewhere, as far as the image shows it.
    """

    def is_enough(self, confidence: Confidence) -> bool:
        """
        Whether a finding there is the package's affair. A private package can hold a secret of
        its maker's, so what is more than possible needs a package that is known to be public.
        """
        return self.published or confidence is Confidence.POSSIBLE


@dataclass(frozen=True, slots=True)
class LayerScan:
    """
    What one blob of an archive turned out to hold. Knows nothing of its image.
    """

    name: str
    """
    The member name in the archive, or the path in the layout.
    """
    digest: str
    """
    Digest of the bytes as stored.
    """
    size: int
    """
    Bytes as stored.
    """
    is_tar: bool
    diff_id: str | None = None
    """
    Digest of the uncompressed tar. `None` if there was none, or it could not be read whole.
    """
    findings: tuple[Finding, ...] = ()
    compression: str | None = None
    """
    How the stored bytes are packed: gzip, zstd, xz, bzip2; `None` if they are not.
    """
    stored: tuple[tuple[str, str], ...] = ()
    """
    Leaky paths with their entry's name in the tar, where that is not the path without its slash.
    """
    superseded: frozenset[int] = frozenset()
    """
    Indexes of findings in a file that the same layer holds once more, later.
    """
    echoes: frozenset[int] = frozenset()
    """
    Indexes of sealed findings that tell of the same characters as a better one.
    """
    gaps: tuple[Gap, ...] = ()
    index: PathIndex = PathIndex()
    digests: tuple[FileDigests, ...] = ()
    """
    Of the files with findings, in order; a path that the layer holds twice is there twice.
    """
    claims: Claims = Claims()
    sources: bytes = b""
    """
    Python's source files, 48 bytes each: by them compiled modules are known.
    """
    files: int = 0
    bytes: int = 0
    """
    Of file content read, after decompression.
    """


@dataclass(frozen=True, slots=True)
class Variable:
    """
    A name that was given a value: build arg, environment variable, label.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """
    One step of the build as the config tells it.
    """

    created_by: str = ""
    comment: str = ""
    author: str = ""
    empty_layer: bool = False
    instruction: str = ""
    """
    `created_by` as one would write it in a Dockerfile; build args are left out.
    """
    build_args: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One layer of an image; index 0 is the base.
    """

    index: int
    blob: str | None
    """
    Name of the blob in the archive; `None` if the archive does not hold it.
    """
    diff_id: str | None
    digest: str | None
    """
    Of the stored blob as the manifest says; `None` where the format has none.
    """
    media_type: str = ""
    created_by: str = ""
    instruction: str = ""
    history: int | None = None
    """
    Index of the history entry that made it, if that is known.
    """
    origin: Origin = Origin.OWN


@dataclass(frozen=True, slots=True)
class Field:
    """
    One value of the metadata: config, history, annotations, attestations.
    """

    path: str
    value: str
    name: str | None = None
    """
    Set where the value was given to a name.
    """
    inside: str | None = None
    instruction: str | None = None
    history: int | None = None
    command: bool = False
    """
    Whether the value is a command line or Dockerfile text.
    """


@dataclass(frozen=True, slots=True)
class BuildSource:
    """
    The Dockerfile that a provenance attestation holds.
    """

    name: str
    text: str
    lines: tuple[tuple[str, int], ...] = ()
    """
    Digests of stored layers, each with the line of the instruction that made it, from 1.
    """


@dataclass(frozen=True, slots=True)
class Image:
    """
    What is to be audited: layers in order, base first, and everything said about them.
    """

    reference: str
    id: str
    """
    Digest of the config.
    """
    platform: str
    layers: tuple[Layer, ...]
    history: tuple[HistoryEntry, ...] = ()
    fields: tuple[Field, ...] = ()
    gaps: tuple[Gap, ...] = ()
    base_name: str | None = None
    """
    `org.opencontainers.image.base.name`, if the image says it.
    """
    base_digest: str | None = None
    source: BuildSource | None = None
    """
    What the image was built from, if an attestation says it.
    """
    documents: tuple[tuple[str, str], ...] = ()
    """
    Where paths of the metadata begin (`config`, `attestation/0`), with the blob that holds it.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """
    One place where a secret can be read, and what became of it.
    """

    layer: int | None
    """
    `None` for metadata.
    """
    path: str
    inside: str | None = None
    line: int | None = None
    instruction: str | None = None
    dockerfile_line: int | None = None
    state: State = State.PRESENT
    removed_by: int | None = None
    """
    Index of the layer that overwrote or deleted it.
    """


class AcceptedBy(StrEnum):
    """
    What says that a leak is no news.
    """

    BASELINE = "baseline"
    IGNORED = "ignored"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """
    Why a leak does not count, and until when.
    """

    by: AcceptedBy
    reason: str = ""
    """
    In the user's words; for `AcceptedBy.AGAINST` the older image.
    """
    expires: date | None = None
    """
    The last day on which it holds; `None` for ever.
    """

    def holds(self, today: date) -> bool:
        """
        Whether it has not expired.
        """
        return self.expires is None or today <= self.expires


@dataclass(frozen=True, slots=True)
class Known:
    """
    A leak that was known before the audit: from a baseline, or an older image.
    """

    fingerprint: str
    acceptance: Acceptance
    detector: str = ""
    severity: Severity | None = None
    place: str = ""
    """
    The path of one place, for people.
    """
    secret: Secret | None = None
    """
    Only of an older image that was audited just now, never of a file.
    """


@dataclass(frozen=True, slots=True)
class Leak:
    """
    One secret with all its places and its life.
    """

    id: str
    fingerprint: str
    """
    Stable across rebuilds and machines; no guess of a weak secret can be tested with it.
    """
    detector: str
    severity: Severity
    confidence: Confidence
    exposure: Exposure
    origin: Origin
    preview: str
    secret: Secret | None
    """
    Only with `--show-secrets`.
    """
    places: tuple[Place, ...]
    """
    In the order of the layers; metadata first.
    """
    reasons: tuple[str, ...]
    advice: str
    accepted: bool = False
    acceptance: Acceptance | None = None
    """
    Set if it is accepted, or was until the acceptance expired.
    """
    fix: str | None = None
    """
    The instruction rewritten so that it gives nothing away, as Dockerfile text.
    """
    proof: str | None = None
    """
    A command of public tools that shows the secret.
    """
    rotate: str | None = None
    """
    The page on which the provider replaces such a secret.
    """


@dataclass(frozen=True, slots=True)
class Counts:
    """
    Leaks by severity.
    """

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0


@dataclass(frozen=True, slots=True)
class LayerRow:
    """
    A layer as the report shows it.
    """

    layer: Layer
    size: int
    """
    Bytes as stored; 0 if the blob is missing.
    """
    score: int
    leaks: Counts


@dataclass(frozen=True, slots=True)
class Ledger:
    """
    What was read, and what was not.
    """

    files: int = 0
    bytes: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How the leaks compare with what was known before. All of them count, listed or not.
    """

    new: int = 0
    """
    Open leaks that nothing knew before.
    """
    known: int = 0
    """
    Leaks that the baseline or the older image has too, accepted or expired.
    """
    expired: int = 0
    """
    Known leaks that are open, since their acceptance has expired.
    """
    ignored: int = 0
    """
    Leaks that the configuration ignores.
    """
    gone: tuple[Known, ...] = ()
    """
    What was known before and is no longer found.
    """


@dataclass(frozen=True, slots=True)
class Report:
    """
    One audited image: ranked, redacted and final. Formats only write it.
    """

    reference: str
    id: str
    platform: str
    source: str
    layers: tuple[LayerRow, ...]
    """
    By index, base first.
    """
    leaks: tuple[Leak, ...]
    """
    Worst first; those that are to be listed.
    """
    ledger: Ledger
    counts: Counts
    """
    Of all leaks that were not accepted, listed or not.
    """
    metadata_counts: Counts
    """
    Of leaks that have a place in the metadata.
    """
    accepted: int = 0
    accepted_leaks: tuple[Leak, ...] = ()
    dockerfile: str | None = None
    """
    The Dockerfile whose lines the places name: as it was given, or as the provenance calls it.
    """
    complete: bool = False
    """
    Whether all was asked for: leaks of low severity are listed, and no format shortens its lists.
    """
    package: int = 0
    """
    Leaks in unchanged files of packages, which are not in any of the counts.
    """
    standing: Standing = Standing()

    @property
    def worst(self) -> Severity | None:
        """
        The worst severity among the leaks that were not accepted.
        """
        return next((s for s in Severity if getattr(self.counts, s.value)), None)
