"""Tooltips open for pointer, keyboard and touch, and close on Escape."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from book.layout import LANGUAGES

PAGE = "attention/attention.html"

OUTSIDE = """[...document.querySelectorAll("dfn")]
.filter(term => term.checkVisibility())
.filter(term => {
  term.focus();
  const box = term.lastChild.getBoundingClientRect();
  return !box.width || box.left < 0 || box.right > innerWidth
    || box.top < 0 || box.bottom > innerHeight;
})
.map(term => term.textContent)"""
"""The terms with a tooltip that cannot be read in full."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tooltip_opens_and_can_be_dismissed(
    page: Page, address: str, language: str
) -> None:
    page.goto(f"{address}{language}/{PAGE}")
    term = page.locator("dfn").nth(1)
    tooltip = term.get_by_role("tooltip")
    expect(tooltip).to_be_hidden()
    term.hover()
    expect(tooltip).to_be_visible()
    tooltip.hover()
    expect(tooltip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()
    page.mouse.move(0, 0)
    term.hover()
    expect(tooltip).to_be_visible()


def test_the_keyboard_reaches_a_tooltip(page: Page, address: str) -> None:
    page.goto(f"{address}en/{PAGE}")
    before, term = page.locator("dfn").nth(1), page.locator("dfn").nth(2)
    before.focus()
    page.keyboard.press("Tab")
    expect(term).to_be_focused()
    expect(term.get_by_role("tooltip")).to_be_visible()
    expect(term).to_have_accessible_description(re.compile("^查询: what asks"))
    page.keyboard.press("Escape")
    expect(term).to_be_focused()
    expect(term.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(term.get_by_role("tooltip")).to_be_visible()


def test_a_tap_opens_a_tooltip_without_script(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(has_touch=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}zh/{PAGE}")
    page.locator("dfn").first.tap()
    expect(page.get_by_role("tooltip")).to_have_count(1)
    expect(page.get_by_role("tooltip")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_tooltip_stays_in_the_window(
    page: Page, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(f"{address}en/{PAGE}")
    assert page.evaluate(OUTSIDE) == []
