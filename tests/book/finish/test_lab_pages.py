"""What describes the page of a lab."""

import pytest

from book.finish.built import read
from book.finish.lab_pages import describe
from book.layout import ROOT

LAB = """\
<head><meta name="description" content="The book.">
<meta property="og:description" content="The book."></head>
<article class="md-content__inner"><h1>A lab</h1>
<p class="rooms">Source</p>
<p>How a <dfn>net<span id="t1" role="tooltip"><b>网</b>: a</span></dfn>
<em>"reads"</em> <a href="../a/b.html#c">it</a>.</p><h2 id="x">x</h2>
<p>More.</p></article>"""


@pytest.mark.parametrize("place", ["a.html", "mlp/labs.html"])
def test_other_pages_are_not_touched(place: str) -> None:
    page = read(ROOT, "en", place, LAB)
    before = page.html
    describe(page)
    assert page.html == before


def test_its_promise_describes_a_lab() -> None:
    page = read(ROOT, "en", "labs/a.html", LAB)
    describe(page)
    words = 'content="How a net &quot;reads&quot; it."'
    assert page.html.count(words) == 2
