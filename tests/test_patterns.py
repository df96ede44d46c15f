"""
Patterns that are compiled late are those that were written.
"""

import copy
import importlib
import pickle
import pkgutil
import re
import subprocess
import sys
from typing import Any

import pytest

import auditor
from auditor.patterns import lazy_regex

WRITTEN = [
    ("a(b)?", 0),
    ("ä|b", re.IGNORECASE),
    (r"\w+", re.ASCII | re.MULTILINE),
    ("(?ims)^x.y$", 0),
    ("(?i:x)y", re.ASCII),
    (rb"\w\xff", re.IGNORECASE),
    (rb"(?i)\w", 0),
]
NO_MODULES = ("__main__", ".library.plugins")
"""
A program, and what makes a thousand classes for plain detect-secrets.
"""
COMPILED_AT_IMPORT = """
import importlib, pkgutil, re, sys
import auditor
own, compiled = auditor.__path__[0], re.compile
def watched(*given, **named):
    name = sys._getframe(1).f_code.co_filename
    # What detect-secrets loads from elsewhere passes through there.
    if name.startswith(own) and not name.endswith("unplugged.py"):
        print(sys._getframe(1).f_code.co_filename, given[0])
    return compiled(*given, **named)
for name in ("click", "detect_secrets", "auditor.patterns", "auditor.cli"):
    importlib.import_module(name)
re.compile = watched
for module in pkgutil.walk_packages([own], "auditor."):
    if not module.name.endswith(("__main__", ".library.plugins")):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize(("pattern", "flags"), WRITTEN)
def test_lazy_is_compiled(pattern: str, flags: int) -> None:
    lazy, compiled = lazy_regex(pattern, flags), re.compile(pattern, flags)
    assert (lazy.pattern, lazy.flags) == (compiled.pattern, compiled.flags)
    assert lazy_regex(pattern, flags).groups == compiled.groups
    text = pattern[:0].join((pattern, pattern))
    for found in (lazy, copy.copy(lazy), pickle.loads(pickle.dumps(lazy))):
        assert found.findall(text) == compiled.findall(text)
        assert found.sub(pattern[:0], text) == compiled.sub(pattern[:0], text)


def test_what_is_no_pattern_fails_when_used() -> None:
    lazy = lazy_regex("(")
    with pytest.raises(re.error):
        lazy.search("(")


def test_every_pattern_can_be_compiled() -> None:
    kind: Any = type(lazy_regex(""))
    seen = 0
    for module in pkgutil.walk_packages(auditor.__path__, "auditor."):
        if module.name.endswith(NO_MODULES):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, kind):
                compiled = re.compile(value.pattern, value._given)
                assert value.flags == compiled.flags
                seen += 1
    assert seen > 200


def test_no_pattern_is_compiled_at_import() -> None:
    code = COMPILED_AT_IMPORT
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
