"""
What package managers say of the files that they installed, and whether it is so.

    watch = packages.watch(path, reader)      # every file of a layer, before it is looked into
    collector.see(path, watch, leaky)         # and after that
    collector.known()                         # of a piece of a layer, then of all of it
    packages.Prover(image, scans).prove       # once all layers are there
"""

from __future__ import annotations

from auditor.packages.base import Database
from auditor.packages.databases import DATABASES, claims, is_database
from auditor.packages.digests import Digests, digests
from auditor.packages.packing import merge
from auditor.packages.proof import Prover
from auditor.packages.python import packed as sources
from auditor.packages.watching import Collector, Known, Stored, Watched, Whole, watch

__all__ = [
    "DATABASES",
    "Collector",
    "Database",
    "Digests",
    "Known",
    "Prover",
    "Stored",
    "Watched",
    "Whole",
    "claims",
    "digests",
    "is_database",
    "merge",
    "sources",
    "watch",
]
