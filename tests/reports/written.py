"""
What the formats write, and texts that do harm where they are not treated with care.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from auditor.model import Report
from auditor.reports import FORMATS

SCHEMAS = Path(__file__).with_name("schemas")
HOSTILE = {
    "escape": "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "newline": "line\nINJECTED\r\nINJECTED",
    "separators": "a\u2028INJECTED\u2029INJECTED\x85INJECTED\x0b\x0c",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "surrogate": "caf\udce9 \ud800",
    "control": "".join(map(chr, [*range(32), *range(127, 160)])),
    "noncharacter": "\ufffe\uffff\U0001ffff\U0010ffff",
    "workflow command": "\n::error file=x::INJECTED\n::set-output name=a::b",
    "command properties": "a,line=1::INJECTED%0A::error::INJECTED",
    "pipeline command": "x ##vso[task.setvariable variable=a]b ##teamcity[x] ##[error]INJECTED",
    "wrapped command": "/a" * 47 + "::error::INJECTED " + "b" * 93 + " ::warning file=x::INJECTED",
    "markup": "<script>alert(1)</script> | `x` **b** [l](javascript:x) &amp; ]]>",
    "attribute": '"\' onmouseover=alert(1) x="><img src=x onerror=alert(1)>',
    "close": "</style></script></pre></details></textarea>--><!--<svg/onload=alert(1)>",
    "cdata": "]]></failure><failure message=\"INJECTED\"/><![CDATA[ <!ENTITY x '1'> &x;",
    "fence": "```\nINJECTED\n```` ~~~ ``",
    "mention": "@octocat and org/repo#1 GH-1 #1 deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    "links": "https://example.com www.example.com <https://example.com> mail@example.com",
    "table": "a|b\\|c || \\",
    "sarif link": "[text](1) {0} {1} \\[",
    "dots": "../../../etc/passwd",
    "scheme": "javascript:alert(1)//https://example.com",
    "long": "x" * 5000,
    "ticks": "`" * 300,
    "empty": "",
    "blank": " \t ",
}
"""
By what they attack.
"""


def write(name: str, *reports: Report) -> str:
    """
    What a format writes.
    """
    out = io.StringIO()
    FORMATS[name](reports, out)
    return out.getvalue()


def as_json(name: str, *reports: Report) -> Any:
    """
    What a format writes, read as JSON.
    """
    return json.loads(write(name, *reports))


def schema(name: str) -> Any:
    """
    A schema of other people.
    """
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
