"""The book as a PDF: its contents, its text, its links, what must fit."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from book.build.site import build
from book.layout import CONFIGS, LANGUAGES, ROOT
from book.pack import cjk_text as radicals
from book.pack import document as pdf
from book.pack import printing
from book.pack.chromium import ARGUMENTS, chromium
from book.page.blocks import read
from book.page.formulas import NAMED

PAGES = ("index", "notation", "mlp/weight_decay")
NAV = [
    {"Home": "index.md"},
    {"Notation": "notation.md"},
    {"Part": ["mlp/weight_decay.md"]},
]
"""Of this book: its home, a page alone, and a part with a chapter."""

CHAPTERS = [
    ("notation", "", 0),
    (None, "", 0),
    ("mlp/weight_decay", "1.1 ", 1),
]
"""What the PDF holds, with levels in its outline; None is the part."""

HOME = """\
<!doctype html>
<link rel=stylesheet href=book.css>
<article class=md-typeset><h1 id=home>Home</h1></article>
"""

PAGE = """\
<!doctype html>
<link rel=stylesheet href=../book.css>
<article class="md-content__inner md-typeset">
<h1 id=one>One<a class=headerlink href=#one>¶</a></h1>
<p><a href=two.html#end>two</a> <a href=../code/one.html>code</a>
<a href=https://example.org/>net</a> <a href="#one">here</a></p>
<img src=one.svg alt="a figure">
<details class=success><summary>Solution</summary><p>42</p></details>
<script>let text = 1;</script>
</article>
"""

needs_chromium = pytest.mark.skipif(
    chromium() is None,
    reason="no Chromium: install one, or name it in $CHROMIUM",
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfReader]:
    """Some pages of this book, built and printed in both languages."""
    root = tmp_path_factory.mktemp("pdf")
    for language, name in CONFIGS.items():
        config = {"INHERIT": str(ROOT / name), "nav": NAV}
        config |= {"site_name": "A & B", "site_description": "C"}
        (root / name).write_text(json.dumps(config), encoding="utf-8")
        for page in PAGES:
            source = (ROOT / "docs" / language / page).parent
            target = (root / "docs" / language / page).parent
            target.mkdir(parents=True, exist_ok=True)
            for file in source.glob(f"{Path(page).name}[.-]*"):
                shutil.copy(file, target)
            path = target / f"{Path(page).name}.md"
            text = path.read_text(encoding="utf-8")
            text = re.sub("^needs: .*", "needs: []", text, flags=re.MULTILINE)
            path.write_text(text, encoding="utf-8")
    for folder in (
        "book/words",
        "overrides",
        "d2lcode/mlp",
        "drawings",
        "tests/mlp",
    ):
        shutil.copytree(ROOT / folder, root / folder)
    build(root, strict=False)  # its pages link to others
    made = list(pdf.write(root))
    assert made == [root / "site" / la / "book.pdf" for la in LANGUAGES]
    return {path.parent.name: PdfReader(path) for path in made}


@pytest.fixture(scope="module")
def texts(books: dict[str, PdfReader]) -> dict[str, list[str]]:
    """What stands on each page of the two books."""
    return {
        language: [page.extract_text() for page in book.pages]
        for language, book in books.items()
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A site made by hand: a part of two pages, which opens with one."""
    nav = ["index.md", {"Part": ["part/index.md", "part/two.md"]}]
    config = {"site_name": "A & B", "site_description": "C", "nav": nav}
    for name in CONFIGS.values():
        (tmp_path / name).write_text(json.dumps(config), encoding="utf-8")
    for language in LANGUAGES:
        part = tmp_path / "site" / language / "part"
        part.mkdir(parents=True)
        for path, text in {
            "../index.html": HOME,
            "../book.css": "",
            "index.html": PAGE,
            "two.html": PAGE.replace("One", "Two"),
        }.items():
            (part / path).write_text(text, encoding="utf-8")
    return tmp_path


def _titles(language: str) -> list[str]:
    """The titles of CHAPTERS."""
    docs = ROOT / "docs" / language
    return [
        number + read(docs / f"{name}.md").blocks[0].text if name else "Part"
        for name, number, _ in CHAPTERS
    ]


def _squeezed(text: str) -> str:
    """Text without spaces, which a PDF does not always have."""
    return "".join(text.split())


def _lines(page: str) -> list[str]:
    return [_squeezed(line) for line in page.splitlines()]


def _outline(items: list[Any], level: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield the entries of an outline with their levels, in order."""
    for item in items:
        if isinstance(item, list):
            yield from _outline(item, level + 1)
        else:
            yield level, item


def _links(book: PdfReader) -> Iterator[Any]:
    for page in book.pages:
        for annotation in page.get("/Annots", []):
            yield annotation.get_object()


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_name_the_pages(
    texts: dict[str, list[str]], language: str
) -> None:
    cover, contents, *_ = pages = texts[language]
    assert cover.startswith("A & B")
    entries = [re.fullmatch(r"(.*?)(\d+)", line) for line in _lines(contents)]
    named = {entry[1]: int(entry[2]) for entry in entries if entry}
    titles = [_squeezed(title) for title in _titles(language)]
    assert list(named)[-len(titles) :] == titles
    for title in titles:
        foot, *lines = _lines(pages[named[title] - 1])
        assert foot == f"{named[title]}{title}"
        assert lines[0] == title


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_outline_leads_to_the_headings(
    books: dict[str, PdfReader], texts: dict[str, list[str]], language: str
) -> None:
    book = books[language]
    entries = list(_outline(book.outline))
    found = [(entry.title, level) for level, entry in entries]
    levels = [level for *_, level in CHAPTERS]
    for chapter in zip(_titles(language), levels, strict=True):
        assert chapter in found
    for _, entry in entries:
        number = book.get_destination_page_number(entry)
        assert number is not None
        assert _squeezed(entry.title) in _squeezed(texts[language][number])


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_code_is_cut(
    texts: dict[str, list[str]], language: str
) -> None:
    text = _squeezed("".join(texts[language]))
    page = read(ROOT / "docs" / language / "mlp/weight_decay.md")
    lines = [line for code in page.codes for line in code.code.splitlines()]
    assert len(lines) > 100
    # a formula's number stands in the place of its label
    pieces = [piece for line in lines for piece in NAMED.split(line)]
    assert [piece for piece in pieces if _squeezed(piece) not in text] == []


@needs_chromium
def test_what_is_searched_is_found(texts: dict[str, list[str]]) -> None:
    text = "".join(texts["zh"])
    assert text.count("权重衰减") > 20
    assert re.findall("[\u2e80-\u2fdf]", text) == []  # radicals
    assert "coefficients" in "".join(texts["en"])  # without ligatures


@needs_chromium
def test_solutions_are_open_and_tooltips_away(
    texts: dict[str, list[str]],
) -> None:
    text = "".join(texts["en"])
    page = read(ROOT / "docs/en/mlp/weight_decay.md")
    starts = [
        re.split(r"[$`*\[]", block.text)[0]
        for block in page.blocks
        if block.kind == "paragraph" and block.indent
    ]
    assert len(starts) >= 5
    for start in starts:
        assert _squeezed(start) in _squeezed(text)
    assert "¶" not in text
    assert re.findall("[\u4e00-\u9fff]", text) == []


@needs_chromium
def test_links_lead_into_the_book_or_out(
    books: dict[str, PdfReader],
) -> None:
    book = books["en"]
    inside = {str(name) for name in book.named_destinations}
    led = []
    for link in _links(book):
        if "/Dest" in link:
            assert str(link["/Dest"]) in inside
            led.append(str(link["/Dest"]))
        else:
            assert link["/A"]["/URI"].startswith("https://")
    assert "/mlp-weight_decay" in led
    assert any(name.startswith("/mlp-weight_decay--eq") for name in led)


def test_pages_become_one_document(small: Path) -> None:
    document = pdf.assemble(small, "en")
    assert 'lang="en"' in document
    assert "A &amp; B" in document
    assert '<h1 id="part-index--one" aria-level="1">' in document
    assert '<h1 id="part-two--one" aria-level="2">' in document
    assert 'href="#part-two--end"' in document
    assert 'href="#part-index--one"' in document
    assert 'href="https://example.org/"' in document
    assert "<a>code</a>" in document
    assert f'src="{(small / "site/en/part/one.svg").as_uri()}"' in document
    assert (small / "site/en/book.css").as_uri() in document
    assert '<details class="success" open="">' in document
    assert "<script" not in document
    assert "Home" not in document


def test_links_out_lead_to_the_published_site(small: Path) -> None:
    page = small / "site/en/part/two.html"
    address = "https://book.example/en/part/two.html"
    text = f"<link rel=canonical href={address}>\n{PAGE}"
    page.write_text(text, encoding="utf-8")
    document = pdf.assemble(small, "en")
    assert 'href="https://book.example/en/code/one.html"' in document


def test_a_site_must_be_built(small: Path) -> None:
    page = small / "site/zh/part/two.html"
    page.unlink()
    with pytest.raises(pdf.PdfError, match=r"two\.html .*python -m book site"):
        list(pdf.write(small))
    page.write_text("<p>No article.</p>", encoding="utf-8")
    with pytest.raises(pdf.PdfError, match="part/two.html has no article"):
        list(pdf.write(small))


def test_a_browser_must_be_there(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "chromium", lambda: None)
    with pytest.raises(pdf.PdfError, match="no Chromium"):
        list(pdf.write(small))


@needs_chromium
def test_what_cannot_fit_is_refused(small: Path) -> None:
    page = small / "site/en/part/two.html"
    wide = '<div id=broad style="width: 700px">x</div></article>'
    text = page.read_text(encoding="utf-8").replace("</article>", wide)
    page.write_text(text, encoding="utf-8")
    with pytest.raises(pdf.PdfError, match="wider than a page.*two--broad"):
        list(pdf.write(small))
    assert not list(small.rglob("book.pdf"))


@needs_chromium
def test_what_is_too_wide_is_made_smaller() -> None:
    part = '<article id=a style="width: 600px"><p>{}</p></article>'
    nowrap = '<span style="white-space: nowrap">' + "word " * 20 + "</span>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 620, "height": 900})
        page.set_content(part.format(nowrap))
        assert page.evaluate(printing._FIT) == []
        browser.close()


def test_the_page_on_the_code_links_it(small: Path) -> None:
    page = small / "site/zh/get_the_code.html"
    page.write_text("<article><h1>Code</h1></article>", encoding="utf-8")
    pdf.link(small / "site", "zh")
    home = (small / "site/zh/index.html").read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").count("book.pdf") == 1
    assert "book.pdf" not in home


def test_the_home_page_links_it_once_where_there_is_none(small: Path) -> None:
    for _ in range(2):
        pdf.link(small / "site", "zh")
    home = (small / "site/zh/index.html").read_text(encoding="utf-8")
    link = '<p><a href="book.pdf">全书（PDF）</a></p></article>'
    assert home.count(link) == home.count("book.pdf") == 1


@pytest.mark.parametrize(
    "radical, character",
    [("⽬", "目"), ("⻓", "长"), ("⿓", "龍"), ("目", "目")],
)
def test_radicals_become_characters(radical: str, character: str) -> None:
    assert radicals.character(radical) == character
