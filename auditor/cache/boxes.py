"""
Boxes: what is kept, so that the database alone tells nothing, and nothing that was changed is read.

The key lies in a file of its own beside the database. A box may also be shut by what only somebody
knows who has the image, and then the key alone does not open it.
"""

from __future__ import annotations

import hmac
import os
from hashlib import blake2b, shake_256
from pathlib import Path

KEY_SIZE = 32
_NONCE = 16
_MAC = 16


class Boxes:
    """
    Names and shuts boxes, with one key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def derived(self, purpose: bytes) -> bytes:
        """
        A key of its own for one purpose.
        """
        return blake2b(purpose, key=self._key, person=b"purpose").digest()

    def name(self, kind: str, subject: bytes) -> bytes:
        """
        Under which name something is kept: it does not tell the subject.
        """
        return blake2b(kind.encode() + b"\0" + subject, key=self.derived(b"names")).digest()[:32]

    def shut(self, name: bytes, data: bytes, inner: bytes = b"") -> bytes:
        """
        The data, for who has the key and `inner`.
        """
        nonce = os.urandom(_NONCE)
        hidden = _mixed(data, self._stream(nonce, inner, len(data)))
        return self._mac(name, nonce + hidden) + nonce + hidden

    def open(self, name: bytes, box: bytes, inner: bytes = b"") -> bytes:
        """
        What was shut. Raises `ValueError` for anything else.
        """
        mac, rest = box[:_MAC], box[_MAC:]
        if not hmac.compare_digest(mac, self._mac(name, rest)):
            raise ValueError("was changed")
        hidden = rest[_NONCE:]
        return _mixed(hidden, self._stream(rest[:_NONCE], inner, len(hidden)))

    def _stream(self, nonce: bytes, inner: bytes, size: int) -> bytes:
        key = blake2b(inner, key=self.derived(b"boxes"), salt=nonce).digest()
        return shake_256(key).digest(size)

    def _mac(self, name: bytes, data: bytes) -> bytes:
        made = blake2b(key=self.derived(b"checks"), digest_size=_MAC)
        made.update(name)
        made.update(data)
        return made.digest()


def _mixed(data: bytes, stream: bytes) -> bytes:
    one, other = int.from_bytes(data, "little"), int.from_bytes(stream, "little")
    return (one ^ other).to_bytes(len(data), "little")


def key_in(path: Path) -> bytes:
    """
    The key in a file, which is made if there is none. Raises `OSError`.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = b""
    if len(key) == KEY_SIZE:
        return key
    made = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(KEY_SIZE))
        if key:
            # NOTE: what it opened is lost, and will be kept again.
            made.replace(path)
        else:
            _link(made, path)
    finally:
        made.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise OSError("the key is damaged")
    return key


def _link(made: Path, path: Path) -> None:
    """
    Put a file in its place, unless another process was first.
    """
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return
    except OSError:
        # A file system without links.
        made.replace(path)
