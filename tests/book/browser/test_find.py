"""Finding one's way: the other language, maps, the first screen."""

import pytest
from playwright.sync_api import Browser, Page

from book.layout import LANGUAGES, other

TOP = "document.querySelector('#summary').getBoundingClientRect().top"
OUTSIDE = """kind => [...document.querySelectorAll(
  `.book-map .${kind} a[data-node]`)].filter(box => {
  const frame = box.querySelector("rect").getBBox();
  return [...box.querySelectorAll("text")].some(text => {
    const {x, y, width, height} = text.getBBox();
    return x < frame.x || x + width > frame.x + frame.width
      || y < frame.y || y + height > frame.y + frame.height;
  });
}).map(box => box.textContent)"""
SCHEME = "document.body.dataset.mdColorScheme"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_language_opens_at_the_same_place(
    browser: Browser, rich_address: str, language: str
) -> None:
    """The same block at the same height, the same notes, the same colours."""
    theirs = other(language)
    context = browser.new_context(
        viewport={"width": 1200, "height": 500}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{rich_address}{language}/part/one.html#check")
    page.evaluate("document.querySelector('details.success').open = true")
    page.evaluate(f"scrollBy(0, {TOP} - 120)")
    page.locator("form label").first.click()
    page.locator("form label:not([hidden])").first.click()
    chosen, before = page.evaluate(SCHEME), page.evaluate(TOP)
    page.click(f'header a[hreflang="{theirs}"]')
    page.wait_for_url(f"{rich_address}{theirs}/part/one.html#check")
    page.wait_for_function(f"Math.abs({TOP} - {before}) < 60")
    assert page.evaluate(SCHEME) == chosen
    assert page.locator("details.success[open]").count() == 1
    assert page.locator("details.info[open]").count() == 0
    context.close()


def test_a_line_of_a_file_stays_the_same_line(
    browser: Browser, rich_address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{rich_address}en/code/d2lcode/part/one.html#L5")
    page.click('header a[hreflang="zh"]')
    page.wait_for_url(f"{rich_address}zh/code/d2lcode/part/one.html#L5")
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_can_be_read_and_used(
    page: Page, address: str, language: str
) -> None:
    """On a wide window and on a phone: text in its box, no smaller than 10
    px; an arrow of the box with the focus is lit; Enter opens it."""
    page.goto(f"{address}{language}/map.html")
    for width, kind in ((1440, "wide"), (390, "phone")):
        page.set_viewport_size({"width": width, "height": 800})
        drawing = page.locator(f".book-map .{kind}")
        assert drawing.is_visible()
        assert page.locator(".book-map svg:visible").count() == 1
        assert page.evaluate(OUTSIDE, kind) == []
        text = drawing.locator("a[data-node] text:not(.number)").first
        box = text.bounding_box()
        assert box is not None and box["height"] > 11
        link = drawing.locator('a[href="mlp/weight_decay.html"]')
        link.focus()
        assert drawing.locator(".lit").count() > 1
    link.press("Enter")
    page.wait_for_url(f"{address}{language}/mlp/weight_decay.html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_shows_what_the_book_does(
    page: Page, address: str, language: str
) -> None:
    """All of it on a wide window; on a phone, formula and code."""
    for (width, height), parts in (
        ((1440, 900), (".equation", ".highlight", ".output", "figure")),
        ((390, 844), (".equation", ".highlight")),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{address}{language}/index.html")
        for part in parts:
            box = page.locator(f"article > {part}").first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, part
