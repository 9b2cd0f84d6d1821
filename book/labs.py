"""Labs: notebooks in two languages, with the outputs of one run.

A lab is docs/en/labs/NAME.ipynb and the same in docs/zh. The cells of
the two have the same ids in the same order, and the same code; only
prose and the words of figures differ. The id of a cell that begins with
a heading is the anchor of that heading. What follows a figure begins
with its caption, a paragraph in italics.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from book import figures
from book.pages import Page, PageError, parse

SVG = "image/svg+xml"

CAPTION = re.compile(r"\A\*(.+?)\*$", re.MULTILINE | re.DOTALL)
"""The caption of a figure, in the cell after the one that draws it."""

_SOURCE = '   "source": ['


def find(docs: Path, language: str = "en") -> list[Path]:
    """All labs of a language, in alphabetical order."""
    return sorted((docs / language / "labs").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def partner(path: Path) -> Path:
    """The path of the same lab in the other language."""
    docs, language = path.parents[2], path.parents[1].name
    other = "zh" if language == "en" else "en"
    return docs / other / "labs" / path.name


def prose(path: Path) -> Page:
    """The Markdown cells as a page whose lines are those of the file.

    Raises: PageError if the cells do not form a page.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
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


def problems(english: Path) -> Iterator[PageError]:
    """Yield every place where a pair is not one lab, run as it stands."""
    chinese = partner(english)
    ours, theirs = read(english), read(chinese)
    different = list(unlike(english, ours, theirs))
    yield from different
    if different:
        return
    for path, notebook in ((english, ours), (chinese, theirs)):
        if notebook.metadata.get("ran") != digest(notebook):
            yield PageError(
                path,
                1,
                "its outputs are of other code: run python -m book labs "
                f"docs/en/labs/{path.name}",
            )
    for path, notebook in ((english, ours), (chinese, theirs)):
        for cell, after in itertools.pairwise(notebook.cells):
            drawn = sum(map(is_figure, cell.get("outputs", [])))
            if drawn > 1 or (drawn and not CAPTION.match(after.source)):
                yield PageError(
                    path,
                    1,
                    f"cell {cell.id} draws {drawn} figure(s): draw one, and "
                    "begin the next cell with a caption, *in italics*",
                )
    for here, there in zip(ours.cells, theirs.cells, strict=True):
        if here.cell_type != "code" or here.source != there.source:
            continue
        shown = [translated(output, "zh") for output in here.outputs]
        if shown != there.outputs:
            yield PageError(
                chinese, 1, f"the outputs of cell {here.id} are of another run"
            )


def unlike(
    path: Path, ours: NotebookNode, theirs: NotebookNode
) -> Iterator[PageError]:
    """Yield the first cell whose partner is missing or of another kind."""
    kinds = [
        [(cell.id, cell.cell_type) for cell in notebook.cells]
        for notebook in (ours, theirs)
    ]
    for here, there in zip(*kinds, strict=False):
        if here != there:
            yield PageError(
                partner(path),
                1,
                f"cell {' '.join(there)} stands where the English notebook "
                f"has {' '.join(here)}: give both the same cells",
            )
            return
    if len(kinds[0]) != len(kinds[1]):
        yield PageError(
            partner(path),
            1,
            f"{len(kinds[1])} cells, the English notebook has "
            f"{len(kinds[0])}: give both the same cells",
        )


def is_figure(output: NotebookNode) -> bool:
    return SVG in output.get("data", {})


def translated(output: NotebookNode, language: str) -> NotebookNode:
    """An output of the English notebook as another language shows it.

    Raises: figures.LabelError for words that have no translation.
    """
    copy = nbformat.from_dict(output)
    if is_figure(copy):
        copy.data[SVG] = figures.translate(copy.data[SVG], language)
    return copy
