"""
A blob on its way: resumed where the connection broke, and never lost what came.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from auditor.errors import AuditError, ImageNotFound, RegistryUnavailable
from auditor.exporter.registry.client import Client, pieces
from auditor.patterns import lazy_regex

log = logging.getLogger("auditor")

WAITS = (0.5, 2.0, 5.0)
"""
Seconds before each new try; after the last one the blob stays cut. Bytes that come begin it anew.
"""
_FROM = lazy_regex(r"^bytes (\d{1,18})-")
_NUMBER = lazy_regex(r"^[0-9]{1,18}\Z")
_LONGER = "is longer than the manifest says"


class Download:
    """
    The pieces of a blob. Nothing is asked of the registry before the first is.
    """

    def __init__(self, client: Client, digest: str, size: int, is_lost: bool = False) -> None:
        self._client = client
        self._digest = digest
        self._size = size
        """
        As the manifest says; negative if it does not.
        """
        self._is_lost = is_lost
        """
        Whether there is little hope: it is tried once.
        """
        self._at = 0
        self.has_begun = False
        self.is_given_up = False
        """
        Whether the registry was waited for in vain.
        """
        self.broken: str | None = None
        """
        Why it is not whole, once it is not.
        """

    def __iter__(self) -> Iterator[bytes]:
        self.has_begun = True
        waits = iter(() if self._is_lost else WAITS)
        while True:
            before, why = self._at, "ended early"
            try:
                yield from self._rest()
            except RegistryUnavailable as error:
                why = error.message
            except ImageNotFound:
                self.broken = "the registry does not have it"
                return
            except AuditError as error:
                self.broken = self.broken or error.message
                return
            else:
                if self._at >= self._size:
                    self.broken = self.broken or (
                        None if self._at or not self._size else "is empty"
                    )
                    return
            if self._at > before:
                waits, self.broken = iter(WAITS), None
            # NOTE: the first reason is the one that tells something.
            self.broken = self.broken or f"{why}, after {self._at} bytes"
            pause = next(waits, None)
            if pause is None:
                self.is_given_up = True
                return
            log.info("%s: %s", self._digest, self.broken)
            time.sleep(pause)

    def _rest(self) -> Iterator[bytes]:
        with self._client.blob(self._digest, self._at) as answer:
            start = _start(answer.headers.get("Content-Range"), answer.status_code)
            over = self._at - start
            if over < 0:
                raise RegistryUnavailable("the registry skips bytes", "Try again.")
            # NOTE: a manifest that states too little must not hide the rest, if it has an end.
            end = max(self._size, start + _length(answer.headers.get("Content-Length")))
            for piece in pieces(self._client.place, answer):
                new, over = piece[over:], max(over - len(piece), 0)
                if self._size >= 0 and end < self._at + len(new):
                    yield new[: end - self._at]
                    self._at = end
                    self.broken = _LONGER
                    return
                self._at += len(new)
                if new:
                    yield new
            if self._at >= self._size:
                self.broken = _LONGER if 0 <= self._size < self._at else None


def _length(header: str | None) -> int:
    """
    How many bytes an answer has at least, as far as it says that.
    """
    return int(header) if header is not None and _NUMBER.match(header) else 0


def _start(header: str | None, status: int) -> int:
    """
    The place of the first byte of an answer.
    """
    match = _FROM.match(header) if header is not None and status == 206 else None
    return int(match[1]) if match else 0
