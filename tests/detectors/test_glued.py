"""
Tokens that nothing divides from other strings, as in programs made by Go and Rust.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.detectors import detect
from auditor.detectors.confidence import base62_checksum
from auditor.detectors.rules import RULES
from auditor.detectors.rules.examples import expand
from auditor.model import Finding, Reading, Text
from tests.evaluation.looking import look

GO = shutil.which("go") or "/usr/local/go/bin/go"
BEFORE, BEHIND = "invalid argument to ", "unexpected end of file in archive"
NAMES = (
    "GitHub token",
    "GitHub fine-grained token",
    "GitLab personal access token",
    "Slack token",
    "Stripe secret key",
    "Google API key",
    "npm access token",
    "Hugging Face access token",
    "DigitalOcean personal access token",
    "SendGrid API key",
    "Anthropic API key",
)


def tokens() -> dict[str, str]:
    """
    One token of each kind.
    """
    rules = {rule.name: rule for rule in RULES}
    found = {name: expand(rules[name].examples[0])[1] for name in NAMES if name in rules}
    source = random.Random(11)
    found["AWS Access Key"] = "AKIA" + "".join(source.choices("ABCDEFGHQRSTUVWX234567", k=16))
    return found


def strings(data: bytes) -> set[str]:
    """
    What is found in the strings of a binary.
    """
    text = Text("/usr/bin/app", data, Reading.STRINGS)
    return {item.secret.reveal() for item in detect(text) if isinstance(item, Finding)}


@pytest.mark.parametrize(("name", "token"), tokens().items(), ids=str)
def test_a_token_touched_by_letters(name: str, token: str) -> None:
    """By its lead and its usual length it is found whole, and nothing longer is told."""
    found = strings(b"\x7fELF\0" + f"{BEFORE}x{token}{BEHIND}".encode() + b"\0\xff")

    assert found == {token}


def test_what_is_bounded_is_told_as_long_as_it_is() -> None:
    """A token of another length than usual is whole where something ends it."""
    body = "aB3dE6gH9jK2mN5pQ8sT1uV4wX7yZ0" * 2
    token = "ghp_" + body + base62_checksum(body)

    assert strings(b"\0\xff" + token.encode() + b"\0") == {token}


@pytest.mark.parametrize(
    "text",
    [
        "xglpat-internalServerErrorOccurred",
        "xghp_theApplicationConfigurationProviderIsMissing",
        "AKIAABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "sk_live_" + "a" * 40,
        "exception_handlerIFbRN4llvm12MachineInstrEbEZL16canRenameUpToDefRKNS1_14ScopeE",
    ],
)
def test_words_that_touch_are_no_tokens(text: str) -> None:
    """What looks drawn is told, and nothing else."""
    assert strings(b"\0\xff" + text.encode() + b"\0") == set()


@pytest.mark.skipif(not Path(GO).is_file(), reason="Go is not installed")
def test_a_program_in_go(tmp_path: Path) -> None:
    """Go's linker sorts constants by length and writes them one behind the other."""
    lines = [
        f'func f{n}(x int) string {{ if x > {n} {{ return "{token}" }}; '
        f'return "{"neighbour of the same length or so" * 4:.{len(token) - n % 3}}" }}'
        for n, token in enumerate(tokens().values())
    ]
    calls = "".join(f"println(f{n}(len(os.Args)));" for n in range(len(lines)))
    source = tmp_path / "main.go"
    text = "\n".join(lines)
    source.write_text(f'package main\nimport "os"\n{text}\nfunc main() {{ {calls} }}\n')
    subprocess.run(
        [GO, "build", "-o", "app", "main.go"],
        cwd=tmp_path,
        check=True,
        env={"HOME": str(tmp_path), "GOFLAGS": "-mod=mod", "PATH": "/usr/bin:/bin"},
    )

    found = {item.secret.reveal() for item in look("/app", (tmp_path / "app").read_bytes())}

    assert set(tokens().values()) <= found
