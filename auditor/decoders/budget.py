"""
How much of a file in a file is opened: limits, and what was spent of them.

Everything in an image is hostile. One file of a layer has one budget for all that is nested in
it, and the budget grows with the file: what a layer can make us do is a multiple of its size,
whether it holds one bomb or a hundred thousand.
"""

from __future__ import annotations

from auditor.records import dataclass
from auditor.streams.reading import Reader


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What is opened at most. Beyond it lies a gap.
    """

    depth: int = 16
    """
    Files in files in files; an encoding or compression counts too.
    """
    members: int = 200_000
    """
    Files within one file of a layer, at all depths together.
    """
    unpacked: int = 4 << 30
    """
    Bytes that one file of a layer may unpack to, at all depths together.
    """
    ratio: int = 250
    """
    How many times its own size a file may unpack to, at all depths together.
    """
    floor: int = 256 << 10
    """
    Bytes that any file may unpack to, however small it is.
    """
    held: int = 64 << 20
    """
    The largest file that is held in memory, in bytes, where a format cannot be read from front to
    back: a database, a pack with deltas.
    """
    encodings: int = 3
    """
    How often in a row base64 or hex is decoded.
    """


class OverBudget(Exception):
    """
    The budget of a file is spent. Holds nothing of the file.
    """

    def __init__(self, reason: str, *, ends_all: bool = False) -> None:
        super().__init__(reason)
        self.ends_all = ends_all
        """
        Whether nothing more is opened in the layer's file, and not only in this one in it.
        """


class Budget:
    """
    What is left for one file: one of a layer, or, as a part of that, one in it.
    """

    def __init__(self, limits: Limits, size: int = 0, whole: Budget | None = None) -> None:
        self.limits = limits
        self._whole = whole
        self._size = size
        """
        Bytes of the layer's file; of a file in it, those that it may unpack to.
        """
        self._read = 0
        self._spent = 0
        self._members = 0

    def part(self, most: int) -> Budget:
        """
        A budget for a file in this one, which is spent from this one too.
        """
        return Budget(self.limits, most, self)

    @property
    def left(self) -> int:
        """
        Bytes that may still be unpacked.
        """
        if self._whole is not None:
            return min(self._size - self._spent, self._whole.left)
        earned = self.limits.floor + self.limits.ratio * max(self._size, self._read)
        return min(self.limits.unpacked, earned) - self._spent

    def read(self, count: int) -> None:
        """
        So many bytes of the layer's file were read.
        """
        self._read += count

    def spend(self, count: int) -> None:
        """
        So many bytes came out of it. Raises `OverBudget` if that is too much.
        """
        self.take(count)
        if self.left < 0:
            raise OverBudget("unpacks to more than is opened")

    def take(self, count: int) -> None:
        """
        Like `spend`, for who has asked what is left before.
        """
        budget: Budget | None = self
        while budget is not None:
            budget._spent += count
            budget = budget._whole

    def member(self) -> None:
        """
        One more file in the layer's file. Raises `OverBudget` if those are too many.
        """
        budget = self
        while budget._whole is not None:
            budget = budget._whole
        budget._members += 1
        if budget._members > self.limits.members:
            reason = f"holds more than {self.limits.members} files"
            raise OverBudget(reason, ends_all=True)


class Measured:
    """
    The bytes of a layer's own file, as they earn a budget where its size is not known.
    """

    def __init__(self, source: Reader, budget: Budget) -> None:
        self._source = source
        self._budget = budget

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        data = self._source.read(n)
        self._budget.read(len(data))
        return data


class Metered:
    """
    The bytes of a file in a file, as far as its budget pays for them. It ends early where it does
    not.
    """

    def __init__(self, source: Reader, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        self.is_cut = False
        """
        Whether there was more than was paid for.
        """

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        room = max(self._budget.left, 0)
        if n > room:
            data = b"" if self.is_cut else self._source.read(room + 1)
            self.is_cut = self.is_cut or len(data) > room
            data = data[:room]
        else:
            data = self._source.read(n)
        self._budget.take(len(data))
        return data
