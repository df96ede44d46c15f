"""
An audit, unless the same was done before: then its report is known, and nothing else is loaded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from auditor.cache import rules, verdicts
from auditor.model import Report
from auditor.request import Request

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

log = logging.getLogger("auditor")


def audit(request: Request, progress: Callable[[int, int | None], None] | None) -> list[Report]:
    """
    See `auditor.engine.audit`.
    """
    shelf = _shelf(request) if request.cache else None
    with closing(shelf) if shelf else nullcontext():
        reports = _known(request, shelf) if shelf else None
        if reports is not None:
            log.info("%s was audited before", request.reference)
            return reports
        from auditor import engine

        return engine.audit(request, progress, shelf)


def _shelf(request: Request) -> Shelf | None:
    # Imported here: without a cache no database is needed.
    from auditor.cache.shelf import open_shelf

    return open_shelf(request.cache_dir)


def _known(request: Request, shelf: Shelf) -> list[Report] | None:
    subject = request.subject
    if subject is None:
        return None
    try:
        programs = rules.digest(request.detectors, request.limits)
    except rules.Unknown:
        return None
    found = _verdict(shelf, programs + subject, request.reference)
    return list(found.reports) if found else None


def _verdict(shelf: Shelf, subject: bytes, reference: str) -> verdicts.Verdict | None:
    found = verdicts.find(shelf, subject)
    if found is None or not found.by_engine:
        return found
    from auditor import exporter
    from auditor.errors import AuditError

    try:
        state = exporter.state(reference)
    except AuditError:
        # The audit itself meets the same, and tells it.
        return None
    return verdicts.find_by_engine(shelf, subject, state) if state else None
