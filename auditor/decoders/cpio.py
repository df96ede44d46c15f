"""
cpio: initial ram disks and the payload of RPM packages. The formats newc, crc and odc of cpio(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.decoders.names import member_name
from auditor.model import Gap, Text
from auditor.patterns import lazy_regex
from auditor.records import dataclass
from auditor.streams.reading import Bounded, File, Peekable

_NEWC = lazy_regex(rb"07070[12][0-9A-Fa-f]{104}")
_ODC = lazy_regex(rb"070707[0-7]{70}")
_NAME_LIMIT = 1 << 16
_REGULAR = 0o100000
_TYPE = 0o170000
TRAILER = b"TRAILER!!!"


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    A header with its name.
    """

    name: bytes
    mode: int
    size: int
    padding: int
    """
    What follows its content, in bytes.
    """


class CpioDecoder:
    """
    Archives of cpio.
    """

    first: bytes | None = b"0"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(b"07070") and bool(_NEWC.match(head) or _ODC.match(head))

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        buffer = Buffer(file.reader)
        while entry := _header(buffer):
            budget.member()
            if entry.name == TRAILER:
                # NOTE: the kernel takes several archives in a row, each padded with zeros.
                _skip_zeros(buffer)
                continue
            yield from _content(file, buffer, entry)
        _skip_zeros(buffer)
        if buffer.peek(1):
            behind = file.within("(behind the archive)")
            yield File(file.path, Peekable(buffer), None, behind)


def _content(file: File, buffer: Buffer, entry: _Entry) -> Iterator[File | Gap]:
    inside = file.within(member_name(entry.name))
    content = Bounded(buffer, entry.size)
    if entry.size and entry.mode & _TYPE in (_REGULAR, 0):
        yield File(file.path, Peekable(content), entry.size, inside)
    missing = content.left - buffer.skip(content.left)
    if missing:
        yield Gap(f"{file.path}!/{inside}", f"cut: {missing} bytes are missing")
    buffer.skip(entry.padding)


def _header(buffer: Buffer) -> _Entry | None:
    head = buffer.peek(110)
    if _NEWC.match(head):
        mode, size, name_size = (int(head[at : at + 8], 16) for at in (14, 54, 94))
        return _entry(buffer, (110, name_size, -(110 + name_size) % 4), mode, size, -size % 4)
    if _ODC.match(head):
        mode, name_size, size = int(head[18:24], 8), int(head[59:65], 8), int(head[65:76], 8)
        return _entry(buffer, (76, name_size, 0), mode, size, 0)
    return None


def _entry(
    buffer: Buffer, sizes: tuple[int, int, int], mode: int, size: int, padding: int
) -> _Entry:
    header, name_size, name_padding = sizes
    if name_size > _NAME_LIMIT:
        raise ValueError("a name that is too long")
    buffer.read(header)
    name = buffer.exactly(name_size).rstrip(b"\0")
    buffer.read(name_padding)
    return _Entry(name, mode, size, padding)


def _skip_zeros(buffer: Buffer) -> None:
    while window := buffer.peek(4096):
        zeros = len(window) - len(window.lstrip(b"\0"))
        buffer.read(zeros)
        if zeros < len(window):
            return
