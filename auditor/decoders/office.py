"""
The XML of office documents: a word that was typed in pieces stands in several elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.decoders.budget import Budget
from auditor.decoders.text import TextDecoder
from auditor.model import Gap, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File, Held

LIMIT = 8 << 20
"""
The largest document whose words are put together, in bytes.
"""
_NAMESPACES = (
    b"http://schemas.openxmlformats.org/",
    b"http://purl.oclc.org/ooxml/",
    b"urn:oasis:names:tc:opendocument:",
)
_PARAGRAPH = lazy_regex(
    rb"</(?:w:p|a:p|text:p|text:h|si|w:instrText|row)>|<(?:w:br|w:tab|text:tab)\b"
)
_TAG = lazy_regex(rb"<[^<>]{0,65536}>")
_ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&"}


class OfficeDecoder:
    """
    Parts of docx, xlsx, pptx, odt and their like.
    """

    first: bytes | None = b"<"

    def accepts(self, path: str, head: bytes) -> bool:
        """
        See `Decoder.accepts`.
        """
        return head.startswith(b"<?xml") and any(name in head for name in _NAMESPACES)

    def decode(self, file: File, budget: Budget) -> Iterator[File | Text | Gap]:
        """
        See `Decoder.decode`.
        """
        data = file.reader.read(LIMIT + 1)
        again = File(file.path, Held(data), len(data), file.inside)
        yield from TextDecoder().decode(again, budget)
        if len(data) > LIMIT:
            yield from TextDecoder().decode(file, budget)
            return
        words = _words(data)
        if words.strip():
            yield Text(file.path, words, inside=file.inside)


def _words(data: bytes) -> bytes:
    words = _TAG.sub(b"", _PARAGRAPH.sub(b"\n<", data).replace(b"\n<>", b"\n"))
    for entity, char in _ENTITIES.items():
        words = words.replace(entity, char)
    return words
