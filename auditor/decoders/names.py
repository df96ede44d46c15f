"""
Names of members, as they are told in a way through files.
"""

from __future__ import annotations

NAME_LIMIT = 1024
"""
Names longer than this are cut, in characters.
"""


def member_name(raw: bytes | str, otherwise: str = "(no name)") -> str:
    """
    A name without what leads nowhere: `./` and `/` at its beginning.
    """
    name = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    name = name.replace("\0", "\N{REPLACEMENT CHARACTER}")
    while name.startswith(("./", "/")):
        name = name[2:] if name.startswith("./") else name[1:]
    if len(name) > NAME_LIMIT:
        name = name[:NAME_LIMIT] + "\N{HORIZONTAL ELLIPSIS}"
    return name or otherwise
