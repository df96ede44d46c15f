"""
RPM packages: the strings of their headers, scripts among them, and the payload. The format is
told in doc/manual/format_v4.md of rpm.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.buffer import Buffer
from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File, Peekable

MAGIC = b"\xed\xab\xee\xdb"
_HEADER = b"\x8e\xad\xe8"
_LEAD = 96
HEADER_LIMIT = 64 << 20
"""
The largest header, in bytes.
"""
_ENTRIES_LIMIT = 1 << 16
_SCRIPTS = {
    1023: "prein", 1024: "postin", 1025: "preun", 1026: "postun", 1065: "trigger",
    1079: "verify", 1151: "pretrans", 1152: "posttrans", 1004: "summary", 1005: "description",
}  # fmt: skip


class RpmDecoder:
    """
    Packages of rpm.
    """

    first: bytes | None = MAGIC[:1]

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(MAGIC) and len(head) > _LEAD

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        buffer = Buffer(file.reader)
        buffer.read(_LEAD)
        for is_signature in (True, False):
            index, store = _header(buffer)
            if is_signature:
                buffer.read(-len(store) % 8)
            yield from _texts(file, index, store)
        # The payload is compressed: what is in it lies in the package itself.
        yield File(file.path, Peekable(buffer), None, file.inside, encoded="payload")


def _header(buffer: Buffer) -> tuple[bytes, bytes]:
    """
    The index and the store of a header. Raises `ValueError` and `EOFError`.
    """
    head = buffer.exactly(16)
    entries, size = struct.unpack_from(">2I", head, 8)
    if head[:3] != _HEADER or entries > _ENTRIES_LIMIT or size > HEADER_LIMIT:
        raise ValueError("no rpm header")
    return buffer.exactly(16 * entries), buffer.exactly(size)


def _texts(file: File, index: bytes, store: bytes) -> Iterator[Text]:
    """
    Scripts as documents of their own, and all strings there are as such.
    """
    for tag, kind, offset, _ in struct.iter_unpack(">4I", index):
        if tag in _SCRIPTS and kind in (6, 8, 9) and offset < len(store):
            script = store[offset : store.find(b"\0", offset) % (len(store) + 1)]
            yield Text(file.path, script, inside=file.within(f"({_SCRIPTS[tag]})"))
    strings = store.replace(b"\0", b"\n")
    yield Text(file.path, strings, Reading.TOKENS, inside=file.within("(header)"))
