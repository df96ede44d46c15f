"""
Text from inside an image, as HTML. Nothing gets into the page by another way.
"""

from __future__ import annotations

import html

from auditor.patterns import lazy_regex
from auditor.reports.terminal import plain

_PAGE = lazy_regex(r"https://[!-~]+")


def text(value: object) -> str:
    """
    Escaped for an element or a quoted attribute; controls and marks that turn text are written out.
    """
    return html.escape(plain(str(value)), quote=True)


def lines(value: str) -> str:
    """
    As `text`, but line breaks stay, for `<pre>`.
    """
    return "\n".join(text(line) for line in value.split("\n"))


def link(url: str) -> str:
    """
    A link to a page; what is no https address stays text.
    """
    if not _PAGE.fullmatch(url):
        return text(url)
    return f'<a href="{text(url)}" rel="noopener noreferrer nofollow">{text(url)}</a>'
