"""The pages of modules and tests, of the pages that the builder made."""

import ast
import posixpath
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

from markdown.extensions.toc import slugify

from book import layout
from book.finish import code_lines, language_spans
from book.page import lab
from book.page.blocks import find
from book.stage import rooms
from book.stage.code_pages import (
    ANCHOR,
    DESCRIPTION,
    HEADING,
    LINES,
    ROOMS,
    TITLE,
    model,
    place,
    sources,
)


def write(root: Path, language: str, site: Path) -> None:
    """Write the page of each file; line 12 of it is `#L12`."""
    models: dict[int, str] = {}
    lines = dict(_rooms(root, language))
    for source, text in sources(root):
        depth = len(source.parents) - 1
        made = site / f"{model(depth)}.html"
        if depth not in models:
            models[depth] = made.read_text(encoding="utf-8")
        page = site / f"{place(source)}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        html = models[depth].replace(model(depth), place(source))
        line = lines.get(place(source), "")
        html = _filled(html, language, source.as_posix(), text, line)
        html = html.replace(LINES, code_lines.lines(root, text))
        page.write_text(html, encoding="utf-8")
    shutil.rmtree(site / model(1).rpartition("/")[0])


def _filled(html: str, language: str, name: str, text: str, line: str) -> str:
    """The model of a page with what differs but the lines."""
    first, _, _ = (ast.get_docstring(ast.parse(text)) or "").partition("\n")
    head, end, body = html.partition("</head>")
    for mark, value in ((TITLE, name), (DESCRIPTION, f"{name}: {first}")):
        shown = escape(value, quote=False).replace('"', "&quot;")
        head = head.replace(mark, shown.replace("\xa0", "&nbsp;"))
    body = body.replace(ANCHOR, slugify(name, "-"))
    body = body.replace(TITLE, language_spans.marked(name, language))
    body = body.replace(HEADING, escape(name, quote=False))
    return head + end + body.replace(f"<p>{ROOMS}</p>", line)


def _rooms(root: Path, language: str) -> Iterator[tuple[str, str]]:
    """The line of links of each file that is a room of a chapter."""
    docs = root / "docs"
    for path in (*find(docs, language), *lab.find(docs, language)):
        name = path.relative_to(docs / language).with_suffix("").as_posix()
        if layout.is_chapter(name) or path.suffix == ".ipynb":
            there = rooms.rooms(root, name)
            for kind in ("source", "tests"):
                if kind in there:
                    links = rooms.links(there, kind, language, html=True)
                    here = posixpath.splitext(there[kind])[0]
                    yield here, f'<p class="rooms">{" · ".join(links)}</p>'
