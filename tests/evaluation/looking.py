"""
A text as the audit sees it when it is a file in a layer, and as detect-secrets sees that file.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path, PurePosixPath

from auditor.decoders import decode
from auditor.detectors import detect
from auditor.model import Finding, Text
from auditor.streams.reading import File, Kept, Peekable


def look(path: str, data: bytes) -> list[Finding]:
    """
    Everything found in a file of a layer, by the same way that a layer's files go.
    """
    found: list[Finding] = []
    for text in decode(File(path, Peekable(Kept(data)), len(data))) if data else ():
        if isinstance(text, Text):
            found += [item for item in detect(text) if isinstance(item, Finding)]
    return found


def ask_detect_secrets(name: str, data: bytes) -> list[tuple[str, str]]:
    """
    Type and value of everything that detect-secrets finds in such a file with its default
    settings. Only for a process that asks nothing of ours: settings are process-wide.
    """
    from detect_secrets.core.scan import scan_file

    _set_defaults()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(name).name
        path.write_bytes(data)
        return [(secret.type, secret.secret_value or "") for secret in scan_file(str(path))]


@cache
def _set_defaults() -> None:
    """
    detect-secrets' default settings, for the rest of this process: setting them takes as long as
    scanning a string.
    """
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import cache_bust, configure_settings_from_baseline

    cache_bust()
    known: dict[str, type] = get_mapping_from_secret_type_to_class()
    names = [{"name": kind.__name__} for kind in known.values()]
    configure_settings_from_baseline({"plugins_used": names})
