"""What is mended of the theme, so that everyone can use it."""

from pathlib import Path

import pytest

from book.errors import BookError
from book.finish import accessibility
from book.finish.built import read
from book.layout import LANGUAGES, ROOT
from book.words.site import words

THEME = """\
<label class="md-header__button md-icon" for="__drawer"></label>
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_theme_are_mended(site: Path, language: str) -> None:
    said = words("accessibility", language)
    for path in (site / language).rglob("*.html"):
        page = read(ROOT, language, "", path.read_text(encoding="utf-8"))
        (menu,) = page.all('label[for="__drawer"][tabindex]')
        assert menu.attributes["title"] == said["menu"]
        contents = page.all('label[for="__toc"][tabindex]')
        assert len(contents) in (0, 2)  # there and back
        for label in page.all('label[for^="__nav_"]'):
            assert "tabindex" in label.attributes, path


def test_a_corner_heads_no_column() -> None:
    table = "<table><tbody><tr><{0}></{0}><th>a</th><{0} style></{0}></tr>"
    page = read(ROOT, "en", "a.html", THEME + table.format("th"))
    accessibility.mend(page)
    wanted = table.format("td").replace("style>", 'style="">')
    assert wanted in page.html


def test_a_theme_without_a_menu_is_refused() -> None:
    page = read(ROOT, "en", "a.html", THEME.replace("md-header__button", ""))
    with pytest.raises(BookError, match="en/a.html has 0 of"):
        accessibility.mend(page)


def test_the_way_to_a_page_is_no_second_menu() -> None:
    way = '<nav class="md-path" aria-label="Navigation"></nav>'
    page = read(ROOT, "en", "a.html", THEME + way)
    accessibility.mend(page)
    (found,) = page.all(".md-path")
    assert (
        found.attributes["aria-label"] == words("accessibility", "en")["path"]
    )
