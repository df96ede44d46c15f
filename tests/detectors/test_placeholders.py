"""
What stands where a secret would stand and is none.
"""

from __future__ import annotations

import pytest

from auditor.detectors.placeholders import is_encrypted, is_example, is_reference


@pytest.mark.parametrize(
    "value",
    [
        "$TOKEN", "${TOKEN}", "$(cat /run/secrets/x)", "%TOKEN%", "{{ token }}", "<token>", "*****",
        "xxxxxx", "/run/secrets/token", "./token", "~/.token", "https://example.com/token",
    ],
)  # fmt: skip
def test_a_value_that_points_elsewhere_is_a_reference(value: str) -> None:
    """Variables, templates, masks, paths and plain URLs hold no secret."""
    assert is_reference(value)


@pytest.mark.parametrize(
    "value", ["hunter2xyz", "pa$$word", "https://u:p@example.com/", "a/b", "x9", "swordfish!23"]
)
def test_a_value_is_no_reference(value: str) -> None:
    """A value that merely holds such a character stays one."""
    assert not is_reference(value)


@pytest.mark.parametrize(
    "value",
    [
        "ENC[AES256_GCM,data:O+5l4g==,iv:c/dS4B=,tag:V9yr5r==,type:str]", "ENC[PKCS7,MIIBeQYJKoZI]",
        "ENC(nrmZtkF7T0kjG/VodDvBw93Ct8EgjCA+)", "$ANSIBLE_VAULT;1.1;AES256", "vault:v1:8SDd=",
        "{cipher}AQBfE3vJ9a8sdf", "AgB" + "y3i4OJSW" * 90 + "==",
    ],
)  # fmt: skip
def test_what_says_that_it_is_encrypted_is_no_secret(value: str) -> None:
    """SOPS, eyaml, Jasypt, Ansible, Vault, Spring and SealedSecrets keep the key elsewhere."""
    assert is_encrypted(value)
    assert is_reference(value)


@pytest.mark.parametrize("value", ["ENCODED[x]", "ENC[", "AgBy3i4OJSW", "vault:secret/data/db"])
def test_a_value_that_only_begins_so_is_not_encrypted(value: str) -> None:
    """A prefix alone tells nothing."""
    assert not is_encrypted(value)


@pytest.mark.parametrize(
    "value", ["changeme", "change-me", "password", "your-token", "AKIAEXAMPLE"]
)
def test_what_documentation_shows_is_an_example(value: str) -> None:
    """Words of documentation are examples."""
    assert is_example(value)


@pytest.mark.parametrize("value", ["hunter2xyz", "RedisPass1!", "3ebf21f8e5d1ab86b27a720842c3bb56"])
def test_a_real_looking_value_is_no_example(value: str) -> None:
    """Real-looking values are not waved through."""
    assert not is_example(value)
