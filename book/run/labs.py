"""Run a lab once and store what it showed in both languages."""

import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from book.check import labs as check
from book.errors import BookError
from book.layout import LANGUAGES
from book.page import lab
from book.run import figures

_SETTINGS = """
backend = get_ipython().config.InlineBackend
backend.figure_formats = {"svg"}
backend.print_figure_kwargs = {"bbox_inches": None, "metadata": {"Date": None}}
%matplotlib inline
"""
"""Lets figures be drawn as on the pages."""


def run(english: Path) -> None:
    """Run the English notebook; write its code and outputs to both.

    Raises: BookError for a pair with different cells and for an output
        that is neither printed nor drawn; figures.LabelError for a word
        of a figure without translation; what nbclient raises for code
        that fails.
    """
    chinese = lab.partner(english)
    pair = [lab.read(english), lab.read(chinese)]
    for problem in check.unlike(english, *pair):
        raise problem
    done = _ran(pair[0], english.parents[3])
    for cell in done.cells:
        if cell.cell_type == "code":
            cell.outputs = list(_kept(english, cell))
    for notebook, language in zip(pair, LANGUAGES, strict=True):
        for cell, source in zip(notebook.cells, done.cells, strict=True):
            if cell.cell_type == "code":
                cell.source = source.source
                cell.execution_count = source.execution_count
                cell.outputs = [
                    translated(output, language) for output in source.outputs
                ]
        notebook.metadata.ran = lab.digest(notebook)
    for path, notebook in zip((english, chinese), pair, strict=True):
        nbformat.write(notebook, path)


def translated(output: NotebookNode, language: str) -> NotebookNode:
    """An output of the English notebook as another language shows it.

    Raises: figures.LabelError for words that have no translation.
    """
    copy = nbformat.from_dict(output)
    if lab.is_figure(copy):
        copy.data[lab.SVG] = figures.translate(copy.data[lab.SVG], language)
    return copy


def _ran(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of a notebook that was run in a folder."""
    copy = nbformat.from_dict(notebook)
    copy.cells.insert(0, new_code_cell(_SETTINGS))
    client = NotebookClient(
        copy,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    del copy.cells[0]
    for count, cell in enumerate(
        (c for c in copy.cells if c.cell_type == "code"), 1
    ):
        cell.execution_count = count
    return copy


def _kept(path: Path, cell: NotebookNode) -> Iterator[NotebookNode]:
    """What is stored of a cell's outputs: texts, and drawings as SVG.

    Warnings and progress bars are for whoever runs the lab.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stdout":
                yield output
            else:
                print(output.text, file=sys.stderr)
            continue
        if not lab.is_figure(output):
            raise BookError(
                path,
                1,
                f"cell {cell.id} leaves what is neither printed text nor a "
                "figure: print it",
            )
        svg = output.data[lab.SVG]
        svg = figures.adapt(svg[svg.index("<svg") :])
        yield new_output("display_data", data={lab.SVG: svg})
