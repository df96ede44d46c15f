"""
Patterns of paths. Both pattern and path may be hostile: time grows with their product at most.
"""

from __future__ import annotations

LONGEST = 4096
"""
A longer path matches no pattern, so that it is never ignored, in characters.
"""


def matches(path: str, pattern: str) -> bool:
    """
    Whether a pattern means a path. `*` and `?` stay within a name, `**` is any number of folders,
    a slash at the end means all that lies below.
    """
    if len(path) > LONGEST:
        return False
    if pattern.endswith("/"):
        pattern += "**"
    parts = path.split("/")
    # Which beginnings of the path the pattern so far means, by number of parts.
    reached = {0}
    for piece in pattern.split("/"):
        if piece == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _name(parts[at], piece)}
        if not reached:
            return False
    return len(parts) in reached


def _name(name: str, piece: str) -> bool:
    """
    Goes back to the last `*` alone: an earlier one could not match more.
    """
    if "*" not in piece and "?" not in piece:
        return name == piece
    at = spot = 0
    star, mark = -1, 0
    while at < len(name):
        if spot < len(piece) and piece[spot] == "*":
            star, mark = spot, at
            spot += 1
        elif spot < len(piece) and piece[spot] in ("?", name[at]):
            at, spot = at + 1, spot + 1
        elif star >= 0:
            mark += 1
            at, spot = mark, star + 1
        else:
            return False
    return piece[spot:].strip("*") == ""
