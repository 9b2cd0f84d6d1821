"""Numbers of chapters before their titles on a built page."""

from pathlib import Path

from book.finish import numbering
from book.finish.built import read

CONFIG = """\
nav:
  - Home: index.md
  - Part:
      - a/index.md
      - One: a/one.md
      - Two: a/two.md
"""
PAGE = """\
<head><title>Two - Book</title></head>
<nav class="md-path"><ol><li class="md-path__item">
<a class="md-path__link" href="../index.html"><span>Home</span></a></li>
<li class="md-path__item"><a class="md-path__link" href="index.html">
<span class="md-ellipsis">Part</span></a></li></ol></nav>
<ul><li class="md-nav__item--nested"><div class="md-nav__link
md-nav__container"><a class="md-nav__link" href="index.html"><span
class="md-ellipsis"> Part </span></a></div><nav><label
class="md-nav__title"><span class="md-icon"></span> Part </label></nav></li>
<li><label class="md-nav__link" for="__toc"><span>Two</span></label>
<a class="md-nav__link" href="two.html"><span>Two</span></a></li>
<li><a class="md-nav__link" href="#end"><span>End</span></a></li></ul>
<article><h1 id="two">Two<a class="headerlink" href="#two">¶</a></h1></article>
<a class="md-footer__link" href="one.html"><div>Previous</div>
<div class="md-ellipsis">One</div></a>
"""


def test_titles_have_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    page = read(tmp_path, "en", "a/two.html", PAGE)
    numbering.add(page)

    def shown(selector: str) -> list[str]:
        return [" ".join(n.text().split()) for n in page.all(selector)]

    assert shown("title") == ["1.2 Two - Book"]
    assert shown(".md-path__link") == ["Home", "1 Part"]
    assert shown(".md-nav__link:not(div)") == [
        "1 Part",
        "1.2 Two",
        "1.2 Two",
        "End",
    ]
    assert shown(".md-nav__title") == ["1 Part"]
    assert shown("h1") == ["1.2 Two¶"]
    assert shown("h1 > .number") == ["1.2"]
    assert shown(".md-footer__link") == ["Previous 1.1 One"]


def test_a_page_without_a_number_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    page = read(tmp_path, "en", "index.html", "<article><h1>Home</h1>")
    before = page.html
    numbering.add(page)
    assert page.html == before
