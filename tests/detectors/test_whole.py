"""
Whole secrets from detect-secrets' fragments.
"""

from __future__ import annotations

import base64
import json

import pytest

from auditor.detectors import detect
from auditor.model import Confidence, Finding, Text
from tests.fakes import fakes

FAKES = fakes()
KEY = FAKES["PRIVATE_KEY"]


def values(content: str, kind: str, path: str = "/app/x.txt") -> list[str]:
    """
    The secrets of one type in a file.
    """
    found = [f for f in detect(Text(path, content)) if isinstance(f, Finding)]
    return [f.secret.reveal() for f in found if f.detector == kind]


def test_github_tokens_are_whole_and_apart() -> None:
    """Two tokens on two lines are two secrets, not twice `ghp`."""
    first, second = FAKES["GITHUB_TOKEN"], fakes(7)["GITHUB_TOKEN"]

    assert values(f"a {first}\nb {second}\n", "GitHub Token") == [first, second]


def test_two_github_tokens_on_one_line_are_both_found() -> None:
    """The prefix that the plugin yields stands for every token of the line."""
    first, second = FAKES["GITHUB_TOKEN"], fakes(7)["GITHUB_TOKEN"]

    assert sorted(values(f"{first} {second}", "GitHub Token")) == sorted([first, second])


@pytest.mark.parametrize("prefix", ["glpat-", "gldt-", "glrt-", "glcbt-", "glcbt-1f_"])
def test_gitlab_tokens_are_whole(prefix: str) -> None:
    """The plugin's groups give the prefix alone."""
    token = prefix + FAKES["GITLAB_TOKEN"][6:]

    assert values(f"token: {token}", "GitLab Token") == [token]


def test_npm_tokens_are_found_once() -> None:
    """Three nested groups of the plugin are one token."""
    line = "//registry.example.com/:_authToken=" + FAKES["NPM_TOKEN"]

    assert values(line, "NPM tokens", "/root/.npmrc") == [FAKES["NPM_TOKEN"]]


@pytest.mark.parametrize(
    "written",
    [KEY, KEY.replace("\n", "\r\n"), json.dumps({"key": KEY}), KEY.replace("\n", "\n    ")],
    ids=["plain", "crlf", "json", "indented"],
)
def test_private_keys_are_whole_blocks(written: str) -> None:
    """However its lines are broken, the same key is the same secret."""
    assert values(written, "Private Key") == [KEY]


def key_with_edges() -> list[str]:
    """
    The lines of a key in DER of which each begins and ends with a letter that is syntax elsewhere.
    """
    letters = "".join(f"{edge}{'aB3dE6gH9jK2mN5pQ8sT1uV4wX7yZ0' * 2}Qz{edge}" for edge in "+/" * 6)
    data = bytearray(base64.b64decode(letters))
    data[:4] = b"\x30\x82" + (len(data) - 4).to_bytes(2, "big")
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return ["-----BEGIN " + "PRIVATE KEY-----", *lines, "-----END " + "PRIVATE KEY-----"]


@pytest.mark.parametrize(
    "form",
    ["{}", "    {}", "# {}", ' * "{}\\n" +', '"{}\\n"', "'{}',", "+{}", "+    {}"],
)
def test_letters_of_base64_at_the_ends_of_lines_stay(form: str) -> None:
    """What a program, a comment or a patch puts around a line goes; a `+` of the key does not."""
    lines = key_with_edges()
    written = "\n".join(form.replace("{}", line) for line in lines)
    found = [f for f in detect(Text("/app/x.txt", written)) if isinstance(f, Finding)]
    (key,) = (f for f in found if f.detector == "Private Key")

    assert key.secret.reveal().split() == "\n".join(lines).split()
    assert key.confidence is Confidence.CERTAIN


def test_a_header_alone_is_what_it_is() -> None:
    """Without an end there is no block to give."""
    header = "-----BEGIN RSA " + "PRIVATE KEY-----"

    assert values(header + "\nabc\n", "Private Key") == ["BEGIN RSA " + "PRIVATE KEY"]


def test_a_json_web_token_keeps_its_signature() -> None:
    """The plugin's pattern ends before the signature."""
    token = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "c2lnbmF0dXJlc2lnbmF0dXJl"

    assert values(f"jwt={token}", "JSON Web Token") == [token]


def test_a_password_in_a_url_is_whole() -> None:
    """Characters that the plugin refuses belong to the password as well."""
    assert values("redis://app:pa-ss.w0rd@cache.example.com", "Basic Auth Credentials") == [
        "pa-ss.w0rd"
    ]
