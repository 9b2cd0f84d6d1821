"""What is mended of the theme, so that everyone can use it."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from book import access
from book.pages import LANGUAGES


class Labels(HTMLParser):
    """Collects the labels of a page, and what holds its search."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.labels: list[dict[str, str | None]] = []
        self.search: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attrs)
        if tag == "label":
            self.labels.append(given)
        elif given.get("data-md-component") == "search":
            self.search = given


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_theme_are_mended(site: Path, language: str) -> None:
    words = access.WORDS[language]
    for path in (site / language).rglob("*.html"):
        page = Labels(path.read_text(encoding="utf-8"))
        assert page.search["role"] == "dialog"
        assert page.search["aria-label"] == words["search"]
        menus = [
            label
            for label in page.labels
            if label["for"] == "__drawer" and "tabindex" in label
        ]
        assert [menu["title"] for menu in menus] == [words["menu"]]
        reached = [str(x["for"]) for x in page.labels if "tabindex" in x]
        assert reached.count("__toc") in (0, 2)  # there and back
        for label in page.labels:
            if str(label["for"]).startswith("__nav_"):
                assert "tabindex" in label, path


def test_a_corner_heads_no_column() -> None:
    table = "<tr><th></th><th>a</th><th style='x'></th></tr>"
    mended = "<tr><td></td><th>a</th><td style='x'></td></tr>"
    assert access.mend(table, "en") == mended
