"""
Text in its encodings, whole and in windows.
"""

from __future__ import annotations

import codecs
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.decoders import decode
from auditor.decoders import text as module
from auditor.decoders.budget import Budget, Limits
from auditor.decoders.text import TextDecoder, encoding
from auditor.model import Gap, Reading, Text
from auditor.streams.reading import File, Kept, Peekable

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT"
LINES = ["first", "caf\xe9 au lait", f'token = "{TOKEN}"', "last"]
DOCUMENT = "\n".join(LINES) + "\n"
# The smallest window that the overlap fits in several times.
SMALL = 1 << 16


def read(data: bytes) -> list[Text | Gap]:
    """
    Everything that is read in a file of these bytes.
    """
    return list(decode(File("/file", Peekable(Kept(data)))))


class Made:
    """
    A reader over a log that is in memory nowhere.
    """

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, n: int, /) -> bytes:
        """
        See `Reader.read`.
        """
        count = min(n, self._left)
        self._left -= count
        return (b"GET /index.html 200\n" * (count // 20 + 1))[:count]


def lines(data: bytes) -> list[tuple[int, str]]:
    """
    Every line that is read as a document, with its number.
    """
    return [
        (part.first_line + number, line)
        for part in read(data)
        if isinstance(part, Text) and part.reading is Reading.DOCUMENT
        for number, line in enumerate(part.content.split("\n"))
    ]


def plural(letters: bytes) -> bytes:
    """
    Enough text for an encoding to show.
    """
    return letters * 20


@pytest.mark.parametrize(
    "data",
    [
        DOCUMENT.encode("utf-8"),
        DOCUMENT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + DOCUMENT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + DOCUMENT.encode("utf-16-be"),
        DOCUMENT.encode("utf-16-le"),
        DOCUMENT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + DOCUMENT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + DOCUMENT.encode("utf-32-be"),
        DOCUMENT.encode("utf-32-le"),
        DOCUMENT.encode("utf-32-be"),
        DOCUMENT.encode("latin-1"),
        DOCUMENT.replace("\n", "\r\n").encode(),
    ],
    ids=[
        "utf-8",
        "utf-8 bom",
        "utf-16-le bom",
        "utf-16-be bom",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le bom",
        "utf-32-be bom",
        "utf-32-le",
        "utf-32-be",
        "latin-1",
        "dos",
    ],
)
def test_encodings(data: bytes) -> None:
    """
    In every encoding the text is the same, with its lines.
    """
    found = [(number, line.strip("\ufeff\r")) for number, line in lines(data)]
    assert found == list(enumerate([*LINES, ""], start=1))


def test_one_bad_byte() -> None:
    """
    A byte that is no UTF-8 does not hide the rest of the file.
    """
    assert (3, f'token = "{TOKEN}"') in lines(DOCUMENT.encode().replace(b"first", b"fir\xfft"))


def test_a_bad_byte_beyond_the_head() -> None:
    """
    The encoding is told by the head; what does not fit it later is read all the same.
    """
    data = b"plain\n" * 3000 + b"\xff\n" + DOCUMENT.encode()
    assert (3004, f'token = "{TOKEN}"') in lines(data)


def test_an_odd_byte_at_the_end_of_utf_16() -> None:
    """
    Half a character at the end hides nothing before it.
    """
    assert (3, f'token = "{TOKEN}"') in lines(DOCUMENT.encode("utf-16-le") + b"x")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (plural(b"plain text\n"), "utf-8"),
        (plural("größe\n".encode()), "utf-8"),
        (plural("größe\n".encode("latin-1")), "utf-8"),
        (plural(b"\x1b[1mcolour\x1b[0m\n"), "utf-8"),
        (plural("text\n".encode("utf-16-le")), "utf-16-le"),
        (plural("text\n".encode("utf-16-be")), "utf-16-be"),
        (bytes(100), None),
        (plural(b"\x7fELF\x02\x01\x01\0\0\0\0\0"), None),
        (plural(b"\x01\x02\x03ab"), None),
        (b"\x1c\x1d\x1e://u:pa55@h\x1c\x1f" + b"\x01\x02" * 9, "utf-8"),
        (bytes(9) + b"://u:pa55@h" + bytes(9), "utf-8"),
    ],
)
def test_the_encoding_is_told_by_the_head(head: bytes, expected: str | None) -> None:
    """
    Text shows its encoding, and a binary that it has none.
    """
    assert encoding(head) == expected


@pytest.mark.parametrize("head", [b"\xff\0" * 5000, codecs.BOM_UTF16_LE + b"\1\2" * 5000])
def test_ascii_in_what_looks_like_utf_16(head: bytes) -> None:
    """
    A binary that begins like UTF-16 hides no string of one byte a character.
    """
    data = head + b"\0" + TOKEN.encode() + b"\0" + head
    tokens = [p for p in read(data) if isinstance(p, Text) and p.reading is Reading.TOKENS]
    assert any(TOKEN in part.content for part in tokens)


def test_text_between_nuls_is_text() -> None:
    """
    A file of variables with a NUL after each, as /proc/*/environ has them, is a document:
    detect-secrets reads it too.
    """
    data = b"HOME=/root\0PATH=/usr/bin\0DB_PASSWORD=some value\0"
    assert [part.reading for part in read(data) if isinstance(part, Text)] == [Reading.DOCUMENT]


def test_a_small_file_is_one_text() -> None:
    """
    A file that fits into one window is given whole, without a gap.
    """
    (part,) = read(DOCUMENT.encode())
    assert isinstance(part, Text)
    assert (part.path, part.first_line, part.inside) == ("/file", 1, None)
    assert part.content == DOCUMENT


def test_the_place_within_is_kept() -> None:
    """
    Where a file stands in another is told of its text too.
    """
    file = File("/file", Peekable(Kept(b"text")), inside="member")
    (part,) = TextDecoder().decode(file, Budget(Limits()))
    assert isinstance(part, Text)
    assert part.inside == "member"


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> int:
    """
    Windows so small that a test can cross many of them.
    """
    monkeypatch.setattr(module, "WHOLE", SMALL)
    return SMALL


@pytest.mark.parametrize("offset", [-60, -45, -30, -20, -1, 0, 1])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-32"])
def test_a_line_on_the_border_of_windows(small_windows: int, offset: int, coding: str) -> None:
    """
    A line that two windows share is read whole and once, and its number is right.
    """
    width = {"utf-8": 1, "utf-16-le": 2, "utf-32": 4}[coding]
    before = "x" * 99 + "\n"
    count = small_windows // width // len(before)
    filler = "y" * (small_windows // width + offset - count * len(before) - 1) + "\n"
    document = before * count + filler + f"{TOKEN}\n" + before * count
    found = lines(document.encode(coding))
    assert [number for number, line in found if TOKEN in line] == [
        document.count("\n", 0, document.index(TOKEN)) + 1
    ]
    assert max(number for number, line in found if line) == document.count("\n")


@pytest.mark.parametrize("offset", range(-30, 10, 3))
def test_a_line_longer_than_a_window(small_windows: int, offset: int) -> None:
    """
    Where there is no end of line to cut at, windows overlap: no token is cut for good.
    """
    data = (
        "first\n" + "x" * (small_windows + offset - 6) + f" {TOKEN} " + "x" * small_windows
    ).encode()
    assert {number for number, line in lines(data) if TOKEN in line} == {2}


def test_of_a_very_long_line_little_is_looked_at_at_once(
    small_windows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In memory it is many times as large. Its end is no exception."""
    monkeypatch.setattr(module, "LINE", small_windows // 2)
    data = b"x" * (3 * small_windows + 99) + f" {TOKEN} ".encode() + b"x" * (small_windows - 99)
    texts = [part.content for part in read(data) if isinstance(part, Text)]
    assert max(map(len, texts)) == small_windows // 2
    assert any(TOKEN in text for text in texts)


def test_lines_after_a_very_long_one(small_windows: int) -> None:
    """
    A line that fills several windows counts once.
    """
    data = b"first\n" + b"x" * (3 * small_windows) + b"\nthird\n" + b"y\n" * small_windows + b"last"
    found = {line: number for number, line in lines(data)}
    assert (found["third"], found["last"]) == (3, small_windows + 4)


@given(sizes=st.lists(st.integers(0, 3 * SMALL // 2), min_size=1, max_size=5))
def test_every_line_has_its_number(sizes: list[int]) -> None:
    """
    However long the lines are, each is found under its number in some window.
    """
    expected = {(number, f"[line {number}]") for number in range(1, len(sizes) + 1)}
    data = "\n".join(f"[line {n}]" + "x" * size for n, size in enumerate(sizes, start=1)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WHOLE", SMALL)
        found = {(number, line.partition("x")[0]) for number, line in lines(data)}
    assert expected <= found


def test_a_window_is_in_memory_once() -> None:
    """While it is looked into nothing else of it is held, and less than two when one is read."""
    size, held = 4 * module.WHOLE, []
    tracemalloc.start()
    try:
        for part in decode(File("/log", Peekable(Made(size)), size)):
            del part
            held.append(tracemalloc.get_traced_memory()[0])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(held) > 4
    assert max(held) < 1.5 * module.WHOLE
    assert peak < 2.5 * module.WHOLE


def test_windows_are_in_the_ledger(small_windows: int) -> None:
    """
    A file read in parts is a gap, which does not block: its structure is not seen as a whole.
    """
    gaps = [part for part in read(b"line\n" * small_windows) if isinstance(part, Gap)]
    assert [(gap.path, gap.blocking) for gap in gaps] == [("/file", False)]
    assert "read line by line" in gaps[0].reason


def test_exactly_one_window(small_windows: int) -> None:
    """
    A file of just the size of a window is read whole.
    """
    (part,) = read(b"x" * small_windows)
    assert isinstance(part, Text)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    """
    No bytes raise, and all that is printable in a text is read.
    """
    for part in read(data):
        assert isinstance(part, Gap) or isinstance(part.content, str)
