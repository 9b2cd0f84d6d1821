"""The site as it is read from disk, without a server."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from book.layout import LANGUAGES
from tests.book.conftest import listen


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_is_readable(
    browser: Browser, site: Path, language: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints = listen(page, site.as_uri())
    page.goto((site / language / "mlp/weight_decay.html").as_uri())
    fonts = "document.fonts.ready.then(f => [...f].map(x => x.status))"
    assert page.evaluate(fonts) == ["loaded"]
    drawn = page.evaluate("[...document.images].map(i => i.naturalWidth > 0)")
    assert drawn and all(drawn)
    schemes = []
    for _ in range(3):  # light, dark, and that of the system again
        page.click("label[for^=__palette]:visible")
        schemes.append(page.get_attribute("body", "data-md-color-scheme"))
    assert schemes == ["default", "slate", "default"]
    page.click("figure > a >> nth=0")
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    assert complaints == []
    page.keyboard.press("/")
    page.keyboard.insert_text("dropout")
    page.locator(".book-found li a").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mlp/dropout.html*")
    page.wait_for_function('CSS.highlights.get("book-search")?.size')
    assert complaints == []
    page.go_back()
    page.click(".rooms button >> nth=0")  # the two languages side by side
    expect(page.locator(".rooms [role=status]")).to_contain_text("make serve")
    context.close()


def test_links_name_their_files(browser: Browser, site: Path) -> None:
    """From disk, the address of a folder shows a list of files."""
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/en/index.html")
    for language in LANGUAGES:
        page.goto((site / language / "index.html").as_uri())
        links = page.evaluate("[...document.links].map(a => a.href)")
        inside = [link for link in links if link.startswith("file:")]
        assert len(inside) > 10
        assert [link for link in inside if link.endswith("/")] == []
    page.close()
