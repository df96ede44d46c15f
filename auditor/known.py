"""
One audit and the cache: what is known of the image's layers, and what is kept for the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from auditor import contents as archive
from auditor import oci
from auditor.cache import exports, rules, values, verdicts
from auditor.cache.layers import Layers
from auditor.cache.sealed import is_passing
from auditor.cache.verdicts import Watched
from auditor.contents import Contents
from auditor.decoders import Limits
from auditor.detectors import ToldDetector
from auditor.exporter import Export
from auditor.fields import scan_field
from auditor.model import Field, Gap, Image, Report
from auditor.ranking.marks import Marks
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.cache.shelf import Shelf

log = logging.getLogger("auditor")


@dataclass(frozen=True, slots=True)
class Use:
    """
    How an audit uses the cache.
    """

    detectors: tuple[str, ...] = ()
    limits: Limits | None = None
    show_secrets: bool = False
    """
    Whether plaintext is needed, so that every layer is looked into and only kept.
    """
    subject: bytes | None = None
    """
    Stands for what was asked; `None` if the answer may not be kept.
    """


class Known:
    """
    What one audit knows before it begins.
    """

    def __init__(self, use: Use, shelf: Shelf | None) -> None:
        self.is_passing = False
        """
        Whether the report depends on something that may change unseen.
        """
        self._rules = b""
        self._subject = use.subject
        self._watched: tuple[Watched, ...] | None = None
        self._shelf = shelf
        self._layers: Layers | None = None
        self._is_blind = use.show_secrets
        self._limits = use.limits
        self._found: dict[Field, values.Found] = {}
        self._fresh: list[tuple[Field, ...]] = []
        if shelf is not None:
            try:
                self._rules = rules.digest(use.detectors, use.limits)
            except rules.Unknown:
                log.info("nothing is kept in the cache: the detectors cannot be told apart")
                self._shelf = None

    @property
    def marks(self) -> Marks | None:
        """
        What seals secrets; `None` without a cache.
        """
        return self._layers.marks if self._layers else None

    def begin(self, files: Sequence[str] | None) -> None:
        """
        These are about to be read, and nothing else but an engine.
        """
        if self._shelf is not None and self._subject is not None and files is not None:
            self._watched = verdicts.watch(files)

    def look(self, fields: Iterable[Field]) -> list[values.Found]:
        """
        What is found in each of some values of the metadata, which belong together.
        """
        asked = tuple(dict.fromkeys(fields))
        new = tuple(one for one in asked if one not in self._found)
        kept = values.recall(self._shelf, self._rules, new) if self._shelf and new else None
        if kept is None:
            kept = {one: tuple(scan_field(one, self._limits)) for one in new}
            self._fresh += [new] if new else []
        self._found |= kept
        return [self._found[one] for one in asked]

    def layers(self, told: ToldDetector | None, images: Sequence[Image]) -> Layers | None:
        """
        What is known of layers in which these values are looked for, of images that say this of
        themselves.
        """
        if self._shelf is None:
            return None
        # NOTE: the values are in the key of what is kept, and a key shows nothing of them.
        subject = told.subject if told else b""
        self._layers = Layers(self._shelf, self._rules + subject)
        self._layers.is_blind = self._is_blind
        self._layers.expect(images)
        return self._layers

    def forget(self) -> None:
        """
        Look into everything from now on.
        """
        self._is_blind = True

    def fits(self, contents: Contents) -> bool:
        """
        Whether all that was recalled is a layer. What is found in a blob of no image is compared
        otherwise than within a layer, and so needs its plaintext.
        """
        leaky = {name for name in contents.recalled if contents.scans[name].findings}
        return not leaky or leaky <= oci.referenced(contents.documents)

    def replayed(self, export: Export) -> Contents | None:
        """
        An engine's export that is known whole.
        """
        if self._shelf is None or self._layers is None or export.state is None or self._is_blind:
            return None
        exported = exports.recall(self._shelf, self._rules, export.state)
        return archive.replay(exported, self._layers) if exported else None

    def keep(self, export: Export, contents: Contents, reports: Sequence[Report]) -> None:
        """
        Keep what was looked into.
        """
        if self._shelf is None or self._layers is None:
            return
        self._layers.keep()
        for fields in self._fresh:
            found = [self._found[one] for one in fields]
            gaps = [one for items in found for one in items if isinstance(one, Gap)]
            if not any(map(is_passing, gaps)):
                values.keep(self._shelf, self._rules, fields, found)
        exported = contents.exported
        if export.state is not None and exported is not None and exported.members:
            exports.keep(self._shelf, self._rules, export.state, exported)
        self._keep_reports(self._shelf, export, reports)

    def _keep_reports(self, shelf: Shelf, export: Export, reports: Sequence[Report]) -> None:
        watched, subject = self._watched, self._subject
        if watched is None or subject is None or self.is_passing:
            return
        if export.is_engine and export.state is None:
            return
        gaps = [gap for report in reports for gap in report.ledger.gaps]
        verdict = verdicts.Verdict(watched)
        if verdict.holds and not any(gap.blocking or is_passing(gap) for gap in gaps):
            verdicts.keep(shelf, self._rules + subject, watched, tuple(reports), export.state)
