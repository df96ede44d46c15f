"""
Markdown for a pull request, read by a parser of GitHub's dialect.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.model import Report, Severity
from auditor.reports.markdown import COMMENT, code, page, prose
from tests.reports.given import REPORTS, clean, hostile, leak, leaky, partial, row
from tests.reports.many import many
from tests.reports.written import HOSTILE, write

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = re.compile(r"</?(details|summary|sub)>")


def tokens(text: str) -> list[Token]:
    """
    All tokens, those within lines too.
    """
    found = []
    for token in PARSER.parse(text):
        found.append(token)
        found += token.children or ()
    return found


def outside(text: str) -> str:
    """
    What is not code, as GitHub shows it.
    """
    return "\n".join(token.content for token in tokens(text) if token.type == "text")


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_code(text: str) -> None:
    """
    A hostile name is code wherever it stands: no markup, no link, no mention, no reference.
    """
    tame = [token.type for token in tokens(write("markdown", hostile("tame")))]
    written = write("markdown", hostile(HOSTILE[text]))
    found = tokens(written)
    kinds = {token.type for token in found}
    assert not kinds & {"link_open", "image", "s_open"}
    for token in found:
        if token.type in ("html_inline", "html_block"):
            assert OURS.sub("", token.content).strip() in ("", "Proof")
    for kind in ("heading_open", "tr_open", "td_open", "fence", "bullet_list_open"):
        if kind == "fence" and not HOSTILE[text]:
            # Nothing is written where nothing was rewritten.
            continue
        assert [token.type for token in found].count(kind) == tame.count(kind)
    for sign in ("@", "#", "http", "www.", "INJECTED", "<", "deadbeef"):
        assert sign not in outside(written)


def test_code_spans() -> None:
    """
    Any text comes out of its code span as it was, also in the cell of a table.
    """
    for text in ("a", "`", "``a`", "a`b``c", "a|b", "<b>", "*x*"):
        inline = PARSER.parse(code(text))[1]
        (span,) = inline.children or [inline]
        assert (span.type, span.content) == ("code_inline", text)
        rows = PARSER.parse(f"|h|\n|---|\n|{code(text, in_table=True)}|\n")
        cells = [token for token in rows if token.type == "inline"][1:]
        assert len(cells) == 1
        assert [c.content for c in cells[0].children or ()] == [text]


def test_prose_keeps_words() -> None:
    """
    In a sentence plain words stay text; paths, flags and keywords with their flags become code.
    """
    assert prose(
        "Keep /app/.env out of it: use RUN --mount=type=secret,id=a … or so (see COPY)."
    ) == ("Keep `/app/.env` out of it: use `RUN --mount=type=secret,id=a …` or so (see COPY).")
    assert prose("ask @team about #12, see www.example.com") == (
        "ask `@team` about `#12`, see `www.example.com`"
    )


def test_rewritten_instruction_cannot_end_its_block() -> None:
    """
    A fence within the Dockerfile text does not close ours.
    """
    fix = "RUN <<EOF\n```\n# heading\n@octocat\n````\nEOF"
    text = write("markdown", replace(leaky(), leaks=(replace(leaky().leaks[0], fix=fix),)))
    blocks = [token.content for token in tokens(text) if token.type == "fence"]
    assert fix + "\n" in blocks
    assert "@octocat" not in outside(text)


@pytest.mark.parametrize("report", REPORTS)
def test_fits_a_comment(report: str) -> None:
    """
    GitHub takes 65,536 characters.
    """
    assert len(write("markdown", REPORTS[report]())) <= COMMENT


@pytest.mark.parametrize(("leaks", "images"), [(30_000, 1), (500, 20), (3, 2_000)])
def test_many_leaks_fit_a_comment(leaks: int, images: int) -> None:
    """
    The worst come first, and how many do not fit is told.
    """
    report = many(leaks)
    reports = [replace(report, reference=f"app:{n}") for n in range(images)]
    text = write("markdown", *reports)
    assert len(text.encode()) <= COMMENT
    assert len(text.encode()) > COMMENT / 2
    shown = text.count("\n### ")
    lost = sum(int(n) for n in re.findall(r"\*\*(\d+) more leaks?\*\*", text))
    if images == 2_000:
        assert re.search(r"and \d+ more images", text)
    else:
        assert shown + lost == leaks * images
        assert "MEDIUM" not in text or "**" not in text


@pytest.mark.parametrize("text", ["long", "ticks", "markup", "surrogate"])
def test_hostile_names_fit_a_comment(text: str) -> None:
    """
    Names that grow when they are written out do not break the limit.
    """
    reports = [hostile(HOSTILE[text])] * 60
    assert len(write("markdown", *reports).encode()) <= COMMENT


def test_tells_what_was_not_read() -> None:
    """
    An audit in part never looks like a clean one.
    """
    text = write("markdown", partial())
    assert text.startswith("## ⚠️ `./image.tar`: 1 low, audited in part\n")
    assert "**not read:** layer 1 `(layer)`: is not in the archive" in text
    assert "and 8 more" in text


def test_clean() -> None:
    """
    A clean image is short.
    """
    text = write("markdown", clean())
    assert text.startswith("## ✅ `app:1`: no leaks\n")
    assert text.count("\n") < 8


def test_layers() -> None:
    """
    Layers with leaks stand in a table, worst first.
    """
    text = write("markdown", leaky())
    assert re.findall(r"^\| (\w+) \|", text, re.MULTILINE) == ["layer", "metadata", "1", "2"]
    rows = tuple(row(n, f"COPY {n} /", leaky().counts, 100) for n in range(60))
    text = write("markdown", replace(leaky(), layers=rows))
    assert "and 35 more layers with leaks" in text


def test_a_small_page() -> None:
    """
    Any limit is kept that has room for a line at all.
    """
    for limit in (1_000, 3_000, 10_000):
        assert len(page([leaky()] * 5, limit).encode()) <= limit


def test_same_advice_is_told_once() -> None:
    """
    The next leak with the same advice points to it.
    """
    text = write(
        "markdown", replace(leaky(), leaks=(leak(Severity.HIGH, *leaky().leaks[0].places),) * 3)
    )
    assert text.count("Fix: as above.") == 2


def test_secrets_are_shown_when_asked_for() -> None:
    """
    Only then.
    """
    report: Report = hostile("plain-secret")
    assert "plain-secret" in write("markdown", report)
