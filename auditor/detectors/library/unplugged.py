"""
detect-secrets without what it loads and is not used here.

It loads an HTTP client at once, to ask providers whether a secret is theirs, which nobody asks
here; what starts processes; and it compiles all patterns of all plugins. That takes as long as
auditing a small image.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from auditor.patterns import lazy_regex

LATE = ("multiprocessing", "requests")
_PLUGINS = "detect_secrets.plugins."


class _Later(ModuleType):
    """
    Stands for a module until something of it is used.
    """

    Response = object
    """
    Of `requests`, named in annotations, which are read while a plugin is imported.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def unplugged() -> Iterator[None]:
    """
    What is imported meanwhile gets these modules when it first uses them, and plugins their
    patterns.
    """
    stubs = {name: _Later(name) for name in LATE if name not in sys.modules}
    compiled = re.compile
    sys.modules.update(stubs)
    re.compile = _compiled_late(compiled)
    try:
        yield
    finally:
        re.compile = compiled
        for name in stubs:
            del sys.modules[name]


def _compiled_late(compiled: Any) -> Any:
    def choose(pattern: Any, flags: Any = 0) -> Any:
        # NOTE: anybody else may do with a pattern what only a compiled one can.
        caller = sys._getframe(1).f_globals.get("__name__", "")
        late = caller.startswith(_PLUGINS) and isinstance(pattern, str)
        return lazy_regex(pattern, flags) if late else compiled(pattern, flags)

    return choose
