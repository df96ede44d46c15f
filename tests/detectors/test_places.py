"""
What a file is for, by its name.
"""

from __future__ import annotations

import pytest

from auditor.detectors.assignments.places import Kind, kind_of

SHELL = (
    "Dockerfile", "app.Dockerfile", "Containerfile.dev", ".bash_history", ".python_history",
    ".profile", ".bashrc", ".zshenv", ".bash_aliases", ".zsh_login", ".ksh_logout", "zshrc",
    "GNUmakefile", "Makefile.local", "justfile", "Procfile", "crontab", "docker-entrypoint",
    "profile", "Jenkinsfile", "Vagrantfile", ".BASH_HISTORY",
    ".hi\N{LATIN SMALL LETTER LONG S}tory",
)  # fmt: skip
VALUES = (".env", ".env.local", "app.env", "env", "envfile", "environment", ".envrc", ".npmrc")


@pytest.mark.parametrize("name", SHELL)
def test_names_of_commands(name: str) -> None:
    """
    They tell by themselves, whatever else is asked of a name first.
    """
    assert kind_of(f"/srv/app/{name}") is Kind.SHELL


@pytest.mark.parametrize("name", VALUES)
def test_names_of_values(name: str) -> None:
    """
    The same for files that hold values and nothing else.
    """
    assert kind_of(f"/srv/app/{name}") is Kind.VALUES


@pytest.mark.parametrize(
    "path",
    ["/root/.docker/config.json", "/x/.aws/anything", "/a/b/gcloud/my-credentials.db", "/.netrc"],
)
def test_a_folder_makes_a_file_one_of_credentials(path: str) -> None:
    """
    Some are known by the folder that they are in.
    """
    assert kind_of(path) is Kind.VALUES
