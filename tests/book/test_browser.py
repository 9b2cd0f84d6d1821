"""The built sites in a real browser that cannot reach any other host."""

import contextlib
import functools
import os
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from book.chapters import is_chapter, navigation
from book.pages import LANGUAGES, ROOT

PAGES = navigation(ROOT, "en")
CHAPTERS = [name for name in PAGES if is_chapter(name)]
SOURCE = "code/d2lcode/training"
WIDTHS = (360, 768, 1440)
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


def chromium() -> str | None:
    """The path of a Chromium: `$CHROMIUM`, or the first one on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)


pytestmark = pytest.mark.skipif(
    chromium() is None,
    reason="no Chromium: install one, or name it in $CHROMIUM",
)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the browser; whatever it complains of fails the test."""
    complaints: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((address, "data:")):
            route.continue_()
        else:
            complaints.append(f"request to {route.request.url}")
            route.abort()

    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.route("**/*", guard)
    opened.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning")
            else None
        ),
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def overflow(page: Page) -> int:
    """How much wider the page is than its window, once it has settled."""
    more = "document.documentElement.scrollWidth - innerWidth"
    with contextlib.suppress(TooLate):
        page.wait_for_function(f"{more} <= 0", timeout=3000)
    return page.evaluate(more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*PAGES, SOURCE, "404"])
def test_a_page(page: Page, address: str, language: str, name: str) -> None:
    page.goto(f"{address}{language}/{name}.html", wait_until="networkidle")
    assert page.locator("html").get_attribute("lang") == language
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) <= 0, f"at {width} px"
    sizes = page.evaluate(
        """[...document.querySelectorAll("article math")]
        .filter(math => math.checkVisibility())
        .map(math => math.getBoundingClientRect())
        .map(box => Math.min(box.width, box.height))"""
    )
    assert all(size > 2 for size in sizes)
    assert sizes or name not in CHAPTERS


@pytest.mark.parametrize("name", CHAPTERS[:1])
def test_math_is_drawn_with_the_font_of_the_site(
    page: Page, address: str, name: str
) -> None:
    page.goto(f"{address}en/{name}.html", wait_until="networkidle")
    fonts = page.evaluate(
        """[...document.fonts].filter(font => font.status == "loaded")
        .map(font => font.family)"""
    )
    assert "STIX Two Math" in str(fonts)
    # A number stands at the right end of its line.
    right = page.evaluate(
        """[...document.querySelectorAll(".numbered")].map(equation =>
        equation.getBoundingClientRect().right - [...equation
        .querySelectorAll("mtext")].at(-1).getBoundingClientRect().right)"""
    )
    assert right
    assert all(gap < 20 for gap in right)


@pytest.mark.parametrize("language, other", [("en", "zh"), ("zh", "en")])
def test_the_switch_stays_on_the_page(
    page: Page, address: str, language: str, other: str
) -> None:
    name = CHAPTERS[-1]
    page.goto(f"{address}{language}/{name}.html")
    page.click(f'header a[hreflang="{other}"]')
    page.wait_for_url(f"{address}{other}/{name}.html")


@pytest.mark.parametrize(
    "locale, language", [("zh-CN", "zh"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_the_front_door_knows_the_language_of_the_browser(
    browser: Browser, address: str, locale: str, language: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(f"{address}index.html")
    page.wait_for_url(f"{address}{language}/index.html")
    context.close()


def test_the_front_door_offers_both_without_script(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}index.html")
    page.click('a[hreflang="zh"]')
    assert page.url == f"{address}zh/index.html"
    context.close()


def test_the_scheme_follows_the_system_and_can_be_chosen(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}en/index.html")
    scheme = page.locator("body")
    assert scheme.get_attribute("data-md-color-scheme") == "slate"
    page.locator('label[title="Switch to light mode"]').click()
    assert scheme.get_attribute("data-md-color-scheme") == "default"
    page.goto(f"{address}en/notation.html")
    assert scheme.get_attribute("data-md-color-scheme") == "default"
    context.close()


@pytest.mark.parametrize(
    "language, words, name",
    [
        ("en", "learning rate", "linear/linear_regression"),
        ("zh", "学习率", "linear/linear_regression"),
        ("zh", "符号约定", "notation"),
    ],
)
def test_the_search_finds(
    page: Page, address: str, language: str, words: str, name: str
) -> None:
    page.goto(f"{address}{language}/index.html")
    page.click(".md-search__input")
    page.fill(".md-search__input", words)
    page.keyboard.press("End")  # filling alone is no key that the search sees
    results = page.locator(".md-search-result__link")
    results.first.wait_for()
    found = [str(a.get_attribute("href")) for a in results.all()]
    assert any(f"/{name}.html" in href for href in found)


def test_a_copy_on_disk_can_be_read(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "en" / f"{CHAPTERS[0]}.html").as_uri())
    assert page.locator("article math").first.bounding_box()
    page.click('header a[hreflang="zh"]')
    assert page.url == (site / "zh" / f"{CHAPTERS[0]}.html").as_uri()
    context.close()
