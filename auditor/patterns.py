"""
Regular expressions that cost nothing until they are used.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast

LONGEST_FLAGS = 9
"""
Of the flags that a pattern may begin with, in characters.
"""
_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")


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

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "flags" and not self._may_set_flags():
            value: Any = self._given | (0 if self._is_ascii() else re.UNICODE)
        else:
            value = getattr(re.compile(self.pattern, self._given), name)
        # NOTE: from now on it is found without coming here: as fast as the pattern's own.
        setattr(self, name, value)
        return value

    def _is_ascii(self) -> bool:
        return isinstance(self.pattern, bytes) or bool(self._given & re.ASCII)

    def _may_set_flags(self) -> bool:
        """
        Whether the text begins with flags, as in `(?i)`.
        """
        head = self.pattern[:LONGEST_FLAGS]
        return _FLAGS.match(head if isinstance(head, str) else head.decode("latin-1")) is not None
