"""A lab as a page: its cells and what they have shown, in Markdown.

So it goes through all steps like any page. For mkdocs-jupyter it becomes
a notebook again. The plugin would leave formulas as TeX, put figures into
the page as code and bring ids of its own, so it gets the lab as HTML,
made like that of all pages; what it adds to the page is undone in
book/finish/lab_pages.py. A builder without plugins takes the Markdown.
"""

import html
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import nbformat
from markdown import Markdown
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_raw_cell

from book import layout
from book.page import lab
from book.page.blocks import MARKER
from book.stage import alt_text

_FENCE = "`" * 8
"""No cell and no output has a line of its own like this."""

_HEADING = re.compile(r"\A(#{2,} .*)$", re.MULTILINE)
_HEADINGS = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_CODE = re.compile(rf"^{_FENCE}.*?^{_FENCE}$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\]\([^)\s]*\blabs/[\w-]+)\.ipynb(?=[)#])")
_BACK = r"(\]\((?:[^)\s]*\blabs/)%s(?:{}))\.md(?=[)#])"

HOLDER = "lab"
"""The id of the element that holds the lab on the plugin's page."""


def stage_labs(root: Path, language: str, folder: Path) -> None:
    """Put pages in the place of labs, and lead the links to them there."""
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if ".ipynb" in text:
            page.write_text(_LINK.sub(r"\1.md", text), encoding="utf-8")
    for path in sorted((folder / "labs").glob("*.ipynb")):
        written = "\n\n".join(_written(lab.read(path), path, language))
        page = path.with_suffix(".md")
        page.write_text(f"{written}\n", encoding="utf-8")
        path.unlink()


def as_notebooks(
    root: Path, language: str, folder: Path, names: Collection[str]
) -> None:
    """Make notebooks of these labs' pages, as mkdocs-jupyter reads them."""
    if not names:
        return
    extensions = layout.extensions(root, language)
    markdown = Markdown(
        extensions=list(extensions), extension_configs=extensions
    )
    for path in (folder / "labs" / f"{name}.md" for name in names):
        text = path.read_text(encoding="utf-8")
        headings = _HEADINGS.findall(_CODE.sub("", text))
        made = markdown.reset().convert(text)
        staged = new_notebook(
            cells=[
                _raw("html", f'<div id="{HOLDER}">{made}</div>'),
                # What the plugin makes the table of contents of.
                _raw("markdown", "\n\n".join(headings)),
            ]
        )
        nbformat.write(staged, path.with_suffix(".ipynb"))
        path.unlink()
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        beside = "?" if page.parent.name == "labs" else ""
        back = re.compile((_BACK % beside).format("|".join(names)))
        if back.search(text):
            page.write_text(back.sub(r"\1.ipynb", text), encoding="utf-8")


def _raw(kind: str, source: str) -> NotebookNode:
    return new_raw_cell(source, metadata={"raw_mimetype": f"text/{kind}"})


def _written(
    notebook: NotebookNode, path: Path, language: str
) -> Iterator[str]:
    """Yield a lab, piece by piece, in the Markdown of the pages.

    Headings get the ids of their cells. Figures move into files beside
    the page, shown with the caption that follows them.
    """
    image = ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield f"{_FENCE}python\n{cell.source}\n{_FENCE}"
            for output in cell.outputs:
                if not lab.is_figure(output):
                    text = output.text.rstrip("\n")
                    yield f"{MARKER}\n\n{_FENCE}text\n{text}\n{_FENCE}"
                    continue
                svg = output.data[lab.SVG]
                file = path.with_name(f"{path.stem}-{cell.id}.svg")
                file.write_text(svg, encoding="utf-8")
                words = html.escape(alt_text.describe(svg, language))
                image = f'({file.name} "{words}")'
        elif cell.cell_type == "markdown":
            text = cell.source
            caption = lab.CAPTION.match(text)
            if image and caption:
                text = f"![{caption[1]}]{image}{text[caption.end() :]}"
                image = ""
            yield _HEADING.sub(rf"\1 {{#{cell.id}}}", text)
