"""
Names that mean a secret, and names that only sound like it.
"""

from __future__ import annotations

import pytest

from auditor.detectors.names import says_none, sounds_public, sounds_secret


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD", "DB_PASSWORD", "POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "REDIS_PASS",
        "SMTP_PWD", "SECRET_KEY", "JWT_SECRET", "API_KEY", "ACCESS_TOKEN", "AUTH_TOKEN",
        "GITHUB_TOKEN", "NPM_TOKEN", "ENCRYPTION_KEY", "APP_KEY", "SECRET_KEY_BASE", "PRIVATE_KEY",
        "CLIENT_SECRET", "PASSPHRASE", "CREDENTIALS", "dbPassword", "db.password", "db-password",
        "dbpassword", "apikey", "AWS_SECRET_ACCESS_KEY", "TOKEN2", "DATABASE_URL", "MY_SECRETS",
    ],
)  # fmt: skip
def test_a_name_that_means_a_secret_is_heard(name: str) -> None:
    """Secret-sounding names are known in every spelling."""
    assert sounds_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "HOME", "COMPASS", "AUTHOR", "AUTHORS", "PASSWORD_FILE", "TOKEN_URL", "SECRET_NAME",
        "TOKEN_EXPIRY", "PASSWORD_MIN_LENGTH", "KEYBOARD", "MONKEY", "GPG_KEY", "AUTH_METHOD",
        "local.sharedkeyhint", "API_KEY_ID", "SECRET_PATH", "TOKENIZER", "BYPASS_CACHE", "HOME_URL",
    ],
)  # fmt: skip
def test_a_name_that_is_about_something_else_is_not(name: str) -> None:
    """Words that merely contain such a word, or tell something about a secret, hold none."""
    assert not sounds_secret(name)


@pytest.mark.parametrize("name", ["PYTHON_SHA256", "GPG_KEY", "GIT_COMMIT", "image.revision"])
def test_checksums_and_revisions_are_public(name: str) -> None:
    """Randomness under such a name is no secret."""
    assert sounds_public(name)


@pytest.mark.parametrize("name", ["SECRET_KEY", "FOO", "SESSION"])
def test_other_names_are_not_public(name: str) -> None:
    """Nothing else is waved through."""
    assert not sounds_public(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nonMatchingToken", True),
        ("FAKE_API_KEY", True),
        ("example_password", True),
        ("TEST_TOKEN", False),
        ("invalidation_token", False),
        ("DB_PASSWORD", False),
    ],
)
def test_a_name_may_say_that_it_is_none(name: str, expected: bool) -> None:
    """What is called fake is none; what is called a test may open something."""
    assert says_none(name) is expected
