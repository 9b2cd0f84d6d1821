"""A page keeps its meaning as a tree; the steps have an order."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from book import finish
from book.finish.built import read, texts
from book.layout import LANGUAGES, ROOT

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>a &amp; b</title></head>'
    '<body><p title="a > 中文 &quot;">x&nbsp;&lt;</p><math display="block">'
    '<mi>x</mi><mspace width="1em"></mspace></math><svg viewBox="0 0 1 1">'
    '<linearGradient id="g"></linearGradient></svg><pre>\n\n a\n</pre>'
    "<script>if (a < b && c) {}</script><br></body></html>"
)
"""What only a parser of HTML5 with MathML and SVG reads as it is."""


def test_a_page_is_written_as_it_was_read() -> None:
    written = read(ROOT, "en", "a.html", PAGE).html
    # A parser drops the first line end of <pre>; the second shows.
    expected = PAGE.replace("<pre>\n\n", "<pre>\n")
    assert written == expected.replace('"a > ', '"a &gt; ')


def test_texts_leave_tags_out() -> None:
    page = read(ROOT, "en", "a.html", "<p>a<b>c<i>d</i></b>e</p>")
    root = page.tree.root
    assert root is not None
    found = [text.text_content for text in texts(root, {"i"})]
    assert found == ["a", "c", "e"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finished_page_stays_so(site: Path, language: str) -> None:
    """No step does its work twice, and none has left work to another."""
    again = [step for step in finish.STEPS if step.__name__ != "add"]
    for name in ("index", "recurrent/gru", "labs/house_prices"):
        path = site / language / f"{name}.html"
        text = path.read_text(encoding="utf-8")
        assert LexborHTMLParser(text).html == text
        page = read(ROOT, language, f"{name}.html", text)
        for step in again:
            step(page)
        assert page.html == text
