"""
Credential files by what they hold.
"""

from __future__ import annotations

import base64
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.detectors.assigned import AssignedDetector
from auditor.detectors.assignments.structured import bech32_checks
from auditor.detectors.credential_files import FILES
from auditor.detectors.kept import KeptDetector, kinds
from auditor.model import Confidence, Text
from tests.fakes import fakes

CERTAIN, LIKELY, POSSIBLE = Confidence
PASS = "hunter2" + "xyz!"
HASH = "$6$" + "rounds8a$" + "aB3/xQ9.kLm2" * 7 + "Zz"
Told = tuple[str, Confidence]


def told(path: str, content: str) -> list[Told]:
    """
    Values and how sure they are, by what a file holds.
    """
    texts = [Text(path, content)]
    found = [*KeptDetector().scan(texts), *AssignedDetector().scan(texts)]
    return list(dict.fromkeys((f.secret.reveal(), f.confidence) for f in found))


def encoded(text: str) -> str:
    """
    In base64.
    """
    return base64.b64encode(text.encode()).decode()


_PARTS = (
    *("netrc", ".pgpass", "pgpass.conf", "gshadow-", ".htpasswd.old", "master.passwd", "opasswd"),
    *("passwd", ".passwd-s3fs", "vnc", "passwd.txt", "auth.json", "config.json", ".docker"),
    *(".dockercfg", ".dockerconfigjson", "kaniko", "x.json", "y.yaml", "z.YML", "run", "secrets"),
    *("terraform.tfstate.backup", ".secret", "etc", "app", "db_password.txt", "id.apikey", "x.py"),
    *("KEY", "README", "a.pass", "token.dat", "ſecret.toKen", "x.json\n"),
)


@given(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=5))
def test_what_a_file_may_be_is_told_as_by_all_patterns(parts: list[str]) -> None:
    """Whatever is asked before them."""
    path = "/" + "/".join(parts)
    assert kinds(path) == tuple(kind for kind in FILES.values() if kind.path.search(path))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/root/.netrc", "machine x.example.com login bob password {}\n"),
        ("/root/.netrc", "machine x.example.com\n  login bob\n  password {}\n"),
        ("/root/.pgpass", "db.example.com:5432:*:bob:{}\n"),
        ("/run/secrets/db", "{}\n"),
        ("/root/.vault-token", "{}\n"),
        ("/app/db_password.txt", "{}"),
        ("/root/.pypirc", "[index]\nusername: bob\npassword: {}\n"),
        ("/root/.my.cnf", "[client]\npassword={}\n"),
        ("/root/.git-credentials", "https://bob:{}@git.example.com\n"),
        ("/root/.m2/settings.xml", "<server><password>{}</password></server>"),
        (
            "/root/.config/pip/pip.conf",
            "[global]\nindex-url = https://bob:{}@pypi.example.com/simple\n",
        ),
        ("/root/.npmrc", "//npm.example.com/:_authToken={}\n"),
        ("/root/.cargo/credentials.toml", '[registry]\ntoken = "{}"\n'),
        ("/root/.gem/credentials", ":rubygems_api_key: {}\n"),
        ("/root/.config/gh/hosts.yml", "git.example.com:\n  oauth_token: {}\n"),
        ("/root/.kube/config", "users:\n- user:\n    token: {}\n"),
        ("/app/auth.json", '{{"http-basic": {{"x": {{"username": "a", "password": "{}"}}}}}}'),
        ("/app/auth.json", '{{"github-oauth": {{"x.example.com": "{}"}}}}'),
        ("/app/terraform.tfstate", '{{"outputs": {{"db": {{"value": "{}", "sensitive": true}}}}}}'),
        ("/root/.aws/credentials", "[default]\naws_secret_access_key = {}\n"),
    ],
)
def test_the_credential_of_a_file_is_found(path: str, content: str) -> None:
    """Each kind of file has its own form."""
    assert told(path, content.format(PASS)) == [(PASS, LIKELY)]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/etc/shadow", "bob:{}:19000:0:99999:7:::"),
        ("/app/users", "bob:{}"),
        ("/x/.htpasswd", "bob:{}"),
    ],
)
def test_password_hashes_are_found(path: str, line: str) -> None:
    """Whoever has one can guess at leisure."""
    assert told(path, line.format(HASH)) == [(HASH, LIKELY)]


@pytest.mark.parametrize("locked", ["*", "!", "!!", "x", ""])
def test_an_account_without_a_password_has_no_hash(locked: str) -> None:
    """Locked accounts are in every image."""
    assert told("/etc/shadow", f"daemon:{locked}:19000:0:99999:7:::\n") == []


def test_a_short_auth_of_docker_is_certain() -> None:
    """It decodes to a user and a password, however short."""
    auth = encoded("bob:pw1")

    assert told("/root/.docker/config.json", json.dumps({"auths": {"x": {"auth": auth}}})) == [
        (auth, CERTAIN)
    ]


def test_a_private_key_in_base64_is_certain() -> None:
    """As in a kubeconfig."""
    key = encoded(fakes()["PRIVATE_KEY"])

    assert (key, CERTAIN) in told("/root/.kube/config", f"    client-key-data: {key}\n")


def test_a_certificate_in_base64_is_nothing() -> None:
    """It stands beside the key, and is public."""
    data = encoded("-----BEGIN " + "CERTIFICATE-----\n" + "QUJD" * 30)

    assert told("/root/.kube/config", f"    client-certificate-data: {data}\n") == []


def test_a_wireguard_key_has_the_right_bits() -> None:
    """A private key is clamped; 32 other bytes are merely likely."""
    rest = random.Random(1).randbytes(30)
    right = base64.b64encode(b"\x40" + rest + b"\x44").decode()
    wrong = base64.b64encode(b"\x47" + rest + b"\xc4").decode()

    assert told("/etc/wireguard/wg0.conf", f"PrivateKey = {right}\n") == [(right, CERTAIN)]
    assert told("/etc/wireguard/wg0.conf", f"PrivateKey = {wrong}\n") == [(wrong, LIKELY)]


def test_the_checksum_of_an_age_key_is_verified() -> None:
    """BIP 173 has a valid string; one letter changed, and it is none."""
    assert bech32_checks("a12uel5l")
    assert not bech32_checks("a12uel5q")


@pytest.mark.parametrize(
    ("material", "expected"),
    [("SYMMETRIC", 1), ("ASYMMETRIC_PRIVATE", 1), ("ASYMMETRIC_PUBLIC", 0), ("REMOTE", 0)],
)
def test_a_keyset_of_tink_holds_keys(material: str, expected: int) -> None:
    """Those that open or sign anything, also where JSON is spread over lines."""
    value = encoded("\x12\x20" + "k3Xq9vTz")
    url = "type.googleapis.com/google.crypto.tink." + "HmacKey"
    data = {"typeUrl": url, "keyMaterialType": material, "value": value}
    keyset = {"primaryKeyId": 1, "key": [{"keyData": data, "status": "ENABLED"}]}

    assert told("/app/keys.json", json.dumps(keyset, indent=1)) == [(value, LIKELY)] * expected


def test_a_placeholder_is_possible() -> None:
    """Documentation of a file's form."""
    assert told("/root/.netrc", "machine x login y password changeme\n") == [("changeme", POSSIBLE)]


def test_a_macro_of_netrc_is_passed_over() -> None:
    """Its lines are commands, up to a blank one."""
    content = f"macdef init\npassword no{PASS}\n\nmachine x login y password {PASS}\n"

    assert (f"no{PASS}", LIKELY) not in [
        (f, c) for f, c in told("/root/.netrc", content) if c is CERTAIN
    ]
    assert [f.secret.reveal() for f in KeptDetector().scan([Text("/root/.netrc", content)])] == [
        PASS
    ]


@pytest.mark.parametrize(
    ("path", "content"),
    [("/app/keyboard", "azerty layout"), ("/usr/bin/passwd", "x = 1\ny = 2\n"),
     ("/app/token", "TODO"),
     ("/app/secrets/x.txt", "/run/secrets/y"), ("/app/tokenizer.json", "{}"),
     ("/etc/passwd", "a:x:1:1")],
)  # fmt: skip
def test_other_files_hold_none(path: str, content: str) -> None:
    """A name alone makes no secret."""
    assert told(path, content) == []
