"""
Texts and binaries as lines that are cut out one by one.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.detectors.library.lines import STRING, Lines, Strings
from auditor.streams.printable import as_lines

_SPAN = st.integers(0, 2 * STRING)
_DATA = st.lists(
    st.one_of(
        st.binary(max_size=3),
        st.sampled_from([b"\n", b"\0", b"a b\t", b"\n\n", "é".encode()]),
        _SPAN.map(lambda count: b"x" * count),
    )
).map(b"".join)


@given(_DATA)
def test_strings_are_the_lines_between_what_cannot_be_printed(data: bytes) -> None:
    """Of a binary as it is, the same as of a copy with newlines for all that is no string."""
    strings, lines = Strings(data), Lines(as_lines(data))
    string = line = None

    for offset in range(len(data) + 1):
        string, line = strings.at(offset, string), lines.at(offset, line)
        assert string == line == lines.at(offset) == strings.at(offset)
        assert strings.text(string) == lines.text(line)
        assert strings.following(string, 3) == lines.following(line, 3)
        assert [*strings.windows(string, [offset], 9, 9)] == [*lines.windows(line, [offset], 9, 9)]
        around = lines.data[max(line.start - 5, 0) : line.end + 5].decode()
        assert strings.around(string, 5) == around


@given(st.lists(st.sampled_from(["", "a", "long line", "é"]), min_size=1), st.randoms())
def test_lines_are_counted(content: list[str], order: object) -> None:
    """In whatever order they are asked for, with what stands around them."""
    data = "\n".join(content).encode()
    text = Lines(data)
    offsets = [offset for offset in range(len(data) + 1) if data[offset : offset + 1] < b"\x80"]
    order.shuffle(offsets)  # type: ignore[attr-defined]

    for offset in offsets:
        line = text.at(offset)
        assert text.index(line) == data[:offset].count(b"\n")
        assert text.text(line) == content[text.index(line)]
        assert text.context(line).target_line == content[text.index(line)]
