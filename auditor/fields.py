"""
One value of an image's metadata → what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.decoders import Limits, decode_text
from auditor.detectors import detect
from auditor.model import Field, Finding, Gap, Reading, Text
from auditor.patterns import lazy_regex

_LINE = lazy_regex(r" in line \d+")


def scan_field(field: Field, limits: Limits | None = None) -> Iterator[Finding | Gap]:
    """
    What is found in one value of the metadata, and in what is encoded in it.
    """
    # NOTE: JSON may hold half of a surrogate pair, which no encoder takes.
    value = field.value.encode("utf-8", "replace").decode("utf-8")
    named = field.name is not None and not field.command
    reading = Reading.VARIABLE if named else Reading.DOCUMENT
    is_listing = field.path.startswith(("manifest.", "index."))
    if not named and is_listing:
        # Names and digests: `app-password:latest` gives nobody a password.
        reading = Reading.TOKENS
    text = Text(field.path, value, reading, inside=field.inside, name=field.name)
    # NOTE: what is encoded in an annotation of a manifest is a key that was encrypted, a signature.
    packed = () if is_listing else decode_text(text, limits)
    for part in (text, *packed):
        for found in (part,) if isinstance(part, Gap) else detect(part):
            if isinstance(found, Finding):
                # A value of the metadata has no lines, which makes one place of its parts.
                inside = _LINE.sub("", found.inside) if found.inside else None
                yield replace(found, line=None, inside=inside)
            else:
                yield found
