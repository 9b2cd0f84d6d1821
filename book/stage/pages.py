"""The pages of a language, listings expanded and figures described."""

import dataclasses
import html
import posixpath
import shutil
from collections.abc import Collection
from pathlib import Path

from book import layout
from book.page import lab
from book.page.block import FIGURES
from book.page.blocks import Page, find, read
from book.page.listing import is_listing, listing
from book.run.kept import bare
from book.stage.alt_text import describe
from book.words.site import words as said_in


def stage_pages(
    root: Path,
    language: str,
    folder: Path,
    names: Collection[str] | None = None,
) -> None:
    """Copy the pages and figures; write out what pages refer to.

    A figure goes without its data, which only the checks read. With
    names, only these pages are copied, with their figures.
    """
    docs = root / "docs"
    if names is None:
        shutil.copytree(docs / language, folder)
    else:
        folder.mkdir()
    for name in names or ():
        source = layout.page(root, language, name)
        for path in (source, *source.parent.glob(f"{source.stem}-*.svg")):
            if path.is_file():
                target = folder / path.relative_to(docs / language)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    for drawing in folder.rglob("*.svg"):
        svg = drawing.read_text(encoding="utf-8")
        drawing.write_text(bare(svg), encoding="utf-8")
    for path in staged(root, language, folder):
        if path.suffix != ".md":
            continue
        page = read(path)
        lines = guarded(page, described(page))
        written = dataclasses.replace(page, lines=tuple(lines))
        target = folder / path.relative_to(docs / language)
        target.write_text(written.expanded(), encoding="utf-8")


def staged(root: Path, language: str, folder: Path) -> list[Path]:
    """The pages and labs of which `folder` has a copy, in order."""
    docs = root / "docs"
    return [
        path
        for path in (*find(docs, language), *lab.find(docs, language))
        if (folder / path.relative_to(docs / language))
        .with_suffix(".md")
        .is_file()
    ]


def described(page: Page) -> list[str]:
    """The lines of a page; an image has its description for a title."""
    lines = list(page.lines)
    for block in page.blocks:
        figure = page.path.parent / block.info
        if block.kind not in FIGURES or not figure.is_file():
            continue  # the builder names a missing file
        svg = figure.read_text(encoding="utf-8")
        if words := html.escape(describe(svg, page.language)):
            words = words.replace("$", "&#36;")  # not a formula
            image = lines[block.line - 1].rstrip().removesuffix(")")
            lines[block.line - 1] = f'{image} "{words}")'
    return lines


def guarded(page: Page, lines: list[str]) -> list[str]:
    """The lines, with a link to the guards below a listing without them.

    It joins the last line of the fence, so that all keep their numbers.
    """
    said = said_in("listings", page.language)["left_out"]
    for block in page.blocks:
        if not is_listing(block) or (cut := listing(page, block)).whole:
            continue
        module = cut.source.relative_to(page.root).with_suffix(".html")
        place = posixpath.join("code", module.as_posix())
        address = posixpath.relpath(place, posixpath.dirname(page.name) or ".")
        note = said.format(f"{address}#L{cut.first}")
        pad = "    " * block.indent
        lines[block.end - 1] += (
            f"\n\n{pad}{note}\n{pad}{{ .guards data-search-exclude=1 }}"
        )
    return lines
