"""
Tables of plain text.
"""

from __future__ import annotations

import pytest

from auditor.reports.columns import columns

RED = "\x1b[31m{}\x1b[0m"


def test_columns() -> None:
    """
    As wide as the widest cell or the heading; nothing is left at the ends of lines.
    """
    assert columns(("a", "size", "end"), [("long", "1", ""), ("b", "12345", "x")], right=(1,)) == [
        "a      size  end",
        "----  -----  ---",
        "long      1",
        "b     12345  x",
    ]


def test_colours_take_no_room() -> None:
    """
    A coloured cell stands where the same one without colour stands.
    """
    rows = [(RED.format("1"), RED.format("a")), ("200", "b")]
    assert columns(("n", "of"), rows, right=(0,)) == [
        "  n  of",
        "---  --",
        f"  {RED.format('1')}  {RED.format('a')}",
        "200  b",
    ]


def test_headings_alone() -> None:
    """
    A table of nothing.
    """
    assert columns(("a", "bc"), []) == ["a  bc", "-  --"]


def test_a_row_that_is_too_short() -> None:
    """
    No cell is lost in silence.
    """
    with pytest.raises(ValueError, match="shorter"):
        columns(("a", "b"), [("1",)])
