"""
Private keys in binary, and stores of keys: made by OpenSSL itself where it is there.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.decoders import decode
from auditor.detectors.keystores import KeystoreDetector
from auditor.model import Confidence, Finding, Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.fakes import fakes

CERTAIN, LIKELY, POSSIBLE = Confidence


def judged(data: bytes) -> list[Finding]:
    """
    What the detector of key stores says of a file.
    """
    texts = [t for t in decode(File("/x", Peekable(Kept(data)), len(data))) if isinstance(t, Text)]
    return list(KeystoreDetector().scan(texts))


def openssl(folder: Path, *words: str) -> bytes:
    """
    What a command of OpenSSL writes to the file `out`.
    """
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl here")
    out = folder / "out"
    subprocess.run(["openssl", *words, "-out", str(out)], check=True, capture_output=True)
    return out.read_bytes()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key and its certificate, as PEM, in one folder."""
    folder = tmp_path_factory.mktemp("key")
    words = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=x",
        "-keyout",
    ]
    (folder / "cert.pem").write_bytes(openssl(folder, *words, str(folder / "key.pem")))
    return folder


def test_a_private_key_in_der_is_certain() -> None:
    """It parses, as it would in PEM."""
    der = base64.b64decode("".join(fakes()["PRIVATE_KEY"].split("\n")[1:-1]))

    assert [(f.confidence, f.inside) for f in judged(der)] == [(CERTAIN, "PKCS#8")]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("rsa", "-traditional", "-outform", "DER"), [CERTAIN]),
        (("pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:abcd"), [LIKELY]),
        (("pkey", "-pubout", "-outform", "DER"), []),
    ],
)
def test_keys_that_openssl_writes(
    key: Path, tmp_path: Path, command: tuple[str, ...], expected: list[Confidence]
) -> None:
    """Bare ones are certain, encrypted ones likely, public ones nothing."""
    data = openssl(tmp_path, *command, "-in", str(key / "key.pem"))

    assert [finding.confidence for finding in judged(data)] == expected


@pytest.mark.parametrize(
    ("password", "more", "expected"),
    [
        ("", (), [CERTAIN]),
        ("changeit", (), [CERTAIN]),
        ("Zx9-unknown", (), [POSSIBLE]),
        ("Zx9-unknown", ("-nokeys",), []),
        ("", ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac"), [CERTAIN]),
    ],
)
def test_a_store_is_as_sure_as_its_password(
    key: Path, tmp_path: Path, password: str, more: tuple[str, ...], expected: list[Confidence]
) -> None:
    """An empty password protects nothing; a store of certificates holds no secret."""
    words = ("pkcs12", "-export", "-inkey", str(key / "key.pem"), "-in", str(key / "cert.pem"))
    data = openssl(tmp_path, *words, "-passout", f"pass:{password}", *more)

    assert [finding.confidence for finding in judged(data)] == expected


def test_what_only_begins_like_a_key_is_nothing() -> None:
    """Random bytes after a right beginning parse as no key, and nothing fails."""
    data = bytes.fromhex("308204a30201000282010100") + b"\x07" * 100

    assert [f.confidence for f in judged(data) if f.confidence is CERTAIN] == []


def test_a_file_too_large_for_a_key_is_a_gap() -> None:
    """It is not read to its end, and that is said."""
    data = bytes.fromhex("308204a30201000282010100") + bytes(2 << 20)

    (gap,) = decode(File("/x", Peekable(Kept(data)), len(data)))

    assert isinstance(gap, Gap)
