"""The built sites: whole, small, linked, and nothing from elsewhere."""

import html
import itertools
import json
import re
import shutil
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from fontTools.ttLib import TTFont

from book.build.site import build
from book.finish import built, root_pages
from book.finish import math_font as font
from book.layout import CONFIGS, LANGUAGES, ROOT, is_chapter, navigation
from book.page import outline

LARGEST = 120 * 1024
"""Bytes of a chapter's HTML, beside the figures in it."""

CHAPTERS = [name for name in navigation(ROOT, "en") if is_chapter(name)]
HOST = "http://site/"
"""Stands for the folder `site`, wherever it is served."""


class Reader(HTMLParser):
    """Collects what a page links to, loads, can be linked at, and says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.leads: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.said: dict[str, str] = {}
        self.twins: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        given = dict(attrs)
        self.ids |= {v for k, v in attrs if k in ("id", "name") and v}
        if tag == "a" and "href" in given:
            self.links.append(given)
            self.leads.append(str(given["href"]))
        elif tag == "link" and given["rel"] in ("stylesheet", "icon"):
            self.loaded.append(str(given["href"]))
        elif tag == "link" and given.get("type") == "application/atom+xml":
            self.leads.append(str(given["href"]))
        elif tag == "link" and given["rel"] == "alternate":
            self.twins[str(given["hreflang"])] = str(given["href"])
        elif tag == "link" and given["rel"] == "canonical":
            self.said["canonical"] = str(given["href"])
        elif tag == "link":
            self.leads.append(str(given["href"]))
        elif tag == "meta":
            about = given.get("name") or given.get("property")
            self.said[str(about)] = str(given.get("content"))
        elif tag == "form" and "action" in given:
            self.leads.append(str(given["action"]))
        elif tag in ("image", "use"):
            self.loaded.append(str(given["href"]))
        self.loaded += [
            str(given[name])
            for name in ("src", "srcset", "data", "poster")
            if given.get(name)
        ]


@cache
def read(path: Path) -> Reader:
    return Reader(path.read_text(encoding="utf-8"))


def pages(site: Path, language: str) -> list[str]:
    folder = site / language
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*.html")
    )


def target(site: Path, page: Path, link: str) -> tuple[Path, str]:
    """The file and the anchor that a link of a page leads to."""
    base = HOST + page.relative_to(site).as_posix()
    parts = urlsplit(urljoin(base, link))
    return site / unquote(parts.path).lstrip("/"), unquote(parts.fragment)


def is_foreign(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def test_a_page_says_what_it_is(site: Path) -> None:
    """A title and a description of its own; addresses where there are any."""
    titles, descriptions = Counter[str](), Counter[str]()
    for language in LANGUAGES:
        for name in pages(site, language):
            text = (site / language / name).read_text(encoding="utf-8")
            head = text[: text.index("</head>")]
            titles[re.findall("<title>(.*?)</title>", head)[0]] += 1
            page = read(site / language / name)
            assert page.said["description"], name
            descriptions[page.said["description"]] += name != "404.html"
            assert ("robots" in page.said) == (name == "404.html")
            assert "canonical" not in page.said
            assert "og:url" not in page.said
            assert page.twins == {}
    assert {t: n for t, n in titles.items() if n > 1} == {}
    assert {d: n for d, n in descriptions.items() if n > 2} == {}


def test_headings_are_in_order(site: Path) -> None:
    """One of the first level on each page; none skips a level."""
    for language in LANGUAGES:
        for name in pages(site, language):
            text = (site / language / name).read_text(encoding="utf-8")
            article = text[text.index("<article") :]
            levels = [int(n) for n in re.findall(r"<h([1-6])\b", article)]
            assert levels.count(1) == 1 and levels[0] == 1, name
            steps = itertools.pairwise(levels)
            assert all(after - before <= 1 for before, after in steps), name


def test_both_languages_have_the_same_pages(site: Path) -> None:
    assert pages(site, "en") == pages(site, "zh")
    assert {f"{name}.html" for name in CHAPTERS} < set(pages(site, "en"))


def test_the_front_door_needs_no_script(site: Path) -> None:
    door = read(site / "index.html")
    links = {link["hreflang"]: link["href"] for link in door.links}
    assert links == {"en": "en/index.html", "zh": "zh/index.html"}
    text = (site / "index.html").read_text(encoding="utf-8")
    for config in CONFIGS.values():
        name = re.search(
            "^site_name: (.*)$",
            (ROOT / config).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert name and f">{name[1]}</a>" in text


def test_links_and_anchors_lead_somewhere(site: Path) -> None:
    dead = []
    for page in site.rglob("*.html"):
        dead += [
            (page.relative_to(site).as_posix(), address)
            for address in read(page).leads
            if not is_foreign(address) and not is_alive(site, page, address)
        ]
    assert dead == []


def is_alive(site: Path, page: Path, address: str) -> bool:
    file, anchor = target(site, page, address)
    if not file.is_file():
        return False
    known = file.suffix != ".html" or anchor in ("", "__toc")
    return known or anchor in read(file).ids


def test_the_script_finds_what_it_loads(site: Path) -> None:
    for language in LANGUAGES:
        for name in pages(site, language):
            page = site / language / name
            text = page.read_text(encoding="utf-8")
            config = re.search('<script id="?__config[^>]*>(.*?)<', text)
            assert config
            given = json.loads(config[1])
            assert is_alive(site, page, given["search"]), name
            index = f"{given['base'].rstrip('/')}/search/index.js"
            assert is_alive(site, page, index), name


def found_by_search(site: Path, language: str) -> list[list[Any]]:
    """The pages in the index of the search."""
    index = site / language / "search" / "index.js"
    _, _, text = index.read_text(encoding="utf-8").partition(" = ")
    pages: list[list[Any]] = json.loads(text.rstrip(";\n"))["pages"]
    return pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_search_finds_is_there(site: Path, language: str) -> None:
    door = site / language / "index.html"
    places = [
        f"{page}#{anchor}" if anchor else page
        for page, *_, entries in found_by_search(site, language)
        for anchor, *_ in entries
    ]
    assert [p for p in places if not is_alive(site, door, p)] == []


def test_links_of_notebooks_lead_somewhere(site: Path) -> None:
    dead = []
    for path in site.rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                text = "".join(cell["source"])
                links = re.findall(r"(?<=\]\()[^)\s]+(?=\))", text)
                dead += [
                    (path.relative_to(site).as_posix(), link)
                    for link in links
                    if not is_foreign(link) and not is_alive(site, path, link)
                ]
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    foreign = []
    for page in site.rglob("*.html"):
        foreign += [a for a in read(page).loaded if is_foreign(a)]
        for address in read(page).loaded:
            if not address.startswith("data:"):
                assert target(site, page, address)[0].is_file(), address
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        loaded = re.findall(r"""url\(\s*['"]?([^'")]+)""", text)
        foreign += [a for a in loaded if is_foreign(a)]
        for address in loaded:
            if not address.startswith("data:"):
                assert target(site, style, address)[0].is_file(), address
        assert "@import" not in text
    assert foreign == []


@pytest.mark.parametrize("language, other", [("en", "zh"), ("zh", "en")])
def test_the_switch_leads_to_the_same_page(
    site: Path, language: str, other: str
) -> None:
    for name in pages(site, language):
        page = site / language / name
        twins = [a for a in read(page).links if a.get("hreflang") == other]
        assert twins
        wanted = "index.html" if name == "404.html" else name
        for twin in twins:
            assert twin["lang"] == other
            file, _ = target(site, page, str(twin["href"]))
            assert file == site / other / wanted


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_links_its_rooms(
    site: Path, language: str, name: str
) -> None:
    folder = site / language
    part, _, last = name.rpartition("/")
    rooms = [
        folder / f"{name}.html",
        folder / f"code/d2lcode/{name}.html",
        folder / f"code/tests/{part}/test_{last}.html",
        folder / f"notebooks/{name}.ipynb",
        folder / f"notebooks/{name}.py",
    ]
    for room in rooms[:3]:
        found = {
            target(site, room, str(link["href"]))[0]
            for link in read(room).links
            if not is_foreign(str(link["href"]))
        }
        assert set(rooms) - {room} <= found
    json.loads(rooms[3].read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_small(site: Path, language: str, name: str) -> None:
    """... without its navigation, contents and moving figures."""
    text = (site / language / f"{name}.html").read_text(encoding="utf-8")
    page = built.read(ROOT, language, f"{name}.html", text)
    for apart in (*page.all("nav"), *page.all(".slider > svg")):
        apart.decompose()
    assert len(page.html.encode()) < LARGEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_checks_stay_behind_the_scenes(site: Path, language: str) -> None:
    for name in navigation(ROOT, language):
        text = (site / language / f"{name}.html").read_text(encoding="utf-8")
        article = text[text.index("<article") : text.index("</article>")]
        assert "<!--" not in article
        assert "math-core-error" not in article
        assert "(??)" not in article


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_sees_where_a_chapter_stands(
    site: Path, language: str
) -> None:
    """Its number in title and menu, the way to it, headings of level 3."""
    name = CHAPTERS[-1]
    number = outline.numbers(ROOT, language)[name]
    text = (site / language / f"{name}.html").read_text(encoding="utf-8")
    page = built.read(ROOT, language, f"{name}.html", text)
    (heading,) = page.all("article h1")
    assert heading.text().startswith(f"{number} ")
    (way,) = page.all(".md-path")
    assert f"{number.partition('.')[0]} " in way.text()
    shown = {a.attributes["href"] for a in page.all(".md-nav a")}
    levels = {f"#{h.id}" for h in page.all("article h3[id]")}
    assert levels and levels <= shown
    listed = page.all(".md-nav--primary a.md-nav__link:not([href^='#'])")
    places = {
        target(
            site, site / language / f"{name}.html", str(a.attributes["href"])
        )
        for a in listed
    }
    files = {file for file, _ in places}
    wanted = {site / language / f"{n}.html" for n in CHAPTERS}
    assert wanted <= files | {site / language / f"{name}.html"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_a_formula_its_code_output_and_figure(
    site: Path, language: str
) -> None:
    text = (site / language / "index.html").read_text(encoding="utf-8")
    page = built.read(ROOT, language, "index.html", text)
    assert len(page.all("article > .equation.numbered > .proof.computed")) == 1
    assert len(page.all("article > .highlight a[aria-label]")) == 1
    assert len(page.all("article > .output")) == 1
    assert len(page.all("article > figure.slider > svg")) == 1
    listed = [a.text() for a in page.all("#chapters + ul a")]
    assert len(listed) == len([n for n in navigation(ROOT, "en") if "/" in n])


def test_a_source_page_has_the_lines_of_the_file(site: Path) -> None:
    source = ROOT / "d2lcode" / "training.py"
    page = site / "en" / "code" / "d2lcode" / "training.html"
    text = page.read_text(encoding="utf-8")
    shown = re.findall(
        r'<span id="L(\d+)"><a [^>]*>\1</a>(.*?)</span>\n(?=<span id|</code)',
        text,
        re.DOTALL,
    )
    plain = [html.unescape(re.sub("<[^>]*>", "", line)) for _, line in shown]
    assert plain == source.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_knows_chapters_and_no_sources(
    site: Path, language: str
) -> None:
    found = found_by_search(site, language)
    places = {place for place, *_ in found}
    assert {f"{name}.html" for name in CHAPTERS} <= places
    assert not any(place.startswith(("code/", "404")) for place in places)
    texts = "".join(text for page in found for *_, text, _ in page[-1])
    assert r"\begin{aligned}" not in texts
    assert "· Notebook" not in texts
    index = site / language / "search" / "index.js"
    assert index.stat().st_size < 25_000 * len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_draws_every_formula(site: Path, language: str) -> None:
    with TTFont(site / language / font.NAME) as cut:
        drawn = set(cut.getBestCmap())
        variants = cut["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
        names = {record.nameID for record in cut["name"].names}
    assert {"parenleft", "radical"} <= set(variants)
    assert {0, 13, 14} <= names  # copyright and licence
    missing = {
        character
        for page in site.rglob("*.html")
        for character in _shown(page)
        if ord(character) not in drawn
    }
    assert not {c for c in missing if not c.isspace() and c not in _NO_GLYPH}


_NO_GLYPH = "\N{FUNCTION APPLICATION}\N{VARIATION SELECTOR-1}"


def _shown(path: Path) -> set[str]:
    """What formulas show beside their words, which may be Chinese."""
    page = built.read(ROOT, "", "", path.read_text(encoding="utf-8"))
    for words in page.all("mtext"):
        words.remove()
    return set(font.characters(page))


def test_root_signs_are_equally_wide() -> None:
    with TTFont(BytesIO(font.cut({"√"}))) as cut:
        variants = cut["MATH"].table.MathVariants
        (sizes,) = variants.VertGlyphConstruction
        names = [
            record.VariantGlyph for record in sizes.MathGlyphVariantRecord
        ]
        names += [part.glyph for part in sizes.GlyphAssembly.PartRecords]
        widths = {cut["hmtx"][name][0] for name in names}
    assert len(names) > 4
    assert len(widths) == 1


@pytest.fixture
def root(small_book: Path) -> Path:
    """The small book with this book's theme, and a site built before."""
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        path = small_book / name
        text = path.read_text(encoding="utf-8")
        path.write_text(f"INHERIT: {ROOT / name}\n{text}", encoding="utf-8")
    shutil.copytree(ROOT / "overrides", small_book / "overrides")
    before = small_book / "site"
    before.mkdir()
    (before / "old.html").write_text("old", encoding="utf-8")
    return small_book


def test_a_right_book_replaces_the_site(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D2LCODE_SITE", "https://example.org/book/")
    monkeypatch.setenv("D2LCODE_REPOSITORY", "https://example.org/code")
    build(root)
    assert not (root / "site" / "old.html").exists()
    front = {p.name for p in (root / "site").iterdir() if p.is_file()}
    assert front == {"index.html", "404.html", "robots.txt", "sitemap.xml"}
    assert [p.parent.name for p in root.rglob("site/**/sitemap.*")] == ["site"]
    for language in LANGUAGES:
        page = root / "site" / language / "part" / "one.html"
        text = page.read_text(encoding="utf-8")
        assert not re.search('data-md-component="?source', text)
        made = read(page)
        assert "https://example.org/code" in made.leads
        address = "https://example.org/book/{}/part/one.html"
        assert made.twins == {code: address.format(code) for code in LANGUAGES}
        shown = made.said
        assert shown["canonical"] == made.twins[language]
        assert shown["og:url"] == made.twins[language]
        assert shown["og:title"] == {"en": "One", "zh": "一"}[language]
        assert shown["og:description"]
        card = root_pages.CARD.format(language)
        image = f"https://example.org/book/{language}/{card}"
        assert shown["og:image"] == image
        width, height = shown["og:image:width"], shown["og:image:height"]
        assert (int(width), int(height)) == root_pages.SIZE
        assert (root / "site" / language / card).is_file()
        missing = root / "site" / language / "404.html"
        assert read(missing).said["robots"] == "noindex"
        assert "og:url" not in read(missing).said
        assert f"/book/{language}/index.html" in read(missing).leads
