"""
ar: Debian packages and static libraries. ar(5); names of GNU and of BSD.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.decoders.names import member_name
from auditor.model import Gap, Text
from auditor.streams.reading import Bounded, File, Peekable

MAGIC = b"!<arch>\n"
_HEADER = 60
_NAMES_LIMIT = 4 << 20


class ArDecoder:
    """
    Archives of ar.
    """

    first: bytes | None = MAGIC[:1]

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(MAGIC) and (head[66:68] == b"`\n" or len(head) == len(MAGIC))

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        buffer = Buffer(file.reader)
        buffer.read(len(MAGIC))
        names = b""
        while len(header := buffer.peek(_HEADER)) == _HEADER and header[58:] == b"`\n":
            buffer.read(_HEADER)
            budget.member()
            told = header[:16].rstrip()
            size = int(header[48:58].strip() or b"0")
            if told == b"//" and size <= _NAMES_LIMIT:
                names = buffer.read(size)
            else:
                name, size = _name(told, size, names, buffer)
                content = Bounded(buffer, size)
                yield File(file.path, Peekable(content), size, file.within(name))
                if buffer.skip(content.left) < content.left:
                    yield Gap(f"{file.path}!/{file.within(name)}", "cut")
            if size % 2:
                buffer.read(1)
        if buffer.peek(1):
            behind = file.within("(behind the archive)")
            yield File(file.path, Peekable(buffer), None, behind)


def _name(told: bytes, size: int, names: bytes, buffer: Buffer) -> tuple[str, int]:
    """
    A member's name, and the size of its content. Raises `ValueError`.
    """
    if told.startswith(b"#1/"):
        length = int(told[3:])
        if not 0 <= length <= min(size, 4096):
            raise ValueError("a name longer than its member")
        return member_name(buffer.read(length).rstrip(b"\0")), size - length
    if told[:1] == b"/" and told[1:].isdigit():
        start = int(told[1:])
        return member_name(names[start:].split(b"\n", 1)[0].rstrip(b"/")), size
    return member_name(told.rstrip(b"/"), "(symbols)"), size
