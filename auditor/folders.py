"""
Folders of the user's own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "layer-auditor"


def user_cache() -> Path:
    """
    Where this program keeps what can be made again. `XDG_CACHE_HOME` decides where there is one
    (https://specifications.freedesktop.org/basedir-spec/latest/). Raises `RuntimeError` if the
    user has no home.
    """
    told = os.environ.get("XDG_CACHE_HOME", "")
    if os.name == "posix" and Path(told).is_absolute():
        return Path(told, NAME)
    if sys.platform == "linux":
        return Path.home() / ".cache" / NAME
    # Imported here: it knows all systems, and takes longer to import than these two lines.
    import platformdirs

    return platformdirs.user_cache_path(NAME)
