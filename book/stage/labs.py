"""A lab as a page: its cells and what they have shown, in Markdown."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from book.page import lab
from book.page.blocks import MARKER
from book.stage import alt_text

_FENCE = "`" * 8
"""No cell and no output has a line of its own like this."""

_HEADING = re.compile(r"\A(#{2,} .*)$", re.MULTILINE)
_LINK = re.compile(r"(\]\([^)\s]*\blabs/[\w-]+)\.ipynb(?=[)#])")
_HEAD = "---\nsearch: {boost: 0.5}\n---\n\n"
"""A search finds a chapter before the labs that make use of it."""


def stage_labs(root: Path, language: str, folder: Path) -> None:
    """Put pages in the place of labs, and lead the links to them there."""
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if ".ipynb" in text:
            page.write_text(_LINK.sub(r"\1.md", text), encoding="utf-8")
    for path in sorted((folder / "labs").glob("*.ipynb")):
        written = "\n\n".join(_written(lab.read(path), path, language))
        page = path.with_suffix(".md")
        page.write_text(f"{_HEAD}{written}\n", encoding="utf-8")
        path.unlink()


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
