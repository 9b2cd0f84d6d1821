"""Files as pages: what a line is, that it stays code, what links it."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from book.finish import code_pages
from book.finish.code_lines import lines
from book.stage.code_pages import model, place, stage_sources

MODEL = """\
<html><head><title>@1@ - Book</title>
<meta name="description" content="@4@">
<link rel="canonical" href="https://a.org/{0}.html"></head>
<body><span>@1@</span><h1 id="@3@"><code>@2@</code></h1>
<p>@5@</p><pre><code>@6@</code></pre></body></html>"""


@pytest.fixture
def site(small_book: Path) -> Path:
    """A site with the models of pages, as a builder leaves them."""
    site = small_book / "made"
    for depth in (1, 2):
        path = site / f"{model(depth)}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MODEL.format(model(depth)), encoding="utf-8")
    return site


def test_a_line_shows_what_would_be_markup(tmp_path: Path) -> None:
    html = lines(tmp_path, 's = """\n```\n$x$ <b>\xa0`c`\n"""\n')
    code = LexborHTMLParser(html)
    assert code.text() == '1s = """\n2```\n3$x$ <b>\xa0`c`\n4"""\n'
    assert [x.id for x in code.css("span")] == ["L1", "L2", "L3", "L4"]
    assert '<b class="s">$x$ &lt;b&gt;&nbsp;`c`</b></span>' in html


def test_each_file_has_a_page(small_book: Path, site: Path) -> None:
    module = small_book / "d2lcode/part/one.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("One.", 'A "one" & more.'), "utf-8")
    code_pages.write(small_book, "zh", site)
    made = (site / "code/d2lcode/part/one.html").read_text(encoding="utf-8")
    page = LexborHTMLParser(made)
    name = "d2lcode/part/one.py"
    assert page.css_first("title").text() == f"{name} - Book"
    said = page.css_first("meta").attributes["content"]
    assert said == f'{name}: A "one" & more.'
    assert page.css_first("h1").id == "d2lcodepartonepy"
    assert f'<span><span lang="en">{name}</span></span>' in made
    assert "https://a.org/code/d2lcode/part/one.html" in made
    links = [a.attributes["href"] for a in page.css("p.rooms a")]
    assert links == [
        "../../../part/one.html",
        "../../tests/part/test_one.html",
        "../../../notebooks/part/one.ipynb",
        "../../../notebooks/part/one.py",
        "../../../../en/code/d2lcode/part/one.html",
    ]
    assert page.css_first("#L5 a").attributes["href"] == "#L5"
    assert "@" not in made.replace("@pytest", "")
    assert not list(site.rglob("folder"))


def test_no_other_file_has_links(small_book: Path, site: Path) -> None:
    (small_book / "d2lcode/part/two.py").write_text("a = 1\n", "utf-8")
    code_pages.write(small_book, "en", site)
    made = (site / "code/d2lcode/part/two.html").read_text(encoding="utf-8")
    assert "<p>" not in made and "rooms" not in made


def test_the_builder_gets_a_page_for_each_depth(
    small_book: Path, tmp_path: Path
) -> None:
    (small_book / "d2lcode/top.py").write_text("a = 1\n", encoding="utf-8")
    folder = tmp_path / "staged"
    stage_sources(small_book, "en", folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*.md")}
    assert found == {f"{model(1)}.md", f"{model(2)}.md"}
    assert place(Path("d2lcode/top.py")) == "code/d2lcode/top"
