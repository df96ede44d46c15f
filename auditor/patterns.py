"""
Regular expressions that cost nothing until they are used.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast

_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
_ASCII, _UNICODE = int(re.ASCII), int(re.UNICODE)


def lazy_regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """
    What `re.compile` gives, compiled when it is first used: hundreds of patterns take longer to
    compile than a small image to audit. `re.error` is raised then.
    """
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, int(flags)))


class _Lazy(Generic[AnyStr]):
    """
    Its text and flags are known at once: the prefilter asks for no more.
    """

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._given = flags
        if isinstance(pattern, str) and not _FLAGS.match(pattern):
            # NOTE: as a number. Members of an enumeration are slow, and there are thousands.
            self.flags = flags if flags & _ASCII else flags | _UNICODE

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(re.compile(self.pattern, self._given), name)
        # NOTE: from now on it is found without coming here: as fast as the pattern's own.
        setattr(self, name, value)
        return value
