"""
Bytes → text: encodings, binaries, files in files. One explicit table, tried in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from auditor.decoders.base import HEAD, Decoder
from auditor.decoders.binary import BinaryDecoder
from auditor.decoders.budget import Budget, Limits
from auditor.decoders.bytecode import BytecodeDecoder
from auditor.decoders.compressed import CompressedDecoder
from auditor.decoders.cpio import CpioDecoder
from auditor.decoders.embedded import CANDIDATE, Spot
from auditor.decoders.gitobject import GitObjectDecoder
from auditor.decoders.gitpack import GitPackDecoder
from auditor.decoders.keystores import KeystoreDecoder
from auditor.decoders.nesting import Nesting
from auditor.decoders.office import OfficeDecoder
from auditor.decoders.pdf import PdfDecoder
from auditor.decoders.rpm import RpmDecoder
from auditor.decoders.sqlite import SqliteDecoder
from auditor.decoders.tarred import TarDecoder
from auditor.decoders.text import TextDecoder
from auditor.decoders.unix_ar import ArDecoder
from auditor.decoders.unopened import UnopenedDecoder
from auditor.decoders.zipped import ZipDecoder
from auditor.model import Gap, Text
from auditor.streams.reading import File

DECODERS: dict[str, Decoder] = {
    # By magic first; a git object is a compressed file too, and a binary is what is nothing else.
    "pyc": BytecodeDecoder(),
    "git object": GitObjectDecoder(),
    "compressed": CompressedDecoder(),
    "zip": ZipDecoder(),
    "sqlite": SqliteDecoder(),
    "git pack": GitPackDecoder(),
    "ar": ArDecoder(),
    "rpm": RpmDecoder(),
    "cpio": CpioDecoder(),
    "pdf": PdfDecoder(),
    "unopened": UnopenedDecoder(),
    "tar": TarDecoder(),
    "office": OfficeDecoder(),
    "keystores": KeystoreDecoder(),
    "text": TextDecoder(),
    "binary": BinaryDecoder(),
}
LEAVES = ("text", "binary")
"""
Those that take any bytes as they are.
"""


def decode(
    file: File, limits: Limits | None = None, spot: Spot | None = None
) -> Iterator[Text | Gap]:
    """
    Everything readable in a file, and in the files in it. What is not opened is a gap. `spot`
    gives the offsets behind the matches of `CANDIDATE`, if somebody is there who is fast at that.
    """
    return _nesting(limits or Limits(), spot).file(file)


def is_text(path: str, head: bytes) -> bool:
    """
    Whether a file that begins with `head` is plain text, and nothing is to be opened in it.
    """
    return _nesting(Limits(), None).kind(path, head) == "text"


@lru_cache(maxsize=16)
def _nesting(limits: Limits, spot: Spot | None) -> Nesting:
    return Nesting(DECODERS, LEAVES, limits, spot)


def decode_text(text: Text, limits: Limits | None = None) -> Iterator[Text | Gap]:
    """
    Everything that is encoded in a text, such as base64 in an environment variable: the text
    itself is not given again.
    """
    return _nesting(limits or Limits(), None).text(text)


__all__ = [
    "CANDIDATE",
    "DECODERS",
    "HEAD",
    "Budget",
    "Decoder",
    "Limits",
    "Spot",
    "decode",
    "decode_text",
    "is_text",
]
