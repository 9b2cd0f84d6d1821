"""Figures enlarged, and the way from an equation to its test."""

from io import BytesIO

import pytest
from matplotlib import image
from playwright.sync_api import Browser, Locator, Page

from book.layout import LANGUAGES, ROOT, is_chapter, navigation

NAME = next(filter(is_chapter, navigation(ROOT, "en")))
WORDS = {
    "en": ("Enlarge", "Close", "Tested"),
    "zh": ("放大", "关闭", "有测试核对"),
}


def width(shown: Locator) -> float:
    box = shown.bounding_box()
    assert box
    return box["width"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_is_enlarged_by_keyboard(
    page: Page, address: str, language: str
) -> None:
    enlarge, close, _ = WORDS[language]
    page.goto(f"{address}{language}/{NAME}.html")
    link = page.locator("figure > a").first
    assert link.get_attribute("title") == enlarge
    link.focus()
    before = width(link.locator("img"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog").filter(has=page.locator("img"))
    assert dialog.get_by_role("button", name=close).is_visible()
    assert width(dialog.locator("img")) > 1.2 * before
    assert dialog.evaluate("e => e.scrollHeight <= e.clientHeight")
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    assert link.evaluate("link => link === document.activeElement")


def test_a_figure_is_enlarged_by_a_tap_and_scrolls_on_a_phone(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}en/{NAME}.html")
    link = page.locator("figure > a").first
    link.click()
    large = page.locator("dialog[open] img")
    natural = large.evaluate("image => image.naturalWidth")
    assert width(large) == pytest.approx(natural, abs=1)
    assert width(page.locator("dialog[open]")) <= 360
    page.get_by_role("button", name="Close").click()
    assert page.locator("dialog[open]").count() == 0
    assert link.evaluate("link => link === document.activeElement")


def test_a_figure_opens_by_itself_for_those_who_ask(
    page: Page, address: str
) -> None:
    page.goto(f"{address}en/{NAME}.html")
    with page.context.expect_page() as opened:
        page.locator("figure > a").first.click(modifiers=["Control"])
    assert opened.value.url.endswith(".svg")
    assert page.locator("dialog[open]").count() == 0


def test_a_figure_is_a_link_without_script(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}zh/{NAME}.html")
    page.locator("figure > a").first.click()
    page.wait_for_url("**/*.svg")
    context.close()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_figure_follows_the_scheme_of_the_page(
    browser: Browser, address: str, system: str
) -> None:
    context = browser.new_context(color_scheme=system)
    page = context.new_page()
    page.goto(f"{address}en/{NAME}.html")
    figure = page.locator("figure img").first

    def shades() -> tuple[float, float]:
        """The darkest and the brightest pixel, from 0 to 1."""
        pixels = image.imread(BytesIO(figure.screenshot()))[..., :3].mean(-1)
        return float(pixels.min()), float(pixels.max())

    page.locator('label[title="Switch to light mode"]').click()
    darkest, brightest = shades()
    assert darkest < 0.35 and brightest > 0.98
    page.locator('label[title="Switch to dark mode"]').click()
    darkest, brightest = shades()
    assert darkest < 0.15 and 0.75 < brightest < 0.9
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_equation_leads_to_its_test(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}{language}/{NAME}.html")
    equation = page.locator(".equation.numbered").first
    mark = equation.get_by_role("link", name=WORDS[language][2])
    number = equation.locator("mtext").last.bounding_box()
    place, whole = mark.bounding_box(), equation.bounding_box()
    assert number and place and whole
    assert 0 <= place["x"] - number["x"] - number["width"] < 20
    assert place["x"] + place["width"] == pytest.approx(
        whole["x"] + whole["width"], abs=1
    )
    middle = place["y"] + place["height"] / 2
    assert number["y"] < middle < number["y"] + number["height"]
    assert min(place["width"], place["height"]) >= 24
    mark.click()
    page.wait_for_url(f"{address}{language}/code/tests/**#L*")
    line = page.locator(":target")
    assert "def test_" in line.inner_text()
    assert line.evaluate("e => e.getBoundingClientRect().top") > 48
