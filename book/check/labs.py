"""Refuse a lab whose two notebooks are not one lab, run as it stands."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from nbformat import NotebookNode

from book.check import formulas, languages, markup, terms, typography
from book.errors import BookError
from book.page.blocks import Page
from book.page.lab import CAPTION, SVG, digest, is_figure, partner, prose, read
from book.words.terms import Term


def problems(english: Path, base: Iterable[Term]) -> Iterator[BookError]:
    """Yield what is wrong with a lab: code, outputs, prose."""
    chinese = partner(english)
    if not chinese.is_file():
        return  # `rooms` says so
    try:
        yield from run(english)
        pages = prose(english), prose(chinese)
    except BookError as error:
        yield error
        return
    for page in pages:
        yield from markup.problems(page)
        yield from formulas.problems(page)
        yield from typography.problems(page)
    yield from languages.problems(*pages)
    yield from terms.problems(*pages, base)


def pages(english: Path) -> list[Page]:
    """The prose of a lab in both languages, as far as it can be read."""
    found = []
    for path in filter(Path.is_file, (english, partner(english))):
        with suppress(BookError):  # `problems` says so
            found.append(prose(path))
    return found


def run(english: Path) -> Iterator[BookError]:
    """Yield every place where a pair is not one lab, run as it stands."""
    chinese = partner(english)
    ours, theirs = read(english), read(chinese)
    different = list(unlike(english, ours, theirs))
    yield from different
    if different:
        return
    for path, notebook in ((english, ours), (chinese, theirs)):
        if notebook.metadata.get("ran") != digest(notebook):
            yield BookError(
                path,
                1,
                "its outputs are of other code: run python -m book labs "
                f"docs/en/labs/{path.name}",
            )
    for path, notebook in ((english, ours), (chinese, theirs)):
        for cell, after in itertools.pairwise(notebook.cells):
            drawn = sum(map(is_figure, cell.get("outputs", [])))
            if drawn > 1 or (drawn and not CAPTION.match(after.source)):
                yield BookError(
                    path,
                    1,
                    f"cell {cell.id} draws {drawn} figure(s): draw one, and "
                    "begin the next cell with a caption, *in italics*",
                )
    for here, there in zip(ours.cells, theirs.cells, strict=True):
        if here.cell_type != "code" or here.source != there.source:
            continue
        if _wordless(here.outputs) != _wordless(there.outputs):
            yield BookError(
                chinese, 1, f"the outputs of cell {here.id} are of another run"
            )


def unlike(
    path: Path, ours: NotebookNode, theirs: NotebookNode
) -> Iterator[BookError]:
    """Yield the first cell whose partner is missing or of another kind."""
    kinds = [
        [(cell.id, cell.cell_type) for cell in notebook.cells]
        for notebook in (ours, theirs)
    ]
    for here, there in zip(*kinds, strict=False):
        if here != there:
            yield BookError(
                partner(path),
                1,
                f"cell {' '.join(there)} stands where the English notebook "
                f"has {' '.join(here)}: give both the same cells",
            )
            return
    if len(kinds[0]) != len(kinds[1]):
        yield BookError(
            partner(path),
            1,
            f"{len(kinds[1])} cells, the English notebook has "
            f"{len(kinds[0])}: give both the same cells",
        )


def _wordless(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Outputs without the words of their figures, which are translated."""
    kept = []
    for output in outputs:
        copy = nbformat.from_dict(output)
        if is_figure(copy):
            root = ElementTree.fromstring(copy.data[SVG])
            for element in root.iter():
                if element.tag.endswith(("}text", "}metadata")):
                    element.clear()
            copy.data[SVG] = ElementTree.tostring(root, encoding="unicode")
        kept.append(copy)
    return kept
