"""
What a file is for, by its name and content: that decides whether a value in it is in use.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from auditor.detectors.confidence import is_credential_file
from auditor.patterns import lazy_regex
from auditor.records import dataclass


class Kind(StrEnum):
    """
    What a text is for.
    """

    VALUES = "values"
    """
    Real values and nothing else: metadata, `.env`, credentials files.
    """
    SETTINGS = "settings"
    """
    Configuration in some format.
    """
    SHELL = "shell"
    """
    Commands: scripts, histories, Dockerfiles.
    """
    SOURCE = "source"
    """
    Programs in other languages.
    """
    DOCUMENT = "document"
    """
    For people to read.
    """
    UNKNOWN = "unknown"
    """
    The name tells nothing; the content may.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """
    A text's kind, and whether what it holds is in use.
    """

    kind: Kind
    shown: bool = False
    """
    Whether it is there to show how something is done: a test, an example, a template, a manual.
    """
    words: bool = False
    """
    Whether its values are words for people: translations, messages, grammars.
    """
    format: str = ""
    """
    The extension, in lower case, where rules of syntax hang on it.
    """


COMMAND = "command"
"""
The format of the metadata: what is no variable there is a command line.
"""
EVERYWHERE = frozenset(Kind)
WORKING = frozenset({Kind.VALUES, Kind.SETTINGS, Kind.SHELL, Kind.UNKNOWN})
"""
Kinds in which values need no quotes.
"""


def _extensions(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SETTINGS = _extensions(
    """ini cfg conf cnf config properties yaml yml json json5 jsonc toml xml plist tfvars tf hcl
    tfstate service prefs desktop reg nix dhall cue edn ovpn nmconnection pbxproj xcconfig csproj
    props netplan credentials creds secret secrets settings local prod production dev development
    staging rc pp sls j2 ron kdl ldif"""
)
_SHELL = _extensions(
    """sh bash zsh ksh csh tcsh fish ash dash profile ps1 psm1 psd1 bat cmd mk make dockerfile
    containerfile bats history"""
)
_SOURCE = _extensions(
    """py pyc pyo pyi pyx pxd pxi js mjs cjs jsx ts mts cts tsx vue svelte go java kt kts
    scala groovy gradle
    rb rbs rbi rake gemspec erb php phtml inc phpt pl pm t c h cc cpp cxx hpp hh hxx cs fs vb swift
    m mm rs
    dart lua ex exs erl hrl hs clj cljs coffee r jl nim zig d pas asm s sql psql awk sed tcl el lisp
    scm vim proto graphql css scss sass less map wasm ipynb as sol def gir vapi
    idl rules ijs bt stp cmake am ac m4 in po pot"""
)
_DOCUMENT = _extensions(
    """md markdown mdx rst adoc asciidoc tex texi texinfo info man html htm xhtml svg rtf org pod
    1 2 3 4 5 6 7 8 9 3pm 1p 3p 1ssl 3ssl 5ssl 7ssl docbook dtd xsd xsl xslt rng wsdl log diff patch
    changes changelog csv tsv list md5sums lock sum rdf bib eml mbox symbols templates"""
)
_VALUES_NAME = lazy_regex(
    r"(?:\.env(?:[.\-_].+)?|.*\.env(?:\.[^.]+)?|env|envfile|environment|\.envrc)$"
)
_SHELL_NAME = lazy_regex(
    r"(?:(?:.*\.)?(?:docker|container)file(?:[.\-].*)?|\..*(?:history|profile)|"
    r"\.(?:bash|zsh|k?sh)(?:rc|env|_aliases|_login|_logout)|\.?zshrc|(?:gnu)?makefile.*|"
    r"justfile|procfile|crontab|.*entrypoint|profile|jenkinsfile|vagrantfile)$",
    re.IGNORECASE,
)
_TELLING = lazy_regex(r"file|rc|env|alias|history|log|crontab|entrypoint")
"""
Every name that tells by itself holds one of these, in lower case.
"""
_SETTINGS_EXTENSIONS = _extensions("py js mjs cjs ts rb php exs go java kt cs pl lua")
_SETTINGS_SOURCE = lazy_regex(
    r"(?:^|/)(?:(?:[\w.\-]*[._\-])?(?:settings?|conf|config|configuration|secrets?|credentials?|"
    r"constants|parameters|environment|database|initializer|application|local|prod|production|"
    r"wp-config)(?:[._\-][\w.\-]*)?\.(?:py|js|mjs|cjs|ts|rb|php|exs|go|java|kt|cs|pl|lua)"
    r"|(?:settings?|config|configs|conf|environments)/[\w.\-]+\.(?:py|js|ts|rb|php|exs))$",
    re.IGNORECASE,
)
_SHOWN = lazy_regex(
    r"(?:^|[/._\-])(?:tests?|testing|testdata|test[_\-]\w+|\w+[_\-]tests?|specs?|__tests__|"
    r"fixtures?|examples?|samples?|demos?|mocks?|__mocks__|stubs?|tutorials?|skeleton|"
    r"docs?|documentation|gtk-doc|share/(?:man|info|help)|templates?|tmpl|tpl|snippets?|"
    r"cassettes|schemas?|swagger|openapi|changelogs?|news|readme[^/]*)(?=[/._\-]|$)|\.(?:dist|"
    r"default|orig|in)$",
    re.IGNORECASE,
)
_MESSAGES = lazy_regex(
    r"(?:^|[/._\-])(?:locales?|lang|langs|languages?|i18n|l10n|intl|translations?|messages?|"
    r"nls|lc_messages|strings|po|grammars?|syntax(?:es)?|themes?|icons?|mime|dictionar(?:y|ies)|"
    r"keymaps?|xkb|unicode|emoji)(?=[/._\-]|$)"
    r"|[_\-.](?:[a-z]{2}|[a-z]{2}[_\-][A-Z]{2})\.(?:properties|json|ya?ml|xml|resx)$"
    r"|(?:[Ss]trings|[Mm]essages?|[Bb]undle|[Ll]abels)\.(?:properties|resx|strings)$",
)
_INSTALLED = lazy_regex(
    r"/(?:site-packages|dist-packages|node_modules|vendor|gems|\.cargo/registry|go/pkg/mod|"
    r"usr/(?:lib|share|include|libexec|src)|usr/local/(?:lib|share|include)|\.m2|\.pyenv/versions)/"
)
"""
Where package managers put what others wrote: programs there hold nobody's settings.
"""
_SHEBANG = lazy_regex(rb"#!\s*\S*?(?:/|\benv\s+(?:-\S+\s+)?)(\w+)")
_SHELLS = (b"sh", b"bash", b"dash", b"zsh", b"ksh", b"ash", b"fish")
_LIKE_SETTINGS = lazy_regex(
    r"^\s*(?:[#;].*|//.*|\[.*\]|(?:export\s+)?[\w.\-/\"']+\s*[=:].*|[\w.\-]+\s+\S+|[{}\[\]],?)?\s*$"
)
HEAD = 120
"""
Lines by which a file that its name does not tell is judged.
"""
HEAD_SIZE = 1 << 14
"""
No more of it than this is looked at, in bytes.
"""
ALIKE = 0.8
"""
So large a part of the lines of settings look like settings.
"""


_PROSE = frozenset({"txt", "text"})
"""
Such a file holds anything, so that a name on one of its lines says little.
"""
_ABOUT_PACKAGES = frozenset({"METADATA", "PKG-INFO", "USAGE"})
"""
What a package says of itself, with its manual.
"""
_NO_SECRETS = frozenset(_SOURCE | _DOCUMENT)


@lru_cache(maxsize=64)
def kind_of(path: str) -> Kind:
    """
    What the path tells of a text.
    """
    if not path.startswith("/"):
        return Kind.VALUES
    name = path.rpartition("/")[2]
    extension = extension_of(name)
    if name in _ABOUT_PACKAGES:
        return Kind.DOCUMENT
    if extension in _NO_SECRETS:
        if extension in _SETTINGS_EXTENSIONS and _SETTINGS_SOURCE.search(_tail(path)):
            return Kind.SOURCE if _INSTALLED.search(path) else Kind.SETTINGS
        if "/secrets/" not in path:
            return Kind.SOURCE if extension in _SOURCE else Kind.DOCUMENT
    return _kind(path, name, extension)


def _tail(path: str) -> str:
    """
    A file's name and the folder that it is in.
    """
    return path[path.rfind("/", 0, path.rfind("/")) :] if path.count("/") > 1 else path


def extension_of(name: str) -> str:
    """
    The extension of a file's name in lower case, without its dot; empty if there is none.
    """
    return name.rpartition(".")[2].lower() if "." in name[1:] else ""


def _kind(path: str, name: str, extension: str) -> Kind:
    # NOTE: beyond ASCII there are letters that a pattern takes for one of these without case.
    is_telling = _TELLING.search(name.lower()) or not name.isascii()
    if extension in _SHELL or (is_telling and _SHELL_NAME.match(name)):
        return Kind.SHELL
    if is_telling and _VALUES_NAME.match(name):
        return Kind.VALUES
    if "/secrets/" in path or is_credential_file(path):
        return Kind.VALUES
    if "/init.d/" in path or "/cron." in path:
        return Kind.SHELL
    return Kind.SETTINGS if extension in _SETTINGS else Kind.UNKNOWN


def is_quoting(path: str, data: bytes) -> bool:
    """
    Whether a text is of a kind in which values stand in quotes: programs, and prose.
    """
    kind = kind_of(path)
    if kind is Kind.UNKNOWN:
        return data.startswith(b"#!") and _by_shebang(data) is Kind.SOURCE
    return kind not in WORKING


def by_content(path: str, data: bytes) -> Place:
    """
    What path and content tell. `data` is the text, or its beginning.
    """
    place = _by_path(path)
    if place.kind is Kind.UNKNOWN and place.format not in _PROSE:
        return replace(place, kind=_by_shebang(data) or _by_lines(data[:HEAD_SIZE]))
    return place


@lru_cache(maxsize=64)
def _by_path(path: str) -> Place:
    kind = kind_of(path)
    if not path.startswith("/"):
        return Place(kind, format=COMMAND)
    shown, words = bool(_SHOWN.search(path)), bool(_MESSAGES.search(path))
    return Place(kind, shown, words, extension_of(path.rpartition("/")[2]))


_COMMENTED = lazy_regex(r"^\s*(?:>>>|\.\.\. |#|//|/?\*|--\s|\$ |<!--|;|%|@|r?\"{3}|r?'{3})")


def is_aside(line: str, above: str, format: str) -> bool:
    """
    Whether a line is a comment, an interactive session, or within Python's docstrings.
    """
    if _COMMENTED.match(line):
        return True
    return format.startswith("py") and any(above.count(q) % 2 for q in ('"' * 3, "'" * 3))


def _by_shebang(data: bytes) -> Kind | None:
    found = _SHEBANG.match(data[:200])
    if found is None:
        return None
    return Kind.SHELL if found[1] in _SHELLS else Kind.SOURCE


@lru_cache(maxsize=8)
def _by_lines(head: bytes) -> Kind:
    """
    Settings have a name and a value on almost every line.
    """
    lines = head.decode("latin-1").splitlines()[:HEAD]
    full = [line for line in lines if line.strip()]
    left = len(full)
    for line in full:
        if len(line) >= 2000 or not _LIKE_SETTINGS.match(line):
            left -= 1
            if left < ALIKE * len(full):
                return Kind.UNKNOWN
    return Kind.SETTINGS if full else Kind.UNKNOWN
