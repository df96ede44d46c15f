"""
The HTML page as a text: whole, harmless, and bounded. `test_browser.py` drives it in Chromium.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from auditor.model import Place, Report, Severity, State
from tests.reports.given import REPORTS, clean, hostile, leak, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, write

ALLOWED = {
    "a", "b", "body", "button", "circle", "code", "dd", "defs", "details", "div", "dl", "dt",
    "fieldset", "footer", "form", "g", "h1", "h2", "h3", "head", "header", "html", "input", "label",
    "legend", "li", "line", "link", "main", "meta", "nav", "ol", "option", "p", "path", "pre",
    "rect", "script", "section", "select", "span", "strong", "style", "summary", "svg", "text",
    "title", "ul", "use",
}  # fmt: skip


def page(*reports: Report) -> Any:
    """
    The page as a parser of HTML sees it.
    """
    return html.document_fromstring(write("html", *reports).encode())


def said(node: Any) -> str:
    """
    The text that a reader sees.
    """
    return " ".join(node.text_content().split())


@pytest.mark.parametrize("text", HOSTILE)
def test_names_add_nothing(text: str) -> None:
    """
    A hostile name adds no element, no attribute that runs, and no link but to a page on https.
    """
    tame, root = page(hostile("tame")), page(hostile(HOSTILE[text]))
    assert {node.tag for node in root.iter("*")} <= ALLOWED
    for tag in ("script", "style", "meta", "link", "form", "input", "details", "svg"):
        assert len(root.findall(f".//{tag}")) == len(tame.findall(f".//{tag}")) or (
            tag == "details" and not HOSTILE[text].strip()
        )
    for node in root.iter("*"):
        assert not [name for name in node.attrib if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            assert re.match(r"#|data:,$|https://[!-~]+$", node.get(name, "#"))
    assert root.xpath("string(//title)").startswith("Layer audit: ")


@pytest.mark.parametrize("report", REPORTS)
def test_policy_knows_the_script_and_the_style(report: str) -> None:
    """
    The policy forbids everything but the one style and the one script, by their hashes.
    """
    root = page(REPORTS[report]())
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (only,) = root.findall(f".//{tag}")
        digest = base64.b64encode(hashlib.sha256(only.text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert "unsafe" not in policy
    head = root.find("head")
    assert [node.get("http-equiv") for node in head][1] == "Content-Security-Policy"


def test_nothing_is_loaded() -> None:
    """
    No address of the page leads out but the links that a reader may follow.
    """
    text = write("html", leaky(), partial())
    assert re.findall(r"(?:src|href|url\()=?\"?(?:https?:)?//[^\"]*", text) == [
        'href="https://tokens.example.com/settings'
    ]


def test_all_of_a_leak_is_there() -> None:
    """
    Places, lives, reasons, advice, rewritten instruction, proof and page can be read.
    """
    cards = page(leaky()).xpath("//li[contains(@class, 'leak ')]")
    assert [card.get("data-severity") for card in cards] == ["critical", "high", "medium"]
    assert [card.get("data-layers") for card in cards] == ["1", "m 1", "2"]
    text = said(cards[0])
    for told in (
        "GitHub Token ghp_…", "/app/.env:4 deleted by layer 2", "by COPY .env /app/",
        "Dockerfile line 7", "its checksum is right", "likely layer own", "Keep /app/.env out",
        "make --directory /src", "docker save app:1.2", "https://tokens.example.com/settings",
    ):  # fmt: skip
        assert told in text
    assert "/srv/application/settings/12.yaml:12" in said(cards[2])


def drawing(*places: Place) -> Any:
    """
    The one drawing of a leak.
    """
    root = page(replace(leaky(), leaks=(leak(Severity.HIGH, *places),)))
    (only,) = root.xpath("//svg[@class='life']")
    # The line of the leak draws it, and its body uses that.
    ((used,), (drawn,)) = only.xpath("./use[2]/@href"), root.xpath("//svg/g")
    assert used == f"#{drawn.get('id')}"
    only.append(drawn)
    return only


def test_life_is_drawn() -> None:
    """
    A bar runs from the layer that adds to the one that takes away, and the end shows how.
    """
    gone = drawing(Place(0, "/a", state=State.DELETED, removed_by=2))
    bar = gone.xpath(".//line")[0]
    assert bar.get("class") == "bar deleted"
    assert (bar.get("x1"), bar.get("x2")) == ("60.0", "260.0")
    assert [mark.text for mark in gone.findall(".//text")] == ["0", "2"]
    assert gone.get("aria-label") == "added by layer 0, deleted by layer 2"
    kept = drawing(Place(1, "/a"))
    assert kept.xpath(".//line")[0].get("x2") == "310.0"
    assert kept.xpath(".//path[@class='end present']")
    assert kept.get("aria-label") == "added by layer 1, in the final file system"
    told = drawing(Place(None, "config.Env.A"))
    assert told.xpath(".//line")[0].get("class") == "bar readable"
    never = drawing(Place(1, "/a", "pax comment", state=State.DELETED))
    assert not never.xpath(".//line")


def test_a_file_that_comes_again_is_one_drawing() -> None:
    """
    Added, deleted and added again: one line with two bars.
    """
    life = drawing(
        Place(0, "/a", state=State.DELETED, removed_by=1),
        Place(2, "/a"),
    )
    assert [bar.get("class") for bar in life.xpath(".//line")] == ["bar deleted", "bar present"]
    assert life.get("aria-label") == (
        "added by layer 0, deleted by layer 1; added by layer 2, in the final file system"
    )


def test_stack() -> None:
    """
    The layers stand as they lie: the top one first, the base last and marked.
    """
    slabs = [said(slab) for slab in page(leaky()).xpath("//li[contains(@class, 'slab')]")]
    assert [slab.split(" ")[:2] for slab in slabs] == [
        ["meta", "history,"], ["layer", "2"], ["layer", "1"], ["layer", "0"]
    ]  # fmt: skip
    assert "COPY .env /app/" in slabs[2]
    assert "1.5 MB" in slabs[2]
    assert slabs[2].endswith("1 critical 1 high")
    assert "base ADD rootfs" in slabs[3]
    assert "missing" in said(page(partial()))


def test_ledger() -> None:
    """
    Every gap is told; those that make the audit partial stand open.
    """
    root = page(partial())
    text = said(root)
    for gap in partial().ledger.gaps:
        assert gap.path in text
        assert gap.reason in text
    opened = root.xpath("//details[contains(@class, 'gap') and @open]")
    assert [said(one.find("summary")) for one in opened] == [
        "not read is not in the archive 1 place"
    ]
    assert "Nothing was left out." in said(page(clean()))


def test_accepted_leaks() -> None:
    """
    What the baseline accepts is listed apart.
    """
    text = said(page(leaky()))
    assert "2 accepted leaks" in text
    assert "/srv/test.key" in text


def test_every_id_is_one() -> None:
    """
    No two elements have one id, also where one leak is there twice.
    """
    root = page(leaky(), leaky(), partial(), replace(leaky(), leaks=leaky().leaks * 2))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for name in root.xpath("//@aria-labelledby | //a[starts-with(@href, '#')]/@href"):
        assert name.lstrip("#") in ids


def test_a_crowd_of_places_is_folded() -> None:
    """
    Of very many places the first are told, six at once, and how many there are.
    """
    root = page(many(1, places=3_000))
    card = root.xpath("//li[contains(@class, 'leak ')]")[0]
    assert len(card.xpath("./details/div/div/ul/li")) == 6
    assert "and 2,900 more places" in said(card)
    # And the first once more, small, in the line of the leak.
    assert len(card.xpath(".//svg")) == 21


def test_size_of_many_leaks() -> None:
    """
    The page grows with the leaks, and no faster.
    """
    few, more = (len(write("html", many(count, layers=100))) for count in (100, 1_000))
    assert more < 10 * few
    assert more < 1_000 * 3_500


def test_of_nothing() -> None:
    """
    Without images there is a page.
    """
    assert page().xpath("string(//title)") == "Layer audit: 0 images"


def test_secrets_are_shown_when_asked_for() -> None:
    """
    Only then.
    """
    assert "plain-secret" in said(page(hostile("plain-secret")))
