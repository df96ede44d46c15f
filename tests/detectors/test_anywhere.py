"""
Values under secret-sounding names in files that may be anything, such as a `.txt`.
"""

from __future__ import annotations

import base64

import pytest

from auditor.detectors.assigned import AssignedDetector
from auditor.model import Confidence, Text

PATH = "/app/notes.txt"
RANDOM = "3hjd4ims6eymhju2" + "ox5j1a25"
PASS = "hunter2" + "xyz!"


def confidences(line: str) -> list[Confidence]:
    """
    How sure it is of what it finds on a line of such a file.
    """
    return [finding.confidence for finding in AssignedDetector().scan([Text(PATH, line)])]


@pytest.mark.parametrize(
    "line",
    [
        f"token is {RANDOM}, api_key={RANDOM}",
        f"password = {PASS}",
        f'"password": "{PASS}",',
        f"export DB_PASSWORD='{PASS}'",
        f"curl -H 'Authorization: Bearer {RANDOM}'",
        f"postgres://app:{PASS}@db.example.com/app",
        f"curl -u app:{PASS} https://example.com/",
        f"sudo sshpass -p {PASS} ssh example.com",
        f"PsExec.exe \\\\host -u bob -p {PASS} cmd",
        "DB_PASSWORD=swordfish",
        "Authorization: Basic " + base64.b64encode(b"bob:p\xe4ss\x95w0rd").decode(),
        f"The password is {PASS}",
        "It said: the passphrase for bob was set to 'Secret" + "123'.",
    ],
)
def test_the_form_of_a_line_tells_a_secret(line: str) -> None:
    """What is drawn, what a line does nothing but assign, and headers and URLs are in use."""
    assert Confidence.LIKELY in confidences(line)


@pytest.mark.parametrize(
    "line",
    [
        "then set the password to secret before you start",
        "password = swordfish",
        "API_TOKEN=short",
        "curl -u app:[PASSWORD] https://example.com/",
        f"it says that curl -u app:{PASS} does it",
        "Authorization: Basic " + base64.b64encode(b"\xe4ss:\x95w0rdw0rd").decode(),
        "your password is required[1], this password is optional2",
        "the password is SHA256-hashed, the other password was base64url",
        f"nonMatchingToken = {RANDOM}",
        f"FAKE_TOKEN={RANDOM}",
        "api_key = 1234567890abcdef1234567890abcdef",
        f"GITLAB_TOKEN={RANDOM}",
        "token = xoxb-" + "1234",
        f'<input name="authenticity_token" value="{RANDOM}">',
    ],
)
def test_a_word_a_row_of_letters_and_a_token_that_is_none_are_not_likely(line: str) -> None:
    """A provider's name or lead asks for its format; there a rule of that provider tells it."""
    assert Confidence.LIKELY not in confidences(line)
