"""Two languages side by side, and all code of a chapter, in a browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.run.sample import Sample

CHAPTERS = [name for name in navigation(ROOT, "en") if is_chapter(name)]
CHAPTER = "recurrent/gru"
OTHER = {"en": "zh", "zh": "en"}
CHINESE = re.compile("[一-鿿]")
BOTH = {"en": "Side by side", "zh": "中英对照"}
COPY = {"en": "Copy all code", "zh": "复制全部代码"}
COPIED = {"en": "Copied.", "zh": "已复制。"}
APART = {
    "en": "The two pages do not pair block by block.",
    "zh": "两个页面无法逐块对应。",
}
REMEMBERED = 'localStorage.setItem("book.both", "true")'

SHARED = """[...document.querySelectorAll(
    "article :is(.highlight, .output, .equation, img)")].length"""

COLUMNS = """[...document.querySelectorAll("article .pair")]
    .filter(pair => pair.checkVisibility() && !pair.closest("td, th"))
    .map(pair => [...pair.children].map(e => e.getBoundingClientRect()))"""
"""The boxes of the two languages of each block that can be seen."""

UNSAY = "document.querySelector('.rooms [role=status]').textContent = ''"

UNFOLD = "document.querySelectorAll('details').forEach(e => e.open = true)"

FITS = "document.documentElement.scrollWidth <= innerWidth"

DOUBLE = """(() => {
    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
    return ids.filter((id, i) => ids.indexOf(id) != i); })()"""

HEADINGS = """[...document.querySelectorAll("h1, h2[id]")]
    .filter(e => e.querySelector(".pair")).map(e => Object.fromEntries(
    [...e.querySelector(".pair").children].map(
    part => [part.closest("[lang]").lang, part.textContent])))"""
"""What the headings say in either language, as it is marked."""

REACHED = """[...document.querySelectorAll("article .pair > :has(math)")]
    .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth)
    .every(e => e.tabIndex == 0)"""
"""Whether the keyboard reaches what scrolls sideways."""

LINKS = """[...document.querySelectorAll(".pair > [lang] a[href]")]
    .map(a => a.href).filter(href => href.startsWith(location.origin))"""
"""Where the words of the other language lead."""


def names(heading: str) -> list[str]:
    return heading.rstrip("¶").split()


def button(page: Page, language: str) -> Locator:
    return page.get_by_role("button", name=BOTH[language], exact=True)


def is_on(page: Page, language: str) -> bool:
    pressed = button(page, language).get_attribute("aria-pressed")
    shown = page.locator("article.both").count() == 1
    assert pressed == str(shown).lower()
    return shown


def switch_on(page: Page, language: str) -> None:
    button(page, language).click()
    page.locator("article.both").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_is_shown_in_both(
    page: Page, address: str, site: Path, language: str, sample: Sample
) -> None:
    other = OTHER[language]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1440, "height": 900})
    for number, name in enumerate(sample(CHAPTERS, 3)):
        page.goto(f"{address}{language}/{name}.html")
        shared = page.evaluate(SHARED)
        if number == 0:
            assert not is_on(page, language)
            button(page, language).click()
        page.locator("article.both").wait_for()  # remembered
        assert is_on(page, language)

        # Code, formulas and figures stand once; each block of prose has
        # its own language on the left, at the height of the other.
        assert page.evaluate(SHARED) == shared
        page.evaluate(UNFOLD)
        boxes = page.evaluate(COLUMNS)
        assert len(boxes) > 40
        for first, second in boxes:
            assert abs(first["top"] - second["top"]) < 1
            assert first["right"] < second["left"]
            assert abs(first["width"] - second["width"]) < 1
        page.wait_for_function(REACHED)
        for words in page.evaluate(HEADINGS):
            assert list(words) == [language, other]
            assert not CHINESE.search(words["en"])
            if not CHINESE.search(words["zh"]):  # a name: the Transformer
                assert set(names(words["zh"])) <= set(names(words["en"]))
        assert page.evaluate(DOUBLE) == []
        for place in page.evaluate(LINKS):
            assert place.startswith((f"{address}{other}/", page.url))

        # All code is copied, in either view, as the script has it.
        page.get_by_role("button", name=COPY[language]).click()
        page.get_by_text(COPIED[language], exact=True).wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        script = site / language / "notebooks" / f"{name}.py"
        assert copied == script.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_stacks_the_languages(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}{language}/{CHAPTER}.html")
    switch_on(page, language)
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(FITS)  # when the theme has come to rest
        boxes = page.evaluate(COLUMNS)
        assert boxes
        for first, second in boxes:
            stacked = first["bottom"] <= second["top"]
            assert stacked == (width == 360)


def test_the_choice_is_remembered_until_it_is_undone(
    page: Page, address: str
) -> None:
    page.goto(f"{address}en/{CHAPTER}.html")
    text = page.locator("article").inner_text()
    button(page, "en").focus()
    page.keyboard.press("Enter")
    page.locator("article.both").wait_for()
    page.reload()
    page.locator("article.both").wait_for()
    page.goto(f"{address}zh/{CHAPTER}.html")
    page.locator("article.both").wait_for()
    button(page, "zh").focus()
    page.keyboard.press("Space")
    assert not is_on(page, "zh")
    page.goto(f"{address}en/{CHAPTER}.html", wait_until="networkidle")
    assert not is_on(page, "en")
    assert page.locator("article").inner_text() == text
    for _ in range(2):
        switch_on(page, "en")
        button(page, "en").click()
        assert not is_on(page, "en")
    page.mouse.move(0, 0)  # from a term that came to lie under it
    page.locator("[role=tooltip]:visible").wait_for(state="hidden")
    assert page.locator("article").inner_text() == text


def test_a_browser_that_keeps_nothing_shows_both(
    page: Page, address: str
) -> None:
    page.add_init_script(
        """Storage.prototype.setItem = Storage.prototype.getItem = name => {
            if (name == "book.both") throw new Error("refused");
            return null; };"""
    )
    page.goto(f"{address}en/{CHAPTER}.html")
    switch_on(page, "en")


@pytest.mark.parametrize(
    "language, anchor", [("en", "exercises"), ("zh", "eq:gru-state")]
)
def test_anchors_are_kept(
    page: Page, address: str, language: str, anchor: str
) -> None:
    def place() -> float:
        page.wait_for_timeout(150)  # the browser's own anchoring
        found = page.locator(f'[id="{anchor}"]')
        return float(found.evaluate("e => e.getBoundingClientRect().top"))

    page.goto(f"{address}{language}/{CHAPTER}.html#{anchor}")
    alone = place()
    assert 0 <= alone < 200
    page.evaluate(REMEMBERED)
    page.goto(f"{address}{language}/index.html")
    page.goto(f"{address}{language}/{CHAPTER}.html#{anchor}")
    page.locator("article.both").wait_for()
    assert place() == pytest.approx(alone, abs=3)
    page.evaluate("document.querySelector('.rooms button').click()")
    assert not is_on(page, language)
    assert place() == pytest.approx(alone, abs=3)


def test_the_place_is_kept_where_no_anchor_is(
    page: Page, address: str
) -> None:
    page.goto(f"{address}en/{CHAPTER}.html")
    block = page.locator("article > h3").nth(4)
    top = "e => e.getBoundingClientRect().top"
    block.evaluate("e => scrollBy(0, e.getBoundingClientRect().top - 5)")
    before = block.evaluate(top)
    page.evaluate("document.querySelector('.rooms button').click()")
    page.locator("article.both").wait_for()
    page.wait_for_timeout(150)
    assert block.evaluate(top) == pytest.approx(before, abs=3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_do_not_pair_are_left_alone(
    page: Page, address: str, site: Path, language: str
) -> None:
    twin = f"{OTHER[language]}/{CHAPTER}.html"
    text = (site / twin).read_text(encoding="utf-8")
    head, start, article = text.partition("<article")
    page.goto(f"{address}{language}/{CHAPTER}.html")
    for old, new in (
        ('<h2 id="math">', '<h2 id="maths">'),
        ('<div class="output">', '<p>More.</p><div class="output">'),
        ("</details>", "<p>More.</p></details>"),
        ("</li>", "</li><li>More.</li>"),
        ('<div class="equation numbered">', '<div class="figure">'),
    ):
        assert old in article
        body = head + start + article.replace(old, new, 1)
        page.route(f"{address}{twin}", serve(body))
        button(page, language).click()
        page.get_by_text(APART[language]).wait_for()
        assert not is_on(page, language)
        assert page.locator(".pair").count() == 0
        page.unroute(f"{address}{twin}")
        page.evaluate(UNSAY)
    switch_on(page, language)
    assert page.get_by_text(APART[language]).count() == 0


def serve(body: str) -> Callable[[Route], None]:
    """Answer with a page in place of the one that is asked for."""
    return lambda route: route.fulfill(
        body=body, content_type="text/html; charset=utf-8"
    )


def test_a_missing_page_is_said(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}en/{CHAPTER}.html")
    page.route("**/zh/**", lambda route: route.fulfill(status=404))
    button(page, "en").click()
    page.get_by_text("The other page was not loaded").wait_for()
    page.evaluate(UNSAY)
    page.route("**/zh/**", lambda route: route.abort())
    button(page, "en").click()
    page.get_by_text("The other page was not loaded").wait_for()
    assert not is_on(page, "en")
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_on_disk_says_what_it_cannot(
    browser: Browser, site: Path, language: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / language / f"{CHAPTER}.html").as_uri())
    button(page, language).click()
    page.get_by_role("status").last.filter(has_text="make serve").wait_for()
    assert not is_on(page, language)
    context.close()


def test_other_pages_offer_neither(page: Page, address: str) -> None:
    for name in ("index", "code/d2lcode/recurrent/gru"):
        page.goto(f"{address}en/{name}.html")
        assert button(page, "en").count() == 0


def test_code_is_copied_without_https(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}en/{CHAPTER}.html")
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("navigator.clipboard.writeText = undefined")
    copy = page.get_by_role("button", name=COPY["en"])
    copy.click()
    page.get_by_text("Copied.", exact=True).wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("import math\n")
    assert copy.evaluate("e => e == document.activeElement")
