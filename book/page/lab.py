"""Labs: notebooks in two languages, with the outputs of one run.

A lab is docs/en/labs/NAME.ipynb and the same in docs/zh. The cells of
the two have the same ids in the same order, and the same code; only
prose and the words of figures differ. The id of a cell that begins with
a heading is the anchor of that heading. What follows a figure begins
with its caption, a paragraph in italics.
"""

import hashlib
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import files
from book.errors import BookError
from book.layout import other
from book.page.blocks import Page, parse

SVG = "image/svg+xml"

CAPTION = re.compile(r"\A\*(.+?)\*$", re.MULTILINE | re.DOTALL)
"""The caption of a figure, in the cell after the one that draws it."""

_SOURCE = '   "source": ['


def find(docs: Path, language: str = "en") -> list[Path]:
    """All labs of a language, in alphabetical order."""
    return sorted((docs / language / "labs").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """The notebook at `path`.

    Raises: BookError if it is none.
    """
    try:
        return nbformat.reads(files.text(path), as_version=4)
    except (ValueError, nbformat.ValidationError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BookError(path, 1, f"not a notebook: {reason}") from error


def partner(path: Path) -> Path:
    """The path of the same lab in the other language."""
    docs, language = path.parents[2], path.parents[1].name
    return docs / other(language) / "labs" / path.name


def prose(path: Path) -> Page:
    """The Markdown cells as a page whose lines are those of the file.

    Raises: BookError if the cells do not form a page.
    """
    lines = files.text(path).splitlines()
    written = [""] * len(lines)
    starts = [n for n, line in enumerate(lines, 1) if _SOURCE in line]
    for cell, start in zip(read(path).cells, starts, strict=True):
        if cell.cell_type == "markdown":
            words = cell.source.splitlines()
            written[start : start + len(words)] = words
    return parse(path, written)


def digest(notebook: NotebookNode) -> str:
    """What a run leaves in the metadata to tell which code was run."""
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def is_figure(output: NotebookNode) -> bool:
    return SVG in output.get("data", {})
