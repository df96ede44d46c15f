"""
Values given to secret-sounding names in files and command lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from auditor.detectors.assignments import READERS, Reader
from auditor.detectors.assignments.base import Spot
from auditor.detectors.assignments.places import Kind, by_content, is_quoting
from auditor.detectors.assignments.worth import judge
from auditor.detectors.prefilter import Hit, Prefilter, make
from auditor.model import Finding, Reading, Secret, Text

LONGEST_LINE = 1 << 13
"""
Of longer lines only what lies around a hit is read, in bytes.
"""
PAIRS = 40
"""
What one reader may tell of a piece that long: hostile lines are made of nothing else.
"""
BEFORE = 1 << 10
BEHIND = 1 << 12
ALL = tuple(READERS.values())
"""
The readers, by their numbers in hits.
"""
ANYWHERE = frozenset(n for n, reader in enumerate(ALL) if Kind.SOURCE in reader.kinds)
"""
Those for programs as well; the others need no quotes and see something on too many lines there.
"""


@cache
def prefilter(quoting: bool) -> Prefilter:
    """
    Where the readers may find something: all of them, or those for texts in which values are
    quoted.
    """
    wanted = ANYWHERE if quoting else range(len(ALL))
    return make([ALL[n].patterns if n in wanted else () for n in range(len(ALL))])


class AssignedDetector:
    """
    All readers over all candidate lines.
    """

    readings = frozenset({Reading.DOCUMENT})

    patterns = tuple(reader.patterns for reader in ALL)
    """
    What a prefilter must look for, by the numbers of the readers.
    """

    def scan(self, texts: Iterable[Text]) -> Iterator[Finding]:
        """
        See `Detector.scan`.
        """
        for text in texts:
            if text.reading is Reading.DOCUMENT:
                data = normalised(text.data)
                hits = prefilter(is_quoting(text.file, data)).hits(data)
                if hits:
                    yield from self.on_hits(text, data, hits)

    def on_hits(self, text: Text, data: bytes, hits: Iterable[Hit]) -> Iterator[Finding]:
        """
        What stands where readers may find something. `data` is the text with newlines alone
        between its lines; offsets ascend.
        """
        place = by_content(text.file, data)
        counted = index = 0
        told: set[tuple[int, str]] = set()
        for start, end, numbers in _pieces(data, hits):
            readers = [ALL[n] for n in sorted(numbers) if place.kind in ALL[n].kinds]
            if not readers:
                continue
            index += data.count(b"\n", counted, start)
            counted = start
            spot = Spot(data, start, end, place)
            yield from _findings(text, index, spot, readers, told)


def normalised(data: bytes) -> bytes:
    """
    A text with newlines between its lines, whatever ended them.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def _pieces(data: bytes, hits: Iterable[Hit]) -> Iterator[tuple[int, int, set[int]]]:
    """
    Lines with hits, or pieces of very long ones, each with the numbers of the readers.
    """
    start = end = -1
    numbers: set[int] = set()
    for offset, number in hits:
        if not numbers or offset > end - (BEFORE if end - start > LONGEST_LINE // 2 else 0):
            if numbers:
                yield start, end, numbers
            start, end = _piece(data, offset)
            numbers = set()
        numbers.add(number)
    if numbers:
        yield start, end, numbers


def _piece(data: bytes, offset: int) -> tuple[int, int]:
    # The byte before the offset is the last of the match.
    at = max(offset - 1, 0)
    # NOTE: a newline is looked for no further than a line may reach: there may be none for long.
    least, most = max(at - LONGEST_LINE, 0), min(at + LONGEST_LINE + 1, len(data))
    start = data.rfind(b"\n", least, at) + 1 or least
    end = data.find(b"\n", at, most)
    end = end if end >= 0 else most
    if end - start > LONGEST_LINE or (start == least > 0 and data[start - 1] != 10):
        start, end = max(start, at - BEFORE), min(end, at + BEHIND)
    return start, end


def _findings(
    text: Text, index: int, spot: Spot, readers: list[Reader], told: set[tuple[int, str]]
) -> Iterator[Finding]:
    for reader in readers:
        for pair in islice(reader.read(spot), PAIRS):
            value = pair.value.strip()
            if (index, value) in told:
                continue
            judgement = judge(pair, spot)
            if judgement is None:
                continue
            told.add((index, value))
            confidence, reason = judgement
            yield Finding(
                detector=pair.detector,
                secret=Secret(value),
                path=text.path,
                inside=text.inside,
                line=text.first_line + index,
                confidence=confidence,
                reasons=(reason,),
                name=pair.name,
            )
