"""
The user's own detectors: any plugin of detect-secrets, from a file or a module.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from detect_secrets.plugins.base import BasePlugin

from auditor.errors import UsageError

_HINT = (
    "Give a Python file with plugins of detect-secrets, or module:Class: a class that inherits "
    "from detect_secrets.plugins.base.BasePlugin and has a secret_type."
)
_chosen: tuple[str, ...] = ()
"""
Set once in each process, before anything is scanned.
"""


def choose(specs: Iterable[str]) -> bool:
    """
    Take these plugins from now on, in this process; whether that changes anything. Raises
    `UsageError` if one cannot be loaded.
    """
    global _chosen
    wanted = tuple(dict.fromkeys(specs))
    if wanted == _chosen:
        return False
    for spec in wanted:
        _loaded(spec)
    _chosen = wanted
    return True


def custom_plugins() -> tuple[BasePlugin, ...]:
    """
    One of each class that was chosen.
    """
    return tuple(plugin for spec in _chosen for plugin in _loaded(spec))


def chosen() -> Sequence[str]:
    """
    What was chosen, to be chosen again in another process.
    """
    return _chosen


@cache
def _loaded(spec: str) -> tuple[BasePlugin, ...]:
    try:
        found = _from_file(spec) if _is_file(spec) else _from_module(spec)
        return tuple(_checked(kind) for kind in found)
    except UsageError:
        raise
    except Exception as error:
        # NOTE: it is the user's own code that runs here; it may fail in any way.
        raise UsageError(
            f"the detector {spec} cannot be loaded: {type(error).__name__}: {error}", _HINT
        ) from error


def _is_file(spec: str) -> bool:
    return spec.endswith(".py") or "/" in spec or "\\" in spec


def _from_file(spec: str) -> list[type[BasePlugin]]:
    path = Path(spec).expanduser()
    if not path.is_file():
        raise UsageError(f"there is no detector file {spec}", _HINT)
    described = importlib.util.spec_from_file_location(f"_audit_plugin_{path.stem}", path)
    if described is None or described.loader is None:
        raise UsageError(f"{spec} is no Python file", _HINT)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    found = [kind for kind in _classes(module) if kind.__module__ == module.__name__]
    if not found:
        raise UsageError(f"{spec} holds no detector", _HINT)
    return found


def _from_module(spec: str) -> list[type[BasePlugin]]:
    name, _, attribute = spec.partition(":")
    if not attribute:
        raise UsageError(f"{spec} names no class", _HINT)
    found: Any = getattr(importlib.import_module(name), attribute, None)
    if not _is_plugin(found):
        raise UsageError(f"{spec} is no detector", _HINT)
    kind: type[BasePlugin] = found
    return [kind]


def _classes(module: ModuleType) -> list[type[BasePlugin]]:
    return [kind for _, kind in inspect.getmembers(module) if _is_plugin(kind)]


def _is_plugin(kind: Any) -> bool:
    return (
        inspect.isclass(kind)
        and issubclass(kind, BasePlugin)
        and not inspect.isabstract(kind)
        and isinstance(kind.secret_type, str)
    )


def _checked(kind: type[BasePlugin]) -> BasePlugin:
    plugin = kind()
    for regex in getattr(plugin, "denylist", ()):
        if not isinstance(regex, re.Pattern):
            raise UsageError(f"the denylist of {kind.__name__} holds no compiled patterns", _HINT)
    return plugin
