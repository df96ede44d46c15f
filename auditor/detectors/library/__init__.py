"""
detect-secrets, in memory: its plugins, filters and transformers, and nothing of it lost.

`detect_secrets.core.scan.scan_file` is the measure. It reads files only, stops after the first
pass with a hit and drops in silence what it does not decode; here every pass is run on any text.
These are the only modules that import detect_secrets.
"""

from collections.abc import Iterable

from auditor.detectors.library.unplugged import unplugged

with unplugged():
    # NOTE: the plugins are imported as the rules are made, later, but the same way.
    import detect_secrets.filters.common  # noqa: F401 - its filters are looked up by name

    from auditor.detectors.library import custom, rewritten, rules
    from auditor.detectors.library.detector import LibraryDetector


def use(specs: Iterable[str]) -> None:
    """
    See `auditor.detectors.load_plugins`.
    """
    if custom.choose(specs):
        rules.forget()
        rewritten.forget()


__all__ = ["LibraryDetector", "use"]
