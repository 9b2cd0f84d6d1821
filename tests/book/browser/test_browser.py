"""The built sites in a real browser that cannot reach any other host."""

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route
from playwright.sync_api import TimeoutError as TooLate

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.run.sample import Sample
from tests.book.browser.test_formulas import WRONG
from tests.book.conftest import listen

CHAPTERS = [name for name in navigation(ROOT, "en") if is_chapter(name)]
WIDTHS = (360, 768, 1440)

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
"""How much wider the page is than its window, in pixels."""

UNFOLD = "document.querySelectorAll('details').forEach(e => e.open = true)"

FORMULAS = """[...document.querySelectorAll("article math")]
.filter(math => math.checkVisibility())
.map(math => math.getBoundingClientRect())
.map(box => Math.min(box.width, box.height))"""
"""The smaller side of each formula that is to be seen."""


def overflow(page: Page, width: int) -> int:
    """How much wider than a window the page is, once it has settled."""
    page.set_viewport_size({"width": width, "height": 800})
    if page.evaluate(OVERFLOW) > 0:
        with contextlib.suppress(TooLate):
            page.wait_for_function(f"{OVERFLOW} <= 0", timeout=3000)
    return page.evaluate(OVERFLOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_quiet_and_fits(
    page: Page, address: str, site: Path, language: str, sample: Sample
) -> None:
    """One page of the browser visits all; resizing is quicker than loading.

    All are seen as on a phone, some at other widths, too; those of code,
    which are all alike, are a sample. The fixture fails the test for a
    request to elsewhere and for what a page complains of.
    """
    found = []
    page.emulate_media(reduced_motion="reduce")  # no width on its way
    paths = sorted((site / language).rglob("*.html"))
    names = [path.relative_to(site).as_posix() for path in paths]
    code = [name for name in names if name.startswith(f"{language}/code/")]
    left = {*code} - {*sample(code, 8)}
    wide = {*sample([name for name in names if name not in left], 6)}
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    for name in names:
        if name in left:
            continue
        page.goto(address + name)
        if page.locator("html").get_attribute("lang") != language:
            found.append(f"{name}: the language is not {language}")
        found += [
            f"{name}: {excess} px too wide at {width} px"
            for width in (reversed(WIDTHS) if name in wide else WIDTHS[:1])
            if (excess := overflow(page, width)) > 0
        ]
        sizes = page.evaluate(FORMULAS)
        if any(size <= 2 for size in sizes):
            found.append(f"{name}: a formula is not to be seen")
        if not sizes and name[3:-5] in CHAPTERS:
            found.append(f"{name}: a chapter without formulas")
        if sizes:
            page.evaluate(UNFOLD)
            found += [f"{name}: {wrong}" for wrong in page.evaluate(WRONG)]
    assert found == []


@pytest.mark.parametrize("name", ["index", "404"])
def test_the_pages_at_the_root_are_quiet_and_fit(
    browser: Browser, address: str, name: str
) -> None:
    """Without script: with it, the front door would lead on at once."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    complaints = listen(page, address)
    page.goto(f"{address}{name}.html")
    assert page.get_by_role("link").count() == len(LANGUAGES)
    assert [overflow(page, width) for width in WIDTHS] == [0, 0, 0]
    context.close()
    assert complaints == []


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
    # A number stands at the right end of its formula.
    right = page.evaluate(
        """[...document.querySelectorAll(".numbered math")].map(formula =>
        formula.getBoundingClientRect().right - [...formula
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["404.html", "{}/404.html"])
def test_a_missing_page_offers_search(
    page: Page, address: str, language: str, name: str
) -> None:
    page.goto(address + name.format(language))
    form = page.locator(
        f':lang({language}) form[action$="{language}/index.html"]'
    )
    form.locator("input").fill("GRU")
    form.locator("button").click()
    page.wait_for_url(f"{address}{language}/index.html?q=GRU")
    page.locator('.book-found a[href*="recurrent/gru"]').first.wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_speaks_the_language_of_its_address(
    browser: Browser, address: str, language: str
) -> None:
    page = browser.new_page()
    answer = page.goto(f"{address}{language}/no/such/page.html")
    assert answer and answer.status == 404
    first = page.locator("section").first
    assert first.get_attribute("lang") == language
    first.locator("a").click()
    page.wait_for_url(f"{address}{language}/index.html")
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_finds_the_root_of_a_site_without_address(
    page: Page, address: str, site: Path, language: str
) -> None:
    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/some/where/")
        file = site / path
        route.fulfill(path=file if file.is_file() else site / "404.html")

    page.route(f"{address}some/where/**", answer)
    page.goto(f"{address}some/where/{language}/no/such/page.html")
    form = page.locator("section").first.locator("form")
    form.locator("input").fill("GRU")
    form.locator("button").click()
    page.wait_for_url(f"{address}some/where/{language}/index.html?q=GRU")
    page.locator(".book-found li a").first.wait_for()


def test_the_index_is_loaded_for_those_who_search(
    page: Page, address: str
) -> None:
    """It is larger than all else of a page."""
    index = f"{address}en/search/index.js"
    name = f"{address}en/{CHAPTERS[0]}.html"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(name, wait_until="networkidle")
    assert index not in asked
    page.goto(f"{name}?h=tensor", wait_until="networkidle")
    assert index not in asked
    with page.expect_request(index):
        page.locator(".book-find").hover()


def test_a_link_to_the_other_language_asks_for_nothing(
    page: Page, address: str, site: Path
) -> None:
    """A site that knows its address has such links in each head."""
    name = f"{CHAPTERS[0]}.html"
    text = (site / "en" / name).read_text(encoding="utf-8")
    link = f'<link rel="alternate" hreflang="zh" href="{address}zh/{name}">'
    text = text.replace("</head>", f"{link}</head>", 1)
    assert link in text
    page.route(
        f"{address}en/{name}",
        lambda route: route.fulfill(body=text, content_type="text/html"),
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}en/{name}", wait_until="networkidle")
    assert len(asked) > 5
    assert [url for url in asked if "sitemap" in url or "/zh/" in url] == []


def test_a_copy_on_disk_can_be_read(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "en" / f"{CHAPTERS[0]}.html").as_uri())
    assert page.locator("article math").first.bounding_box()
    page.click('header a[hreflang="zh"]')
    assert page.url == (site / "zh" / f"{CHAPTERS[0]}.html").as_uri()
    context.close()
