"""
Credentials on command lines: `curl -u`, `sshpass -p`, `mysql -p…`, `docker login -p` and others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from auditor.detectors.assignments.base import CORE, Pair, Reader, Spot
from auditor.detectors.assignments.places import WORKING, Kind
from auditor.detectors.prefilter.literals import derive, fold
from auditor.patterns import lazy_regex
from auditor.records import dataclass

NAME = "Command Line Credential"
CONTINUED = 20
"""
How many lines a command may take.
"""
_ARGUMENT = r"(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\\.|[^\s\"'`;|&<>,\])\\])+)"
"""
One word of a command line, with its quotes.
"""
_GAP = r"[^;|&\n]{0,400}?\s"
"""
Other arguments of the same command.
"""
_SPLIT = r"(?:[\"',\s]+|=)"
"""
Between an option and its value; in the exec form of Docker quotes and a comma.
"""


@dataclass(frozen=True, slots=True)
class Command:
    """
    A program, and how it is told a password.
    """

    program: str
    """
    A pattern; the options that name the credential follow in `option`.
    """
    option: str
    name: str
    user: bool = False
    """
    Whether the value is `user:password`, of which the part behind the colon is the secret.
    """

    @property
    def pattern(self) -> str:
        """
        What finds the command with its value.
        """
        return rf"(?<![\w.\-])(?:{self.program})(?:\.exe)?[\"']?,?{_GAP}[\"']?{self.option}"

    @property
    def probe(self) -> str:
        """
        A simpler pattern that matches wherever the other does.
        """
        option = self.option.replace(_ARGUMENT, r"\S")
        return rf"(?:{self.program})\b[^;|&\n]*\s[\"']?{option}"


COMMANDS = (
    Command("curl", rf"(?:-[a-zA-Z]*u|--user|--proxy-user|-U){_SPLIT}?{_ARGUMENT}", "curl", True),
    Command(
        "wget|curl|aria2c", rf"--(?:http-|ftp-|proxy-)?passw(?:or)?d{_SPLIT}{_ARGUMENT}", "wget"
    ),
    Command("https?", rf"(?:-a|--auth){_SPLIT}{_ARGUMENT}", "http", True),
    Command("sshpass", rf"-p[\"']?,?\s*{_ARGUMENT}", "sshpass"),
    Command(
        r"mysql|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mysqlshow|mysqlsh|mariadb(?:-\w+)?",
        r"-p(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"'`;|&<>,\])]+)",
        "mysql",
    ),
    Command(
        r"(?:docker|podman|buildah|nerdctl|helm|oras|crane|skopeo|img|oc|cf|ibmcloud|faas-cli|"
        r"heroku|argocd|az|jfrog|jf|gcrane|regctl|tsh|vsce|rclone|snowsql)"
        r"(?:\s+[\w\-]+){0,3}?\s+login",
        rf"(?:-p|--password|--token){_SPLIT}{_ARGUMENT}",
        "login",
    ),
    Command(
        "skopeo|buildah|podman|trivy|grype|cosign",
        rf"--(?:src-|dest-)?creds{_SPLIT}{_ARGUMENT}",
        "creds",
        True,
    ),
    Command("redis-cli|valkey-cli|keydb-cli", rf"(?:-a|--pass){_SPLIT}{_ARGUMENT}", "redis-cli"),
    Command(
        r"mongo(?:sh|dump|restore|export|import)?|cqlsh|arangosh|cypher-shell|"
        r"clickhouse(?:-client)?|"
        r"influx|vsql|[Pp]s[Ee]xec(?:64)?|winrs|evil-winrm|sshfs|mosquitto_(?:pub|sub)|lftp|ncftp\w*|xfreerdp",
        rf"(?:-p|-P|--?password|-pw|/p:){_SPLIT}?{_ARGUMENT}",
        "client",
    ),
    Command("sqlcmd|bcp|osql|isql|tsql", rf"-P\s*{_ARGUMENT}", "sqlcmd"),
    Command("ldap(?:search|add|modify|delete|passwd|whoami|compare)", rf"-w\s*{_ARGUMENT}", "ldap"),
    Command(r"smbclient|mount\.cifs|net|rpcclient|nmblookup", rf"-U\s+[^\s%]+%{_ARGUMENT}", "smb"),
    Command("sqlplus|exp|imp|expdp|impdp|sqlldr|rman", r"\w+/(?P<value>[^\s@/\"']+)@", "sqlplus"),
    Command(
        "openssl",
        r"-pass(?:in|out)?\s+[\"']?pass:(?P<value>[^\s\"']+)",
        "openssl",
    ),
    Command(
        "keytool|jarsigner|apksigner|keystore-\\w+",
        rf"-?-(?:(?:src|dest|new|old)?(?:store|key)pass|ks-pass|"
        rf"key-pass)(?:word)?\s+(?:pass:)?{_ARGUMENT}",
        "keytool",
    ),
    Command(
        "zip|unzip|7za?|7zz|7zr|rar|unrar",
        r"-(?:p|P\s*|hp)(?P<value>[^\s\"';|&\-][^\s\"';|&]*)",
        "zip",
    ),
    Command(
        "gpg(?:2|-preset-passphrase)?|borg|restic|duplicity",
        rf"--passphrase{_SPLIT}{_ARGUMENT}",
        "gpg",
    ),
    Command(r"htpasswd", r"-[a-zA-Z]*b[a-zA-Z]*\s+\S+\s+\S+\s+(?P<value>[^\s\"';|&]+)", "htpasswd"),
    Command("(?:user(?:add|mod)|adduser)", rf"(?:-p|--password){_SPLIT}{_ARGUMENT}", "useradd"),
    Command(
        r"rabbitmqctl", r"(?:add_user|change_password)\s+\S+\s+(?P<value>[^\s\"';|&]+)", "rabbitmq"
    ),
    Command(
        r"aws\s+configure\s+set|npm\s+config\s+set|yarn\s+config\s+set|pip\s+config\s+set|"
        r"composer\s+config|git\s+config|gh\s+secret\s+set|poetry\s+config|bundle\s+config",
        rf"[\"']?[\w.\-:/]*{CORE}[\w.\-]*[\"']?(?:\s+|=){_ARGUMENT}",
        "config",
    ),
    Command(
        r"snyk\s+auth|vault\s+login|gh\s+auth|doppler\s+configure|wandb\s+login|"
        r"huggingface-cli\s+login|sentry-cli\s+login|op\s+signin|databricks\s+configure",
        r"(?:-{0,2}token[=\s]+)?(?P<value>(?=\S*\d)[\w.\-]{16,})",
        "login",
    ),
)
"""
Programs that take a credential as an argument, and how.
"""
_COMMANDED = lazy_regex(
    r"\s*(?:[$#>%]\s+)?(?:sudo\s+)?(?:start\s+)?(?:"
    + "|".join(f"(?:{command.program})" for command in COMMANDS)
    + r")\b(?!\s*[:=])",
    re.IGNORECASE,
)
"""
A line that begins with a program is a command, wherever it stands.
"""
_PIPED = lazy_regex(
    r"(?:echo|printf)\s+(?:-\w+\s+)?(?P<quote>[\"']?)(?P<value>[^|\"']{3,200}?)(?P=quote)\s*\|\s*"
    r"(?:sudo\s+)?(?P<program>chpasswd|sudo\s+-S|passwd\s+--stdin|\S+\s+login\b[^|"
    r";&]*--password-stdin|"
    r"gh\s+auth\s+login|cryptsetup|openssl\s+passwd\s+-stdin|smbpasswd)"
)
_SQL = lazy_regex(
    r"(?:identified\s+(?:with\s+\w+\s+)?by|with\s+(?:encrypted\s+)?password|"
    r"set\s+password(?:\s+for\s+\S+)?\s*=\s*(?:password\s*\()?|password\s*\()"
    r"\s*\(?(?P<quote>\\?['\"])(?P<value>.{1,128}?)(?P=quote)",
    re.IGNORECASE,
)
_SECURE_STRING = lazy_regex(
    r"convertto-securestring\s+(?:-string\s+)?(?P<quote>[\"'])(?P<value>[^\"']+)(?P=quote)",
    re.IGNORECASE,
)
_OPTION = lazy_regex(
    rf"(?<![\w\-])--?(?P<name>[a-z0-9][\w.\-]{{0,60}}?(?<![a-z0-9])(?:{CORE})[\w\-]{{0,60}}|"
    rf"{CORE}[\w\-]{{0,60}})"
    rf"[\"']?(?:=|,?[ \t]+[\"']?|[\"'],\s*[\"'])(?!-){_ARGUMENT}",
    re.IGNORECASE,
)
_MOUNTED = lazy_regex(r"(?:id|type|src|source|env)=")
"""
`docker build --secret id=…` says where a secret lies.
"""
_LITERAL = lazy_regex(r"--from-literal[=\s]+[\"']?(?P<name>[\w.\-]+)=(?P<value>[^\s\"']+)")

_COMPILED = tuple((lazy_regex(command.pattern), command) for command in COMMANDS)
_PIPE_PATTERN = lazy_regex(r"(?:echo|printf)\s.*\|.*(?:passwd|sudo|login|cryptsetup)")
_SQL_PATTERN = lazy_regex(
    r"(?:identified\s.*by|password(?:\s+for\s+\S+)?)\s*=?\s*\(?\\?['\"]|password\s*\(",
    re.IGNORECASE,
)
_OPTION_PATTERN = lazy_regex(
    rf"(?:^|[^\w\-])--?[\w.\-]*{CORE}[\w\-]*[\"']?(?:=|,?\s+[\"']?|[\"'],\s*[\"'])[^\s\-].{{2}}",
    re.IGNORECASE,
)
_LITERAL_PATTERN = lazy_regex(r"--from-literal[=\s]")
_SECURE_PATTERN = lazy_regex(r"convertto-securestring", re.IGNORECASE)


def read(spot: Spot) -> Iterator[Pair]:
    """
    Every credential on a command line.
    """
    if spot.place.kind is Kind.UNKNOWN and not _COMMANDED.match(spot.line):
        return
    line = _joined(spot)
    folded = fold(line)
    for pattern, command in _COMPILED:
        if not (_has_any(command.program, folded) and _has_any(command.option, folded)):
            continue
        for match in pattern.finditer(line):
            value = unquoted(match["value"])
            if command.user:
                value = value.partition(":")[2]
            if value and value[0] not in "-[<{":
                yield Pair(command.name, value, quoted=True, sure=True, detector=NAME)
    yield from _others(line, folded)


def _each(pattern: re.Pattern[str], line: str, folded: str) -> Iterator[re.Match[str]]:
    """
    Every match of a pattern, which is not tried on a line without any of its words: there are many
    patterns, and few lines hold words of more than one.
    """
    if _has_any(pattern.pattern, folded):
        yield from pattern.finditer(line)


def _has_any(pattern: str, folded: str) -> bool:
    """
    Whether a line holds one of the words that are in all that a pattern matches.
    """
    words = _words(pattern)
    return words is None or any(word in folded for word in words)


@cache
def _words(pattern: str) -> frozenset[str] | None:
    return derive(re.compile(pattern))


def _others(line: str, folded: str) -> Iterator[Pair]:
    for match in _each(_PIPED, line, folded):
        value = match["value"].strip()
        if match["program"] == "chpasswd":
            value = value.partition(":")[2]
        yield Pair(match["program"].split()[0], value, True, True, NAME)
    for pattern, name in ((_SQL, "SQL password"), (_SECURE_STRING, "SecureString")):
        for match in _each(pattern, line, folded):
            yield Pair(name, match["value"], True, True, NAME)
    for match in _each(_LITERAL, line, folded):
        yield Pair(match["name"], match["value"], True)
    for match in _OPTION.finditer(line) if "-" in line else ():
        name, value = match["name"].strip("-"), unquoted(match["value"])
        if _MOUNTED.match(value):
            continue
        if name.endswith("creds"):
            value = value.partition(":")[2] or value
        yield Pair(name, value, True)


def _joined(spot: Spot) -> str:
    """
    The line with those that a backslash makes a part of it.
    """
    line = spot.line
    for following in spot.below(CONTINUED) if line.endswith("\\") else ():
        line = line[:-1] + " " + following.strip()
        if not line.endswith("\\"):
            break
    return line


def unquoted(value: str) -> str:
    """
    A word of a shell as the program sees it.
    """
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        value = value[1:-1]
    return re.sub(r"\\([\"'$`\\ !&;|*?#()])", r"\1", value)


_PATTERNS = (
    *(lazy_regex(command.probe) for command in COMMANDS),
    *(lazy_regex(rf"(?:{command.program})\b.*\\$") for command in COMMANDS),
    _PIPE_PATTERN,
    _SQL_PATTERN,
    _OPTION_PATTERN,
    _LITERAL_PATTERN,
    _SECURE_PATTERN,
)
COMMAND_LINES = Reader(_PATTERNS, WORKING, read)
