"""
Patterns of paths.
"""

from __future__ import annotations

import time

import pytest

from auditor.ranking.globs import LONGEST, matches


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b", "/a/b/c", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a/b/c", True),
        ("/a/", "/a/b/c", True),
        ("/a/**", "/ab", False),
        ("**/b", "/a/b", True),
        ("**/b", "/b", True),
        ("/**/c", "/a/b/c", True),
        ("/a/**/c", "/a/c", True),
        ("/a/**/c", "/a/b/b/c", True),
        ("/a/**/c", "/a/b/d", False),
        ("/a/**/c/**/e", "/a/c/x/c/y/e", True),
        ("/?/b", "/a/b", True),
        ("/?/b", "/aa/b", False),
        ("/a/*.py", "/a/x.py", True),
        ("/a/*.py", "/a/.py", True),
        ("/a/x*y*z", "/a/x-y-y-z", True),
        ("/a/x*y*z", "/a/x-z-y", False),
        ("history[*].created_by", "history[3].created_by", True),
        ("history[3].created_by", "history[3].created_by", True),
        ("config.Env.*", "config.Env.DB_PASSWORD", True),
        ("config.Env.*", "config.Labels.x", False),
        ("**", "config.Env.A", True),
        ("**", "/a/b", True),
        ("*", "/a", False),
    ],
)
def test_matches(pattern: str, path: str, fits: bool) -> None:
    """
    A star stays within a name, two stars are any folders, brackets are brackets.
    """
    assert matches(path, pattern) is fits


def test_hostile_paths_take_no_time() -> None:
    """
    Neither many stars nor many folders make it slow; a path that is too long matches nothing.
    """
    began = time.perf_counter()
    name = "a" * (LONGEST - 1)
    assert not matches("/" + name, "/" + "a*" * 50 + "b")
    assert not matches("/a" * (LONGEST // 2), "/**/a" * 50 + "/b")
    assert not matches("/" + "a" * LONGEST, "/**")
    assert time.perf_counter() - began < 5
