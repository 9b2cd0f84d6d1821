"""Figures with a slider, moved by mouse, by keyboard, and not at all."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from book.layout import LANGUAGES
from tests.book.browser.conftest import rich_language

LABEL = {"en": "power p", "zh": "幂次 p"}
SEEN = """svg => [...svg.querySelectorAll("[data-frame]")]
    .filter(g => g.getClientRects().length || g.querySelector("*")
        .getClientRects().length).map(g => g.dataset.frame)"""


def frames(page: Page) -> set[str]:
    """The frames of the figure that can be seen."""
    return set(page.locator(".slider > svg").evaluate(SEEN))


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name=LABEL[rich_language(page)])


def test_a_slider_is_moved_by_keyboard(rich: Page) -> None:
    assert frames(rich) == {"2"}
    expect(slider(rich)).to_have_attribute("aria-valuetext", "p = 3")
    slider(rich).focus()
    for key, frame in (
        ("ArrowRight", 3),
        ("End", 4),
        ("ArrowRight", 4),
        ("Home", 0),
    ):
        rich.keyboard.press(key)
        assert frames(rich) == {str(frame)}
        shown = f"p = {frame + 1}"
        expect(slider(rich)).to_have_attribute("aria-valuetext", shown)
        expect(rich.locator(".slider .value:visible")).to_have_text(shown)


def test_a_slider_is_moved_by_mouse(rich: Page) -> None:
    slider(rich).scroll_into_view_if_needed()
    box = slider(rich).bounding_box()
    assert box and box["height"] >= 24
    middle = box["y"] + box["height"] / 2
    rich.mouse.move(box["x"] + box["width"] / 2, middle)
    rich.mouse.down()
    rich.mouse.move(box["x"] + box["width"], middle)
    assert frames(rich) == {"4"}  # before the button is let go
    rich.mouse.move(box["x"] + 1, middle)
    rich.mouse.up()
    assert frames(rich) == {"0"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_script_the_middle_frame_is_seen(
    browser: Browser, rich_site: Path, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((rich_site / language / "part" / "one.html").as_uri())
    expect(page.locator(".slider > svg")).to_be_visible()
    values = page.locator(".slider .value")
    assert [v.is_visible() for v in values.all()] == [
        False, False, True, False, False
    ]  # fmt: skip
    expect(page.locator(".slider input")).to_be_hidden()
    context.close()


def test_a_slider_moves_from_disk(browser: Browser, rich_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((rich_site / "zh" / "part" / "one.html").as_uri())
    slider(page).focus()
    page.keyboard.press("End")
    assert frames(page) == {"4"}
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_in_the_page_follows_its_scheme(
    browser: Browser, rich_address: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{rich_address}en/part/one.html")
    fill = page.locator(".slider .value text").first.evaluate(
        "e => getComputedStyle(e).fill"
    )
    assert (
        fill
        == {"light": "rgb(65, 71, 83)", "dark": "rgb(205, 210, 220)"}[scheme]
    )
    context.close()
