"""
An image that lies in a layer as an archive: `docker save` in a build, an OCI layout in a tar. Its
layers are tars like others; here is what its config and history say, value by value.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor import oci
from auditor.errors import NotAnImage
from auditor.model import Field, Reading, Text
from auditor.patterns import lazy_regex
from auditor.streams.reading import File, Held, Peekable

HELD = 16 << 20
"""
How much JSON of one archive is kept until it shows whether it is an image, in bytes.
"""
LINK_LIMIT = 1000
_HEAD = 512
_DOCUMENT = lazy_regex(
    r"manifest\.json|index\.json|oci-layout|repositories|blobs/sha256/[0-9a-f]{64}"
    r"|(?:sha256:)?[0-9a-f]{64}(?:\.json|/json)?"
)
_LAYER = lazy_regex(r"(?:.*/)?layer\.tar|[0-9a-f]{64}\.tar(?:\.gz)?")


class Saved:
    """
    The members of a tar that are documents of an image, if it is one.
    """

    def __init__(self) -> None:
        self._documents = oci.Documents()
        self._raw: dict[str, bytes] = {}
        self._held = 0

    def link(self, name: str, target: str) -> None:
        """
        A member is another name of one.
        """
        if _LAYER.fullmatch(name) and len(self._documents.links) < LINK_LIMIT:
            self._documents.link(name, target)

    def takes(self, name: str, size: int, reader: Peekable) -> bool:
        """
        Whether a member may be a document. It is read then, and comes back in `read`.
        """
        if not _DOCUMENT.fullmatch(name):
            if _LAYER.fullmatch(name):
                self._documents.saw(name, None)
            return False
        if self._held + size > HELD or not oci.looks_like_json(reader.peek(_HEAD)):
            self._documents.saw(name, None)
            return False
        raw = reader.read(size)
        self._held += len(raw)
        self._documents.add(name, raw)
        self._raw[name] = raw
        return True

    def read(self, file: File) -> Iterator[File | Text]:
        """
        What the image says of itself; if there is none, the documents as the files they are.
        """
        try:
            named = oci.assemble(self._documents, file.path) if self._raw else ()
        except NotAnImage:
            named = ()
        # NOTE: others call a document `manifest.json` too.
        images = [image for image in named if image.layers or image.history]
        for image in images:
            for field in image.fields:
                yield _text(file, field)
        broken = {name for name, known in self._documents.by_name.items() if known.data is None}
        for name, raw in self._raw.items():
            if not images or name in broken:
                yield File(file.path, Held(raw), len(raw), file.within(name))


def _text(file: File, field: Field) -> Text:
    # NOTE: JSON may hold half of a surrogate pair, which no encoder takes.
    value = field.value.encode("utf-8", "replace").decode("utf-8")
    named = field.name is not None and not field.command
    reading = Reading.VARIABLE if named else Reading.DOCUMENT
    if not named and field.path.startswith(("manifest.", "index.")):
        reading = Reading.TOKENS
    way = f"{field.path}!{field.inside}" if field.inside else field.path
    return Text(file.path, value, reading, inside=file.within(way), name=field.name)
