"""A lab on the site: what mkdocs-jupyter reads, and what is kept of it.

The plugin would write half a megabyte of styles and scripts into the
page, leave formulas as TeX, put figures into the page as code, and show
each cell to the search twice. `stage_labs` gives it the lab as HTML,
made like that of all pages, and figures as files; `trim` keeps of its
page what a chapter's page has, too.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from markdown import Markdown
from mkdocs.utils.yaml import yaml_load
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_raw_cell

from book import describe, labs
from book.chapters import CONFIGS
from book.pages import MARKER

_FENCE = "`" * 8
"""No cell and no output has a line of its own like this."""

_HEADING = re.compile(r"\A(#{2,} .*)$", re.MULTILINE)
_HEADINGS = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_PAGE_LINK = re.compile(r'(href="(?!https?:)[^"#]+)\.md(?=["#])')

_ARTICLE = re.compile(r"(<article\b[^>]*>).*(?=</article>)", re.DOTALL)
_LAB = re.compile(r"<!--lab-->(.*)<!--/lab-->", re.DOTALL)
_ID = re.compile(r'<h[2-6] id="([^"]+)"')
_PROMISE = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_MARKUP = re.compile(r"<span[^>]* role=.tooltip.*?</span>|<[^>]+>", re.DOTALL)
_DESCRIPTION = re.compile(
    r'(<meta (?:name|property)="(?:og:)?description" content=")[^"]*'
)
_CONTENTS = re.compile(r'(<a href="#)([^"]+)(" class="md-nav__link">)')


def stage_labs(root: Path, language: str, folder: Path) -> None:
    """Rewrite the notebooks of labs for mkdocs-jupyter."""
    found = sorted((folder / "labs").glob("*.ipynb"))
    if not found:
        return
    with (root / CONFIGS[language]).open("rb") as config:
        extensions = yaml_load(config)["markdown_extensions"]
    markdown = Markdown(
        extensions=list(extensions),
        extension_configs={k: v or {} for k, v in extensions.items()},
    )
    for path in found:
        notebook = labs.read(path)
        headings = "\n\n".join(
            heading
            for cell in notebook.cells
            if cell.cell_type == "markdown"
            for heading in _HEADINGS.findall(cell.source)
        )
        written = "\n\n".join(_written(notebook, path, language))
        made = _PAGE_LINK.sub(r"\1.html", markdown.reset().convert(written))
        staged = new_notebook(
            cells=[
                _raw("html", f"<!--lab-->{made}<!--/lab-->"),
                # What the plugin makes the table of contents of.
                _raw("markdown", headings),
            ],
            metadata=notebook.metadata,
        )
        nbformat.write(staged, path)


def _raw(kind: str, source: str) -> NotebookNode:
    return new_raw_cell(source, metadata={"raw_mimetype": f"text/{kind}"})


def _written(
    notebook: NotebookNode, path: Path, language: str
) -> Iterator[str]:
    """Yield a lab, piece by piece, in the Markdown of the pages.

    Headings get the ids of their cells. Figures move into files beside
    the notebook, shown with the caption that follows them.
    """
    image = ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield f"{_FENCE}python\n{cell.source}\n{_FENCE}"
            for output in cell.outputs:
                if not labs.is_figure(output):
                    text = output.text.rstrip("\n")
                    yield f"{MARKER}\n\n{_FENCE}text\n{text}\n{_FENCE}"
                    continue
                svg = output.data[labs.SVG]
                file = path.with_name(f"{path.stem}-{cell.id}.svg")
                file.write_text(svg, encoding="utf-8")
                words = html.escape(describe.describe(svg, language))
                image = f'({file.name} "{words}")'
        elif cell.cell_type == "markdown":
            text = cell.source
            caption = labs.CAPTION.match(text)
            if image and caption:
                text = f"![{caption[1]}]{image}{text[caption.end() :]}"
                image = ""
            yield _HEADING.sub(rf"\1 {{#{cell.id}}}", text)


def lower(site: Path) -> None:
    """Let a search find a chapter before the labs that make use of it."""
    for path in site.glob("*/search/search_index.json"):
        index = json.loads(path.read_text(encoding="utf-8"))
        for entry in index["docs"]:
            if entry["location"].startswith("labs/"):
                entry["boost"] = 0.5
        path.write_text(json.dumps(index), encoding="utf-8")


def trim(page: str) -> str:
    """Keep the lab itself of a page of mkdocs-jupyter.

    The first paragraph describes the page. Other pages are returned as
    they are.
    """
    lab = _LAB.search(page)
    if lab is None:
        return page
    page = _ARTICLE.sub(lambda article: f"{article[1]}{lab[1]}", page)
    if promise := _PROMISE.search(lab[1]):
        words = " ".join(_MARKUP.sub("", promise[1]).split())
        words = words.replace('"', "&quot;")
        page = _DESCRIPTION.sub(lambda meta: f"{meta[1]}{words}", page)
    # The plugin makes ids of its own from the headings.
    anchors = dict(
        zip(
            dict.fromkeys(match[2] for match in _CONTENTS.finditer(page)),
            _ID.findall(lab[1]),
            strict=True,
        )
    )
    return _CONTENTS.sub(
        lambda link: f"{link[1]}{anchors[link[2]]}{link[3]}", page
    )
