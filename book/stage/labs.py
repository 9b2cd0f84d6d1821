"""A lab as mkdocs-jupyter reads it.

The plugin would leave formulas as TeX, put figures into the page as
code, and show each cell to the search twice. So it gets the lab as
HTML, made like that of all pages, and figures as files. What it adds
to the page is undone in book/finish/lab_pages.py.
"""

import html
import re
from collections.abc import Iterator
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

HOLDER = "lab"
"""The id of the element that holds the lab on the plugin's page."""


def stage_labs(root: Path, language: str, folder: Path) -> None:
    """Rewrite the notebooks of labs for mkdocs-jupyter."""
    found = sorted((folder / "labs").glob("*.ipynb"))
    if not found:
        return
    extensions = layout.extensions(root, language)
    markdown = Markdown(
        extensions=list(extensions), extension_configs=extensions
    )
    for path in found:
        notebook = lab.read(path)
        headings = "\n\n".join(
            heading
            for cell in notebook.cells
            if cell.cell_type == "markdown"
            for heading in _HEADINGS.findall(cell.source)
        )
        written = "\n\n".join(_written(notebook, path, language))
        made = markdown.reset().convert(written)
        staged = new_notebook(
            cells=[
                _raw("html", f'<div id="{HOLDER}">{made}</div>'),
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
