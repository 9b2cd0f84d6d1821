"""What is undone of the page that mkdocs-jupyter makes of a lab."""

import pytest

from book.errors import BookError
from book.finish.built import read
from book.finish.lab_pages import unwrap
from book.layout import ROOT
from book.stage.labs import HOLDER

LAB = f"""\
<head><meta name="description" content="The book.">
<meta property="og:description" content="The book."></head>
<nav><a href="#theirs" class="md-nav__link">
<span class="md-ellipsis">x &amp; <code>y</code> {{#ours}}</span></a></nav>
<article class="md-content__inner"><style>plugin</style>
<div class="jp"><div id="{HOLDER}"><h1>A lab</h1>
<p class="rooms"><a href="a.ipynb">Notebook</a></p>
<p>How a <dfn>net<span id="t1" role="tooltip"><b>网</b>: a</span></dfn>
<em>"reads"</em> <a href="../a/b.md#c">it</a>,
<a href="https://a.org/b.md">here</a>,
<a href="b.ipynb">there</a>.</p><h2 id="ours">x</h2></div></div>
<script>plugin</script></article>"""


def test_other_pages_are_not_touched() -> None:
    text = '<article><a href="#x" class="md-nav__link">x</a></article>'
    page = read(ROOT, "en", "a.html", text)
    before = page.html
    unwrap(page)
    assert page.html == before


def test_a_lab_alone_is_kept() -> None:
    page = read(ROOT, "en", "labs/a.html", LAB)
    unwrap(page)
    words = 'content="How a net &quot;reads&quot; it, here, there."'
    assert page.html.count(words) == 2
    assert "plugin" not in page.html and "jp" not in page.html
    assert '<article class="md-content__inner"><h1>A lab</h1>' in page.html
    assert 'href="../a/b.html#c"' in page.html
    assert 'href="https://a.org/b.md"' in page.html
    assert 'href="b.html"' in page.html and 'href="a.ipynb"' in page.html
    assert '<a href="#ours" class="md-nav__link">' in page.html
    words = '<span class="md-ellipsis">x &amp; <code>y</code></span>'
    assert words in page.html


def test_other_contents_are_refused() -> None:
    text = LAB.replace('<h2 id="ours">x</h2>', "")
    with pytest.raises(BookError, match="labs/a.html has 0 headings"):
        unwrap(read(ROOT, "en", "labs/a.html", text))
