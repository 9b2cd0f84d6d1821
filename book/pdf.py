"""The whole book as a PDF, one in each language, from the built site.

What stands in the `<article>` of each page of the navigation becomes
one document, printed by Chromium: the PDF shows what the site shows.
Chromium numbers its pages but cannot refer to a number, so the book is
printed twice: the first printing tells which pages the contents name.
"""

import html
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from book import chapters, radicals
from book.browser import ARGUMENTS, chromium
from book.pages import LANGUAGES

NAME = "book.pdf"
"""What the file is called, in the folder of its language."""

WORDS = {
    "en": {"contents": "Contents", "link": "The whole book in one file (PDF)"},
    "zh": {"contents": "目录", "link": "全书（PDF）"},
}

_STYLE = Path(__file__).with_name("pdf.css")
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

_ARTICLE = re.compile(r"<article\b[^>]*>(.*?)</article>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_SHEETS = re.compile(r'<link rel="?stylesheet"? href="?([^">]+)')
_CANONICAL = re.compile(r'<link rel="?canonical"? href="?([^">]+)')
_TITLE = re.compile(r"<h1\b[^>]*>(.*?)(?:<a\b.*?)?</h1>", re.DOTALL)
_TAG = re.compile(r"<[a-z][^<>]*>")
_HEADING = re.compile(r"<h([1-6])\b")
_ATTRIBUTE = re.compile(
    r' (id|href|src|for|aria-describedby)=("?)([^"\s>]*)\2(?=[ />])'
)

_WIDTH = 620
"""The width of the text, 164 mm, in CSS pixels: see pdf.css."""

_FIT = """\
async () => {
  await document.fonts.ready;
  const parts = document.querySelectorAll(
    "article :is(.equation, table, p, li)"
  );
  for (const part of [...parts].reverse())
    if (part.scrollWidth > part.clientWidth)
      part.style.fontSize = `${0.98 * part.clientWidth / part.scrollWidth}em`;
  return [...document.querySelectorAll("article *")]
    .filter(part => part.getBoundingClientRect().right > innerWidth + 6)
    .map(part => part.closest("[id]").id);
}"""
"""Shrink what is too wide, the innermost first; return what stays so.

The space that ends a line of inline code may hang over its end.
"""

_FILL = """\
numbers => {
  for (const link of document.querySelectorAll(".contents a")) {
    const id = decodeURIComponent(link.hash.slice(1));
    link.lastElementChild.textContent = numbers[id];
  }
}"""


class PdfError(ValueError):
    """Why a PDF cannot be made."""


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
    into the sites themselves, whose home pages then link them.
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
            target.write_bytes(_print(browser, document))
            if folder is None:
                link(root / "site", language)
            yield target
        browser.close()


def link(site: Path, language: str) -> None:
    """Link the PDF at the end of the home page, once."""
    home = site / language / "index.html"
    text = home.read_text(encoding="utf-8")
    line = f'<p><a href="{NAME}">{WORDS[language]["link"]}</a></p>\n'
    if line not in text:
        text = text.replace("</article>", f"{line}</article>")
        home.write_text(text, encoding="utf-8")


def assemble(root: Path, language: str) -> str:
    """Return the book as one HTML document, its numbers of pages open.

    Raises: PdfError if a page of the navigation has not been built.
    """
    site = root / "site" / language
    config = chapters.config(root, language)
    found = list(_chapters(root, language))
    home = _built(site, "index")
    sheets = [site / sheet for sheet in _SHEETS.findall(home)]
    return _DOCUMENT.format(
        language=language,
        title=html.escape(config["site_name"]),
        description=html.escape(config["site_description"]),
        contents=WORDS[language]["contents"],
        styles="\n".join(_SHEET.format(s.as_uri()) for s in (*sheets, _STYLE)),
        running="\n".join(map(_running, range(len(found)), found)),
        entries="\n".join(map(_ENTRY.format, found)),
        articles="\n".join(chapter.body for chapter in found),
    )


def _running(number: int, chapter: _Chapter) -> str:
    """The rule that names a chapter at the foot of its pages."""
    title = html.unescape(re.sub("<[^>]*>", "", chapter.title))
    quoted = json.dumps(title, ensure_ascii=False)
    return _RUNNING.format(number=number, title=quoted, id=chapter.id)


def _chapters(root: Path, language: str) -> Iterator[_Chapter]:
    """Yield the book's parts and pages, without the home page.

    A part starts with its opening page, or else with its title.
    """
    site = root / "site" / language
    parts = chapters.parts(root, language)
    names = {name for _, pages in parts for name in pages} - {"index"}
    for title, pages in parts:
        opened = not title or posixpath.basename(pages[0]) == "index"
        if not opened:
            words = html.escape(title)
            part = _id(posixpath.dirname(pages[0]))
            body = (
                f'<article class="part md-typeset" id="{part}">'
                f"<h1>{words}</h1></article>"
            )
            yield _Chapter(part, 1, words, body)
        for number, name in enumerate(filter(names.__contains__, pages)):
            level = 2 if title and (number or not opened) else 1
            yield _chapter(site, name, level, names)


def _chapter(site: Path, name: str, level: int, names: set[str]) -> _Chapter:
    page = _built(site, name)
    article, title = _ARTICLE.search(page), _TITLE.search(page)
    if article is None or title is None:
        raise PdfError(f"{name}.html has no article or no title")
    canonical = _CANONICAL.search(page)

    def target(address: str) -> str:
        """Where a link leads: in the book, on the net, or nowhere."""
        if re.match("[a-z]+:", address):
            return address
        path, _, fragment = address.partition("#")
        place = posixpath.join(posixpath.dirname(name), path)
        place = posixpath.normpath(place) if path else f"{name}.html"
        if place.removesuffix(".html") in names:
            return "#" + _id(place.removesuffix(".html"), fragment)
        return urljoin(canonical[1], address) if canonical else ""

    def attribute(match: re.Match[str]) -> str:
        key, value = match[1], match[3]
        if key == "href":
            value = target(value)
        elif key == "src":
            if not value.startswith("data:"):
                value = (site / name).parent.joinpath(value).as_uri()
        else:
            value = _id(name, value)
        return f' {key}="{value}"' if value else ""

    def tag(match: re.Match[str]) -> str:
        text = _ATTRIBUTE.sub(attribute, match[0])
        text = text.replace("<details", "<details open")
        # The outline of the PDF is made from the levels of the headings.
        return _HEADING.sub(
            lambda h: f'{h[0]} aria-level="{int(h[1]) + level - 1}"', text
        )

    body = _TAG.sub(tag, _SCRIPT.sub("", article[1]))
    return _Chapter(
        _id(name),
        level,
        title[1],
        f'<article class="md-typeset" id="{_id(name)}">{body}</article>',
    )


def _id(name: str, fragment: str = "") -> str:
    """The id in the book of a page, or of what has an id on a page."""
    return "--".join(filter(None, (name.replace("/", "-"), fragment)))


def _built(site: Path, name: str) -> str:
    try:
        return (site / f"{name}.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PdfError(
            f"no {name}.html in {site}: run python -m book site"
        ) from None


def _print(browser: Browser, document: str) -> bytes:
    """Print a document, with the numbers of its pages in the contents."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.html"
        path.write_text(document, encoding="utf-8")
        page = browser.new_page(
            viewport={"width": _WIDTH, "height": 900}, color_scheme="light"
        )
        page.emulate_media(media="print")
        page.goto(path.as_uri(), timeout=0)
        if wide := page.evaluate(_FIT):
            raise PdfError(f"wider than a page of the PDF: {', '.join(wide)}")
        printed = partial(
            page.pdf, prefer_css_page_size=True, print_background=True
        )
        numbers = starts(printed())
        page.evaluate(_FILL, numbers)
        pdf = radicals.mend(printed(outline=True, tagged=True))
        page.close()
    if starts(pdf) != numbers:
        raise PdfError("the contents grew when they were filled in")
    return pdf


def starts(pdf: bytes) -> dict[str, int]:
    """The pages, from 1, on which what is linked within a PDF stands."""
    reader = PdfReader(BytesIO(pdf))
    found = {}
    for name, destination in reader.named_destinations.items():
        number = reader.get_destination_page_number(destination)
        if number is not None:
            found[name.removeprefix("/")] = number + 1
    return found
