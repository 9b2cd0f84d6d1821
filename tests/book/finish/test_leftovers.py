"""Markdown and TeX that nothing recognized do not reach the reader."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.errors import BookError
from book.finish.built import read
from book.finish.leftovers import refuse
from book.layout import LANGUAGES
from book.markdown.mathml import RAW

Edit = Callable[[str, str, str], None]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (r"as in \eqref{eq:x}", "for a formula"),
        (r"with probability \(p\)", "for a formula"),
        ("costs $5", "for a formula"),
        ("a note[^1]", "no footnotes"),
        ("two things:\n- one\n- two", "empty line"),
        ("two things: - one - two", "empty line"),
        ("in order:\n1. one\n2. two", "empty line"),
        ("[ ] a choice", "choices are"),
        ("[x] a choice", "choices are"),
        ("<em>two</em>\n* one", "empty line"),
        ("words {#words}", "ends its line"),
    ],
)
def test_raw_text_is_refused_with_its_place(
    small_book: Path, text: str, what: str
) -> None:
    source = small_book / "docs/en/part/one.md"
    source.write_text(f"# One\n\n{text}\n", encoding="utf-8")
    html = f"<article><h1>One</h1><p>{text}</p></article>"
    page = read(small_book, "en", "part/one.html", html)
    with pytest.raises(BookError, match=what) as raised:
        refuse(page)
    assert raised.value.path == source
    assert raised.value.line >= 3


def test_the_contents_of_a_page_are_read_too(small_book: Path) -> None:
    html = (
        '<nav class="md-nav md-nav--secondary"><a>One {#one}</a></nav>'
        "<article><h1>One</h1></article>"
    )
    with pytest.raises(BookError, match="ends its line"):
        refuse(read(small_book, "en", "part/one.html", html))


@pytest.mark.parametrize(
    "text",
    [
        r"<code>\n $x [^a]</code>",
        r"<pre>$ make</pre>",
        r"<math><annotation>\frac</annotation></math>",
        f'costs <span class="{RAW}">$</span>5',
        "max(0, 1 - y s), well-known - or not",
        "1 - 2 and -1 or +1 (Cho et al. 2014) says",
    ],
)
def test_other_text_is_not(small_book: Path, text: str) -> None:
    html = f"<p>$</p><article><p>{text}</p></article>"
    refuse(read(small_book, "en", "part/one.html", html))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_site_has_none(site: Path, language: str) -> None:
    for path in (site / language).rglob("*.html"):
        place = path.relative_to(site / language).as_posix()
        text = path.read_text(encoding="utf-8")
        if not place.startswith("code/"):
            refuse(read(site.parent, language, place, text))
