"""
The HTML page in real Chromium. `SCREENSHOTS=folder` keeps what it looks like.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from auditor.model import Origin, Place, Report, Secret, Severity, State
from tests.reports.given import clean, hostile, leak, leaky, partial
from tests.reports.many import many
from tests.reports.written import HOSTILE, write

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ATTACKS = ["markup", "attribute", "close", "cdata", "scheme", "control", "right to left"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """
    Chromium, once for all tests of this file.
    """
    if CHROMIUM is None:
        reason = "chromium is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"CI must have it: {reason}", pytrace=False)
        pytest.skip(reason)
    # No test asserts a time: a machine may be busy with anything.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        # Root, as in CI, gets no sandbox.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Seen:
    """
    A page that was opened, with everything that it said and asked for.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def shown(self) -> int:
        """
        How many leaks can be seen.
        """
        return int(self.page.locator("li.leak:not([hidden])").count())

    def status(self) -> str:
        """
        What a screen reader is told of the filters.
        """
        return self.page.locator("#status").inner_text()


Open = Callable[..., Seen]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """
    Opens a page with some reports.
    """
    contexts: list[BrowserContext] = []

    def show(*reports: Report, view: Any = DESKTOP, **options: Any) -> Seen:
        file = tmp_path / f"report{len(contexts)}.html"
        file.write_text(write("html", *reports), encoding="utf-8")
        context = browser.new_context(viewport=view, **options)
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.goto(file.as_uri())
        return seen

    yield show
    for context in contexts:
        context.close()


def keep(page: Page, name: str) -> None:
    """
    A screenshot, if somebody wants to look.
    """
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def mixed() -> Report:
    """
    Leaks that differ in severity, origin, layer and text.
    """
    base = replace(leak(Severity.LOW, Place(0, "/etc/base.key")), origin=Origin.BASE)
    return replace(leaky(), leaks=(*leaky().leaks, base))


# --- filters ---------------------------------------------------------------------------------


def test_filter_by_severity(show: Open) -> None:
    """
    A severity that is not wanted goes away, and it is told how many are left.
    """
    seen = show(mixed())
    assert (seen.shown(), seen.status()) == (4, "4 leaks")
    seen.page.get_by_role("checkbox", name="high").uncheck()
    assert (seen.shown(), seen.status()) == (3, "3 of 4 leaks")
    seen.page.get_by_role("checkbox", name="critical").uncheck()
    assert seen.shown() == 2
    seen.page.get_by_role("button", name="Clear").click()
    assert seen.shown() == 4


def test_filter_by_origin_and_layer(show: Open) -> None:
    """
    Filters work together; where nothing is left, it is said.
    """
    seen = show(mixed())
    seen.page.get_by_label("Origin").select_option("base")
    assert seen.shown() == 1
    seen.page.get_by_label("Layer", exact=True).select_option("1")
    assert seen.shown() == 0
    assert seen.page.get_by_text("No leak of this image matches").is_visible()
    seen.page.get_by_label("Origin").select_option("")
    assert seen.shown() == 2
    seen.page.get_by_label("Layer", exact=True).select_option("m")
    assert seen.shown() == 1


def test_filter_by_text(show: Open) -> None:
    """
    All words must be somewhere in the leak, in any case, also where it is folded away.
    """
    seen = show(mixed())
    search = seen.page.get_by_role("searchbox")
    search.fill("SETTINGS/12.yaml keyword")
    expect(seen.page.locator("li.leak:not([hidden])")).to_have_count(1)
    search.fill("nowhere to be found")
    expect(seen.page.locator("li.leak:not([hidden])")).to_have_count(0)
    search.press("Escape")
    assert seen.shown() == 4


def test_filter_by_clicking_a_layer(show: Open) -> None:
    """
    A layer of the stack shows its leaks, and a second click all of them again.
    """
    seen = show(mixed())
    slab = seen.page.locator("a[data-pick='2']")
    slab.click()
    assert seen.shown() == 1
    assert slab.get_attribute("aria-current") == "true"
    assert seen.page.get_by_label("Layer", exact=True).input_value() == "2"
    slab.click()
    assert seen.shown() == 4


def test_filters_of_several_images(show: Open) -> None:
    """
    One filter holds for all images, each of which says when it has nothing to show.
    """
    seen = show(leaky(), mixed(), clean())
    assert seen.status() == "7 leaks"
    seen.page.get_by_label("Origin").select_option("base")
    assert (seen.shown(), seen.status()) == (1, "1 of 7 leaks")
    assert (
        seen.page.get_by_text("No leak of this image matches").locator("visible=true").count() == 1
    )


# --- keyboard and screen readers -------------------------------------------------------------


def test_keyboard(show: Open) -> None:
    """
    Everything can be done without a mouse: search, filter, choose a layer, open a leak.
    """
    seen = show(mixed())
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("/x")
    assert page.evaluate("document.activeElement.value") == "/x"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "critical"
    page.keyboard.press("Space")
    assert seen.shown() == 3
    page.locator("a[data-pick='2']").focus()
    page.keyboard.press("Enter")
    assert seen.shown() == 1
    summary = page.locator("li.leak:not([hidden]) > details > summary")
    summary.focus()
    assert page.locator("li.leak:not([hidden]) > details").get_attribute("open") is not None
    page.keyboard.press("Enter")
    assert page.locator("li.leak:not([hidden]) > details").get_attribute("open") is None


def test_focus_can_be_seen(show: Open) -> None:
    """
    Whatever has the focus is outlined.
    """
    page = show(mixed()).page
    for _ in range(16):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            "return s.outlineStyle + s.outlineWidth })()"
        )
        assert style == "solid3px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nobody_is_kept_out(show: Open, scheme: str, view: Any) -> None:
    """
    axe finds nothing against WCAG 2.2 AA: contrast, names, landmarks, headings, roles.
    """
    seen = show(mixed(), partial(), hostile("x"), view=view, color_scheme=scheme)
    keep(seen.page, f"all-{scheme}-{view['width']}")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(seen.page, options={"runOnly": tags})
    assert found.violations_count == 0, found.generate_report()


# --- looks -----------------------------------------------------------------------------------


def colours(page: Page) -> tuple[int, int]:
    """
    How bright background and text are, from 0 to 255.
    """
    back, ink = page.evaluate(
        "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name]"
        ".match(/[0-9]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3)"
    )
    return int(back), int(ink)


def test_light_and_dark(show: Open) -> None:
    """
    The page is light or dark as the reader's system is.
    """
    back, ink = colours(show(leaky(), color_scheme="light").page)
    assert back > 200 > 60 > ink
    back, ink = colours(show(leaky(), color_scheme="dark").page)
    assert back < 60 < 200 < ink


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_any_width(show: Open, width: int) -> None:
    """
    Nothing has to be scrolled sideways, whatever things are called.
    """
    seen = show(
        leaky(), partial(), hostile("x" * 3_000), hostile("a/b" * 500),
        view={"width": width, "height": 800},
    )  # fmt: skip
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_print(show: Open, tmp_path: Path) -> None:
    """
    On paper all leaks stand open, light, without the filters; on the screen all is as before.
    """
    seen = show(replace(many(30), ledger=partial().ledger), color_scheme="dark")
    page = seen.page
    before = page.locator("details[open]").count()
    assert before < page.locator("details").count()
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        "window.opened = document.querySelectorAll('details:not([open])').length })"
    )
    data = page.pdf()
    assert data.startswith(b"%PDF")
    assert page.evaluate("window.opened") == 0
    assert page.locator("details[open]").count() == before
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("#filters").is_visible()
    back, ink = colours(page)
    assert back > 200 > 60 > ink
    if os.environ.get("SCREENSHOTS"):
        (Path(os.environ["SCREENSHOTS"]) / "print.pdf").write_bytes(data)


def test_without_javascript(show: Open) -> None:
    """
    All can be read without a script, and nothing is shown that would do nothing.
    """
    page = show(mixed(), java_script_enabled=False).page
    assert not page.locator("#filters").is_visible()
    assert page.get_by_text("its checksum is right").first.is_visible()
    assert page.locator("li.leak").count() == 4
    page.locator("li.leak summary").first.click()
    assert not page.get_by_text("docker save app:1.2").is_visible()
    page.locator("a[data-pick='1']").click()
    assert page.url.endswith("#i0-leaks")


# --- harmless --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_names_run_nothing(show: Open, text: str) -> None:
    """
    No script of an image runs, and the console has nothing to complain about.
    """
    seen = show(hostile(HOSTILE[text]))
    seen.page.get_by_role("button", name="Open all").click()
    seen.page.wait_for_timeout(50)
    assert (seen.dialogs, seen.messages) == ([], [])
    assert len(seen.requests) == 1


def test_policy_stops_what_gets_in(browser: Browser, tmp_path: Path) -> None:
    """
    Even if markup of an image got into the page, no script, style or request of it would work.
    """
    evil = (
        "<script>alert(1)</script><img src='https://example.com/x' onerror='alert(2)'>"
        "<svg onload='alert(3)'></svg><a id='go' href='javascript:alert(4)'>x</a>"
        "<style>body{display:none}</style><p id='styled' style='color:rgb(1,2,3)'>x</p>"
        "<iframe src='https://example.com/'></iframe>"
    )
    text = write("html", leaky()).replace("<footer>", f"{evil}<footer>")
    file = tmp_path / "evil.html"
    file.write_text(text, encoding="utf-8")
    page = browser.new_page()
    seen = Seen(page)
    blocked: list[str] = []
    page.on(
        "requestfailed",
        lambda request: blocked.append(request.url) if request.failure == "csp" else None,
    )
    page.goto(file.as_uri())
    page.locator("#go").click()
    page.wait_for_timeout(100)
    assert seen.dialogs == []
    assert blocked == [url for url in seen.requests if url.startswith("http")]
    assert page.locator("body").is_visible()
    assert (
        page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
    )
    assert len([m for m in seen.messages if "Content Security Policy" in m]) >= 5
    page.close()


def test_no_request(show: Open) -> None:
    """
    The page asks for nothing but itself, whatever one does with it.
    """
    seen = show(mixed(), partial())
    seen.page.get_by_role("button", name="Open all").click()
    seen.page.get_by_role("searchbox").fill("base.key")
    expect(seen.page.locator("li.leak:not([hidden])")).to_have_count(1)
    assert len(seen.requests) == 1
    assert seen.messages == []


# --- many ------------------------------------------------------------------------------------


def test_five_thousand_leaks(show: Open) -> None:
    """
    A page of 5,000 leaks opens, filters and searches, and draws no more than what is in sight.
    """
    seen = show(many(5_000))
    page = seen.page
    assert seen.status() == "5,000 leaks"
    page.get_by_role("checkbox", name="low").uncheck()
    page.get_by_role("checkbox", name="medium").uncheck()
    assert (seen.shown(), seen.status()) == (2_500, "2,500 of 5,000 leaks")
    page.get_by_role("searchbox").fill("file-4097-0.env")
    expect(page.locator("li.leak:not([hidden])")).to_have_count(1)
    assert page.locator("li.leak:not([hidden])").first.is_visible()
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Layer", exact=True).select_option("5")
    expected = sum(any(p.layer == 5 for p in one.places) for one in many(5_000).leaks)
    assert seen.shown() == expected
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Open all").click()
    assert page.locator("li.leak > details[open]").count() == 5_000
    rendered = page.evaluate(
        "[...document.querySelectorAll('li.leak .body')].filter((node) =>"
        "node.checkVisibility({contentVisibilityAuto: true})).length"
    )
    assert 0 < rendered < 500


def test_a_link_opens_its_leak(show: Open) -> None:
    """
    An address with the id of a leak, as one sends it to a colleague, opens that leak.
    """
    seen = show(many(60))
    card = seen.page.locator("li.leak").nth(55)
    assert card.locator("> details").get_attribute("open") is None
    seen.page.evaluate("location.hash = document.querySelectorAll('li.leak')[55].id")
    expect(card.locator("> details")).to_have_attribute("open", "")
    assert card.is_visible()


@pytest.mark.parametrize(("name", "view", "scheme"), [
    ("desktop", DESKTOP, "light"), ("dark", DESKTOP, "dark"), ("phone", PHONE, "light"),
])  # fmt: skip
def test_reads_well(show: Open, name: str, view: Any, scheme: str) -> None:
    """
    The first screen shows what matters: the image, its verdict, and the worst layer.
    """
    deleted = Place(1, "/app/id_rsa", state=State.DELETED, removed_by=2)
    shown = replace(leak(Severity.HIGH, deleted), secret=Secret("not-a-secret\nof two lines"))
    seen = show(replace(mixed(), leaks=(*mixed().leaks, shown)), view=view, color_scheme=scheme)
    keep(seen.page, name)
    for text in ("registry.example.com/team/app:1.2", "COPY .env /app/"):
        box = seen.page.get_by_text(text).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < view["height"]
