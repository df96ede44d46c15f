"""
Files in files, opened one in the other within a budget.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator, Mapping

from auditor.decoders.base import HEAD, Decoder
from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget, Limits, Measured, Metered, OverBudget
from auditor.decoders.embedded import Spot, embedded
from auditor.model import Gap, Text
from auditor.records import dataclass
from auditor.streams.reading import File, Held, Peekable

DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    RecursionError,
    EOFError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""
What a parser raises at bytes that it did not foresee. No `OSError`: that is a source that fails.
"""
SMALL = 1 << 20
"""
Files in files that are shorter than this, in bytes, are read at once.
"""
LEAST = 1024
"""
A budget with less bytes than these opens no further file.
"""


@dataclass(frozen=True, slots=True)
class _Depth:
    """
    How deep a file lies.
    """

    files: int = 0
    encodings: int = 0
    """
    Base64 or hex in a row.
    """
    meters: tuple[Metered, ...] = ()

    @property
    def is_cut(self) -> bool:
        """
        Whether the file, or one around it, was not given whole. What is damaged then is our doing.
        """
        return any(meter.is_cut for meter in self.meters)


_TOP = _Depth()


class Nesting:
    """
    Opens files with the decoders of a table. The last ones in it, `leaves`, open everything.
    """

    def __init__(
        self,
        decoders: Mapping[str, Decoder],
        leaves: tuple[str, ...],
        limits: Limits,
        spot: Spot | None = None,
    ) -> None:
        """
        `spot` finds what is encoded in a text, see `embedded`.
        """
        self._by_first = tuple(
            tuple((name, one) for name, one in decoders.items() if _may_begin(one, byte))
            for byte in range(256)
        )
        self._all = tuple(decoders.items())
        self._leaves = tuple(decoders[name] for name in leaves)
        self._limits = limits
        self._spot = spot

    def file(self, file: File) -> Iterator[Text | Gap]:
        """
        Everything readable in a file of a layer.
        """
        try:
            yield from self._decode(file, Budget(self._limits, file.size or 0), _TOP)
        except OverBudget as error:
            yield Gap(file.place, f"{error}: the rest is not opened")

    def text(self, text: Text) -> Iterator[Text | Gap]:
        """
        Everything that is encoded in a text from elsewhere, such as an environment variable.
        """
        budget = Budget(self._limits, len(text.held))
        try:
            yield from self._embedded(text, budget, _TOP)
        except OverBudget as error:
            yield Gap(text.path, f"{error}: the rest is not opened")

    def _decode(self, file: File, budget: Budget, depth: _Depth) -> Iterator[Text | Gap]:
        name, decoder = self._choose(file.path, file.reader.peek(HEAD))
        if decoder in self._leaves:
            if file.encoded:
                file.inside = file.within(file.encoded)
            return self._parts(decoder, file, budget, depth)
        if depth.files >= self._limits.depth:
            return self._too_deep(name, file, budget)
        if not depth.files and file.size is None:
            file.reader = Peekable(Measured(file.reader, budget))
        return self._open(name, decoder, file, budget, depth)

    def _too_deep(self, name: str, file: File, budget: Budget) -> Iterator[Text | Gap]:
        yield Gap(file.place, f"{name} content is nested too deep: it is not opened")
        yield from self._raw(file, budget)

    def kind(self, path: str, head: bytes) -> str:
        """
        The name of the decoder that opens a file which begins with `head`.
        """
        return self._choose(path, head)[0]

    def _choose(self, path: str, head: bytes) -> tuple[str, Decoder]:
        for choice in self._by_first[head[0]] if head else self._all:
            if choice[1].accepts(path, head):
                return choice
        raise AssertionError("the last decoder takes everything")

    def _raw(self, file: File, budget: Budget) -> Iterator[Text]:
        """
        The strings in it, whatever it is. Nothing in it is opened, so this ends in any case.
        """
        for part in BinaryDecoder(opens=False).decode(file, budget):
            if isinstance(part, Text):
                yield part

    def _open(
        self, name: str, decoder: Decoder, file: File, budget: Budget, depth: _Depth
    ) -> Iterator[Text | Gap]:
        """
        What lies in a container. What it has left where it stops is looked at as it is.
        """
        try:
            yield from self._parts(decoder, file, budget, depth)
        except OverBudget as error:
            if error.ends_all and depth.files:
                raise
            if not depth.is_cut:
                yield Gap(file.place, f"{error}: the rest is not opened")
        except DAMAGE as error:
            if not depth.is_cut:
                kind = type(error).__name__
                yield Gap(file.place, f"damaged {name} content: the rest is not opened ({kind})")
        else:
            return
        if not depth.is_cut and file.reader.peek(1):
            yield from self._raw(file, budget)

    def _parts(
        self, decoder: Decoder, file: File, budget: Budget, depth: _Depth
    ) -> Iterator[Text | Gap]:
        for part in decoder.decode(file, budget):
            if isinstance(part, Text):
                yield part
                yield from self._embedded(part, budget, depth)
            elif isinstance(part, File):
                yield from self._nested(part, budget, depth)
            elif not depth.is_cut:
                yield part
            # NOTE: it may be large, and the next one is made meanwhile.
            del part

    def _nested(self, file: File, budget: Budget, depth: _Depth) -> Iterator[Text | Gap]:
        left = budget.left
        if left < LEAST:
            raise OverBudget("unpacks to more than is opened")
        part = budget.part(self._share(file, left))
        meter = Metered(file.reader.bare(), part)
        first = meter.read(SMALL)
        # NOTE: most files in files are small: from here on such a one is only bytes.
        file.reader = Held(first) if len(first) < SMALL else Peekable(meter, first)
        deeper = _Depth(depth.files + 1, depth.encodings, (*depth.meters, meter))
        yield from self._decode(file, part, deeper)
        if meter.is_cut and not depth.is_cut:
            yield Gap(file.place, "unpacks to more than is opened: it is read in part")

    def _share(self, file: File, left: int) -> int:
        """
        How much of what is left a file in a file may take, so that its neighbours have theirs:
        in proportion to its size, or half where that is not known.
        """
        if file.encoded:
            # It is alone in its file.
            return left
        size = file.size if file.stored is None else file.stored
        if size is None:
            return left // 2
        return min(left, max(self._limits.ratio * size, min(self._limits.floor // 4, left // 2)))

    def _embedded(self, text: Text, budget: Budget, depth: _Depth) -> Iterator[Text | Gap]:
        if depth.encodings >= self._limits.encodings or depth.files >= self._limits.depth:
            return
        try:
            for file in embedded(text, self._spot):
                deeper = _Depth(depth.files, depth.encodings + 1, depth.meters)
                budget.member()
                yield from self._nested(file, budget, deeper)
        except OverBudget as error:
            if depth.files:
                raise
            # The text itself goes on.
            yield Gap(text.path, f"{error}: what is encoded in it is not decoded")


def _may_begin(decoder: Decoder, byte: int) -> bool:
    return decoder.first is None or byte in decoder.first
