"""References written out where a page cites by key."""

import dataclasses
from pathlib import Path

import nbformat

from book import files
from book.page.blocks import Block, Page
from book.words.references import KEY, filled


def stage_references(root: Path, language: str, folder: Path) -> None:
    """Write out the references of the pages of a folder.

    Raises: BookError for a key that has no entry.
    """
    for path in sorted(folder.rglob("*.md")):
        text = files.text(path)
        if KEY.search(text):
            path.write_text(filled(path, text, language), encoding="utf-8")


def fill_cells(
    path: Path, notebook: nbformat.NotebookNode, language: str
) -> None:
    """Write out the references in the prose of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = filled(path, cell.source, language)


def fill_block(page: Page, block: Block) -> Block:
    """The block, an item with its reference written out.

    Raises: BookError for a key that has no entry.
    """
    if block.kind != "item" or not KEY.match(block.text):
        return block
    text = filled(page.path, block.text, page.language)
    return dataclasses.replace(block, text=text)
