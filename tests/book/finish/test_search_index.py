"""What the search knows of a page."""

import json
from pathlib import Path

import pytest

from book.finish import search_index
from book.finish.built import read
from book.layout import ROOT

PAGE = """
<nav>Menu</nav>
<article><p>Before the title.</p>
<h1 id="gru">GRU <em>units</em><a class="headerlink" href="#gru">¶</a></h1>
<p class="rooms" data-search-exclude="1">Notebook</p>
<p>One <dfn>gate<span data-search-exclude="1">a tooltip</span></dfn>.</p>
<p>Two</p><h2 id="math">Gates</h2>
<p>State <math><msub><mi>h</mi><mi>t</mi></msub><mo>=</mo
><mfrac><mn>1</mn><msqrt><mi>d</mi></msqrt></mfrac
><annotation>TeX</annotation></math>.</p>
<math display="block"><mi>left out</mi></math>
<ul><li>a</li><li>b</li></ul>
<h3 id="code">Code</h3>
<p>The layer.</p>
<pre><code>layer = nn.GRU(8)  # 门, layer
x = layer.weight_ih_l0</code></pre>
<h4>A small one</h4>
</article>
"""


def test_sections_are_cut_at_headings() -> None:
    (found,) = search_index.read(read(ROOT, "en", "recurrent/gru.html", PAGE))
    assert (found.place, found.title) == ("recurrent/gru.html", "GRU units")
    assert found.entries == [
        ("", 1, "GRU units", "One gate. Two", ""),
        ("math", 2, "Gates", "State h_t=1/√d. a b", ""),
        ("code", 3, "Code", "The layer. A small one",
         "nn.GRU layer.weight_ih_l0"),
    ]  # fmt: skip


def test_a_term_is_an_entry_that_knows_its_chapter() -> None:
    html = """<article><h1>Glossary</h1><p>All terms.</p><dl>
    <dt id="gate">gate <em>门</em></dt><dd>says how much · <a
    href="recurrent/gru.html">GRU</a></dd>
    <dt id="token">token</dt><dd>a piece of text</dd></dl></article>"""
    (found,) = search_index.read(read(ROOT, "en", "glossary.html", html))
    assert found.entries == [
        ("", 1, "Glossary", "All terms.", ""),
        ("gate", "recurrent/gru.html", "gate 门", "says how much · GRU", ""),
        ("token", "", "token", "a piece of text", ""),
    ]


@pytest.mark.parametrize("place", ["404.html", "code/d2lcode/training.html"])
def test_files_of_code_are_not_found(place: str) -> None:
    assert search_index.read(read(ROOT, "en", place, PAGE)) == []
    no_article = read(ROOT, "en", "a.html", "<p>Moved.</p>")
    assert search_index.read(no_article) == []


def test_the_index_is_a_script(tmp_path: Path) -> None:
    places = ("recurrent/gru.html", "recurrent/index.html", "glossary.html")
    found = [search_index.Found(place, "T", []) for place in places]
    search_index.write(ROOT, "en", tmp_path, found)
    text = (tmp_path / search_index.PLACE).read_text(encoding="utf-8")
    head, _, rest = text.partition(" = ")
    assert head == "bookSearch.index"
    data = json.loads(rest.rstrip(";\n"))
    gru, opening, glossary = data["pages"]
    assert gru[1:3] == ["T", "Sequences and recurrent networks"]
    assert gru[3] > opening[3] > glossary[3]
    assert ["dropout", "dropout"] in [names[:2] for names in data["synonyms"]]
