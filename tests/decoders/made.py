"""
Files of each format, built by its documented bytes: what no tool at hand writes, or what one would
not write.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from auditor.decoders import Limits, decode
from auditor.model import Gap, Text
from auditor.streams.reading import File, Kept, Peekable
from tests.images import compress, entry, tar_layer


def read(data: bytes, path: str = "/file", limits: Limits | None = None) -> list[Text | Gap]:
    """
    Everything that comes out of a file of these bytes.
    """
    return list(decode(File(path, Peekable(Kept(data)), len(data)), limits))


def found(
    data: bytes, token: str, path: str = "/file", limits: Limits | None = None
) -> list[str | None]:
    """
    The ways to every text that holds the token, between borders.
    """
    return [
        part.inside for part in read(data, path) if isinstance(part, Text) and token in part.content
    ]


def gaps(data: bytes, limits: Limits | None = None) -> list[tuple[str, str]]:
    """
    Place and reason of everything that was not opened.
    """
    return [(p.path, p.reason) for p in read(data, limits=limits) if isinstance(p, Gap)]


def zip_file(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """
    A zip archive.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def tar_file(members: Mapping[str, bytes]) -> bytes:
    """
    A tar archive.
    """
    return tar_layer([entry(name, data) for name, data in members.items()])


def ar_file(members: Mapping[str, bytes]) -> bytes:
    """
    An archive of ar, as dpkg-deb writes it.
    """
    out = bytearray(b"!<arch>\n")
    for name, data in members.items():
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
        out += data + b"\n" * (len(data) % 2)
    return bytes(out)


def deb_file(files: Mapping[str, bytes], compression: str = "xz") -> bytes:
    """
    A Debian package.
    """
    suffix = {"xz": "xz", "gzip": "gz", "zstd": "zst"}[compression]
    return ar_file(
        {
            "debian-binary": b"2.0\n",
            f"control.tar.{suffix}": compress(
                tar_file({"./control": b"Package: x\n"}), compression
            ),
            f"data.tar.{suffix}": compress(tar_file(files), compression),
        }
    )


def cpio_file(members: Mapping[str, bytes], magic: str = "070701") -> bytes:
    """
    An archive of cpio, in the formats newc (070701), crc (070702) or odc (070707).
    """
    out = bytearray()
    for name, data in [*members.items(), ("TRAILER!!!", b"")]:
        raw = name.encode() + b"\0"
        mode = 0o100644 if data else 0
        if magic == "070707":
            fields = (0, 0, mode, 0, 0, 1, 0)
            head = magic + "".join(f"{value:06o}" for value in fields)
            out += (head + f"{0:011o}{len(raw):06o}{len(data):011o}").encode() + raw + data
            continue
        values = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        out += (magic + "".join(f"{value:08X}" for value in values)).encode() + raw
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def _rpm_header(tags: Mapping[int, bytes]) -> bytes:
    index, store = b"", b""
    for tag, value in tags.items():
        index += struct.pack(">4I", tag, 6, len(store), 1)
        store += value + b"\0"
    return (
        b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">2I", len(tags), len(store)) + index + store
    )


def rpm_file(
    files: Mapping[str, bytes], script: bytes = b"true", compression: str = "gzip"
) -> bytes:
    """
    A package of rpm, version 4: lead, signature, header, payload.
    """
    lead = struct.pack(">4s2B2H66s2H16x", b"\xed\xab\xee\xdb", 3, 0, 0, 1, b"x-1-1", 1, 5)
    signature = _rpm_header({269: b"0" * 40})
    header = _rpm_header({1000: b"x", 1024: script})
    payload = compress(cpio_file({f"./{name}": data for name, data in files.items()}), compression)
    return lead + signature + bytes(-len(signature) % 8) + header + payload


def apk_file(files: Mapping[str, bytes]) -> bytes:
    """
    A package of Alpine: three tars, each compressed by gzip, of which the last alone has an end.
    """
    parts = [{".SIGN.RSA.x": b"signature"}, {".PKGINFO": b"pkgname = x\n"}, dict(files)]
    out = b""
    for number, part in enumerate(parts, start=1):
        tar = tar_file(part)
        out += compress(tar if number == len(parts) else tar[:-1024], "gzip")
    return out


def git_object(kind: str, content: bytes) -> tuple[str, bytes]:
    """
    The id of an object, and its loose file.
    """
    whole = f"{kind} {len(content)}\0".encode() + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest(), zlib.compress(whole)


def _size(kind: int, size: int) -> bytes:
    out = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        out[-1] |= 0x80
        out.append(size & 0x7F)
        size >>= 7
    return bytes(out)


def pack_file(objects: Sequence[tuple[int, bytes, bytes]]) -> bytes:
    """
    A pack of git: type, what names the base of a difference, content.
    """
    body = b"PACK" + struct.pack(">2I", 2, len(objects))
    for kind, base, content in objects:
        body += _size(kind, len(content)) + base + zlib.compress(content)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def back(distance: int) -> bytes:
    """
    How a pack tells how far before a difference its base stands.
    """
    out = [distance & 0x7F]
    distance >>= 7
    while distance:
        distance -= 1
        out.append(0x80 | distance & 0x7F)
        distance >>= 7
    return bytes(reversed(out))


def delta(base: bytes, *instructions: tuple[int, int] | bytes) -> bytes:
    """
    A difference to `base`: copies as offset and size, additions as bytes.
    """
    result, out = b"", b""
    for item in instructions:
        if isinstance(item, bytes):
            out += bytes([len(item)]) + item
            result += item
        else:
            offset, size = item
            out += b"\xff" + struct.pack("<I", offset) + struct.pack("<I", size)[:3]
            result += base[offset : offset + size]
    return number(len(base)) + number(len(result)) + out


def number(value: int) -> bytes:
    """
    A size as differences tell it: seven bits a byte, the lowest first.
    """
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def sqlite_file(path: Path, *statements: tuple[str, Sequence[object]]) -> bytes:
    """
    A database in which these statements were run, one transaction each.
    """
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA secure_delete = off")
    for statement, values in statements:
        connection.execute(statement, values)
        connection.commit()
    connection.close()
    return path.read_bytes()


def elf_file(*strings: bytes) -> bytes:
    """
    The beginning of a program with these strings among its bytes.
    """
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<2HI", 2, 62, 1) + bytes(40)
    return head + bytes(range(128, 256)) * 40 + b"\0".join(strings) + bytes(64)


def docx_file(words: str) -> bytes:
    """
    A document of which every third letter begins a new run, as after editing.
    """
    runs = "".join(f"<w:r><w:t>{words[at : at + 3]}</w:t></w:r>" for at in range(0, len(words), 3))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:p>{runs}</w:p></w:document>'
    return zip_file({"[Content_Types].xml": b"<Types/>", "word/document.xml": body.encode()})


def pdf_file(words: str) -> bytes:
    """
    A page whose text is compressed, in pieces.
    """
    pieces = " ".join(f"({words[at : at + 5]}) 20" for at in range(0, len(words), 5))
    content = zlib.compress(f"BT /F1 12 Tf [{pieces}] TJ ET".encode())
    head = f"%PDF-1.7\n4 0 obj\n<</Filter/FlateDecode/Length {len(content)}>>\nstream\n"
    return head.encode() + content + b"\nendstream\nendobj\n%%EOF\n"


def lzw_file(data: bytes, most: int = 12) -> bytes:
    """
    What `compress -b 12` makes of the data.
    """
    table = {bytes([byte]): byte for byte in range(256)}
    codes: list[tuple[int, int]] = []
    width, free, word = 9, 257, b""
    for byte in data:
        longer = word + bytes([byte])
        if longer in table:
            word = longer
            continue
        codes.append((table[word], width))
        if free < 1 << most:
            table[longer] = free
            free += 1
        # The reader knows an entry one code later than the writer.
        if free - 1 > (1 << width) - 1 and width < most:
            width += 1
        word = bytes([byte])
    codes.append((table[word], width))
    return b"\x1f\x9d" + bytes([0x80 | most]) + _grouped(codes)


def _grouped(codes: list[tuple[int, int]]) -> bytes:
    """
    Eight codes a group; one that is not full when the width changes is padded.
    """
    out = b""
    group: list[int] = []
    width = 9
    for code, size in codes:
        if size != width or len(group) == 8:
            out += _bits(group, width, full=True)
            group, width = [], size
        group.append(code)
    return out + _bits(group, width, full=False)


def _bits(group: list[int], width: int, *, full: bool) -> bytes:
    if not group:
        return b""
    bits = sum(code << (number * width) for number, code in enumerate(group))
    return bits.to_bytes(width if full else -(-len(group) * width // 8), "little")


def zipapp_file(members: Mapping[str, bytes], before: bytes) -> bytes:
    """
    A zip behind a program or script that runs it.
    """
    return before + zip_file(members)
