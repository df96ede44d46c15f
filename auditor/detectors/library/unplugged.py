"""
detect-secrets without the network: it loads an HTTP client at once, to ask providers whether a
secret is theirs. Nobody asks here, and loading the client takes as long as all the rest.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

CLIENT = "requests"


class _Later(ModuleType):
    """
    Stands for a module until something of it is used.
    """

    Response = object
    """
    Named in annotations, which are read while a plugin is imported.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def without_network() -> Iterator[None]:
    """
    What is imported meanwhile gets the HTTP client when it first uses it.
    """
    if CLIENT in sys.modules:
        yield
        return
    sys.modules[CLIENT] = _Later(CLIENT)
    try:
        yield
    finally:
        del sys.modules[CLIENT]
