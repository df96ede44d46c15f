"""
What is merely possible, and hardly a secret.
"""

from __future__ import annotations

import hashlib
import random

import pytest

from auditor.detectors import detect, published
from auditor.model import Confidence, Finding, Text
from auditor.ranking.severity import severity
from tests.fakes import fakes

RANDOM = random.Random(4)


def digest() -> str:
    """A checksum of nothing."""
    return f"{RANDOM.getrandbits(160):040x}"


def found(path: str, content: str, inside: str | None = None) -> list[Finding]:
    """All findings in a file."""
    text = Text(path, content, inside=inside)
    return [item for item in detect(text) if isinstance(item, Finding)]


def doubted(path: str, content: str, inside: str | None = None) -> set[bool]:
    """Whether the findings in a file are doubted."""
    return {item.doubted for item in found(path, content, inside)}


def test_one_random_value_is_worth_a_look_and_a_table_of_them_is_not() -> None:
    """Every row stays in the report, with the reason."""
    rows = "".join(f'"{digest()}",\n' for _ in range(40))

    assert doubted("/app/main.py", f'x = "{digest()}"\n') == {False}
    table = found("/app/main.py", f"X = [\n{rows}]\n")
    assert {(f.doubted, f.confidence) for f in table} == {(True, Confidence.POSSIBLE)}
    assert len(table) == 40
    assert "one of 40 alike in this file" in table[0].reasons


@pytest.mark.parametrize(
    "line",
    ['sha1 = "{}"', '"gitHead": "{}",', "checksum: '{}'", 'ETAG="{}"'],
)
def test_checksums_by_their_names(line: str) -> None:
    """The name says that anyone may know the value."""
    assert doubted("/app/build.conf", line.replace("{}", digest())) == {True}


@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib/python3/dist-packages/x/y.py",
        "/app/venv/lib/python3.12/site-packages/x/y.py",
        "/app/node_modules/x/y.js",
        "/app/tests/y.py",
        "/app/docs/y.py",
    ],
)
def test_where_nothing_is_in_use(path: str) -> None:
    """What is merely possible counts less there; what is more stays."""
    assert doubted(path, f'x = "{digest()}"\n') == {True}
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    assert {f.confidence for f in found(path, f"{key}\n")} == {Confidence.LIKELY}
    assert doubted(path, f"{key}\n") == {False}


def test_credentials_files_are_not_tables() -> None:
    """There a random value is what the file is for."""
    rows = "".join(f'K{n}="{digest()}"\n' for n in range(40))

    assert doubted("/app/.env", rows) == {False}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('password = "hunter2xyz"', {False}),
        ('secret = "the_client"', {True}),
        ('password = getpass("Password: ")', set()),
    ],
)
def test_keywords_in_programs(line: str, expected: set[bool]) -> None:
    """A word of a program under a secret's name is hardly one."""
    words = [f for f in found("/app/main.py", line) if f.detector == "Secret Keyword"]

    assert {f.doubted for f in words} == expected


def test_what_is_encrypted_gives_nothing_away() -> None:
    """SOPS' files and SealedSecrets are made to be seen; detect-secrets finds their names."""
    sops = 'password: "ENC[AES256_GCM,data:O+5l4g==,iv:c/dS4B=,tag:V9yr5r==,type:str]"\n'
    sealed = "encryptedData:\n  password: AgB" + "y3i4OJSW" * 90 + "==\n"
    for content in (sops, sealed):
        assert doubted("/srv/secrets.yaml", content) == {True}


def test_the_frame_of_a_key() -> None:
    """A header without its key gives nothing away."""
    assert doubted("/app/x.py", "if '-----BEGIN " + "PRIVATE KEY-----' in text:\n") == {True}


def test_a_member_of_an_archive_is_judged_by_its_own_name() -> None:
    """A test in a wheel is a test, and settings in a jar are settings."""
    line = "password=hunter2xyz!9\n"

    assert doubted("/app/x.whl", f'x = "{digest()}"\n', "x/tests/y.py") == {True}
    sure = {f.confidence for f in found("/app/a.jar", line, "BOOT-INF/application.properties")}
    assert Confidence.LIKELY in sure


def test_the_metadata_is_never_doubted() -> None:
    """Nothing there is a table or a test."""
    assert doubted("config.Env.X", f'"{digest()}" ' * 40) == {False}


def test_what_is_doubted_is_low() -> None:
    """And never more, wherever it is."""
    for exposure in ("metadata", "image", "layer"):
        assert severity(Confidence.POSSIBLE, exposure, "own", doubted=True) == "low"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "inside", "expected"),
    [
        ("/app/a.jar", "BOOT-INF/a.properties", "/app/a.jar!/BOOT-INF/a.properties"),
        ("/usr/share/man/man1/a.1.gz", "gzip", "/usr/share/man/man1/a.1"),
        ("/x.deb", "data.tar.xz!usr/share/man/man1/a.1.gz!gzip", "/x.deb!/usr/share/man/man1/a.1"),
        ("/app/.env", "base64 in line 3", "/app/.env"),
        ("/app/a.db", "table users, row 3", "/app/a.db"),
        ("/app/a.db", None, "/app/a.db"),
    ],
)
def test_the_name_by_which_a_text_is_judged(path: str, inside: str | None, expected: str) -> None:
    """Of a member the member's own, without what says that it is compressed."""
    assert Text(path, "", inside=inside).file == expected


def test_what_everybody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that a program publishes is none, wherever it stands; one like it is."""
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    mark = hashlib.sha256(key.encode()).hexdigest()
    monkeypatch.setitem(published.VALUES, mark, "somebody")
    (told,) = (f for f in found("/app/x.txt", f"{key}\n") if f.secret.reveal() == key)

    assert (told.confidence, told.doubted) == (Confidence.POSSIBLE, True)
    assert told.reasons[-1] == "somebody publishes it"


def test_a_value_beside_a_providers_name_in_a_manual() -> None:
    """It is shown there; a token is one wherever it stands."""
    value = "".join(RANDOM.choices("abcdefABCDEF0123456789", k=40))
    line = f"aws_secret_access_key: {value}\n"

    assert Confidence.LIKELY in {f.confidence for f in found("/app/config.yaml", line)}
    shown = found("/usr/share/doc/x/guide.rst", line)
    assert shown and {(f.confidence, f.doubted) for f in shown} == {(Confidence.POSSIBLE, True)}


def test_a_line_of_prose_that_others_wrote() -> None:
    """A wheel's METADATA is its manual, which shows how a secret is given."""
    path = "/app/lib/python3.12/site-packages/x-1.dist-info/METADATA"
    told = found(path, "Name: x\n\nsome words here\n\n    secret = 'hunter2xyz!9'\n\nmore words\n")

    assert told and {f.doubted for f in told} == {True}


def test_a_key_in_the_manual_of_a_package() -> None:
    """Debian ships examples with keys; the same key beside them may open something."""
    key = fakes()["PRIVATE_KEY"]

    for path in ("/usr/share/doc/x/examples/proxy.pl", "/usr/share/doc/x/y/test/key.pem.gz"):
        assert {f.confidence for f in found(path, key)} == {Confidence.POSSIBLE}
    for path in ("/usr/share/x/examples/a.pl", "/usr/share/doc/key.pem", "/usr/share/doc/x/key"):
        assert Confidence.CERTAIN in {f.confidence for f in found(path, key)}


BCRYPT = "$2a$" + "04$" + ("iOfhwahFymCs5weB" * 4)[:53]
JAPANESE = r"\u63d0\u4ea4\u9519\u30d1\u30b9\u30ef\u30fc\u30c9\u304c\u7a7a"
SALT = "define('AUTH_KEY', 'xQy rw4EMsLKM-?!T+,PFF})H4lzcW57AF0U@N@< >M%G4Yt>f`z]" + "MON');"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/usr/local/bundle/gems/x/lib/y.rb", f'  # x.digest # => "{BCRYPT}"'),
        ("/app/lib/a.jar!/x/LocalStrings.properties", "x.auth.password=The password is wrong"),
        ("/app/lib/a.jar!/x/LocalStrings_ja.properties", f"x.noPassword={JAPANESE}"),
        ("/var/www/html/wp-includes/pluggable.php", f"<?php /**\n * {SALT}\n */"),
        (
            "/var/www/html/wp-admin/repair.php",
            "('AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'AUTH_SALT')",
        ),
        ("/var/www/html/constants.php", "<?php define( 'AUTH_COOKIE', 'word_' . HASH );"),
        ("/var/www/html/vendor/a/b/Store.php", "<?php\n * mongodb://bob:Xk3v9wT2@db.example.com/x"),
        ("/app/x/USAGE", 'MASTER_KEY="im-the-master-now" server start'),
        ("/app/x/Normal.php", "<?php self::FORMAT_KEY => '%rP%yY%mM%dDT%hH%iM%sS',"),
    ],
)
def test_what_servers_and_frameworks_say_of_secrets(path: str, content: str) -> None:
    """Without a package database nothing proves them; their manuals and messages are none."""
    outer, _, inside = path.partition("!/")

    assert False not in doubted(outer, content, inside or None)


def test_the_keys_of_a_blog_are_found() -> None:
    """Where its settings are, and not in a comment."""
    found_here = found("/var/www/html/wp-config.php", f"<?php\n{SALT}\n")

    assert ("WordPress Key", Confidence.LIKELY) in {(f.detector, f.confidence) for f in found_here}
