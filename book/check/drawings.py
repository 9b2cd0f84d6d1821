"""Refuse a chapter without a drawing, a drawing without its place."""

from collections.abc import Iterator

from book import layout
from book.check import chapters
from book.errors import BookError
from book.page.blocks import Page
from book.page.code import Code
from book.page.drawings import drawings


def problems(page: Page) -> Iterator[BookError]:
    """Yield what is wrong with a page's drawings, seen without drawing.

    Raises: BookError if the chapter's file of drawings is not Python.
    """
    module = layout.drawing(page.root, page.name)
    there = drawings(page.root, page.name)
    shown = [b for b in page.blocks if b.kind == "drawing"]
    if module.is_file() and not there:
        yield BookError(
            module,
            1,
            "it draws nothing: write a public function without arguments "
            "that returns a Sheet, or remove the file",
        )
    elif not shown and chapters.has_form(page):
        yield page.error(
            1,
            "a chapter has a drawing before its first labelled formula: "
            f"draw one in {module.relative_to(page.root).as_posix()}",
        )
    for file, (function, line) in there.items():
        if file not in {block.info for block in shown}:
            yield BookError(
                module,
                line,
                f"{page.path.relative_to(page.root).as_posix()} does not "
                f"show {function}: add ![Caption.]({file}) to both pages, or "
                f"call it _{function}",
            )
    for block in shown:
        if not block.text.strip():
            yield page.error(
                block.line, f"{block.info} has no caption: write one"
            )
        if block.tolerance is not None:
            yield page.error(
                block.line, "a drawing has no tolerance: remove the comment"
            )
    labelled = next((b for b in page.blocks if b.labels), None)
    if shown and labelled and labelled.line < shown[0].line:
        yield page.error(
            shown[0].line,
            "the first drawing of a page stands before its first labelled "
            f"formula, which is in line {labelled.line}: move it there, or "
            "draw another",
        )
    for code in page.codes:
        yield from _taken(page, code)


def _taken(page: Page, code: Code) -> Iterator[BookError]:
    """Yield the drawing in whose name a block seems to show a figure."""
    if code.code.count("plt.show()") <= len(code.figures):
        return
    behind = page.blocks[page.blocks.index(code.fence) + 1 :]
    for block in behind:
        if block.kind == "drawing":
            yield page.error(
                block.line,
                f"{block.info} is a drawing, and the block before it shows "
                "a figure: give the figure another name",
            )
        if block.kind not in {"output", "figure"}:
            return
