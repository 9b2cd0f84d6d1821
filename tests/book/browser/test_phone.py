"""A chapter on a phone: what is too wide for it, and what keeps still."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from book.layout import LANGUAGES

WIDTH = 390
EQUATION = ".equation.numbered"
CELL = f"{EQUATION} > math > semantics > mtable > mtr > mtd:nth-child(2)"
WIDE = "cell => cell.innerHTML = '<mi>x</mi><mo>+</mo>'.repeat(40)"
BOX = "e => e.getBoundingClientRect().toJSON()"
SHIFTS = """new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifted =
        (window.shifted ?? 0) + entry.value;
}).observe({type: 'layout-shift', buffered: true})"""


@pytest.fixture(params=LANGUAGES)
def phone(
    browser: Browser, rich_address: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The rich chapter on a phone, whose first formula is wide."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{rich_address}{request.param}/part/one.html")
    page.locator(CELL).first.evaluate(WIDE)
    yield page
    context.close()


def test_the_number_stays_while_a_formula_scrolls(phone: Page) -> None:
    box = phone.locator(EQUATION).first
    mark = box.locator(".proof").evaluate(BOX)
    for place in (0, 200, 100_000):
        box.evaluate("(e, place) => e.scrollLeft = place", place)
        number = box.locator("mtd:last-child").evaluate(BOX)
        assert number["right"] <= mark["left"] + 1
        assert mark["left"] - number["right"] < 4
        there = box.locator(".proof").evaluate(BOX)
        assert there["left"] == pytest.approx(mark["left"], abs=1)
        assert mark["right"] < WIDTH
    assert box.evaluate("e => e.scrollLeft") > 200  # it did scroll
    last = box.locator("mo").last.evaluate(BOX)
    assert last["right"] <= number["left"] + 10  # and shows its end


def test_a_reference_leaves_its_formula_at_the_start(phone: Page) -> None:
    phone.locator('article p a[href="#eq:one-double"]').first.click()
    phone.wait_for_url("**#eq:one-double")
    box = phone.locator(EQUATION).first
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    assert box.evaluate("e => e.scrollLeft") == 0
    assert phone.evaluate("scrollX") == 0


def test_a_formula_goes_on_below_at_a_wide_space(phone: Page) -> None:
    part = "<mrow>{}<mspace width='2em'></mspace></mrow>"
    row = part.format("<mi>x</mi><mo>+</mo>" * 8) * 3
    cell = phone.locator(CELL).first
    cell.evaluate(f"e => e.innerHTML = `<mrow class='parts'>{row}</mrow>`")
    boxes = [r.evaluate(BOX) for r in cell.locator(".parts > mrow").all()]
    tops = [box["top"] for box in boxes]
    assert tops == sorted(set(tops))  # one below the other
    phone.set_viewport_size({"width": 1000, "height": 800})
    boxes = [r.evaluate(BOX) for r in cell.locator(".parts > mrow").all()]
    assert len({round(box["top"]) for box in boxes}) == 1


def test_what_scrolls_has_an_edge_that_shows_it(phone: Page) -> None:
    for selector in ("pre > code", ".equation:not(.numbered), p:has(math)"):
        images = phone.locator(selector).first.evaluate(
            "e => getComputedStyle(e).backgroundImage"
        )
        assert images.count("linear-gradient") == 4
    number = phone.locator(f"{EQUATION} mtd:last-child").first
    assert "linear-gradient" in number.evaluate(
        "e => getComputedStyle(e).backgroundImage"
    )


def test_no_heading_has_an_empty_line(phone: Page) -> None:
    """Whatever the length of its last line."""
    odd = phone.locator("article h2").first.evaluate("""heading => {
        const link = heading.querySelector(".headerlink");
        const odd = [];
        for (let count = 1; count < 60; count++) {
            heading.firstChild.textContent = "m".repeat(count);
            const height = heading.offsetHeight;
            link.hidden = true;
            if (heading.offsetHeight < height) odd.push(count);
            link.hidden = false;
        }
        return odd;
    }""")
    assert odd == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_moves_while_a_chapter_loads(
    browser: Browser, rich_address: str, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 800}, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{rich_address}{language}/part/one.html")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifted ?? 0") < 0.02
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_there_before_the_script(
    browser: Browser, rich_address: str, language: str
) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": 800})
    page = context.new_page()
    address = f"{rich_address}{language}/part/one.html"
    page.goto(address)
    lines = page.locator(".rooms").evaluate(BOX)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(address)
    assert page.locator(".rooms").evaluate(BOX) == lines
    assert page.locator(".rooms button").count() == 2
    context.close()
