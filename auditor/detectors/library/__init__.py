"""
detect-secrets, in memory: its plugins, filters and transformers, and nothing of it lost.

`detect_secrets.core.scan.scan_file` is the measure. It reads files only, stops after the first
pass with a hit and drops in silence what it does not decode; here every pass is run on any text.
These are the only modules that import detect_secrets.
"""

from auditor.detectors.library.detector import LibraryDetector

__all__ = ["LibraryDetector"]
