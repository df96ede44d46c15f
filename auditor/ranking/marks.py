"""
How a value is known again without being told: by a mark that takes a key to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

HEAD = 4
"""
How many characters a head stands for.
"""
HEAD_SIZE = 2
"""
Bytes of a head: too few to tell the characters, enough to pass over most places of a text.
"""
MARK_SIZE = 16


class Marks:
    """
    Makes marks, with one key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._heads: dict[str, int] = {}

    def mark(self, text: str) -> bytes:
        """
        Equal for equal texts, and for no others.
        """
        return blake2b(_bytes(text), digest_size=MARK_SIZE, key=self._key).digest()

    def head(self, text: str) -> int:
        """
        A number for how a text begins; many beginnings share one.
        """
        start = text[:HEAD]
        known = self._heads.get(start)
        if known is None:
            made = blake2b(_bytes(start), digest_size=HEAD_SIZE, key=self._key, person=b"head")
            known = self._heads[start] = int.from_bytes(made.digest(), "big")
        return known


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class Words:
    """
    Values that are known by their marks alone, looked for in texts.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._lengths: dict[int, dict[int, set[bytes]]] = {}
        """
        By head and length.
        """
        self._short: dict[int, set[bytes]] = {}
        """
        By length: those that are shorter than a head.
        """

    def add(self, head: int, length: int, mark: bytes) -> None:
        """
        Look for this one too.
        """
        if 0 < length < HEAD:
            self._short.setdefault(length, set()).add(mark)
        elif length:
            self._lengths.setdefault(head, {}).setdefault(length, set()).add(mark)

    def inside(self, text: str) -> Iterator[str]:
        """
        Each that a text holds, wherever it does.
        """
        for length, marks in self._short.items():
            parts = {text[at : at + length] for at in range(len(text) - length + 1)}
            yield from (part for part in parts if self._marks.mark(part) in marks)
        if not self._lengths:
            return
        for at in range(len(text) - HEAD + 1):
            near = self._lengths.get(self._marks.head(text[at : at + HEAD]))
            for length, marks in near.items() if near else ():
                if at + length <= len(text):
                    part = text[at : at + length]
                    if self._marks.mark(part) in marks:
                        yield part
