"""The whole book as a PDF, one in each language, from the built site.

What stands in the `<article>` of each page of the navigation becomes
one document, printed by Chromium: the PDF shows what the site shows.
"""

import html
import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import sync_playwright
from selectolax.lexbor import LexborHTMLParser

from book import layout
from book.layout import LANGUAGES, ROOT
from book.pack.chromium import ARGUMENTS, chromium
from book.pack.printing import PdfError, print_
from book.words.site import words

NAME = "book.pdf"
"""What the file is called, in the folder of its language."""

_STYLE = ROOT / "book" / "templates" / "pdf.css"
_DOCUMENT = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{styles}
<style>
{running}
</style>
</head>
<body dir="ltr" data-md-color-scheme="default"
 data-md-color-primary="custom" data-md-color-accent="custom">
<div class="title md-typeset"><p>{title}</p><p>{description}</p></div>
<nav class="contents md-typeset"><h1>{contents}</h1>
<ul>
{entries}
</ul>
</nav>
{articles}
</body>
</html>
"""
_ENTRY = (
    '<li aria-level="{0.level}"><a href="#{0.id}"><span>{0.title}</span>'
    "<span>000</span></a></li>"
)
_RUNNING = (
    "@page p{number} {{ @bottom-left {{ content: {title} }} }}\n"
    "#{id} {{ page: p{number} }}"
)
_SHEET = '<link rel="stylesheet" href="{}">'

_IDS = ("id", "for", "aria-describedby")
_LEVELS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True)
class _Chapter:
    """A part or a page of the book: where it starts, what it holds.

    `level` is its depth in the contents, `body` and `title` are HTML.
    """

    id: str
    level: int
    title: str
    body: str


def write(root: Path, folder: Path | None = None) -> Iterator[Path]:
    """Print the books of both built sites; yield each file.

    They go into `folder`, as en/book.pdf and zh/book.pdf; without one,
    into the sites themselves, which then link them.
    Raises: PdfError without a site or a Chromium, and for what is wider
        than a page and cannot be made smaller.
    """
    documents = {lang: assemble(root, lang) for lang in LANGUAGES}
    if (path := chromium()) is None:
        raise PdfError("no Chromium: install one, or name it in $CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS
        )
        for language, document in documents.items():
            target = (folder or root / "site") / language / NAME
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(print_(browser, document))
            if folder is None:
                link(root / "site", language)
            yield target
        browser.close()


def link(site: Path, language: str) -> None:
    """Link the PDF at the end of the page on the code, or of home, once."""
    home = site / language / "get_the_code.html"
    if not home.is_file():
        home = site / language / "index.html"
    page = LexborHTMLParser(home.read_text(encoding="utf-8"))
    article = page.css_first("article")
    if article is not None and not article.css(f'a[href="{NAME}"]'):
        line = page.create_node("p")
        anchor = page.create_node("a")
        anchor.attrs["href"] = NAME
        anchor.insert_child(words("document", language)["link"])
        line.insert_child(anchor)
        article.insert_child(line)
        home.write_text(page.html or "", encoding="utf-8")


def assemble(root: Path, language: str) -> str:
    """Return the book as one HTML document, its numbers of pages open.

    Raises: PdfError if a page of the navigation has not been built.
    """
    site = root / "site" / language
    config = layout.config(root, language)
    found = list(_chapters(root, language))
    links = _built(site, "index").css('link[rel="stylesheet"]')
    sheets = [site / str(link.attributes["href"]) for link in links]
    return _DOCUMENT.format(
        language=language,
        title=html.escape(config["site_name"]),
        description=html.escape(config["site_description"]),
        contents=words("document", language)["contents"],
        styles="\n".join(_SHEET.format(s.as_uri()) for s in (*sheets, _STYLE)),
        running="\n".join(map(_running, range(len(found)), found)),
        entries="\n".join(map(_ENTRY.format, found)),
        articles="\n".join(chapter.body for chapter in found),
    )


def _running(number: int, chapter: _Chapter) -> str:
    """The rule that names a chapter at the foot of its pages."""
    title = LexborHTMLParser(chapter.title).text()
    quoted = json.dumps(title, ensure_ascii=False)
    return _RUNNING.format(number=number, title=quoted, id=chapter.id)


def _chapters(root: Path, language: str) -> Iterator[_Chapter]:
    """Yield the book's parts and pages, without the home page.

    A part starts with its opening page, or else with its title.
    """
    site = root / "site" / language
    parts = layout.parts(root, language)
    names = {name for _, pages in parts for name in pages} - {"index"}
    for title, pages in parts:
        opened = not title or posixpath.basename(pages[0]) == "index"
        if not opened:
            escaped = html.escape(title)
            part = _id(posixpath.dirname(pages[0]))
            body = (
                f'<article class="part md-typeset" id="{part}">'
                f"<h1>{escaped}</h1></article>"
            )
            yield _Chapter(part, 1, escaped, body)
        for number, name in enumerate(filter(names.__contains__, pages)):
            level = 2 if title and (number or not opened) else 1
            yield _chapter(site, name, level, names)


def _chapter(site: Path, name: str, level: int, names: set[str]) -> _Chapter:
    page = _built(site, name)
    article, heading = page.css_first("article"), page.css_first("h1")
    if article is None or heading is None:
        raise PdfError(f"{name}.html has no article or no title")
    canonical = page.css_first('link[rel="canonical"]')
    address = canonical.attributes["href"] if canonical else None
    for script in article.css("script"):
        script.remove()
    drawn = {node.mem_id for node in article.css("svg *")}
    for node in article.css("*"):
        if node.mem_id in drawn:
            continue  # its ids are the figure's own
        for key in (*_IDS, "href", "src"):
            value = node.attributes.get(key)
            if value is None:
                continue
            if key == "href":
                value = _target(value, name, names, address)
            elif key == "src" and not value.startswith("data:"):
                value = (site / name).parent.joinpath(value).as_uri()
            elif key in _IDS:
                value = _id(name, value)
            if value:
                node.attrs[key] = value
            else:
                del node.attrs[key]
        if node.tag == "details":
            node.attrs["open"] = ""
        elif node.tag in _LEVELS:
            # The outline of the PDF is made from the levels of headings.
            node.attrs["aria-level"] = str(_LEVELS[node.tag] + level - 1)
    body = article.inner_html
    for mark in heading.css(".headerlink"):
        mark.remove()
    return _Chapter(
        _id(name),
        level,
        heading.inner_html or "",
        f'<article class="md-typeset" id="{_id(name)}">{body}</article>',
    )


def _target(link: str, name: str, names: set[str], address: str | None) -> str:
    """Where a link of a page leads: in the book, on the net, or nowhere.

    `address` is where the page itself stands on the net, if it does.
    """
    if urlsplit(link).scheme:
        return link
    path, _, fragment = link.partition("#")
    place = posixpath.join(posixpath.dirname(name), path)
    place = posixpath.normpath(place) if path else f"{name}.html"
    if place.removesuffix(".html") in names:
        return "#" + _id(place.removesuffix(".html"), fragment)
    return urljoin(address, link) if address else ""


def _id(name: str, fragment: str = "") -> str:
    """The id in the book of a page, or of what has an id on a page."""
    return "--".join(filter(None, (name.replace("/", "-"), fragment)))


def _built(site: Path, name: str) -> LexborHTMLParser:
    try:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PdfError(
            f"no {name}.html in {site}: run python -m book site"
        ) from None
    return LexborHTMLParser(text)
