"""The pages of a language, listings expanded and figures described."""

import dataclasses
import html
import shutil
from pathlib import Path

from book.page.blocks import Page, find, read
from book.run.figures import bare
from book.stage.alt_text import describe


def stage_pages(root: Path, language: str, folder: Path) -> None:
    """Copy the pages and figures; write out what pages refer to.

    A figure goes without its data, which only the checks read.
    """
    docs = root / "docs"
    shutil.copytree(docs / language, folder)
    for drawing in folder.rglob("*.svg"):
        svg = drawing.read_text(encoding="utf-8")
        drawing.write_text(bare(svg), encoding="utf-8")
    for path in find(docs, language):
        page = read(path)
        written = dataclasses.replace(page, lines=tuple(described(page)))
        staged = folder / path.relative_to(docs / language)
        staged.write_text(written.expanded(), encoding="utf-8")


def described(page: Page) -> list[str]:
    """The lines of a page; an image has its description for a title."""
    lines = list(page.lines)
    for block in page.blocks:
        figure = page.path.parent / block.info
        if block.kind != "figure" or not figure.is_file():
            continue  # the builder names a missing file
        svg = figure.read_text(encoding="utf-8")
        if words := html.escape(describe(svg, page.language)):
            words = words.replace("$", "&#36;")  # not a formula
            image = lines[block.line - 1].rstrip().removesuffix(")")
            lines[block.line - 1] = f'{image} "{words}")'
    return lines
